# SPDX-License-Identifier: MIT
"""Prices, images and provenance, as every provider's fetch takes them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal

import pytest

from cloudlib.calls import job
from cloudlib.calls.progress import Progress, Step
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Image, Price
from cloudlib.errors import AccessDenied, BudgetExceeded, CallFailed, CatalogError, Throttled

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


def take(
    *, denied: str | None = None, **outcomes: object
) -> tuple[dict[str, dict[str, Price]], list[str], str]:
    """(prices, notices, how the step ended) of regions whose tasks end like this; "home" is the default."""
    (step, ended), notices = steps(), list[str]()
    prices = job.take_prices(
        step,
        {region: task(outcome) for region, outcome in outcomes.items()},
        lambda answer, region: ({f"{answer}.{region}": PRICE}, 2),
        default_region="home",
        notices=notices,
        denied=denied,
    )
    return {region: dict(of) for region, of in prices.items()}, notices, ended()


def test_prices_of_each_region() -> None:
    prices, notices, end = take(home="m5", away="m5")
    assert prices == {"home": {"m5.home": PRICE}, "away": {"m5.away": PRICE}}
    assert notices == ["4 price rows of 0 were left out"] and end == "done: 2 prices of home, away"
    assert take(**{f"r{n}": "m5" for n in range(4)})[2] == "done: 4 prices of 4 regions"


def test_the_default_regions_prices_have_to_come() -> None:
    with pytest.raises(Throttled):
        take(home=Throttled("slow"), away="m5")
    prices, notices, end = take(home="m5", away=Throttled("slow", hint="wait\na bit"))
    assert list(prices) == ["home"] and notices[0] == "no prices of away: slow; wait a bit"
    assert end == "done: 1 prices of home"


def test_a_refusal_leaves_all_prices_out_where_that_is_foreseen() -> None:
    refusal = AccessDenied("not you")
    for denied, told in (("pricing is denied", "pricing is denied"), ("", "not you")):
        prices, notices, end = take(denied=denied, home="m5", away=refusal)
        assert prices == {} and notices == [f"no prices: {told}"] and end.startswith("failed: denied")
    with pytest.raises(AccessDenied):
        take(home=refusal)


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
    assert job.left_out(()) == ()
    assert job.left_out({"b", "a"}) == ("left out, without vCPU or memory figures: a, b",)


def test_provenance_says_what_was_not_reached_and_what_to_do() -> None:
    regions = RegionResults("a", ("a", "b"))
    regions.collect({"b": task(Throttled("slow", hint="wait"))})
    made = job.live_provenance(CallLog(calls=7), {"aws": "2.1", "none": ""}, ["n"], regions)
    assert (made.source, made.calls, made.tools, made.not_reached) == (
        "live",
        7,
        {"aws": "2.1"},
        {"b": "slow"},
    )
    assert made.notices == ("n", "to reach b: wait") and made.fetched_at.endswith("+00:00")
