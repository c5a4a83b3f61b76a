# SPDX-License-Identifier: MIT
"""Calls tried again: which, how often, and how long between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_mock import MockerFixture

from cloudlib.calls import retry
from cloudlib.calls.run import CallLog
from cloudlib.errors import AccessDenied, CallFailed, Interrupted, ServiceFailed, Throttled


class Log(CallLog):
    """Notes the pauses instead of making them."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def failing(*errors: CallFailed) -> tuple[list[int], retry.Callable[[], str]]:
    """A call that fails so often, and how often it was made."""
    made: list[int] = []

    def call() -> str:
        made.append(1)
        if len(made) <= len(errors):
            raise errors[len(made) - 1]
        return "answer"

    return made, call


def test_what_passes_is_tried_again_with_growing_pauses() -> None:
    log = Log()
    made, call = failing(Throttled("slow"), ServiceFailed("503"), Throttled("slow"))
    assert retry.retried(call, log) == "answer" and len(made) == 4
    assert [low <= p <= low + 1 for p, low in zip(log.pauses, (1, 2, 4))] == [True] * 3


def test_a_pause_is_shown_while_it_lasts() -> None:
    """What failed, how long the pause is, and which try comes next."""
    log, shown = Log(), list[str]()

    @contextmanager
    def waiting(why: str) -> Iterator[None]:
        shown.append(why)
        made = len(log.pauses)
        yield
        assert len(log.pauses) == made + 1
        shown.append("")

    log.waiting = waiting
    slow = Throttled("GET the list: HTTP 429\nand more")
    slow.wait = 7.0
    retry.retried(failing(slow, ServiceFailed("GET the list: HTTP 503"))[1], log)
    assert [re.sub(r"\d+ s", "N s", text) for text in shown] == [
        *("waiting N s before try 2 of 5: GET the list: HTTP 429", ""),
        *("waiting N s before try 3 of 5: GET the list: HTTP 503", ""),
    ]
    assert int(shown[0].split()[1]) in (7, 8)


def test_calls_side_by_side_do_not_come_back_together(mocker: MockerFixture) -> None:
    """The pause is random too, by up to a second."""
    mocker.patch("random.uniform", side_effect=lambda low, high: (low, high)[len(log.pauses) % 2])
    log = Log()
    retry.retried(failing(Throttled("slow"), Throttled("slow"))[1], log)
    assert log.pauses == [1, 3]


@pytest.mark.parametrize(("words", "least"), [("Please try after '7' seconds.", 7), ("in 900 seconds", 30)])
def test_the_pause_that_is_asked_for_is_made_within_bounds(words: str, least: float) -> None:
    log = Log()
    _, call = failing(Throttled(words))
    retry.retried(call, log)
    assert least <= log.pauses[0] <= least + 1


def test_the_wait_of_a_failure_goes_before_its_words() -> None:
    log = Log()
    failure = ServiceFailed("try again in 20 seconds")
    failure.wait = 4.0
    retry.retried(failing(failure)[1], log)
    assert 4 <= log.pauses[0] <= 5


def test_where_the_budget_is_used_up_the_failure_is_told() -> None:
    log = Log()
    log.budget = 0
    made, call = failing(Throttled("slow"))
    with pytest.raises(Throttled, match="slow"):
        retry.retried(call, log)
    assert (len(made), log.pauses) == (1, [])


def test_the_last_failure_is_told_as_it_is() -> None:
    made, call = failing(*(Throttled(str(n)) for n in range(9)))
    with pytest.raises(Throttled, match="4"):
        retry.retried(call, Log())
    assert len(made) == retry.TRIES


@pytest.mark.parametrize("error", [AccessDenied("no"), CallFailed("odd")])
def test_what_will_not_pass_is_told_at_once(error: CallFailed) -> None:
    made, call = failing(error)
    with pytest.raises(type(error)):
        retry.retried(call, Log())
    assert len(made) == 1


def test_a_stopped_run_waits_for_nothing() -> None:
    log = CallLog()
    log.stop()
    _, call = failing(Throttled("slow"))
    with pytest.raises(Interrupted):
        retry.retried(call, log)
