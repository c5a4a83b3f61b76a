# SPDX-License-Identifier: MIT
"""What cannot be a catalog: nothing to choose from, names that occur twice, places that are nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cloudlib.errors import CatalogError

#: What to do about an answer of nothing.
_SEE_CALLS = "run the command again; DEBUG=1 shows every call"


@dataclass(frozen=True, slots=True)
class Offer:
    """An instance type, and the regions and zones that it names."""

    name: str
    regions: Collection[str]
    zones: Collection[str]
    priced: Collection[str]


@dataclass(frozen=True, slots=True)
class Places:
    """The regions, which of them are usable, and {zone: its region}."""

    regions: Collection[str]
    usable: Collection[str]
    zones: Mapping[str, str]


def refuse(who: str, default_region: str, places: Places, offers: Collection[Offer]) -> None:
    """Raise a CatalogError for the first contradiction; `who` is the provider."""
    usable = set(places.usable)
    if not usable:
        raise CatalogError(f"{who}: the answer has no usable region", hint=_SEE_CALLS)
    if not offers:
        raise CatalogError(f"{who}: the answer has no instance type", hint=_SEE_CALLS)
    if default_region not in usable:
        raise CatalogError(f"{who}: the default region {default_region!r} is not among its regions")
    names = set(places.regions)
    for zone, region in places.zones.items():
        if region not in names:
            raise CatalogError(f"{who}: the zone {zone!r} is in an unknown region: {region}")
    for offer in offers:
        _check_places(who, offer, usable, places.zones)
        if unknown := sorted(set(offer.priced) - names):
            raise CatalogError(f"{who}: {offer.name} has a price in unknown regions: {', '.join(unknown)}")


def refuse_twice(who: str, noun: str, names: Iterable[str]) -> None:
    """Raise a CatalogError for a name that occurs twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CatalogError(f"{who}: {noun} {twice[0]!r} occurs twice")


def _check_places(who: str, offer: Offer, usable: set[str], zone_regions: Mapping[str, str]) -> None:
    if not usable.issuperset(offer.regions):
        unknown = sorted(set(offer.regions) - usable)
        raise CatalogError(f"{who}: {offer.name} is offered in unknown regions: {', '.join(unknown)}")
    if set(map(zone_regions.get, offer.zones)) <= set(offer.regions):
        return
    for zone in offer.zones:
        if zone not in zone_regions:
            raise CatalogError(f"{who}: {offer.name} is offered in an unknown zone: {zone}")
        if zone_regions[zone] not in offer.regions:
            raise CatalogError(f"{who}: {offer.name} is offered in the zone {zone}, but not in its region")
