# SPDX-License-Identifier: MIT
"""Last known data for what could not be reached this time: regions, zones, prices, images."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from cloudlib.catalog.rates import GLOBAL, Rate, rate_order
from cloudlib.catalog.records import Catalog, Image, InstanceType, Provenance, Region
from cloudlib.errors import counted

_PRICES = "prices of "
#: So many regions whose prices are missing are named; there may be sixty.
_NAMED = 3


@dataclass(frozen=True)
class _Lost:
    """What a new catalog did not reach: names of regions, of zones in other regions, of regions whose
    prices and groups of images whose streams are missing."""

    regions: frozenset[str]
    zones: frozenset[str]
    prices: frozenset[str]
    images: frozenset[str]


def prices_of(region: str) -> str:
    """What `Provenance.not_reached` calls the price list of a region."""
    return f"{_PRICES}{region}"


def in_words(parts: Iterable[str]) -> str:
    """Names of parts as a person reads them: "west, prices of north, east, south and 27 more regions"."""
    names = list(parts)
    others = [name for name in names if not name.startswith(_PRICES)]
    priced = [name.removeprefix(_PRICES) for name in names if name.startswith(_PRICES)]
    more = len(priced) - _NAMED
    said = (
        [", ".join(priced[:_NAMED]) + (f" and {counted(more, 'more region')}" if more > 0 else "")]
        if priced
        else []
    )
    return ", ".join([*others, *(_PRICES + text for text in said)])


def images_like(image: Image) -> str:
    """What `Provenance.not_reached` calls the images that are lost together: of a distribution, for GPUs."""
    return f"{image.distro if image.purpose == 'os' else image.purpose.upper()} images"


_NOT_OPTED_IN = "the account that asked has not opted in"
#: Refreshes without an answer after which a region is no longer a transient fault.
_SILENT = 3


def carry_forward(new: Catalog, old: Catalog | None) -> Catalog:
    """`new`, with what `old` knew about the parts that `new` did not reach.

    Of a region or a zone these are zones, offers, and prices; else prices alone, or images. A type that
    exists only there is kept. Long names that this answer leaves out are kept too. `Provenance.known_since`
    records which parts got old data, and of which time, and `unanswered` how many refreshes in a row each
    has not answered.
    """
    if old is None:
        return new
    names = {r.name: r for r in old.regions}
    regions = tuple(_named(r, names) for r in new.regions)
    rates = _rates(new, old)
    if not new.provenance.not_reached:
        return replace(new, regions=regions, rates=rates)
    lost = _lost(new, old)
    before = {t.name: _kept(t, old, lost) for t in old.instance_types}
    types = [merged(t, before[t.name]) if t.name in before else t for t in new.instance_types]
    names_now = {itype.name for itype in new.instance_types}
    types += [kept for kept in before.values() if kept.name not in names_now and kept.regions]
    zones = {z.name: z for z in old.zones if z.region in lost.regions or z.name in lost.zones}
    images = {(i.key, i.title): i for i in old.images if images_like(i) in lost.images}
    return Catalog.build(
        provider=new.provider,
        default_region=new.default_region,
        regions=regions,
        zones={**zones, **{z.name: z for z in new.zones}}.values(),
        instance_types=types,
        images={**images, **{(i.key, i.title): i for i in new.images}}.values(),
        rates=rates,
        provenance=replace(
            new.provenance,
            known_since=_known_since(new, old),
            unanswered={
                **new.provenance.unanswered,
                **_unanswered(old.provenance, new.provenance.not_reached),
            },
        ),
    )


def for_everybody(new: Catalog, old: Catalog | None) -> Catalog:
    """`new`, without what only the account that asked may not use: what is committed is for all accounts.

    Of a region that it has not opted in to, `old` is kept as last known, marked and dated like one that did
    not answer. Where nothing is known about such a region, nobody is told about somebody else's account.
    """
    known = {region for t in old.instance_types for region in t.regions} if old else set()
    closed = {r.name: _NOT_OPTED_IN for r in new.regions if r.opt_in and not r.available}
    kept = {name: why for name, why in closed.items() if name in known}
    if not closed:
        return new
    regions = tuple(
        replace(r, available=r.available or r.name in kept, why_not="") if r.name in closed else r
        for r in new.regions
    )
    opened = replace(new, regions=regions, provenance=replace(new.provenance, not_reached=kept))
    merged = carry_forward(opened, old)
    about = replace(
        new.provenance,
        not_reached={**new.provenance.not_reached, **kept},
        known_since={**new.provenance.known_since, **merged.provenance.known_since},
    )
    return merged.with_provenance(about)


def unreached(catalog: Catalog) -> list[str]:
    """A line for each reason why parts were not reached: which, and what the catalog has instead."""
    parts: dict[tuple[str, str], list[str]] = {}
    for part, why in catalog.provenance.not_reached.items():
        parts.setdefault((why, kept_data(catalog, part)), []).append(part)
    return [f"not reached: {in_words(names)} ({why}); {kept}" for (why, kept), names in parts.items()]


def silent(catalog: Catalog) -> list[str]:
    """A line for each part that has not answered for `_SILENT` refreshes or more: someone should look."""
    return [
        f"{region} has not answered for {count} refreshes; {kept_data(catalog, region)}"
        for region, count in catalog.provenance.unanswered.items()
        if count >= _SILENT
    ]


def kept_data(catalog: Catalog, part: str) -> str:
    """What a catalog has about a part that was not reached: data and their date, or nothing."""
    known_since = catalog.provenance.known_since
    if part not in known_since and not any(part in itype.regions for itype in catalog.instance_types):
        return "nothing is known about it"
    return f"last known data are kept ({known_since.get(part, '')[:10] or 'of an unknown date'})"


def _rates(new: Catalog, old: Catalog) -> tuple[Rate, ...]:
    """The new prices of disks and addresses, and the old ones of regions that got none this time.

    Fees of images, which depend on the machine, are asked for on their own.
    """
    answered = {(rate.region, not rate.machines) for rate in new.rates}
    usable = {r.name for r in new.regions if r.available} | ({GLOBAL} if not new.rates else set())
    kept = [r for r in old.rates if (r.region, not r.machines) not in answered and r.region in usable]
    return tuple(sorted([*new.rates, *kept], key=rate_order))


def _unanswered(old: Provenance, parts: Collection[str]) -> dict[str, int]:
    """How many refreshes in a row each part has not answered, this one included."""
    return {part: old.unanswered.get(part, int(part in old.not_reached)) + 1 for part in parts}


def _lost(new: Catalog, old: Catalog) -> _Lost:
    parts = new.provenance.not_reached
    usable = {r.name for r in new.regions if r.available}
    return _Lost(
        regions=frozenset(r for r in usable if r in parts),
        zones=frozenset(z.name for z in old.zones if z.name in parts and z.region in usable),
        prices=frozenset(r for r in usable if prices_of(r) in parts),
        images=frozenset(group for group in map(images_like, old.images) if group in parts),
    )


def _known_since(new: Catalog, old: Catalog) -> dict[str, str]:
    """The parts that `new` did not reach and `old` knows something about, and of which time that is."""
    regions: dict[str, str] = {}  # of each such part, "" for images
    for itype in old.instance_types:
        regions.update((region, region) for region in itype.regions)
        regions.update((zone, old.zone_regions[zone]) for zone in itype.zones)
        regions.update((prices_of(region), region) for region in itype.prices)
    usable = {r.name for r in new.regions if r.available}
    known = {part: region for part, region in regions.items() if region in usable}
    known.update((images_like(image), "") for image in old.images)
    parts = sorted(set(new.provenance.not_reached) & known.keys())
    return {part: _since(old.provenance, part, known[part]) for part in parts}


def _since(old: Provenance, part: str, region: str) -> str:
    """When the old catalog's data of a part were fetched; they may have been carried forward already."""
    for name in (part, region):
        if name in old.known_since or name in old.not_reached:
            return old.known_since.get(name, "")
    return old.fetched_at


def _named(region: Region, names: Mapping[str, Region]) -> Region:
    before = names.get(region.name)
    if before is None:
        return region
    return replace(
        region,
        long_name=region.long_name or before.long_name,
        geography=region.geography or before.geography,
    )


def _kept(itype: InstanceType, old: Catalog, lost: _Lost) -> InstanceType:
    """An old type where it stays as it was: in lost regions and zones, with their prices and lost ones."""
    zones = [z for z in itype.zones if z in lost.zones or old.zone_regions[z] in lost.regions]
    regions = {*(r for r in itype.regions if r in lost.regions), *(old.zone_regions[z] for z in zones)}
    prices = {r: price for r, price in itype.prices.items() if r in regions or r in lost.prices}
    unknown = tuple(r for r in itype.zones_unknown if r in regions)
    return replace(
        itype, regions=tuple(sorted(regions)), zones=tuple(zones), zones_unknown=unknown, prices=prices
    )


def merged(itype: InstanceType, kept: InstanceType) -> InstanceType:
    """A type as the new answer has it, and as the old one had it in what was lost.

    A price in the new answer wins also there: a region's prices may arrive though its zones do not.
    """
    return replace(
        itype,
        regions=tuple(sorted({*itype.regions, *kept.regions})),
        zones=tuple(sorted({*itype.zones, *kept.zones})),
        zones_unknown=tuple(sorted({*itype.zones_unknown, *(set(kept.zones_unknown) - set(itype.regions))})),
        prices={**kept.prices, **itype.prices},
    )
