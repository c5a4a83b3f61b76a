# SPDX-License-Identifier: MIT
"""What a refresh changed, as a page to attach to a review. It has no script at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cloudlib.catalog.diff import CatalogDiff
from cloudlib.catalog.text import dollars
from cloudlib.report import page

_STYLES = (page.HERE / "page.css",)
_MOVES = 1000  # rows of the price table, the largest moves first


class Shown(Protocol):
    """What the page shows of a provider: show.diff_formats.Difference has it."""

    @property
    def provider(self) -> str: ...
    @property
    def changes(self) -> CatalogDiff: ...
    @property
    def headline(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def sections(self) -> Mapping[str, Sequence[str]]: ...


def render(made: Sequence[Shown]) -> str:
    """The text of the page."""
    return page.template("difference.html.j2").render(
        made=made,
        moves={one.provider: _moves(one.changes) for one in made},
        **page.inline((), _STYLES),
    )


def _moves(diff: CatalogDiff) -> list[tuple[str, str, str, str, str]]:
    """Type, region, price before and after, percent: the largest moves first."""
    largest = sorted(diff.repriced, key=lambda p: max(p.ratio, 1 / p.ratio), reverse=True)
    return [
        (p.type, p.region, dollars(p.before), dollars(p.after), f"{(p.ratio - 1) * 100:+.1f} %")
        for p in largest[:_MOVES]
    ]
