# SPDX-License-Identifier: MIT
"""The one table: aligned text, colored on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TextIO

from cloudlib.errors import printable
from cloudlib.show import terminal

_GAP = "  "


def show(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    stream: TextIO,
    *,
    styles: Sequence[str] = (),
    right: Collection[str] = (),
    gives_way: Sequence[str] = (),
) -> None:
    """Print the rows below a header, each in its style (a color of rich); the columns in `right` end flush.

    A terminal too narrow for the table does without the columns in `gives_way`, one after the other.
    """
    lines = aligned(columns, rows, right)
    console = terminal.console(stream)
    if console is None:
        print("\n".join(lines), file=stream)
        return
    for name in gives_way:
        if max(map(len, lines)) <= console.width:
            break
        at = columns.index(name)
        columns = [*columns[:at], *columns[at + 1 :]]
        rows = [[*row[:at], *row[at + 1 :]] for row in rows]
        lines = aligned(columns, rows, right)
    console.print(lines.pop(0), style="bold", markup=False, soft_wrap=True)
    for number, line in enumerate(lines):
        console.print(line, style=styles[number] if styles else None, markup=False, soft_wrap=True)


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> list[str]:
    """The header and the rows as lines, fit for a terminal; the columns in `right` end flush."""
    rows = [[printable(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *rows)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(columns, cells, widths)
        )
        return _GAP.join(padded).rstrip()

    return [line(columns), *map(line, rows)]
