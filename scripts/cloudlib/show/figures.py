# SPDX-License-Identifier: MIT
"""How much a catalog holds, counted in one place."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlib.catalog.records import Catalog
from cloudlib.catalog.text import dollars


@dataclass(frozen=True)
class Figures:
    """`regions` are those in which something is offered; `priced` types have a price in the default region.

    `prices` is the lowest and the highest of these, USD per hour: `$0.0042 - $98.32`, or "unknown".
    """

    regions: int
    zones: int
    types: int
    families: int
    images: int
    priced: int
    prices: str


def figures(catalog: Catalog) -> Figures:
    """Count."""
    types = catalog.instance_types
    known = [p.usd_per_hour for t in types if (p := t.price_in(catalog.default_region))]
    return Figures(
        regions=len({region for t in types for region in t.regions}),
        zones=len(catalog.zones),
        types=len(types),
        families=len({t.family for t in types}),
        images=len(catalog.images),
        priced=len(known),
        prices=f"{dollars(min(known))} - {dollars(max(known))}" if known else "unknown",
    )
