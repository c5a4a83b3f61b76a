# SPDX-License-Identifier: MIT
"""The difference between two catalogs as text, for deciding whether to promote the new one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cloudlib.catalog.diff import CatalogDiff, Moved, Names, Repriced
from cloudlib.catalog.records import Catalog
from cloudlib.catalog.text import dollars, family_prompt
from cloudlib.errors import counted

_WIDTH = 100
#: What those prices are of that belong to no type.
_OTHERS = " of disks, addresses and images"


def headline(diff: CatalogDiff) -> str:
    """One line: `2 families added, 1 removed; 24 types added; 1204 prices changed`; "" for none."""
    parts = [
        f"default region {diff.default_region[0]} -> {diff.default_region[1]}" if diff.default_region else "",
        *(
            _changed(noun, names)
            for noun, names in (
                (("region",), diff.regions),
                (("zone",), diff.zones),
                (("family", "families"), diff.families),
                (("type",), diff.types),
                (("image stream",), diff.images),
                (
                    ("price of disks, addresses and images", "prices of disks, addresses and images"),
                    diff.rates,
                ),
            )
        ),
        f"{counted(len(diff.moved), 'type')} offered elsewhere" if diff.moved else "",
        f"{counted(len(diff.repriced), 'price')} changed" if diff.repriced else "",
        f"{counted(len(diff.priced), 'price')} new" if diff.priced else "",
        f"{counted(len(diff.unpriced), 'price')} no longer known" if diff.unpriced else "",
        f"{counted(diff.restated, 'price')} from another source" if diff.restated else "",
    ]
    return "; ".join(part for part in parts if part)


def sections(diff: CatalogDiff, old: Catalog, new: Catalog) -> dict[str, list[str]]:
    """The whole difference: {title: its entries}, without what is empty."""
    listed: tuple[tuple[str, Iterable[str]], ...] = (
        ("regions", _by_name(diff.regions, _region_titles(old, new))),
        ("zones", _listed(diff.zones)),
        ("families", _by_name(diff.families, _family_titles(old, new))),
        ("types", _types(diff, old, new)),
        ("offered elsewhere", _movements(diff.moved, new)),
        ("images", _by_name(diff.images, {})),
        ("prices, USD per hour", _prices(diff)),
        (f"prices{_OTHERS}", _listed(diff.rates)),
    )
    return {title: entries for title, items in listed if (entries := list(items))}


def _changed(noun: Sequence[str], names: Names) -> str:
    """`2 families added, 1 removed`."""
    counts = ((names.added, "added"), (names.removed, "removed"), (names.changed, "changed"))
    some = [(len(listed), verb) for listed, verb in counts if listed]
    first = [f"{counted(count, *noun)} {verb}" for count, verb in some[:1]]
    return ", ".join([*first, *(f"{count} {verb}" for count, verb in some[1:])])


def _by_name(names: Names, titles: Mapping[str, str]) -> Iterator[str]:
    """One line per name."""
    yield from (f"+ {titles.get(name, name)}" for name in names.added)
    yield from (f"- {titles.get(name, name)}" for name in names.removed)
    yield from (
        f"~ {titles.get(name, name)}: {', '.join(differing)}" for name, differing in names.changed.items()
    )


def _listed(names: Names) -> Iterator[str]:
    """The names in wrapped lines: there may be many, with little to say about each."""
    yield from _running("+", names.added)
    yield from _running("-", names.removed)
    yield from _running("~", names.changed)


def _running(mark: str, names: Iterable[str]) -> Iterator[str]:
    text = ", ".join(names)
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=f"{mark} ", subsequent_indent="  ", break_on_hyphens=False
    )


def _region_titles(old: Catalog, new: Catalog) -> dict[str, str]:
    every = {r.name: r for r in (*old.regions, *new.regions)}
    return {name: f"{name}  {region.long_name}".rstrip() for name, region in every.items()}


def _family_titles(old: Catalog, new: Catalog) -> dict[str, str]:
    """As the menus show a family, with its number of types."""
    return {
        name: f"{family_prompt(name, types, catalog.default_region)}  ({counted(len(types), 'type')})"
        for catalog in (old, new)
        for name, types in catalog.families().items()
    }


def _types(diff: CatalogDiff, old: Catalog, new: Catalog) -> Iterator[str]:
    """Types of families that stay; those of a family that was added or removed are in its line."""
    covered = {*diff.families.added, *diff.families.removed}
    family = {t.name: t.family for t in (*old.instance_types, *new.instance_types)}
    yield from _running("+", (n for n in diff.types.added if family[n] not in covered))
    yield from _running("-", (n for n in diff.types.removed if family[n] not in covered))
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, differing in diff.types.changed.items():
        alike.setdefault(differing, []).append(name)
    for differing, names in alike.items():
        yield from _running("~", (f"{', '.join(differing)} of {names[0]}", *names[1:]))


def _movements(moved: Sequence[Moved], new: Catalog) -> Iterator[str]:
    """One line for all types of a family that moved alike."""
    family = {t.name: t.family for t in new.instance_types}
    sizes = {name: len(types) for name, types in new.families().items()}
    alike: dict[tuple[str, str], list[str]] = {}
    for move in moved:
        where = (
            *(f"+ {name}" for name in (*move.gained, *move.zones_gained)),
            *(f"- {name}" for name in (*move.lost, *move.zones_lost)),
        )
        alike.setdefault((family[move.type], "  ".join(where)), []).append(move.type)
    for (name, places), types in alike.items():
        who = f"all of {name}" if len(types) == sizes[name] > 1 else ", ".join(types)
        yield from _running("~", (f"{who}:  {places}",))


def _prices(diff: CatalogDiff) -> Iterator[str]:
    rises = [p for p in diff.repriced if p.after > p.before]
    falls = [p for p in diff.repriced if p.after < p.before]
    counts = (
        (len(rises), "rose"),
        (len(falls), "fell"),
        (len(diff.priced), "new"),
        (len(diff.unpriced), "no longer known"),
        (diff.restated, "the same from another source"),
    )
    text = ", ".join(f"{count} {verb}" for count, verb in counts if count)
    if text:
        yield text
    if rises:
        yield f"largest rise: {change(max(rises, key=lambda p: p.ratio))}"
    if falls:
        yield f"largest fall: {change(min(falls, key=lambda p: p.ratio))}"


def change(price: Repriced) -> str:
    """`m7.large in north-1  $0.10 -> $0.20  (+100.0 %)`."""
    percent = (price.ratio - 1) * 100
    amounts = f"{dollars(price.before)} -> {dollars(price.after)}"
    return f"{price.type} in {price.region}  {amounts}  ({percent:+.1f} %)"
