# SPDX-License-Identifier: MIT
"""Types of a catalog by family, region and name, and what is nearest where there are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudlib.catalog.records import Provenance, Region
from cloudlib.errors import CloudError, UsageError
from cloudlib.show import answering, queries
from tests.support.catalogs import CLOSED, FAR, HOME, ITYPES, REGIONS, catalog, itype

DEMO = catalog()


@pytest.mark.parametrize("text", ["north-1", "NORTH-1", "The North", "the  north", "TheNorth", "north", "n*"])
def test_a_region_by_any_of_its_names(text: str) -> None:
    assert answering.regions(DEMO, text) == {HOME}


def test_several_regions_and_one_that_is_closed() -> None:
    assert answering.regions(DEMO, "*-1") == {HOME, FAR} and answering.regions(DEMO, "the west") == {CLOSED}
    assert answering.regions(DEMO, "") == frozenset()


def test_a_region_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="there is no region 'nort-1'") as caught:
        answering.regions(DEMO, "nort-1")
    assert caught.value.hint.startswith("nearest: north-1")
    with pytest.raises(UsageError) as caught:
        answering.regions(DEMO, "???")
    assert caught.value.hint.startswith("`regions list` lists them")


def test_a_type_by_its_name() -> None:
    assert queries.type_named(DEMO, "G6.XLARGE").name == "g6.xlarge"
    with pytest.raises(UsageError, match=r"there is no instance type 'm7\.4xlarge'") as caught:
        queries.type_named(DEMO, "m7.4xlarge")
    assert caught.value.hint.startswith("nearest: m7.")


def test_a_family_in_another_case_is_the_nearest() -> None:
    azure = catalog(
        [itype("Standard_D2s_v5", family="Dsv5"), itype("Standard_L8s_v3", family="Lsv3"), *ITYPES]
    )
    with pytest.raises(UsageError) as caught:
        queries.types_of(azure, family="dsv5")
    assert caught.value.hint.startswith("nearest: Dsv5")


def test_a_family_that_is_elsewhere() -> None:
    with pytest.raises(CloudError, match="no type of family g6 is offered in north-1") as caught:
        queries.types_of(DEMO, family="g6", regions={HOME})
    assert (caught.value.exit_code, caught.value.hint) == (1, "nearest regions that have it: south-1")


def test_regions_with_nothing_say_why() -> None:
    with pytest.raises(CloudError) as caught:
        queries.types_of(DEMO, regions={CLOSED})
    assert caught.value.hint == "west-1 cannot be used: this account has not opted in"
    here = [replace(k, regions=(HOME,), zones=()) for k in ITYPES]
    lost = catalog(here, provenance=Provenance("live", not_reached={FAR: "timed out"}))
    with pytest.raises(CloudError) as caught:
        queries.types_of(lost, regions={FAR})
    assert caught.value.hint == "south-1 was not reached; nothing is known about it"
    empty = catalog(regions=(*REGIONS, Region("east-1")))
    with pytest.raises(CloudError) as caught:
        queries.types_of(empty, family="g6", regions={"east-1"})
    assert caught.value.hint == "nearest regions that have it: south-1"
