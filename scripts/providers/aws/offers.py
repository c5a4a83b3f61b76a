# SPDX-License-Identifier: MIT
"""Where EC2 offers a type. Pure.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
Offerings name local and Wavelength zones too, where a machine needs a network of its own kind and which each
account opts in to one by one: they are not among the zones of the catalog.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

#: {instance type, or region: zones}; zones are None where it is not known which.
Placed: TypeAlias = dict[str, tuple[str, ...] | None]
#: {region: {instance type: zones}}.
Offered: TypeAlias = Mapping[str, Placed]


def placed(name: str, regions: Iterable[str], offered: Offered, known: Collection[tuple[str, str]]) -> Placed:
    """{region: zones} of one type, in these regions; a region that has it in no zone of `known` is left out.

    `known` are the pairs (region, zone) of the catalog.
    """
    places: Placed = {}
    for region in regions:
        if name in offered[region]:
            zones = offered[region][name]
            plain = None if zones is None else tuple(z for z in zones if (region, z) in known)
            if plain is None or plain:
                places[region] = plain
    return places


def outside(offered: Offered, known: Collection[tuple[str, str]]) -> set[str]:
    """The zones that offerings name and the catalog has not."""
    named = {(r, z) for r, types in offered.items() for zones in types.values() for z in zones or ()}
    return {zone for region, zone in named - set(known)}
