# SPDX-License-Identifier: MIT
"""Which regions a fetch goes on without, and when it ends."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from cloudlib.calls.expected import Expected
from cloudlib.calls.regions import RegionResults
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    BudgetExceeded,
    CallFailed,
    CliMissing,
    CloudError,
    Interrupted,
    RegionUnavailable,
    ServiceFailed,
    Throttled,
    TimedOut,
)

REGIONS = [f"region-{number}" for number in range(12)]
DEFAULT = REGIONS[0]


def answered(value: str) -> Future[str]:
    task: Future[str] = Future()
    task.set_result(value)
    return task


def failed(error: Exception) -> Future[str]:
    task: Future[str] = Future()
    task.set_exception(error)
    return task


def as_it_is(answer: str, region: str) -> str:
    return answer


def collect(**errors: Exception) -> tuple[dict[str, str], RegionResults]:
    """The answers of twelve regions, of which these failed: region_3=error."""
    results = RegionResults(Expected("aws", DEFAULT), REGIONS)
    wrong = {name.replace("_", "-"): error for name, error in errors.items()}
    tasks = {r: failed(wrong[r]) if r in wrong else answered(r.upper()) for r in REGIONS}
    return results.collect(tasks, as_it_is), results


def test_every_region_answers() -> None:
    answers, results = collect()
    assert answers == {r: r.upper() for r in REGIONS} and results.not_reached == {}
    assert results.notices() == ()


def test_single_regions_that_fail_are_noted_with_what_to_do() -> None:
    slow = Throttled("too fast", hint="wait")
    answers, results = collect(
        region_3=slow, region_5=TimedOut("no answer", hint="more\ntime"), region_7=Throttled("x", hint="wait")
    )
    assert set(answers) == set(REGIONS) - {"region-3", "region-5", "region-7"}
    assert results.not_reached == {"region-3": "too fast", "region-5": "no answer", "region-7": "x"}
    assert results.notices() == ("to reach region-3, region-7: wait", "to reach region-5: more time")


def test_the_first_reason_stays() -> None:
    _, results = collect(region_3=Throttled("first", hint="wait"))
    results.collect({"region-3": failed(BadReply("second", hint="look"))}, as_it_is)
    assert results.not_reached == {"region-3": "first"} and results.notices() == ("to reach region-3: wait",)


@pytest.mark.parametrize("kind", [Throttled, AccessDenied, RegionUnavailable])
def test_the_default_region_has_to_answer(kind: type[CallFailed]) -> None:
    with pytest.raises(kind, match="not here"):
        collect(region_0=kind("not here"))


def test_faults_of_a_quarter_are_borne_and_one_more_ends_the_fetch() -> None:
    three = {f"region_{n}": ServiceFailed(f"down {n}") for n in (1, 2, 3)}
    assert len(collect(**three)[0]) == 9
    last = Throttled("slow down", hint="wait")
    last.wait = 17.0
    with pytest.raises(Throttled) as caught:
        collect(**three, region_4=last)
    assert caught.value.what == "4 of 12 regions failed, region-4 with: slow down" == str(caught.value)
    assert (caught.value.hint, caught.value.wait) == ("wait", 17.0)
    assert (last.what, caught.value.__cause__) == ("slow down", last)


def test_of_few_regions_one_may_fail() -> None:
    results = RegionResults(Expected("aws", "a"), ("a", "b", "c"))
    tasks = {"a": answered("A"), "b": failed(TimedOut("x")), "c": answered("C")}
    assert results.collect(tasks, as_it_is) == {"a": "A", "c": "C"}


@pytest.mark.parametrize("kind", [AccessDenied, RegionUnavailable])
def test_a_refusal_is_an_answer(kind: type[CallFailed]) -> None:
    """An account that may look into the default region alone gets the catalog of that region."""
    answers, results = collect(**{f"region_{n}": kind("no") for n in range(1, 12)})
    assert set(answers) == {DEFAULT} and len(results.not_reached) == 11


def test_a_region_that_fails_twice_is_one() -> None:
    results = RegionResults(Expected("aws", DEFAULT), REGIONS)
    for _ in range(5):
        results.collect({"region-3": failed(TimedOut("x"))}, as_it_is)
    assert list(results.not_reached) == ["region-3"]


@pytest.mark.parametrize("error", [BudgetExceeded("spent"), CliMissing("gone"), Interrupted("stopped")])
def test_what_says_nothing_about_a_region_ends_the_fetch(error: CloudError) -> None:
    with pytest.raises(type(error), match=error.what):
        collect(region_3=error)
