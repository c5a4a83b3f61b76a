# SPDX-License-Identifier: MIT
"""Last known data for regions that could not be reached this time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from cloudlib.catalog.records import Catalog, InstanceType, Provenance, Region

#: Refreshes without an answer after which a region is no longer a passing fault.
_SILENT = 3


def carry_forward(new: Catalog, old: Catalog | None) -> Catalog:
    """`new`, with what `old` knew about the regions that `new` did not reach: zones, offers, prices.

    A type that exists only in such regions is kept. Long names that this answer leaves out are kept too.
    `Provenance.known_since` records which regions got old data, and of which time, and `unanswered` how many
    refreshes in a row each has not answered.
    """
    if old is None:
        return new
    names = {r.name: r for r in old.regions}
    regions = tuple(_named(r, names) for r in new.regions)
    lost = set(new.provenance.not_reached) & {r.name for r in new.regions if r.available}
    if not lost:
        return replace(new, regions=regions)
    before = {t.name: t for t in old.instance_types}
    types = [
        _merged(itype, old.within(before[itype.name], lost)) if itype.name in before else itype
        for itype in new.instance_types
    ]
    names_now = {itype.name for itype in new.instance_types}
    types += [
        old.within(itype, lost)
        for itype in old.instance_types
        if itype.name not in names_now and set(itype.regions) & lost
    ]
    return Catalog.build(
        provider=new.provider,
        default_region=new.default_region,
        regions=regions,
        zones=(*new.zones, *(z for z in old.zones if z.region in lost)),
        instance_types=types,
        images=new.images,
        provenance=replace(
            new.provenance, known_since=_known_since(old, lost), unanswered=_unanswered(old.provenance, lost)
        ),
    )


def unreached(catalog: Catalog) -> list[str]:
    """A line for each region that was not reached: why, and what the catalogue has about it instead."""
    reasons = catalog.provenance.not_reached
    return [f"not reached: {region} ({why}); {kept_data(catalog, region)}" for region, why in reasons.items()]


def silent(catalog: Catalog) -> list[str]:
    """A line for each region that has not answered for `_SILENT` refreshes or more: somebody should look."""
    return [
        f"{region} has not answered for {count} refreshes; {kept_data(catalog, region)}"
        for region, count in catalog.provenance.unanswered.items()
        if count >= _SILENT
    ]


def kept_data(catalog: Catalog, region: str) -> str:
    """What a catalogue has about a region that was not reached: data and their date, or nothing."""
    if not any(region in itype.regions for itype in catalog.instance_types):
        return "nothing is known about it"
    since = catalog.provenance.known_since.get(region, "")
    return f"last known data are kept ({since[:10] or 'of an unknown date'})"


def _unanswered(old: Provenance, lost: Collection[str]) -> dict[str, int]:
    """How many refreshes in a row a region has not answered, this one included."""
    return {region: old.unanswered.get(region, int(region in old.not_reached)) + 1 for region in sorted(lost)}


def _known_since(old: Catalog, lost: Collection[str]) -> dict[str, str]:
    offered = {region for itype in old.instance_types for region in itype.regions}
    return {region: _since(old.provenance, region) for region in sorted(offered & set(lost))}


def _since(old: Provenance, region: str) -> str:
    """When the old catalogue's data of a region were fetched; they may have been carried forward already."""
    return old.known_since.get(region, "" if region in old.not_reached else old.fetched_at)


def _named(region: Region, names: Mapping[str, Region]) -> Region:
    before = names.get(region.name)
    if before is None:
        return region
    return replace(
        region,
        long_name=region.long_name or before.long_name,
        geography=region.geography or before.geography,
    )


def _merged(itype: InstanceType, kept: InstanceType) -> InstanceType:
    """A type as the new answer has it, and as the old one had it in the lost regions.

    A price in the new answer wins also there: a region's prices may arrive though its zones do not.
    """
    return replace(
        itype,
        regions=tuple(sorted({*itype.regions, *kept.regions})),
        zones=tuple(sorted({*itype.zones, *kept.zones})),
        prices={**kept.prices, **itype.prices},
    )
