# SPDX-License-Identifier: MIT
"""The Linux kernel's own Kconfig parser, where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def kernel_conf() -> Path:
    """KCONFIG_CONF, or `conf` where Debian's linux-kbuild packages put it; skips the test without one."""
    named = os.environ.get("KCONFIG_CONF")
    installed = (
        [Path(named)] if named else sorted(Path("/usr/lib").glob("linux-kbuild-*/scripts/kconfig/conf"))
    )
    if not installed:
        pytest.skip("the kernel's conf is not installed (Debian: linux-kbuild-6.1); KCONFIG_CONF names one")
    return installed[-1]
