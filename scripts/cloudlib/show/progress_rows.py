# SPDX-License-Identifier: MIT
"""Progress on a terminal: rich draws one row a step, with counts and a bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text


class Rows:
    """rich's Progress as a `cloudlib.calls.progress.Progress`."""

    def __init__(self, live: Progress) -> None:
        self._live = live

    def step(self, provider: str, title: str, total: int) -> _Row:
        """Add a row."""
        task = self._live.add_task(f"{provider:<11} {title}", total=total, note="", sign=None)
        return _Row(self._live, task)


class _Row:
    """A `cloudlib.calls.progress.Step`."""

    def __init__(self, live: Progress, task: TaskID) -> None:
        self._live, self._task = live, task

    def advance(self) -> None:
        self._live.advance(self._task)

    def done(self, note: str) -> None:
        sign = Text("✓", style="green")
        self._live.update(self._task, note=f"[green]{escape(note)}[/]", sign=sign, completed=self._total())

    def failed(self, note: str) -> None:
        self._live.update(self._task, note=f"[red]{escape(note)}[/]", sign=Text("✗", style="red"))
        self._live.stop_task(self._task)

    def _total(self) -> float:
        return next(t.total or 1 for t in self._live.tasks if t.id == self._task)


class _Sign(SpinnerColumn):
    """A tick or a cross once the step has said which; that all its calls have ended says neither."""

    def render(self, task: Task) -> RenderableType:
        return task.fields["sign"] or self.spinner.render(task.get_time())


@contextmanager
def rows(stream: TextIO) -> Iterator[Rows]:
    """Rows that stay on the screen when the run ends."""
    columns = (
        _Sign(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(file=stream)) as live:
        yield Rows(live)
