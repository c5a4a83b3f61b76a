# SPDX-License-Identifier: MIT
"""The steps of a fetch, as providers announce them; `show.progress_rows` has a `Progress` that shows them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

RUNNING, DONE, FAILED, SKIPPED, STOPPED = "running", "done", "failed", "skipped", "stopped"


class Progress:
    """Where a provider announces its steps. This one shows nothing; safe to use from several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._steps: list[Step] = []

    def step(self, provider: str, title: str, total: int) -> Step:
        """Start a step of `total` parts."""
        return self._added(Step(self, provider, title, total))

    def end(self, provider: str, state: str, note: str) -> None:
        """End the running steps of a provider; the first one, or a new one where none runs, says why."""
        running = [step for step in self._steps if step.provider == provider and step.state == RUNNING]
        first, *others = running or [self.step(provider, "", 0)]
        first.end(state, note)
        for step in others:
            step.end(state, "")

    @contextmanager
    def waiting(self, provider: str, why: str) -> Iterator[None]:
        """Show on the newest running step of a provider, or of any with "", that it waits, and for what."""
        running = [s for s in self._steps if s.state == RUNNING and provider in ("", s.provider)]
        step = running[-1] if running else Step(self, provider, "", 0)
        with self.lock:
            step.waits.append(why)
            self.waits(step)
        try:
            yield
        finally:
            with self.lock:
                step.waits.remove(why)
                if running:
                    self.changed(step)

    def close(self) -> None:
        """Mark the steps that nothing will end any more, because the run was interrupted."""
        for step in self._steps:
            if step.state == RUNNING:
                step.end(STOPPED, "")

    def changed(self, step: Step) -> None:
        """Called with the lock held whenever a step starts, advances or ends."""

    def waits(self, step: Step) -> None:
        """Called with the lock held when a step begins to wait; `step.waits[-1]` says for what."""

    def _added(self, step: Step) -> Step:
        with self.lock:
            self._steps.append(step)
            self.changed(step)
        return step


@dataclass(eq=False)
class Step:
    """One step: `note` says with what it was done (counts), or why it was not; `waits` what it waits for."""

    progress: Progress
    provider: str
    title: str
    total: int
    completed: int = 0
    state: str = RUNNING
    note: str = ""
    waits: list[str] = field(default_factory=list)

    def advance(self) -> None:
        """One of the step's parts has arrived."""
        with self.progress.lock:
            self.completed += 1
            self.progress.changed(self)

    def done(self, note: str) -> None:
        """The step is complete."""
        self.completed = self.total
        self.end(DONE, note)

    def failed(self, note: str) -> None:
        """The step did not succeed."""
        self.end(FAILED, note)

    def end(self, state: str, note: str) -> None:
        """The step ends in one of the states above."""
        with self.progress.lock:
            self.state, self.note = state, note
            self.progress.changed(self)
