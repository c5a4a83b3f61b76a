# SPDX-License-Identifier: MIT
"""Old knowledge for regions that could not be reached this time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cloudlib.catalog.records import Catalog, InstanceType, Region


def carry_forward(new: Catalog, old: Catalog | None) -> Catalog:
    """`new`, with what `old` knew of the regions that `new` did not reach: zones, offers, prices.

    A type that exists only in such regions stays. Names of regions that this answer leaves out stay too.
    """
    if old is None:
        return new
    names = {r.name: r for r in old.regions}
    regions = tuple(_named(r, names) for r in new.regions)
    lost = set(new.provenance.not_reached) & {r.name for r in new.regions if r.available}
    if not lost:
        return replace(new, regions=regions)
    before = {t.name: t for t in old.instance_types}
    types = [_merged(kind, before.get(kind.name), lost) for kind in new.instance_types]
    known = {kind.name for kind in new.instance_types}
    types += [
        kind.within(lost)
        for kind in old.instance_types
        if kind.name not in known and set(kind.regions) & lost
    ]
    return Catalog.build(
        provider=new.provider,
        default_region=new.default_region,
        regions=regions,
        zones=(*new.zones, *(z for z in old.zones if z.region in lost)),
        instance_types=types,
        images=new.images,
        provenance=new.provenance,
    )


def _named(region: Region, names: Mapping[str, Region]) -> Region:
    before = names.get(region.name)
    if before is None:
        return region
    return replace(
        region,
        long_name=region.long_name or before.long_name,
        geography=region.geography or before.geography,
    )


def _merged(kind: InstanceType, before: InstanceType | None, lost: set[str]) -> InstanceType:
    """A type as the new answer has it, and as the old one had it in the lost regions."""
    return kind if before is None else _joined(kind, before.within(lost))


def _joined(kind: InstanceType, more: InstanceType) -> InstanceType:
    return replace(
        kind,
        regions=tuple(sorted({*kind.regions, *more.regions})),
        zones=tuple(sorted({*kind.zones, *more.zones})),
        prices={**more.prices, **kind.prices},
    )
