# SPDX-License-Identifier: MIT
"""Vendor calls in parallel; a failure that ends the fetch ends all of them.

A process is killed. A request cannot be: it ends by its own time limit, and the program does not wait for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from cloudlib.calls.progress import Step
from cloudlib.calls.run import CallLog
from cloudlib.settings import job_count

_T = TypeVar("_T")


class Pool:
    """A ThreadPoolExecutor that, left through an exception, stops the calls that still run or wait.

    Where a recording answers, nothing is waited for: more threads would only contend for the interpreter.
    """

    def __init__(self, log: CallLog) -> None:
        self._log = log
        self._executor = ThreadPoolExecutor(max_workers=1 if log.replayed else job_count())

    def start(self, function: Callable[..., _T], *args: Any, step: Step | None = None) -> Future[_T]:
        """Queue a call; `step` advances when it has an answer, not when it failed or was given up."""
        task = self._executor.submit(function, *args)
        if step is not None:
            task.add_done_callback(lambda ended: _count(ended, step))
        return task

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=error is None, cancel_futures=error is not None)
        if error is not None:
            self._log.stop()


def _count(task: Future[_T], step: Step) -> None:
    if not task.cancelled() and task.exception() is None:
        step.advance()


def exit_without_joining(code: int) -> NoReturn:
    """End the process as sys.exit would, but wait for no thread in which a request still hangs."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # the process was started with it closed
            continue
        try:
            stream.flush()
        except BrokenPipeError:  # the reader has enough
            pass
        except OSError:
            code = code or 1
    os._exit(code)
