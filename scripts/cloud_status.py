#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-status`: tier, age and size of every provider's menus, and what to do next.

Reads only files of this tree: no network, no vendor CLI. Exit code 1 when the menus in use are missing or
damaged.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import os
import sys
from collections.abc import Sequence
from datetime import datetime, timezone

import cloud_providers
from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.catalog import merge
from cloudlib.catalog.age import days, figures_of
from cloudlib.catalog.records import Catalog
from cloudlib.errors import printable
from cloudlib.publish import tier, used
from cloudlib.settings import ROOT
from cloudlib.show import command, status, table
from cloudlib.show.figures import figures
from cloudlib.show.status import ProviderState, TierState
from cloudlib.show.summary import gaps
from cloudlib.terraform import expiry

_COLUMNS = (
    *("provider", "tier", "in use", "figures of", "days", "source"),
    *("regions", "types", "families", "images", "priced"),
)
_FIGURES = ("days", "regions", "types", "families", "images", "priced")
_SHORT = 12  # the most characters of a source note in the table


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    command.Parser(prog="cloud_status.py", description=__doc__).parse_args(argv)
    os.chdir(ROOT)  # cloud-tier looks for files from there, as Kconfig does
    tier.recover_if_idle(ROOT)
    states = [_state(name) for name in cloud_providers.PROVIDER_NAMES]
    now = datetime.now(timezone.utc)
    left = [line for state in states for line in expiry.left(ROOT / "terraform" / state.provider, now)]
    for line in [*left, *_silent(states)]:
        print(printable(line))
    rows = [(state, shown) for state in states for shown in state.tiers or (None,)]
    table.show(
        _COLUMNS,
        [_row(state, shown, now) for state, shown in rows],
        sys.stdout,
        styles=[_style(state, shown, now) for state, shown in rows],
        right=_FIGURES,
        gives_way=("source", "images", "families", "priced"),
    )
    for state in states:
        for line in (*_remarks(state), *(f"next: {line}" for line in status.advice(state, now))):
            print(printable(f"{state.provider}: {line}"))
    return 0 if all(state.sound for state in states) else 1


def _state(name: str) -> ProviderState:
    return status.read(ROOT, name, used=used.used(ROOT, name), offered=_offered(name))


def _offered(name: str) -> bool:
    """Whether the menus offer to switch between the tiers: what Kconfig is told while it parses."""
    argv = [str(ROOT / "scripts" / "cloud-tier"), "--offered", name]
    return run_bytes(argv, log=CallLog(), timeout=30).strip() == b"y"


def _row(state: ProviderState, shown: TierState | None, now: datetime) -> tuple[str, ...]:
    if shown is None:
        return (state.provider, "none", *[""] * (len(_COLUMNS) - 2))
    used = "yes" if shown is state.in_use else ""
    if shown.catalog is None:
        return (state.provider, shown.name, used, "DAMAGED", *[""] * (len(_COLUMNS) - 4))
    age = days(shown.catalog.provenance, now)
    counts = figures(shown.catalog)
    return (
        state.provider,
        shown.name,
        used,
        figures_of(shown.catalog.provenance) or "unknown",
        "" if age is None else str(age),
        _short_source(shown.catalog),
        *(str(n) for n in (counts.regions, counts.types, counts.families, counts.images, counts.priced)),
    )


def _silent(states: Sequence[ProviderState]) -> list[str]:
    """Regions whose data grow old while every refresh seems to work: reported first."""
    return [
        f"{state.provider}: {shown.name}: {line}"
        for state in states
        for shown in state.tiers
        if shown.catalog is not None
        for line in merge.silent(shown.catalog)
    ]


def _short_source(catalog: Catalog) -> str:
    """`live`, `recording`, `built-in`: the note up to its colon; the remarks have all of it."""
    short = catalog.provenance.source.partition(":")[0].partition(",")[0]
    return short if len(short) <= _SHORT else "a note"


def _style(state: ProviderState, shown: TierState | None, now: datetime) -> str:
    if shown is None or shown.problem:
        return "red"
    if shown is not state.in_use:
        return "dim"
    age = days(shown.catalog.provenance, now) if shown.catalog else None
    return "green" if age is not None and 0 <= age <= status.STALE_DAYS else "yellow"


def _remarks(state: ProviderState) -> list[str]:
    lines = []
    if not state.tiers:
        lines.append("there are no menus; the next config target writes the built-in ones")
    elif state.generated and not state.marked and state.used == tier.GENERATED:
        lines.append("the built-in menus are in use: only a few families")
    elif state.marked and state.generated and state.used == tier.STATIC:
        who = "in the configuration" if state.offered else "by CLOUD_TIER"
        lines.append(f"there are generated menus, but they are switched off {who}")
    for shown in state.tiers:
        if shown.problem:
            lines.append(f"{shown.name}: DAMAGED: {shown.problem}")
        if shown.catalog is not None:
            source = shown.catalog.provenance.source
            if source != _short_source(shown.catalog):
                lines.append(f"{shown.name}: source: {source}")
            lines += [f"{shown.name}: {line}" for line in gaps(shown.catalog)]
    return lines


if __name__ == "__main__":
    command.start("cloud-status", main)
