# SPDX-License-Identifier: MIT
"""What a refresh changed of one provider, as text, as Markdown and HTML for a review, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cloudlib.catalog.diff import CatalogDiff, Repriced
from cloudlib.catalog.text import dollars
from cloudlib.errors import counted, printable
from cloudlib.show import diff as difftext

#: The version of the JSON: a key may come, none changes its meaning or goes.
VERSION = 1
_MOVES = 1000  # rows of the price table of HTML
_SHOWN = 20  # entries of a section in text; the other formats have all


@dataclass(frozen=True)
class Difference:
    """The generated catalog against the committed one. `sections` is {title: entries}; `silent` and `remarks`
    are what did not answer; `refusals` are the reasons for which cloud-update will refuse; `files` counts the
    menu files that it would change.
    """

    provider: str
    changes: CatalogDiff
    silent: Sequence[str]
    committed: str
    generated: str
    remarks: Sequence[str]
    refusals: Sequence[str]
    sections: Mapping[str, Sequence[str]]
    defconfigs: Sequence[str]
    files: int

    @property
    def headline(self) -> str:
        """One line, also where nothing differs."""
        return difftext.headline(self.changes) or "no difference"

    @property
    def outcome(self) -> str:
        """What a promotion would write; "" for nothing."""
        if not self.changes and not self.files:
            return ""
        beside = (
            "" if self.changes else ", though the records are the same: this version writes them differently"
        )
        return f"would change {counted(self.files, 'menu file')}{beside}"


def text(made: Sequence[Difference]) -> str:
    """For a terminal."""
    return "".join(f"{printable(line)}\n" for one in made for line in _text(one))


def _text(one: Difference) -> Iterator[str]:
    name = one.provider
    yield from (f"{name}: {line}" for line in one.silent)
    yield f"{name}: {one.headline}"
    yield f"  committed: {one.committed}"
    yield f"  generated: {one.generated}"
    yield from (f"  {line}" for line in one.remarks)
    yield from (f"  cloud-update-{name} will refuse: {reason}" for reason in one.refusals)
    yield from section_lines(one.sections)
    yield from (["  defconfigs:", *(f"    {line}" for line in one.defconfigs)] if one.defconfigs else [])
    if one.outcome:
        yield f"  cloud-update-{name} {one.outcome}"


def section_lines(sections: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Titles and entries, of each section as many as a person reads."""
    for title, entries in sections.items():
        yield f"  {title}:"
        yield from (f"    {entry}" for entry in entries[:_SHOWN])
        if len(entries) > _SHOWN:
            yield f"    and {len(entries) - _SHOWN} more lines: FORMAT=markdown has all"


def markdown(made: Sequence[Difference]) -> str:
    """For a review: a section a provider, every entry as code, so that no text of a vendor is markup."""
    return "".join(f"{printable(line)}\n" for one in made for line in _markdown(one))


def _markdown(one: Difference) -> Iterator[str]:
    yield from (f"## {one.provider}", "", f"{one.headline}.", "")
    yield from _block("committed and generated", [one.committed, one.generated])
    yield from _block(f"cloud-update-{one.provider} will refuse", one.refusals)
    yield from _block("not reached", [*one.silent, *one.remarks])
    for title, entries in one.sections.items():
        yield from _block(title, entries)
    yield from _block("defconfigs", one.defconfigs)
    if one.outcome:
        yield from (f"`make cloud-update-{one.provider}` {one.outcome}.", "")


def _block(title: str, entries: Sequence[str]) -> list[str]:
    """A heading and a block of code that no entry can end."""
    if not entries:
        return []
    fence = "`" * (3 + max(entry.count("`") for entry in entries))
    return [f"### {title[:1].upper()}{title[1:]}", "", fence, *entries, fence, ""]


def to_json(made: Sequence[Difference]) -> str:
    """One object; docs/json.md describes it."""
    return (
        json.dumps({"version": VERSION, "providers": [_plain(one) for one in made]}, indent=2, default=float)
        + "\n"
    )


def _plain(one: Difference) -> dict[str, Any]:
    diff = one.changes
    names = ("regions", "zones", "families", "types", "images")
    return {
        "provider": one.provider,
        "headline": one.headline,
        "committed": one.committed,
        "generated": one.generated,
        "not_reached": [*one.silent, *one.remarks],
        "refusals": list(one.refusals),
        "changes": {name: asdict(getattr(diff, name)) for name in names},
        "offered_elsewhere": [
            {
                "type": move.type,
                "gained": [*move.gained, *move.zones_gained],
                "lost": [*move.lost, *move.zones_lost],
            }
            for move in diff.moved
        ],
        "repriced": [asdict(price) for price in diff.repriced],
        "prices_new": diff.priced,
        "prices_lost": diff.unpriced,
        "defconfigs": list(one.defconfigs),
        "menu_files": one.files,
    }


def html(made: Sequence[Difference]) -> str:
    """A page to attach to a review. It has no script at all."""
    from cloudlib.report import page  # jinja2, which this format alone needs

    return page.template("difference.html.j2").render(
        made=made,
        moves={one.provider: [_move(price) for price in one.changes.largest_moves[:_MOVES]] for one in made},
        **page.inline((), (page.HERE / "page.css",)),
    )


def _move(price: Repriced) -> tuple[str, str, str, str, str]:
    percent = f"{(price.ratio - 1) * 100:+.1f} %"
    return (price.type, price.region, dollars(price.before), dollars(price.after), percent)
