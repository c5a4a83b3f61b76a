# SPDX-License-Identifier: MIT
"""A total time limit for a call that has none of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

_T = TypeVar("_T")


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What `call` returns or raises; TimeoutError if it takes longer than that.

    The call then goes on in a thread that nothing waits for: a name server, a TLS handshake or the headers
    of a response can each take one byte at a time, within every limit that a socket has.
    """
    result: Future[_T] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # raised where the result is asked for
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return result.result(seconds)
    except FutureTimeout:  # before Python 3.11 it is not TimeoutError itself
        raise TimeoutError from None
