# SPDX-License-Identifier: MIT
"""Live progress of a run: one row a step on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO


class Step(Protocol):
    """One row. A step that is never told `done` or `failed` shows neither."""

    def advance(self) -> None:
        """One of the step's parts has come in."""

    def done(self, note: str) -> None:
        """The step is complete; `note` says with what (counts)."""

    def failed(self, note: str) -> None:
        """The step did not succeed; `note` says why."""


class Progress(Protocol):
    """Where a provider announces its steps."""

    def step(self, provider: str, title: str, total: int) -> Step:
        """Start a row of `total` parts."""


class Silent:
    """Progress for callers that show none."""

    def step(self, provider: str, title: str, total: int) -> Step:
        """A step that prints nothing."""
        return _SilentStep()


class _SilentStep:
    def advance(self) -> None:
        pass

    def done(self, note: str) -> None:
        pass

    def failed(self, note: str) -> None:
        pass


class Plain:
    """A line when a step ends; safe to use from several threads."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def step(self, provider: str, title: str, total: int) -> Step:
        """A step that prints one line at its end."""
        return _PlainStep(self, provider, title)

    def line(self, text: str) -> None:
        """One whole line, never mixed with another thread's."""
        with self._lock:
            print(text, file=self._stream, flush=True)


class _PlainStep:
    def __init__(self, parent: Plain, provider: str, title: str) -> None:
        self._parent, self._name = parent, f"{provider:<11} {title}"

    def advance(self) -> None:
        pass

    def done(self, note: str) -> None:
        self._parent.line(f"{self._name}: {note}")

    def failed(self, note: str) -> None:
        self._parent.line(f"{self._name}: FAILED: {note}")


@contextmanager
def shown_on(stream: TextIO) -> Iterator[Progress]:
    """Rows of rich on a terminal, `Plain` lines otherwise, or with DEBUG=1, whose lines they would break."""
    if not stream.isatty() or os.environ.get("DEBUG", "") not in ("", "0"):
        yield Plain(stream)
        return
    from cloudlib.show.progress_rows import rows  # rich costs 60 ms to import: only where it is seen

    with rows(stream) as progress:
        yield progress
