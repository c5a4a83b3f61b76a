# SPDX-License-Identifier: MIT
"""The summary of a run: which providers were published, failed, or were skipped, and what they offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CloudError, layout, printable
from cloudlib.show import table
from cloudlib.show.figures import can_be_chosen, figures


@dataclass(frozen=True)
class Outcome:
    """The result for one provider: `state` in a word or two, then its catalog or its error."""

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
#: What a narrow terminal does without, first to go first.
_GIVES_WAY = ("calls", "zones", "families", "images", "files")


def show(outcomes: Sequence[Outcome], stream: TextIO) -> None:
    """A table, then remarks and errors."""
    if not outcomes:
        return
    rows = [_row(outcome) for outcome in outcomes]
    styles = [_style(outcome) for outcome in outcomes]
    table.show(_COLUMNS, rows, stream, styles=styles, right=_FIGURES, gives_way=_GIVES_WAY)
    for outcome in outcomes:
        for line in _remarks(outcome):
            print(printable(line), file=stream)


def _row(outcome: Outcome) -> tuple[str, ...]:
    if outcome.catalog is None:
        return (outcome.provider, outcome.state, *[""] * (len(_COLUMNS) - 2))
    counts = figures(outcome.catalog)
    return (
        outcome.provider,
        outcome.state,
        *(str(n) for n in (counts.regions, counts.zones, counts.types, counts.families, counts.images)),
        counts.prices,
        f"{outcome.changed} changed",
        f"{outcome.seconds:.1f}" if outcome.seconds else "",
        str(outcome.calls) if outcome.calls else "",
    )


def _remarks(outcome: Outcome) -> list[str]:
    remarks = [] if outcome.catalog is None else gaps(outcome.catalog)
    lines = [f"{outcome.provider}: {remark}" for remark in (*remarks, *outcome.remarks)]
    if outcome.error is not None:
        lines += layout(outcome.error, who=outcome.provider, label=outcome.state.lower())
    return lines


def gaps(catalog: Catalog) -> list[str]:
    """What to know of a catalog: what the menus offer and leave out, regions that were not reached, notices,
    doubts that FORCE=1 overrode."""
    about = catalog.provenance
    left_out = ", ".join(f"{count} {what}" for what, count in sorted(about.left_out.items()))
    return [
        can_be_chosen(figures(catalog)),
        *([f"left out of the answers: {left_out}"] if left_out else []),
        *merge.unreached(catalog),
        *(f"notice: {notice}" for notice in about.notices),
        *(f"promoted with FORCE=1 despite: {doubt}" for doubt in about.forced),
    ]


def _style(outcome: Outcome) -> str:
    return "green" if outcome.good else ("yellow" if outcome.state == "skipped" else "red")
