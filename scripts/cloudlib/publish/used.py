# SPDX-License-Identifier: MIT
"""Which tier of menus Kconfig would read for a provider: what scripts/cloud-tier answers, with no process."""

from __future__ import annotations

from pathlib import Path

from cloudlib.publish import tier
from cloudlib.settings import cloud_tier, config_file


def catalog(root: Path, provider: str) -> Path:
    """The catalog file of the menus in use; it need not exist."""
    return tier.catalog_path(root, provider, used(root, provider))


def used(root: Path, provider: str) -> str:
    """STATIC or GENERATED, in the order that docs/administrators.md gives."""
    menus, asked = tier.folder(root, provider) / "Kconfig.compute", cloud_tier()

    def exists(which: str) -> bool:
        return menus.with_name(f"{menus.name}.{which}").exists()

    if asked and exists(asked):
        return asked
    if exists(tier.GENERATED) and tier.marker(root, provider).exists():
        return tier.STATIC if _switched_off(provider) else tier.GENERATED
    return tier.STATIC if exists(tier.STATIC) else tier.GENERATED


def _switched_off(provider: str) -> bool:
    """Does .config say that generated menus are not wanted?"""
    off = f"# CONFIG_TERRAFORM_{provider.upper()}_USE_DYNAMIC_CONFIG is not set"
    try:
        return any(line.startswith(off) for line in config_file().read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return False
