# SPDX-License-Identifier: MIT
"""Which part of the world a region is in, from what its vendor says of it."""

from __future__ import annotations

import re

from cloudlib.catalog.records import Region

#: Area -> what the geography, the long name, or the name of its regions has in it. The first that fits wins.
_SIGNS = {
    "australia": r"australia|new ?zealand|sydney|melbourne|auckland",
    "middle-east": r"middle east|\bme-|israel|\bil-|\buae\b|qatar|saudi",
    "south-america": r"south ?america|\bsa-|brazil|chile",
    "canada": r"canada|\bca-|northamerica-northeast",
    "mexico": r"mexico|\bmx-|northamerica-south",
    "africa": r"africa|\baf-",
    "europe": r"europe|\beu-|\buk\b",
    "asia": r"asia|\bap-|\bcn-|india\b|japan|korea",
    "us": r"\bus\b|\busa\b|united states",
}
_PATTERNS = {area: re.compile(signs) for area, signs in _SIGNS.items()}
#: What a person may say -> the areas that are meant.
AREAS = {
    **{area: frozenset({area}) for area in _SIGNS},
    "america": frozenset({"us", "canada", "mexico", "south-america"}),
    "north-america": frozenset({"us", "canada", "mexico"}),
    "asia-pacific": frozenset({"asia", "australia"}),
}
#: Area -> the continent that heads it in a list of regions.
_CONTINENTS = {
    "australia": "Asia Pacific",
    "middle-east": "Middle East",
    "south-america": "South America",
    "canada": "North America",
    "mexico": "North America",
    "africa": "Africa",
    "europe": "Europe",
    "asia": "Asia Pacific",
    "us": "North America",
}


def area(region: Region) -> str:
    """One of AREAS for a region; "" where nothing tells."""
    said = f"{region.geography} {region.long_name} {region.name}".casefold()
    return next((area for area, pattern in _PATTERNS.items() if pattern.search(said)), "")


def continent(region: Region) -> str:
    """The continent of a region, else what the vendor calls its geography, or ""."""
    return _CONTINENTS.get(area(region), region.geography)
