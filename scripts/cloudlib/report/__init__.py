# SPDX-License-Identifier: MIT
"""The market on one page: catalogs to one self-contained HTML file."""
