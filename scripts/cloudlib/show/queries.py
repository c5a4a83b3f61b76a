# SPDX-License-Identifier: MIT
"""Types by family and region. A question without an answer is an error that names what is nearest. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from cloudlib.catalog import alike, merge
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.errors import CloudError, UsageError, some


def type_named(catalog: Catalog, name: str) -> InstanceType:
    """A type by its name in any case; UsageError with names like it where there is none."""
    names = [itype.name for itype in catalog.instance_types]
    for itype in catalog.instance_types:
        if itype.name.casefold() == name.casefold():
            return itype
    hint = alike.nearest(name, names, "`instance-types list` shows them")
    raise UsageError(f"there is no instance type {name!r}", hint=hint)


def types_of(catalog: Catalog, *, family: str = "", regions: Collection[str] = ()) -> list[InstanceType]:
    """The types of a family, of all families for "", that one of these regions has, any region for ()."""
    families = catalog.families()
    if family and family not in families:
        hint = alike.nearest(family, families.keys(), "`instance-types list` shows them")
        raise UsageError(f"there is no family {family!r}", hint=hint)
    every = families[family] if family else [t for types in families.values() for t in types]
    offered = [t for t in every if not regions or not set(regions).isdisjoint(t.regions)]
    if not offered:
        what = f"no type of family {family}" if family else "no type"
        raise CloudError(
            f"{what} is offered in {some(sorted(regions))}", hint=_elsewhere(catalog, every, min(regions))
        )
    return offered


def cheapest_first(itype: InstanceType, regions: Iterable[str]) -> list[str]:
    """Regions by the price of a type in them, those without a known one last."""

    def order(region: str) -> tuple[object, ...]:
        price = itype.price_in(region)
        return (price is None, price.usd_per_hour if price else 0, region)

    return sorted(regions, key=order)


def _elsewhere(catalog: Catalog, types: Iterable[InstanceType], region: str) -> str:
    """Where types are offered that are not offered in a region, or why nothing is."""
    record = next((r for r in catalog.regions if r.name == region), None)
    if record is not None and not record.available:
        return f"{region} cannot be used: {record.why_not or 'not available to this account'}"
    if region in catalog.provenance.not_reached:
        return f"{region} was not reached; {merge.kept_data(catalog, region)}"
    regions = sorted({name for itype in types for name in itype.regions}, key=natural)
    close = sorted(regions, key=lambda name: -difflib.SequenceMatcher(None, region, name).ratio())
    return f"nearest regions that have it: {', '.join(close[:5])}" if close else "it is offered nowhere"
