# SPDX-License-Identifier: MIT
"""Questions over the catalogs of all providers: what fits, what is like it, what is nearest to it. Pure."""
