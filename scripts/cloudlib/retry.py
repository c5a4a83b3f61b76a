# SPDX-License-Identifier: MIT
"""A vendor call tried again, for a CLI that does not do so itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from cloudlib.errors import CallFailed, ServiceFailed, Throttled
from cloudlib.run import CallLog

_T = TypeVar("_T")
TRIES = 4
_FIRST_WAIT = 1.0  # seconds; doubled from try to try
_PASSING: tuple[type[CallFailed], ...] = (Throttled, ServiceFailed)


def retried(call: Callable[[], _T], log: CallLog) -> _T:
    """What `call` returns, tried up to TRIES times where the vendor asks to slow down or fails for a moment.

    Waits between the tries grow and are random, so that calls side by side do not come back together. The
    last failure is raised as it is. `call` counts itself, so a budget bounds the tries too.
    """
    for number in range(1, TRIES):
        try:
            return call()
        except _PASSING:
            log.pause(_FIRST_WAIT * 2 ** (number - 1) * random.uniform(0.5, 1.5))
    return call()
