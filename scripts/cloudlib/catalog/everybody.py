# SPDX-License-Identifier: MIT
"""The catalog of one account as the one that is committed, which others use with theirs. Pure.

What is closed to the account that asked need not be closed to others. In the committed catalog it stays as it
was last known, marked, and with its date in `Provenance.known_since`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog, InstanceType

#: What `Provenance.known_since` calls the offers that are closed to the account that asked.
CLOSED = "offers that are closed to the account that asked"


def for_everybody(new: Catalog, old: Catalog | None) -> Catalog:
    """`new` with what the committed catalog `old` knows of regions and offers that are closed to its account.

    What merge.for_everybody does for regions is done for the offers in `Provenance.closed` too.
    """
    made = merge.for_everybody(new, old)
    about = replace(made.provenance, closed={})
    if old is None or not new.provenance.closed:
        return made.with_provenance(about)
    closed = {place: frozenset(names.split()) for place, names in new.provenance.closed.items()}
    kept = {t.name: k for t in old.instance_types if (k := _kept(t, old, closed)).regions}
    types = [_with(itype, kept.pop(itype.name, None)) for itype in made.instance_types]
    types += [_with(itype, itype) for itype in kept.values()]
    marked = sum(len(itype.last_known) for itype in types)
    if marked:
        since = old.provenance.known_since.get(CLOSED) or old.provenance.fetched_at
        about = replace(
            about,
            known_since={**about.known_since, CLOSED: since},
            notices=(*about.notices, f"{marked} {CLOSED} are kept as last known ({since[:10]})"),
        )
    used = {zone for itype in types for zone in itype.zones}
    zones = {z.name: z for z in old.zones if z.name in used}
    return Catalog.build(
        provider=made.provider,
        default_region=made.default_region,
        regions=made.regions,
        zones={**zones, **{z.name: z for z in made.zones}}.values(),
        instance_types=types,
        images=made.images,
        rates=made.rates,
        provenance=about,
    )


def _kept(itype: InstanceType, old: Catalog, closed: Mapping[str, frozenset[str]]) -> InstanceType:
    """An old type where it is closed now: in whole regions, or in zones of them."""

    def gone(place: str) -> bool:
        return itype.name in closed.get(place, ())

    zones = [z for z in itype.zones if gone(z) or gone(old.zone_regions[z])]
    regions = {*filter(gone, itype.regions), *(old.zone_regions[z] for z in zones)}
    return replace(
        itype,
        regions=tuple(sorted(regions)),
        zones=tuple(zones),
        zones_unknown=tuple(r for r in itype.zones_unknown if r in regions),
        prices={r: price for r, price in itype.prices.items() if r in regions},
        last_known=tuple(sorted(filter(gone, itype.regions))),
    )


def _with(itype: InstanceType, kept: InstanceType | None) -> InstanceType:
    """A type with what is kept of it, which is marked."""
    if kept is None:
        return itype
    return replace(merge.merged(itype, kept), last_known=kept.last_known)
