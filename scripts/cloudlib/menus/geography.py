# SPDX-License-Identifier: MIT
"""Which continent a region is on, for the headings of the region lists.

Vendors name regions after compass and country, or after a continent: us-east-1, europe-west4, eastus. What
the vendor itself calls a region's geography (Azure does) is asked first.
"""

from __future__ import annotations

import re

from cloudlib.catalog.records import Region

AFRICA, ASIA_PACIFIC, EUROPE = "Africa", "Asia Pacific", "Europe"
MIDDLE_EAST, NORTH_AMERICA, SOUTH_AMERICA = "Middle East", "North America", "South America"

_GEOGRAPHIES = {
    "Asia": ASIA_PACIFIC,
    "Australia": ASIA_PACIFIC,
    "Canada": NORTH_AMERICA,
    "Mexico": NORTH_AMERICA,
    "UK": EUROPE,
    "US": NORTH_AMERICA,
    "United States": NORTH_AMERICA,
}
#: First word of a region's name -> continent.
#: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
_FIRST_WORDS = {
    "af": AFRICA,
    "ap": ASIA_PACIFIC,
    "asia": ASIA_PACIFIC,
    "australia": ASIA_PACIFIC,
    "ca": NORTH_AMERICA,
    "cn": ASIA_PACIFIC,
    "eu": EUROPE,
    "europe": EUROPE,
    "il": MIDDLE_EAST,
    "me": MIDDLE_EAST,
    "mx": NORTH_AMERICA,
    "sa": SOUTH_AMERICA,
    "us": NORTH_AMERICA,
}


def continent(region: Region) -> str:
    """Its continent, what the vendor says where that is no other name of one, or ""."""
    if region.geography:
        return _GEOGRAPHIES.get(region.geography, region.geography)
    return _FIRST_WORDS.get(re.split(r"[-\d]", region.name)[0], "")
