# SPDX-License-Identifier: MIT
"""Questions to a catalog: what is found, and what is nearest where nothing is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cloudlib.catalog.records import Catalog, Provenance, Region
from cloudlib.errors import CloudError, UsageError
from cloudlib.show import queries
from cloudlib.show.queries import Needs
from tests.support.catalogs import CLOSED, FAR, HOME, ITYPES, REGIONS, catalog, itype

DEMO = catalog()


def names(needs: Needs, region: str = HOME, of: Catalog = DEMO) -> list[str]:
    return [t.name for t in queries.cheapest(queries.types_of(of, region=region), needs, region).types]


def refusal(needs: Needs, region: str = HOME) -> CloudError:
    with pytest.raises(CloudError) as caught:
        names(needs, region)
    assert caught.value.exit_code == 1
    return caught.value


def test_the_cheapest_come_first_and_macs_never() -> None:
    assert names(Needs()) == ["a7.large", "m5.large", "m7.large", "m7.xlarge", "m7.2xlarge"]
    assert names(Needs(min_vcpus=4)) == ["m7.xlarge", "m7.2xlarge"]
    assert names(Needs(min_memory_gib=8.5)) == ["m7.xlarge", "m7.2xlarge"]
    assert names(Needs(arch="arm64")) == ["a7.large"]
    assert names(Needs(max_price=Decimal("0.096"))) == ["a7.large", "m5.large"]


def test_types_without_a_price_are_counted() -> None:
    answer = queries.cheapest(queries.types_of(DEMO, region=HOME), Needs(min_vcpus=8), HOME)
    assert [t.name for t in answer.types] == ["m7.2xlarge"] and answer.unpriced == 2


def test_nothing_is_cheap_enough() -> None:
    error = refusal(Needs(max_price=Decimal("0.01")))
    assert error.what == "no type in north-1 meets these needs for at most $0.01/h"
    assert error.hint == "nearest: a7.large  2 vCPU  8 GiB  arm64  $0.08/h"


def test_nothing_that_fits_has_a_price() -> None:
    error = refusal(Needs(nvme=True, kvm=True))
    assert error.what == "no type with a known price in north-1 meets these needs"
    assert error.hint == "without one: i7.metal"


def test_nothing_fits() -> None:
    """The nearest type misses the fewest needs, and these by the least."""
    error = refusal(Needs(min_vcpus=1000, arch="x86_64"))
    assert error.what == "no type in north-1 meets these needs"
    assert error.hint.startswith("nearest: i7.metal  96 vCPU")
    assert error.hint.endswith(", which does not meet --min-vcpus 1000")
    fewest = refusal(Needs(min_vcpus=6, gpu=True, nvme=True)).hint
    assert "i7.metal" in fewest and fewest.endswith("does not meet --gpu"), "m7.2xlarge misses two"
    assert "m7.10xlarge" in refusal(Needs(min_vcpus=40, gpu=True)).hint, "all but the GPU, and the smallest"


@pytest.mark.parametrize("text", ["north-1", "NORTH-1", "The North", "the  north", "TheNorth"])
def test_a_region_by_any_of_its_names(text: str) -> None:
    assert queries.region_named(DEMO, text).name == HOME


def test_a_region_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="there is no region 'nort-1'") as caught:
        queries.region_named(DEMO, "nort-1")
    assert caught.value.hint.startswith("nearest: north-1")
    with pytest.raises(UsageError) as caught:
        queries.region_named(DEMO, "???")
    assert caught.value.hint == "`regions list` lists them"


def test_a_family_in_another_case_is_the_nearest() -> None:
    azure = catalog(
        [itype("Standard_D2s_v5", family="Dsv5"), itype("Standard_L8s_v3", family="Lsv3"), *ITYPES]
    )
    with pytest.raises(UsageError) as caught:
        queries.types_of(azure, family="dsv5")
    assert caught.value.hint.startswith("nearest: Dsv5")


def test_a_family_that_is_elsewhere() -> None:
    with pytest.raises(CloudError, match="no type of family g6 is offered in north-1") as caught:
        queries.types_of(DEMO, family="g6", region=HOME)
    assert (caught.value.exit_code, caught.value.hint) == (1, "nearest regions that have it: south-1")


def test_regions_with_nothing_say_why() -> None:
    with pytest.raises(CloudError) as caught:
        queries.types_of(DEMO, region=CLOSED)
    assert caught.value.hint == "west-1 cannot be used: this account has not opted in"
    here = [replace(k, regions=(HOME,), zones=()) for k in ITYPES]
    lost = catalog(here, provenance=Provenance("live", not_reached={FAR: "timed out"}))
    with pytest.raises(CloudError) as caught:
        queries.types_of(lost, region=FAR)
    assert caught.value.hint == "south-1 was not reached; nothing is known about it"
    empty = catalog(regions=(*REGIONS, Region("east-1")))
    with pytest.raises(CloudError) as caught:
        queries.types_of(empty, family="g6", region="east-1")
    assert caught.value.hint == "nearest regions that have it: south-1"
