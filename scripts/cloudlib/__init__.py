# SPDX-License-Identifier: MIT
"""What all cloud providers share: records, the doors to the outside, Kconfig text and tiers."""
