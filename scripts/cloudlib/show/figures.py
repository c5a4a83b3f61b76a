# SPDX-License-Identifier: MIT
"""How much a catalog holds, counted in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.catalog.text import dollars


@dataclass(frozen=True)
class Figures:
    """`regions` are those in which something is offered; `priced` types have a price in the default region.

    `offered` types can be chosen in the menus, and `current` of them without the option for previous
    generations; `supported` images likewise. `not_offered` counts the other types by why.
    `prices` is the lowest and the highest of these, USD per hour: `$0.0042 - $98.32`, or "unknown".
    """

    regions: int
    zones: int
    types: int
    offered: int
    current: int
    not_offered: Mapping[str, int]
    families: int
    images: int
    supported: int
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
        offered=sum(t.offered for t in types),
        current=sum(t.offered and t.current_generation for t in types),
        not_offered=Counter(why for t in types if (why := _why_not(t))),
        families=len({t.family for t in types}),
        images=len(catalog.images),
        supported=sum(i.supported for i in catalog.images),
        priced=len(known),
        prices=f"{dollars(min(known))} - {dollars(max(known))}" if known else "unknown",
    )


def can_be_chosen(counts: Figures) -> str:
    """`in the menus: 1250 of 1263 types, 880 of the current generation; 93 images, 41 in support; …`."""
    others = ", ".join(f"{count} {why}" for why, count in sorted(counts.not_offered.items()))
    parts = (
        f"{counts.offered} of {counts.types} types, {counts.current} of the current generation",
        f"{counts.images} images, {counts.supported} in support",
        f"not offered: {others}" if others else "",
    )
    return "in the menus: " + "; ".join(filter(None, parts))


def _why_not(itype: InstanceType) -> str:
    """Why menus do not offer a type; "" where they do."""
    if itype.offered:
        return ""
    if not itype.linux_architectures:
        return "boot no Linux on x86_64 or arm64"
    return "are sold otherwise than on demand" if itype.regions else "are in no region"
