# SPDX-License-Identifier: MIT
"""Which providers' folders have machines, and of which one a command destroys them."""

from __future__ import annotations

from pathlib import Path

from cloudlib.config import requested
from cloudlib.errors import CloudError, ConfigRejected
from cloudlib.provider import Registry
from cloudlib.settings import ROOT, config_file, named_provider
from cloudlib.terraform import state

TERRAFORM = ROOT / "terraform"


def to_destroy(registry: Registry) -> Path:
    """CLOUD_PROVIDER's folder; else .config's, where that holds something; else the only one that does."""
    named = named_provider()
    if named:
        registry.load(named)
        return TERRAFORM / named
    chosen = _chosen_by_config(registry)
    holding = others(registry, "")
    if chosen and (chosen in holding or not holding):
        return TERRAFORM / chosen
    if len(holding) == 1 and not chosen:
        return TERRAFORM / holding[0]
    if not holding:
        raise ConfigRejected(
            "there is nothing to destroy: no state holds anything, and .config chooses no provider",
            unchanged="everything",
        )
    why = f".config chooses {chosen}, which holds nothing" if chosen else ".config chooses no provider"
    raise ConfigRejected(
        f"{why}; machines are up in {', '.join(f'terraform/{name}' for name in holding)}",
        unchanged="everything",
        hint="\n".join(f"make destroy CLOUD_PROVIDER={name}" for name in holding),
    )


def others(registry: Registry, name: str) -> list[str]:
    """The providers but `name` whose folders hold something, or may do so."""
    return [n for n in registry.PROVIDER_NAMES if n != name and _may_hold(TERRAFORM / n)]


def _may_hold(folder: Path) -> bool:
    try:
        return bool(state.held(folder))
    except CloudError:
        return True


def _chosen_by_config(registry: Registry) -> str:
    """The provider of .config, read as plain lines: its machine type may be gone from the menus."""
    path = config_file()
    values = requested.settings(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else {}
    on = [n for n in registry.PROVIDER_NAMES if values.get(registry.load(n).MENU_NAMES.switch) == "y"]
    return on[0] if on else ""
