# SPDX-License-Identifier: MIT
"""`make cloud-status`: tier, age and figures of every provider's menus, and what to do next.

Reads files of this tree alone: no network, no vendor's CLI. Exit code 1 when menus in use are missing or
damaged.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import cloud_providers
from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CloudError, report
from cloudlib.publish import tier
from cloudlib.show import status, table
from cloudlib.show.status import ProviderState, TierState

ROOT = Path(__file__).resolve().parent.parent
_COLUMNS = (
    *("provider", "tier", "in use", "fetched", "days", "source"),
    *("regions", "types", "families", "images", "priced"),
)
_FIGURES = ("days", "regions", "types", "families", "images", "priced")
_SHORT = 12  # characters that a source note may have in the table


def main() -> int:
    """Returns the exit code."""
    os.chdir(ROOT)
    try:
        tier.recover_if_idle(Path())
        states = [_state(name) for name in cloud_providers.PROVIDER_NAMES]
    except CloudError as error:
        report(error, sys.stderr, who="cloud-status")
        return error.exit_code
    now = datetime.now(timezone.utc)
    rows = [(state, kept) for state in states for kept in state.tiers or (None,)]
    table.show(
        _COLUMNS,
        [_row(state, kept, now) for state, kept in rows],
        sys.stdout,
        styles=[_style(state, kept, now) for state, kept in rows],
        right=_FIGURES,
    )
    for state in states:
        for line in (*_remarks(state), *(f"next: {line}" for line in status.advice(state, now))):
            print(f"{state.provider}: {line}")
    return 0 if all(state.sound for state in states) else 1


def _state(name: str) -> ProviderState:
    return status.read(Path(), name, used=_ask_tier(name), offered=_ask_tier("--offered", name) == "y")


def _ask_tier(*words: str) -> str:
    """What Kconfig is told when it parses."""
    argv = [str(ROOT / "scripts" / "cloud-tier"), *words]
    return run_bytes(argv, log=CallLog(), timeout=30).decode().strip()


def _row(state: ProviderState, kept: TierState | None, now: datetime) -> tuple[str, ...]:
    if kept is None:
        return (state.provider, "none", *[""] * (len(_COLUMNS) - 2))
    used = "yes" if kept is state.in_use else ""
    if kept.catalog is None:
        return (state.provider, kept.name, used, "DAMAGED", *[""] * (len(_COLUMNS) - 4))
    age = status.age_days(kept.catalog, now)
    return (
        state.provider,
        kept.name,
        used,
        kept.catalog.provenance.fetched_at[:10] or "unknown",
        "" if age is None else str(age),
        _short_source(kept.catalog),
        *(str(n) for n in _figures(kept.catalog)),
    )


def _figures(catalog: Catalog) -> Sequence[int]:
    """In the order of the columns; `priced` are the types with a price in the default region."""
    return (
        len({region for kind in catalog.instance_types for region in kind.regions}),
        len(catalog.instance_types),
        len(catalog.families()),
        len(catalog.images),
        sum(kind.price_in(catalog.default_region) is not None for kind in catalog.instance_types),
    )


def _short_source(catalog: Catalog) -> str:
    """`live`, `recording`, `built-in`: the note up to its colon; the whole of it is among the remarks."""
    short = catalog.provenance.source.partition(":")[0].partition(",")[0]
    return short if len(short) <= _SHORT else "a note"


def _style(state: ProviderState, kept: TierState | None, now: datetime) -> str:
    if kept is None or kept.problem:
        return "red"
    if kept is not state.in_use:
        return "dim"
    age = status.age_days(kept.catalog, now) if kept.catalog else None
    return "green" if age is not None and 0 <= age <= status.STALE_DAYS else "yellow"


def _remarks(state: ProviderState) -> list[str]:
    lines = []
    if not state.tiers:
        lines.append("there are no menus; the next config target writes the built-in ones")
    elif state.generated and not state.marked and state.used == tier.GENERATED:
        lines.append("the built-in menus are in use: a few families alone")
    elif state.marked and state.generated and state.used == tier.STATIC:
        who = "in the configuration" if state.offered else "by CLOUD_TIER"
        lines.append(f"generated menus are there, and switched off {who}")
    for kept in state.tiers:
        if kept.problem:
            lines.append(f"{kept.name}: DAMAGED: {kept.problem}")
        if kept.catalog is not None:
            provenance = kept.catalog.provenance
            if provenance.source != _short_source(kept.catalog):
                lines.append(f"{kept.name}: source: {provenance.source}")
            lines += [f"{kept.name}: {line}" for line in merge.unreached(kept.catalog)]
            lines += [f"{kept.name}: notice: {notice}" for notice in provenance.notices]
    return lines


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `make cloud-status | head` ends without a word
    sys.exit(main())
