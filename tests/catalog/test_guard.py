# SPDX-License-Identifier: MIT
"""Which changes look like a fault."""

from __future__ import annotations

from decimal import Decimal

from cloudlib.catalog import guard
from cloudlib.catalog.diff import difference
from cloudlib.catalog.records import Catalog, InstanceType, Price
from tests.support.catalogs import FAR, HOME, IMAGES, catalog, itype

TEN = [itype(f"m7.{n}xlarge", n, n * 4, "1") for n in range(1, 11)]


def suspicious_changes(new: Catalog, old: Catalog) -> list[str]:
    return guard.suspicious_changes(difference(old, new), old, new)


def priced(first: str) -> list[InstanceType]:
    return [itype("m7.1xlarge", 1, 4, first), *TEN[1:]]


def test_no_change_no_doubt() -> None:
    assert suspicious_changes(catalog(TEN), catalog(TEN)) == []


def test_more_of_everything_is_no_doubt() -> None:
    assert suspicious_changes(catalog([*TEN, itype("m8.large")]), catalog(TEN)) == []


def test_a_fifth_may_go_and_no_more() -> None:
    assert suspicious_changes(catalog(TEN[2:]), catalog(TEN)) == []
    found = suspicious_changes(catalog(TEN[3:]), catalog(TEN))
    assert "3 of 10 instance types are gone" in found


def test_as_many_others_do_not_make_up_for_it() -> None:
    others = [itype(f"z9.{n}xlarge", n, n * 4, "1") for n in range(1, 11)]
    assert "10 of 10 instance types are gone" in suspicious_changes(catalog(others), catalog(TEN))


def test_a_lost_region_images_and_prices() -> None:
    new = catalog([itype(k.name, k.vcpus, 4, regions=(HOME,)) for k in TEN], images=IMAGES[:2])
    found = suspicious_changes(new, catalog(TEN))
    assert found == ["1 of 2 regions are gone", "4 of 6 image streams are gone", "10 of 10 prices are gone"]


def test_another_default_region() -> None:
    assert suspicious_changes(catalog(TEN, default_region=FAR), catalog(TEN)) == [
        f"the default region was {HOME}, now {FAR}"
    ]


def test_ten_times_the_price() -> None:
    assert suspicious_changes(catalog(priced("9.99")), catalog(TEN)) == []
    assert suspicious_changes(catalog(priced("0.11")), catalog(TEN)) == []
    for usd in ("10", "0.1"):
        (doubt,) = suspicious_changes(catalog(priced(usd)), catalog(TEN))
        assert doubt == f"prices changed by a factor of 10 or more: m7.1xlarge in north-1 ($1 -> ${usd})"


def test_lost_prices_count_those_of_lost_types() -> None:
    """Two types gone and a third without its price: 3 of 10 prices, though only a fifth of the types."""
    new = catalog([itype("m7.3xlarge", 3, 12), *TEN[3:]])
    assert suspicious_changes(new, catalog(TEN)) == ["3 of 10 prices are gone"]


def test_a_long_list_of_prices_is_cut() -> None:
    dear = [itype(k.name, k.vcpus, 4, prices={HOME: Price(Decimal(10), "a price list")}) for k in TEN]
    (doubt,) = suspicious_changes(catalog(dear), catalog(TEN))
    assert doubt.count(" in north-1 ") == 5 and doubt.endswith(" …")
