# SPDX-License-Identifier: MIT
"""The one table: aligned text, colored on a terminal."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
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
    console = terminal.console(stream)
    lines, _ = fitted(columns, rows, right, gives_way, console.width if console else math.inf)
    draw(lines, stream, styles)


def draw(lines: Sequence[str], stream: TextIO, styles: Sequence[str] = ()) -> None:
    """Print the lines of a table: the header, and each row in its style."""
    console = terminal.console(stream)
    if console is None:
        print("\n".join(lines), file=stream)
        return
    for line, style in zip(lines, ("bold", *(styles or [""] * len(lines)))):
        console.print(line, style=style, markup=False, soft_wrap=True)


def fitted(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[str],
    gives_way: Iterable[str],
    width: float,
) -> tuple[list[str], list[str]]:
    """The lines of a table, and the columns of `gives_way` that it lacks to be no wider than `width`."""
    lines, gone = aligned(columns, rows, right), []
    for name in gives_way:
        if max(map(len, lines)) <= width:
            break
        at = columns.index(name)
        columns = [*columns[:at], *columns[at + 1 :]]
        rows = [[*row[:at], *row[at + 1 :]] for row in rows]
        lines = aligned(columns, rows, right)
        gone.append(name)
    return lines, gone


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
