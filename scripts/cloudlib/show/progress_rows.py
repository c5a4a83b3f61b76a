# SPDX-License-Identifier: MIT
"""Progress that people see: one row per step on a terminal, a line at the end of each step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from cloudlib.calls.progress import DONE, FAILED, RUNNING, SKIPPED, STOPPED, Progress, Step
from cloudlib.errors import message
from cloudlib.settings import debugging
from cloudlib.show import terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Live
    from rich.progress import TaskID

_BAR = 12
#: State -> color, sign, and the sign where the terminal's encoding lacks it.
_SIGNS = {
    RUNNING: ("default", " ", " "),
    DONE: ("green", "✓", "+"),
    FAILED: ("red", "✗", "x"),
    SKIPPED: ("yellow", "-", "-"),
    STOPPED: ("yellow", "-", "-"),
}


@contextmanager
def shown_on(stream: TextIO, *, quiet: bool = False) -> Iterator[Progress]:
    """Rows on a terminal; else lines, or nothing with `quiet`. DEBUG=1 prints lines too: no rows then."""
    console = None if debugging() else terminal.console(stream)
    if console is None:
        yield Progress() if quiet and not stream.isatty() else Lines(stream)
        return
    from rich.progress import MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Live

    columns = (
        TextColumn("{task.fields[sign]} {task.description}"),
        TextColumn("{task.fields[bar]}", markup=False),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Live(*columns, console=console) as live:
        rows = Rows(live)
        try:
            yield rows
        finally:
            rows.close()


class Lines(Progress):
    """A line when a step ends, and when it has to wait before it asks again."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def changed(self, step: Step) -> None:
        """Print a step that ended with something to say."""
        if step.state == RUNNING or not step.note:
            return
        verdict = "" if step.state == DONE else f"{step.state.upper()}: "
        print(f"{_name(step)}: {verdict}{_note(step)}", file=self._stream, flush=True)

    def waits(self, step: Step) -> None:
        """Print what a step waits for."""
        print(f"{_name(step)}: {_shown(step.waits[-1])}", file=self._stream, flush=True)


class Rows(Progress):
    """A row of rich's progress display for each step; it stays on the screen when the run ends."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live
        self._unicode = live.console.encoding.startswith("utf")
        self._tasks: dict[Step, TaskID] = {}

    def waits(self, step: Step) -> None:
        """Show what a step waits for in its row, until it goes on."""
        self.changed(step)

    def changed(self, step: Step) -> None:
        """Redraw the row of a step."""
        from rich.markup import escape

        color, sign, plain = _SIGNS[step.state]
        share = step.completed / step.total if step.total else float(step.state == DONE)
        full = round(_BAR * min(1.0, share))
        fields: dict[str, Any] = {
            "sign": f"[{color}]{sign if self._unicode else plain}[/]",
            "bar": "#" * full + "-" * (_BAR - full),
            "note": f"[{color}]{escape(_note(step))}[/]",
        }
        if step not in self._tasks:
            self._tasks[step] = self._live.add_task(escape(_name(step)), total=step.total, **fields)
        task = self._tasks[step]
        self._live.update(task, completed=step.completed, **fields)
        if step.state != RUNNING:
            self._live.stop_task(task)


def _name(step: Step) -> str:
    return f"{step.provider:<11} {step.title}".rstrip()


def _note(step: Step) -> str:
    return _shown(step.waits[-1] if step.waits and step.state == RUNNING else step.note)


def _shown(text: str) -> str:
    """The first line of a text, made fit for a terminal."""
    return message(text.partition("\n")[0])
