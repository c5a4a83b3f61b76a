# SPDX-License-Identifier: MIT
"""What is closed to the account that refreshed the catalog stays in the committed one, marked and dated."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from cloudlib.catalog import everybody, guard
from cloudlib.catalog.diff import difference
from cloudlib.catalog.records import Catalog, Provenance
from tests.support.catalogs import FAR, HOME, catalog, itype

OLD = Provenance("live", "2026-10-01T00:00:00+00:00")
NEW = Provenance("live", "2026-11-01T00:00:00+00:00")
NOW = datetime(2026, 11, 2, tzinfo=timezone.utc)
LARGE, GPU = itype("m7.large", 2, 8, "0.1"), itype("g6.xlarge", 4, 32, "1.8")


def new(*types: object, **closed: str) -> Catalog:
    return catalog(types, provenance=replace(NEW, closed=closed))  # type: ignore[arg-type]


def test_what_is_closed_stays_as_it_was() -> None:
    old = catalog([LARGE, GPU], provenance=OLD)
    asked = new(LARGE, replace(GPU, regions=(FAR,), zones=("south-1a",), prices={}), **{HOME: "g6.xlarge"})
    made = everybody.for_everybody(asked, old)
    kept = {t.name: t for t in made.instance_types}["g6.xlarge"]
    assert (kept.regions, kept.zones, kept.prices) == (GPU.regions, GPU.zones, GPU.prices)
    assert kept.last_known == (HOME,)
    assert made.provenance.known_since == {everybody.CLOSED: OLD.fetched_at}
    assert made.provenance.closed == {} and "kept as last known (2026-10-01)" in made.provenance.notices[0]
    assert guard.doubts(difference(old, made), old, made, canaries=(), now=NOW) == []


def test_a_type_that_is_closed_everywhere_and_one_that_is_gone() -> None:
    old = catalog([LARGE, GPU, itype("x1.large")], provenance=OLD)
    made = everybody.for_everybody(new(LARGE, **{HOME: "g6.xlarge", FAR: "g6.xlarge"}), old)
    assert [t.name for t in made.instance_types] == ["g6.xlarge", "m7.large"], "x1 is gone for everybody"


def test_a_date_stays_that_of_the_data() -> None:
    old = catalog([LARGE, GPU], provenance=OLD)
    first = everybody.for_everybody(new(LARGE, **{HOME: "g6.xlarge"}), old)
    again = everybody.for_everybody(new(LARGE, **{HOME: "g6.xlarge"}), first)
    assert again.provenance.known_since == {everybody.CLOSED: OLD.fetched_at}


def test_a_zone_that_is_closed() -> None:
    old = catalog([LARGE], provenance=OLD)
    without = tuple(z for z in LARGE.zones if z != "north-1b")
    made = everybody.for_everybody(new(replace(LARGE, zones=without), **{"north-1b": "m7.large"}), old)
    assert made.instance_types[0].zones == LARGE.zones


def test_nothing_is_closed() -> None:
    old = catalog([LARGE, GPU], provenance=OLD)
    asked = catalog([LARGE], provenance=NEW)
    made = everybody.for_everybody(asked, old)
    assert made.instance_types == asked.instance_types and made.provenance == NEW
