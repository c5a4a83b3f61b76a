# SPDX-License-Identifier: MIT
"""The summary of a run: successes, failures and absences side by side, as things stand on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog
from cloudlib.catalog.text import dollars
from cloudlib.errors import CloudError
from cloudlib.show import table


@dataclass(frozen=True)
class Outcome:
    """What became of one provider: `state` in a word or two, then its figures or its error."""

    provider: str
    state: str
    good: bool
    catalog: Catalog | None = None
    seconds: float = 0.0
    calls: int = 0
    changed: int = 0
    error: CloudError | None = None
    remarks: tuple[str, ...] = ()


_COLUMNS = (
    "provider",
    "result",
    "regions",
    "zones",
    "types",
    "families",
    "images",
    "USD per hour",
    "files",
    "s",
    "calls",
)
_FIGURES = ("regions", "zones", "types", "families", "images", "files", "s", "calls")


def show(outcomes: Sequence[Outcome], stream: TextIO) -> None:
    """A table, then notices, errors and what is next."""
    if not outcomes:
        return
    rows = [_row(outcome) for outcome in outcomes]
    styles = [_style(outcome) for outcome in outcomes]
    table.show(_COLUMNS, rows, stream, styles=styles, right=_FIGURES)
    for outcome in outcomes:
        for line in _remarks(outcome):
            print(f"{outcome.provider}: {line}", file=stream)


def _row(outcome: Outcome) -> tuple[str, ...]:
    catalog = outcome.catalog
    if catalog is None:
        return (outcome.provider, outcome.state, *[""] * (len(_COLUMNS) - 2))
    regions = {r for t in catalog.instance_types for r in t.regions}
    return (
        outcome.provider,
        outcome.state,
        str(len(regions)),
        str(len(catalog.zones)),
        str(len(catalog.instance_types)),
        str(len(catalog.families())),
        str(len(catalog.images)),
        price_range(catalog),
        f"{outcome.changed} changed",
        f"{outcome.seconds:.1f}" if outcome.seconds else "",
        str(outcome.calls) if outcome.calls else "",
    )


def price_range(catalog: Catalog) -> str:
    """Lowest to highest known price in the default region; "unknown" without any."""
    known = [p.usd_per_hour for t in catalog.instance_types if (p := t.price_in(catalog.default_region))]
    return f"{dollars(min(known))} - {dollars(max(known))}" if known else "unknown"


def _remarks(outcome: Outcome) -> list[str]:
    lines = []
    if outcome.catalog is not None:
        lines += merge.unreached(outcome.catalog)
        lines += [f"notice: {notice}" for notice in outcome.catalog.provenance.notices]
    lines += outcome.remarks
    if outcome.error is not None:
        lines.append(outcome.error.what.removeprefix(f"{outcome.provider}: "))
        lines += [f"  unchanged: {outcome.error.unchanged}"] if outcome.error.unchanged else []
        lines += [f"  next: {line}" for line in outcome.error.hint.splitlines()]
    return lines


def _style(outcome: Outcome) -> str:
    return "green" if outcome.good else ("yellow" if outcome.state == "skipped" else "red")
