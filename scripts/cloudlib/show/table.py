# SPDX-License-Identifier: MIT
"""A small table: coloured on a terminal, aligned text elsewhere, a block a row where it is too wide."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TextIO

_GAP = "  "


def show(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    stream: TextIO,
    *,
    styles: Sequence[str],
    right: Sequence[str] = (),
) -> None:
    """Print the rows, each in its style (a colour of rich); the columns named in `right` end flush."""
    widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
    if not stream.isatty():
        for row in (columns, *rows):
            print(_GAP.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), file=stream)
    elif sum(widths) + len(_GAP) * (len(widths) - 1) > shutil.get_terminal_size().columns:
        for row in rows:
            for number, (column, cell) in enumerate(zip(columns, row)):
                if cell:
                    print(f"{'' if number == 0 else _GAP}{column}: {cell}", file=stream)
    else:
        _rich(columns, rows, stream, styles, right)


def _rich(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    stream: TextIO,
    styles: Sequence[str],
    right: Sequence[str],
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row, style in zip(rows, styles):
        table.add_row(*(escape(cell) for cell in row), style=style)
    Console(file=stream).print(table)
