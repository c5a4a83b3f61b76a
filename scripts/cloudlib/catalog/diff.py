# SPDX-License-Identifier: MIT
"""The difference between two catalogs, as a record. Pure: no clock, no files.

The provenance is ignored. An empty difference means that both hold equal records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, TypeVar

from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Catalog, Image, InstanceType

_T = TypeVar("_T")
#: Fields of a type that `Moved` and `Repriced` report.
_PLACES = ("regions", "zones", "prices")


@dataclass(frozen=True, slots=True)
class Names:
    """Names added, removed, or kept with other data; `changed` maps the last to the fields that differ."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Moved:
    """A type of both catalogs that moved; `zones_…` are changes within the regions that it kept."""

    type: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    zones_gained: tuple[str, ...] = ()
    zones_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repriced:
    """A price that changed, in USD per hour."""

    type: str
    region: str
    before: Decimal
    after: Decimal

    @property
    def ratio(self) -> Decimal:
        """After divided by before."""
        return self.after / self.before

    @property
    def factor(self) -> Decimal:
        """How far the price moved, up or down: at least 1."""
        return max(self.ratio, 1 / self.ratio)


@dataclass(frozen=True, slots=True)
class CatalogDiff:
    """Everything that differs. A type that was added or removed is only that, its prices included.

    `priced` and `unpriced` are the prices that types of both catalogs gained and lost, as (type, region);
    `restated` counts those of the same amount from another source.
    """

    default_region: tuple[str, str] | None
    regions: Names
    zones: Names
    families: Names
    types: Names
    images: Names
    rates: Names
    moved: tuple[Moved, ...]
    repriced: tuple[Repriced, ...]
    priced: tuple[tuple[str, str], ...]
    unpriced: tuple[tuple[str, str], ...]
    restated: int

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) for f in fields(self))

    @property
    def largest_moves(self) -> list[Repriced]:
        """The prices that changed, the largest moves first."""
        return sorted(self.repriced, key=lambda price: price.factor, reverse=True)


def difference(old: Catalog, new: Catalog) -> CatalogDiff:
    """What changed from `old` to `new`, in the catalogs' own order."""
    before = {t.name: t for t in old.instance_types}
    both = [(before[t.name], t) for t in new.instance_types if t.name in before]
    home = (old.default_region, new.default_region)
    return CatalogDiff(
        default_region=home if home[0] != home[1] else None,
        regions=_names(old.regions, new.regions, lambda r: r.name),
        zones=_names(old.zones, new.zones, lambda z: z.name),
        families=_families(old, new),
        types=_names(old.instance_types, new.instance_types, lambda t: t.name, leave=_PLACES),
        images=_names(old.images, new.images, image_name),
        rates=_names(old.rates, new.rates, lambda rate: f"{rate.part} per {rate.unit}"),
        moved=tuple(m for a, b in both if (m := _moved(old, new, a, b)) is not None),
        repriced=tuple(
            Repriced(b.name, region, a.prices[region].usd_per_hour, b.prices[region].usd_per_hour)
            for a, b in both
            for region in sorted(_in_both(a, b), key=natural)
            if a.prices[region].usd_per_hour != b.prices[region].usd_per_hour
        ),
        priced=tuple((b.name, region) for a, b in both for region in b.prices if region not in a.prices),
        unpriced=tuple((a.name, region) for a, b in both for region in a.prices if region not in b.prices),
        restated=sum(
            a.prices[region] != b.prices[region]
            and a.prices[region].usd_per_hour == b.prices[region].usd_per_hour
            for a, b in both
            for region in _in_both(a, b)
        ),
    )


def image_name(image: Image) -> str:
    """`debian 12 arm64`, with ` gpu` for an image of that purpose: all but the boot modes."""
    purpose = "" if image.purpose == "os" else f" {image.purpose}"
    return f"{image.distro} {image.release} {image.architecture}{purpose}"


def _names(
    old: Iterable[_T], new: Iterable[_T], name: Callable[[_T], str], leave: tuple[str, ...] = ()
) -> Names:
    before, after = _by_name(old, name), _by_name(new, name)
    return Names(
        added=tuple(n for n in after if n not in before),
        removed=tuple(n for n in before if n not in after),
        changed={
            n: differing for n in after if n in before and (differing := _fields(before[n], after[n], leave))
        },
    )


def _by_name(records: Iterable[_T], name: Callable[[_T], str]) -> dict[str, list[_T]]:
    grouped: dict[str, list[_T]] = {}
    for record in records:
        grouped.setdefault(name(record), []).append(record)
    return grouped


def _fields(before: list[_T], after: list[_T], leave: tuple[str, ...]) -> tuple[str, ...]:
    """The fields in which records of one name differ; usually there is one record on each side."""
    if len(before) != len(after):
        return ("count",)
    names = [f.name for f in fields(before[0]) if f.name not in leave]  # type: ignore[arg-type]
    return tuple(n for n in names if any(getattr(a, n) != getattr(b, n) for a, b in zip(before, after)))


def _families(old: Catalog, new: Catalog) -> Names:
    before, after = old.families(), new.families()
    return Names(tuple(f for f in after if f not in before), tuple(f for f in before if f not in after))


def _moved(old: Catalog, new: Catalog, a: InstanceType, b: InstanceType) -> Moved | None:
    kept = set(a.regions) & set(b.regions)
    zones = (old.within(a, kept).zones, new.within(b, kept).zones)

    def minus(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(set(one) - set(other), key=natural))

    moved = Moved(
        type=b.name,
        gained=minus(b.regions, a.regions),
        lost=minus(a.regions, b.regions),
        zones_gained=minus(zones[1], zones[0]),
        zones_lost=minus(zones[0], zones[1]),
    )
    return moved if moved != Moved(b.name) else None


def _in_both(a: InstanceType, b: InstanceType) -> set[Any]:
    return a.prices.keys() & b.prices.keys()
