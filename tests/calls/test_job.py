# SPDX-License-Identifier: MIT
"""Prices, images and provenance, as every provider's fetch takes them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal

import pytest

from cloudlib.calls import job
from cloudlib.calls.expected import Expected
from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.progress import Progress, Step
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Image, Price
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    BudgetExceeded,
    CallFailed,
    CatalogError,
    CloudError,
    NoCredentials,
    Throttled,
)

PRICE = Price(Decimal("0.1"), "test")


def steps() -> tuple[Step, Callable[[], str]]:
    """A step, and how it ended."""
    step = Progress().step("aws", "prices", 1)
    return step, lambda: f"{step.state}: {step.note}"


def task(outcome: object) -> Future[object]:
    made: Future[object] = Future()
    if isinstance(outcome, Exception):
        made.set_exception(outcome)
    else:
        made.set_result(outcome)
    return made


def take(**outcomes: object) -> tuple[dict[str, dict[str, Price]], RegionResults, list[str], str]:
    """(prices, results, notices, how the step ended) of regions whose tasks end so; "home" is the default."""
    (step, ended), notices = steps(), list[str]()
    results = RegionResults(Expected("aws", "home"), tuple(outcomes))
    prices = job.take_prices(
        step,
        {region: task(outcome) for region, outcome in outcomes.items()},
        lambda answer, region: ({f"{answer}.{region}": PRICE} if answer else {}, 2),
        results=results,
        offered=("home", "away"),
        notices=notices,
    )
    return {region: dict(there) for region, there in prices.items()}, results, notices, ended()


def test_prices_of_each_region() -> None:
    prices, results, notices, end = take(home="m5", away="m5")
    assert prices == {"home": {"m5.home": PRICE}, "away": {"m5.away": PRICE}}
    assert notices == ["4 price rows of 0 were left out"] and end == "done: 2 prices of home, away"
    assert results.not_reached == {}
    assert take(**{f"r{n}": "m5" for n in range(4)})[3] == "done: 4 prices of 4 regions"


@pytest.mark.parametrize("error", [Throttled, AccessDenied, NoCredentials, BadReply])
def test_a_price_list_that_fails_costs_its_prices(error: type[CloudError]) -> None:
    """NoCredentials too: the price list of another partition takes other keys."""
    prices, results, notices, end = take(home=error("slow", hint="wait\na bit"), away="m5")
    assert list(prices) == ["away"] and results.not_reached == {"prices of home": "slow"}
    assert results.notices() == ("to reach prices of home: wait a bit",)
    assert notices == ["2 price rows of 0 were left out"] and end == "done: 1 prices of away"
    assert take(home=error("slow"))[3] == "failed: there is no usable price list"


def test_a_price_list_without_a_price() -> None:
    prices, results, _, _ = take(home="m5", away="", moon="")
    assert list(prices) == ["home", "moon"], "where no type is offered there is no price"
    assert results.not_reached == {"prices of away": "the answer has no prices"}


def test_a_spent_budget_is_not_a_missing_price() -> None:
    with pytest.raises(BudgetExceeded):
        take(home="m5", away=BudgetExceeded("spent"))


def test_images_of_all_answers() -> None:
    step, ended = steps()
    image = Image("debian", "12", "Debian 12", "x86_64", {})
    images = job.take_images(
        step,
        [task("ab"), task("c")],
        lambda text: list(str(text)),
        lambda rows: [image] * len(rows),
        where="aws",
    )
    assert len(images) == 3 and ended() == "done: 3 streams of 3 images"
    with pytest.raises(CatalogError, match="gce: no image of any known publisher"):
        job.take_images(step, [task("ab")], lambda text: list(str(text)), lambda rows: [], where="gce")
    with pytest.raises(CallFailed):
        job.take_images(step, [task(CallFailed("x"))], lambda _: [], lambda rows: [image], where="aws")


def test_types_without_figures() -> None:
    rows = LeftOut()
    assert job.left_out(rows, ()) == () and rows.counts() == {}
    assert job.left_out(rows, {"b", "a"}) == ("left out, without vCPU or memory figures: a, b",)
    assert rows.counts() == {"instance types without vCPU or memory figures": 2}


def test_provenance_says_what_was_not_reached_and_what_to_do() -> None:
    regions = RegionResults(Expected("aws", "a"), ("a", "b"))
    regions.collect({"b": task(Throttled("slow", hint="wait"))}, lambda answer, _: answer)
    made = job.live_provenance(CallLog(calls=7), {"aws": "2.1", "none": ""}, ["n", "n"], regions)
    assert (made.source, made.calls, made.tools, made.not_reached) == (
        "live",
        7,
        {"aws": "2.1"},
        {"b": "slow"},
    )
    assert made.notices == ("n", "to reach b: wait") and made.fetched_at.endswith("+00:00")
