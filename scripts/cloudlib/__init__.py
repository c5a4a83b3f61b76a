# SPDX-License-Identifier: MIT
"""What all cloud providers share: records, vendor calls, Kconfig text and tiers."""
