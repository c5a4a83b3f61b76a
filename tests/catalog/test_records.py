# SPDX-License-Identifier: MIT
"""The records: their order, and what cannot be a catalog."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cloudlib.catalog.order import family_order, natural
from cloudlib.catalog.records import Price, Region, Zone
from cloudlib.errors import CatalogError
from tests.support.catalogs import FAR, HOME, ITYPES, REGIONS, ZONES, catalog, itype


def test_natural_order_reads_numbers_by_value() -> None:
    sizes = ["m5.10xlarge", "m5.large", "m5.2xlarge", "m5.xlarge"]
    assert sorted(sizes, key=natural) == ["m5.2xlarge", "m5.10xlarge", "m5.large", "m5.xlarge"]


def test_sizes_run_from_small_to_large_and_metal_comes_last() -> None:
    names = ["m9.metal", "m9.10xlarge", "m9.large", "m9.2xlarge", "m9.xlarge"]
    vcpus = {"m9.large": 2, "m9.xlarge": 4, "m9.2xlarge": 8, "m9.10xlarge": 40, "m9.metal": 40}
    made = catalog([itype(n, vcpus[n], vcpus[n] * 4, bare_metal="metal" in n) for n in names])
    assert [k.name for k in made.instance_types] == sorted(names, key=lambda n: (vcpus[n], "metal" in n))


def test_the_newest_generation_comes_first() -> None:
    names = ["m5", "m10", "c7", "m7", "u7i-12tb", "m7i", "u-6tb1"]
    assert sorted(names, key=family_order) == ["c7", "m10", "m7", "m7i", "m5", "u7i-12tb", "u-6tb1"]


def test_records_in_any_order_make_the_same_catalog() -> None:
    backwards = catalog(ITYPES[::-1], regions=REGIONS[::-1], zones=ZONES[::-1])
    assert backwards == catalog()


def test_an_unknown_price_is_none() -> None:
    machine = itype("m7.large", usd="0.1")
    assert machine.price_in(FAR) is None and machine.price_in(HOME) == Price(Decimal("0.1"), "a price list")


def priced(region: str, usd: str) -> dict[str, Any]:
    """A catalog of one type with this price."""
    return {"instance_types": (replace(ITYPES[0], prices={region: Price(Decimal(usd), "x")}),)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"instance_types": ()}, "no instance type"),
        ({"regions": ()}, "no usable region"),
        ({"regions": REGIONS[2:]}, "no usable region"),
        ({"default_region": "west-1"}, "default region 'west-1'"),
        ({"regions": (*REGIONS, Region(HOME))}, "region 'north-1' occurs twice"),
        ({"zones": (*ZONES, Zone("north-1a", FAR))}, "zone 'north-1a' occurs twice"),
        (
            {"zones": (*ZONES, Zone("mars-1a", "mars-1"))},
            "the zone 'mars-1a' is in an unknown region: mars-1",
        ),
        ({"instance_types": (ITYPES[0], ITYPES[0])}, "'m5.large' occurs twice"),
        ({"instance_types": (itype("m1.x", regions=("mars-1",), zones=()),)}, "unknown regions: mars-1"),
        ({"instance_types": (itype("m1.x", regions=("west-1",), zones=()),)}, "unknown regions: west-1"),
        (
            {"instance_types": (itype("m1.x", zones=("mars-1a",)),)},
            "m1.x is offered in an unknown zone: mars-1a",
        ),
        ({"instance_types": (itype("m1.x", regions=(FAR,), zones=("north-1a",)),)}, "not in its region"),
        (priced("mars-1", "1"), "m5.large has a price in unknown regions: mars-1"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_cannot_be_a_catalog_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        catalog(**changes)


def test_a_type_is_narrowed_to_regions() -> None:
    made = catalog([itype("m7.large", usd="0.1")])
    (machine,) = made.instance_types
    far = made.within(machine, {FAR})
    assert (far.regions, far.zones, far.prices) == ((FAR,), ("south-1a",), {})
    assert made.within(machine, {HOME}).prices == machine.prices
