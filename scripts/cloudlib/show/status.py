# SPDX-License-Identifier: MIT
"""The state of a provider's menus: which tiers are on disk, how old they are, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.age import days
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CatalogError
from cloudlib.publish import tier

#: Clouds launch and reprice all the time; the advice is to refresh monthly, and this is half a month late.
STALE_DAYS = 45

_NEEDED = ("Kconfig.compute", "Kconfig.images", "Kconfig.location", catalogfile.NAME)
_SOURCE = re.compile(r'^[ \t]*source "(.*)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TierState:
    """One tier on disk. `problem` says what is wrong with it, "" for nothing."""

    name: str
    catalog: Catalog | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProviderState:
    """One provider. `used` and `offered` are what `scripts/cloud-tier` answers; a tier is None if absent."""

    provider: str
    used: str
    offered: bool
    marked: bool
    static: TierState | None
    generated: TierState | None

    @property
    def tiers(self) -> tuple[TierState, ...]:
        """The tiers that exist, static first."""
        return tuple(t for t in (self.static, self.generated) if t is not None)

    @property
    def in_use(self) -> TierState | None:
        """The tier that Kconfig reads; None when that one is absent."""
        return next((t for t in self.tiers if t.name == self.used), None)

    @property
    def sound(self) -> bool:
        """Whether the menus in use exist and are complete."""
        return self.in_use is not None and not self.in_use.problem


def read(root: Path, provider: str, *, used: str, offered: bool) -> ProviderState:
    """Look at the files of one provider. Damage becomes a `problem`; nothing is raised or left out."""
    return ProviderState(
        provider=provider,
        used=used,
        offered=offered,
        marked=tier.marker(root, provider).exists(),
        static=_tier_state(root, provider, tier.STATIC),
        generated=_tier_state(root, provider, tier.GENERATED),
    )


def advice(state: ProviderState, now: datetime) -> list[str]:
    """What to do next, as `COMMAND (why)`; empty when there is nothing to do."""
    name = state.provider
    config = f"make cloud-config-{name}"
    lines = []
    if state.static is None:
        lines.append(f"git checkout terraform/{name} (the committed menus are missing)")
    elif state.static.problem:
        lines.append(f"git checkout terraform/{name} (the committed menus are damaged)")
    if state.generated is not None and state.generated.problem:
        lines.append(f"{config}, or make clean-cloud-config-{name} (the generated menus are damaged)")
    elif state.marked and state.generated is None:
        lines.append(f"{config}, or make clean-cloud-config-{name} (a marker without generated menus)")
    elif _promotable(state):
        lines.append(
            f"make cloud-diff-{name}, then make cloud-update-{name} (generated and committed differ)"
        )
    current = state.in_use
    if current is None or current.catalog is None or current.problem:
        return lines or [f"{config} (there are no menus to use)"]
    age = days(current.catalog.provenance, now)
    if age is None:
        lines.append(f"{config} (the menus in use have no date: they never came from the provider)")
    elif age > STALE_DAYS:
        lines.append(f"{config} (the figures in use are {age} days old)")
    elif age < 0:
        lines.append("check the clock (the figures in use are of the future)")
    return lines


def _promotable(state: ProviderState) -> bool:
    """Generated on purpose, complete, and with other records than the committed ones."""
    new, old = state.generated, state.static
    if not state.marked or new is None or new.catalog is None or old is None or old.catalog is None:
        return False
    return catalogfile.digest(new.catalog) != catalogfile.digest(old.catalog)


def _tier_state(root: Path, provider: str, which: str) -> TierState | None:
    files = tier.tier_files(root, provider, which)
    if not files:
        return None
    missing = [f"{name}.{which}" for name in _NEEDED if name not in files]
    if catalogfile.NAME not in files:
        return TierState(which, None, f"lacks {', '.join(missing)}")
    try:
        catalog = catalogfile.load_file(files[catalogfile.NAME])
        sources = [s for path in files.values() for s in _SOURCE.findall(path.read_text(encoding="utf-8"))]
    except (CatalogError, OSError, UnicodeDecodeError) as error:
        return TierState(which, None, str(error).replace(f"{root}/", ""))
    missing += sorted(s for s in sources if not (root / s).is_file())
    if catalog.provider != provider:
        return TierState(which, None, f"is the catalog of {catalog.provider}")
    return TierState(which, catalog, f"lacks {', '.join(missing)}" if missing else "")
