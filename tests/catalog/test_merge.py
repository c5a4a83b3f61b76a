# SPDX-License-Identifier: MIT
"""Regions that were not reached keep their last known data, and the claim is made only where it is true."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.merge import carry_forward, for_everybody, in_words, prices_of, silent, unreached
from cloudlib.catalog.records import Catalog, Price, Provenance, Region, Zone
from tests.support.catalogs import CLOSED, FAR, HOME, REGIONS, SOURCE, ZONES, catalog, itype

LOST = Provenance("live", not_reached={FAR: "timed out"})
HERE = [z for z in ZONES if z.region == HOME]


def only_home(*names: str) -> Catalog:
    """A new answer that did not reach FAR."""
    return catalog([itype(n, regions=(HOME,)) for n in names], zones=HERE, provenance=LOST)


def test_nothing_old_changes_nothing() -> None:
    assert carry_forward(only_home("m7.large"), None) == only_home("m7.large")


def test_offers_zones_and_prices_of_a_lost_region_stay() -> None:
    there = {FAR: Price(Decimal("0.2"), "old"), HOME: Price(Decimal("0.9"), "old")}
    merged = carry_forward(only_home("m7.large"), catalog([itype("m7.large", prices=there)]))
    machine = merged.instance_types[0]
    assert machine.regions == (HOME, FAR) and machine.zones == ("north-1a", "north-1b", "south-1a")
    assert machine.prices == {FAR: there[FAR]}, (
        "a price of a region that did answer is not taken from the past"
    )
    assert [z.name for z in merged.zones] == ["north-1a", "north-1b", "south-1a"]
    assert merged.provenance.not_reached == {FAR: "timed out"}


def test_a_region_whose_name_begins_with_another_ones() -> None:
    """eastus is lost, eastus2 is not: the zones of the one are no business of the other."""
    regions = (Region("eastus"), Region("eastus2"))
    zones = (Zone("eastus-1", "eastus"), Zone("eastus2-1", "eastus2"))
    machine = itype("d.1", regions=("eastus", "eastus2"), zones=("eastus-1", "eastus2-1"))
    old = catalog([machine], regions=regions, zones=zones, default_region="eastus2")
    new = catalog(
        [itype("d.1", regions=("eastus2",), zones=("eastus2-1",))],
        regions=regions,
        zones=zones[1:],
        default_region="eastus2",
        provenance=Provenance("live", not_reached={"eastus": "timed out"}),
    )
    assert carry_forward(new, old).instance_types == (machine,)
    only = catalog(
        [itype("z.1", regions=("eastus2",))],
        regions=regions,
        zones=(),
        default_region="eastus2",
        provenance=new.provenance,
    )
    kept = {k.name: k for k in carry_forward(only, old).instance_types}["d.1"]
    assert (kept.regions, kept.zones) == (("eastus",), ("eastus-1",))


def test_a_type_known_only_in_a_lost_region_stays_there() -> None:
    merged = carry_forward(only_home("m7.large"), catalog([itype("m7.large"), itype("g6.xlarge")]))
    stayed = {k.name: k.regions for k in merged.instance_types}
    assert stayed == {"m7.large": (HOME, FAR), "g6.xlarge": (FAR,)}


def test_a_type_that_a_reached_region_dropped_goes() -> None:
    old = catalog([itype("m7.large"), itype("m5.large", regions=(HOME,))])
    assert {k.name for k in carry_forward(only_home("m7.large"), old).instance_types} == {"m7.large"}


def test_a_region_closed_to_the_account_is_not_carried() -> None:
    new = replace(only_home("m7.large"), provenance=Provenance("live", not_reached={CLOSED: "denied"}))
    merged = carry_forward(new, catalog([itype("m7.large")]))
    assert merged.instance_types[0].regions == (HOME,)


def test_a_region_keeps_its_name() -> None:
    new = catalog(regions=[replace(r, long_name="", geography="") for r in REGIONS])
    assert [r.long_name for r in carry_forward(new, catalog()).regions] == [
        r.long_name for r in catalog().regions
    ]


def test_regions_whose_names_begin_alike_are_told_apart() -> None:
    machine = itype("m7.large", regions=("eu-1", "eu-12"), zones=("eu-1-a", "eu-12-a"))
    made = catalog(
        [machine],
        default_region="eu-1",
        regions=[Region("eu-1"), Region("eu-12")],
        zones=[Zone("eu-1-a", "eu-1"), Zone("eu-12-a", "eu-12")],
    )
    assert made.within(machine, {"eu-1"}).zones == ("eu-1-a",)
    assert made.within(machine, {"eu-12"}).zones == ("eu-12-a",)


def test_a_new_price_of_a_lost_region_wins_over_the_old_one() -> None:
    """AWS lists prices by region whether or not the region answers."""
    new = catalog(
        [itype("m7.large", regions=(HOME,), prices={FAR: Price(Decimal("0.3"), "new")})],
        zones=HERE, provenance=LOST,
    )  # fmt: skip
    merged = carry_forward(new, catalog([itype("m7.large", prices={FAR: Price(Decimal("0.2"), "old")})]))
    assert merged.instance_types[0].prices == {FAR: Price(Decimal("0.3"), "new")}


def test_kept_data_are_claimed_only_where_there_are_some() -> None:
    """Nothing known before, a region that was never reached, and data that were carried forward twice."""
    nothing = "not reached: south-1 (timed out); nothing is known about it"
    first = only_home("m7.large")
    assert unreached(carry_forward(first, None)) == [nothing]
    assert unreached(carry_forward(first, only_home("m7.large"))) == [nothing]
    dated = Provenance("live", "2026-11-02T10:00:00+00:00")
    merged = carry_forward(first, catalog([itype("m7.large")], provenance=dated))
    assert unreached(merged) == ["not reached: south-1 (timed out); last known data are kept (2026-11-02)"]
    later = replace(merged.provenance, fetched_at="2026-11-09T10:00:00+00:00")
    again = carry_forward(first, merged.with_provenance(later))
    assert again.provenance.known_since == {FAR: "2026-11-02T10:00:00+00:00"}
    assert catalogfile.load(catalogfile.dump(again), where="a file") == again
    older = catalog([itype("m7.large")], provenance=replace(dated, not_reached={FAR: "timed out"}))
    assert carry_forward(first, older).provenance.known_since == {FAR: ""}, "older than their catalog"
    undated = carry_forward(first, catalog([itype("m7.large")], provenance=Provenance("live")))
    assert unreached(undated)[0].endswith("; last known data are kept (of an unknown date)")


def test_refreshes_without_an_answer_are_counted() -> None:
    """From the first one on, in a row; at the third it is said."""
    known = catalog(
        [itype("m7.large")], provenance=Provenance("live", fetched_at="2026-01-05T10:00:00+00:00")
    )
    counts, said = [], []
    for _ in range(3):
        known = carry_forward(only_home("m7.large"), known)
        counts.append(known.provenance.unanswered)
        said.append(silent(known))
    assert counts == [{FAR: 1}, {FAR: 2}, {FAR: 3}] and said[:2] == [[], []]
    assert said[2] == [f"{FAR} has not answered for 3 refreshes; last known data are kept (2026-01-05)"]
    answered = carry_forward(catalog([itype("m7.large")]), known)
    assert answered.provenance.unanswered == {} and silent(answered) == []


def test_a_catalog_that_did_not_count_yet() -> None:
    old = only_home("m7.large")
    assert carry_forward(only_home("m7.large"), old).provenance.unanswered == {FAR: 2}


def test_a_price_list_that_failed_keeps_its_prices_alone() -> None:
    """A type that is gone takes its price with it; a date is that of the price, however often it is kept."""
    priced = [itype("m7.large", usd="0.1"), itype("m5.large", usd="0.2")]
    old = catalog(priced, provenance=Provenance("live", "2026-11-02T10:00:00+00:00"))
    why = Provenance("live", "2026-11-09T10:00:00+00:00", not_reached={prices_of(HOME): "denied"})
    merged = carry_forward(catalog([itype("m7.large")], provenance=why), old)
    assert [t.name for t in merged.instance_types] == ["m7.large"]
    assert merged.instance_types[0].prices == {HOME: Price(Decimal("0.1"), SOURCE)}
    assert unreached(merged) == [
        "not reached: prices of north-1 (denied); last known data are kept (2026-11-02)"
    ]
    again = carry_forward(catalog([itype("m7.large")], provenance=why), merged)
    assert again.provenance.known_since == {prices_of(HOME): "2026-11-02T10:00:00+00:00"}
    assert catalogfile.load(catalogfile.dump(again), where="a file") == again
    assert unreached(
        carry_forward(catalog([itype("m7.large")], provenance=why), catalog([itype("m7.large")]))
    )[0].endswith("nothing is known about it")


def test_a_zone_that_failed_stays_with_its_types() -> None:
    lost = Provenance("live", not_reached={"north-1b": "denied"})
    here, there = ("north-1a", "south-1a"), ("north-1b",)
    old = catalog([itype("m7.large"), itype("g6.xlarge", regions=(HOME,), zones=there, usd="1.5")])
    merged = carry_forward(catalog([itype("m7.large", zones=here)], provenance=lost), old)
    zones = {t.name: (t.regions, t.zones) for t in merged.instance_types}
    assert zones["m7.large"] == ((HOME, FAR), ("north-1a", "north-1b", "south-1a"))
    assert zones["g6.xlarge"] == ((HOME,), there)
    assert [t.prices for t in merged.instance_types if t.name == "g6.xlarge"] == [
        {HOME: Price(Decimal("1.5"), SOURCE)}
    ]
    assert len(merged.zones) == 3


def test_parts_of_one_reason_share_a_line() -> None:
    why = {prices_of(HOME): "denied", prices_of(FAR): "denied", CLOSED: "slow"}
    told = catalog([itype("m7.large")], provenance=Provenance("live", not_reached=why))
    assert unreached(told) == [
        "not reached: prices of north-1, south-1 (denied); nothing is known about it",
        "not reached: west-1 (slow); nothing is known about it",
    ]


def test_a_price_list_is_missed_for_each_of_many_regions() -> None:
    prices = [prices_of(name) for name in ("north", "east", "south", "west", "north-2")]
    assert in_words(["west", *prices]) == "west, prices of north, east, south and 2 more regions"
    assert in_words(prices[:4]) == "prices of north, east, south and 1 more region"
    assert in_words(prices[:2]) == "prices of north, east" and in_words(["west"]) == "west"


def closed_to_this_account() -> Catalog:
    """What an account sees that has not opted in to the south."""
    here = [
        r if r.name != FAR else replace(r, available=False, why_not="this account has not") for r in REGIONS
    ]
    types = [itype("m7.large", usd="0.2", regions=(HOME,)), itype("n9.large", regions=(HOME,))]
    zones = [z for z in ZONES if z.region == HOME]
    about = Provenance(source="live", fetched_at="2026-11-01T00:00:00+00:00", not_reached={"x": "y"})
    return catalog(types, regions=here, zones=zones, provenance=about)


def test_what_is_closed_to_one_account_stays_for_the_others() -> None:
    about = Provenance(source="live", fetched_at="2026-10-01T00:00:00+00:00")
    old = catalog([itype("m7.large", usd="0.1"), itype("s1.large", regions=(FAR,))], provenance=about)
    made = for_everybody(closed_to_this_account(), old)
    types = {t.name: t for t in made.instance_types}
    assert types["m7.large"].regions == (*types["n9.large"].regions, FAR) == (HOME, FAR)
    assert types["s1.large"].zones == ("south-1a",) and FAR in made.offered_in
    assert str(types["m7.large"].prices[HOME].usd_per_hour) == "0.2", "what was asked is new"
    assert made.provenance.not_reached == {"x": "y", FAR: "the account that asked has not opted in"}
    assert made.provenance.known_since == {FAR: "2026-10-01T00:00:00+00:00"}
    assert made.provenance.unanswered == {}, "it is not silent"
    assert for_everybody(closed_to_this_account(), made).instance_types == made.instance_types


def test_nobody_is_told_what_another_account_may_not() -> None:
    for old in (None, catalog([itype("m7.large", regions=(HOME,))])):
        made = for_everybody(closed_to_this_account(), old)
        far = next(r for r in made.regions if r.name == FAR)
        assert (far.available, far.why_not) == (False, "") and made.provenance.known_since == {}
    plain = catalog([itype("m7.large")], regions=REGIONS[:2])
    assert for_everybody(plain, plain) is plain
