# SPDX-License-Identifier: MIT
"""A vendor call tried again: a request, or a CLI that does not do so itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TypeVar

from cloudlib.calls.run import CallLog
from cloudlib.errors import CallFailed, ServiceFailed, Throttled

_T = TypeVar("_T")
TRIES = 5
_FIRST_WAIT = 1.0  # seconds; doubled from try to try
_LONGEST_WAIT = 30.0
_PASSING: tuple[type[CallFailed], ...] = (Throttled, ServiceFailed)
_ASKED = re.compile(r"(?:after|in)\D{0,3}(\d+)\W{0,2} ?seconds", re.IGNORECASE)


def retried(call: Callable[[], _T], log: CallLog) -> _T:
    """What `call` returns, tried up to TRIES times where the vendor asks to slow down or fails for a moment.

    The wait between two tries is what the vendor asks for, by the failure's `wait` or in its words (a CLI
    shows no Retry-After), else one that doubles; it is random too, so that calls side by side do not come
    back together. It is shown, and ends when the run is stopped. The last failure is raised as it is, also
    where the budget (`call` counts itself) leaves no further try. A recording would only repeat itself: it is
    asked once.
    """
    if log.replayed is not None:
        return call()
    for number in range(TRIES - 1):
        try:
            return call()
        except _PASSING as error:
            failure = error
        if log.budget is not None and log.calls >= log.budget:
            raise failure
        seconds = _wait(failure, number)
        why = failure.what.partition("\n")[0]
        with log.waiting(f"waiting {seconds:.0f} s before try {number + 2} of {TRIES}: {why}"):
            log.pause(seconds)
    return call()


def _wait(failure: CallFailed, number: int) -> float:
    asked = failure.wait
    if asked is None:
        words = _ASKED.search(failure.what)
        asked = float(words[1]) if words else _FIRST_WAIT * 2**number
    return min(_LONGEST_WAIT, asked) + random.uniform(0, _FIRST_WAIT)
