# SPDX-License-Identifier: MIT
"""Settings of the environment: which regions' prices are fetched, how many nodes and dollars are meant."""

from __future__ import annotations

import pytest

import cloud_cost
from cloudlib.calls.run import CallLog
from cloudlib.errors import UsageError
from cloudlib.provider import Request
from cloudlib.settings import node_count, price_regions, requested_prices

ASKED = ("east", "north", "south", "west")
NORTH_FIRST = ("north", "east", "south", "west")


@pytest.mark.parametrize(
    ("setting", "regions"),
    [
        (None, NORTH_FIRST),
        ("", NORTH_FIRST),
        ("all", NORTH_FIRST),
        (" all ", NORTH_FIRST),
        ("default", ("north",)),
        (" , ", ("north",)),
        ("default,west", ("north", "west")),
        ("north", ("north",)),
        ("west", ("north", "west")),
        (" west , east,west", ("north", "west", "east")),
    ],
)
def test_the_default_region_comes_first(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, regions: tuple[str, ...]
) -> None:
    if setting is None:
        monkeypatch.delenv("CLOUD_PRICE_REGIONS")
    else:
        monkeypatch.setenv("CLOUD_PRICE_REGIONS", setting)
    assert price_regions(requested_prices(), "north", ASKED) == regions


def test_a_region_that_is_not_fetched_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "east,mars,moon")
    with pytest.raises(UsageError, match="mars, moon") as caught:
        price_regions(requested_prices(), "north", ASKED)
    assert caught.value.hint == "all, default, or some of: east, north, south, west"


@pytest.mark.parametrize(
    ("setting", "regions"),
    [("", ("north",)), ("all", ("north",)), ("default", ("north",)), ("west", ("north", "west"))],
)
def test_without_every_region_those_that_are_named_count(
    monkeypatch: pytest.MonkeyPatch, setting: str, regions: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", setting)
    assert Request(log=CallLog("demo")).price_regions("north", ASKED, every=False) == regions


@pytest.mark.parametrize("text", ["x", "-1", "nan", "inf", "1e3", "1_000", " 5", "5 USD", "0x10", "٣"])
def test_the_cost_takes_no_limit_that_is_no_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MAX_USD_PER_HOUR", text)
    with pytest.raises(UsageError, match="is not a number of dollars"):
        cloud_cost.main([])


@pytest.mark.parametrize("text", ["0", "1001", "2000", "9999", "-1", "1.5", "x", "٣"])
def test_the_cost_takes_as_many_nodes_as_the_menus(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("NODES", text)
    with pytest.raises(UsageError, match="is not a number of nodes from 1 to 1000"):
        cloud_cost.main([])


def test_the_most_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODES", "1000")
    assert node_count() == 1000
