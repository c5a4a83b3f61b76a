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
    blocks: bool = False,
) -> None:
    """Print the rows below a header, each in its style (a color of rich); the columns in `right` end flush.

    With `blocks`, a terminal too narrow for the table gets a block of lines per row. Nothing is cut off.
    """
    lines = aligned(columns, rows, right)
    console = terminal.console(stream)
    if console is None:
        print("\n".join(lines), file=stream)
        return
    if blocks and max(map(len, lines)) > console.width:
        lines = [_block(columns, row) for row in rows]
    else:
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


def _block(columns: Sequence[str], row: Sequence[str]) -> str:
    """`provider: aws`, then a line for each other cell that is not empty."""
    pairs = [f"{column}: {printable(cell)}" for column, cell in zip(columns, row) if cell]
    return f"\n{_GAP}".join(pairs)
