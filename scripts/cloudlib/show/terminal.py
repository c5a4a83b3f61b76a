# SPDX-License-Identifier: MIT
"""What a stream is, a terminal that rich can draw on or not, and lines that fit it."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console


def console(stream: TextIO) -> Console | None:
    """rich's console on a terminal; None elsewhere, and on a Python without rich: plain text then.

    rich is imported here and only where it is seen, as that takes 60 ms.
    """
    if not stream.isatty():
        return None
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        return None
    return Console(file=stream, highlight=False, emoji=False)


def wrapping(stream: TextIO) -> TextIO:
    """A terminal on which long lines break between words; any other stream as it is, for grep."""
    return cast(TextIO, _Wrapping(stream)) if stream.isatty() else stream


class _Wrapping:
    """A stream whose `write` breaks lines, which print() hands over whole. The rest is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text; what moves the cursor or has colors was laid out by somebody else."""
        if "\x1b" in text or "\r" in text:
            return self._stream.write(text)
        width = shutil.get_terminal_size().columns
        self._stream.write("\n".join(folded(line, width) for line in text.split("\n")))
        return len(text)


def folded(line: str, width: int) -> str:
    """A line broken between words, the rest indented below it; a word that is too long stays whole."""
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    rest = textwrap.wrap(
        line.strip(), width - 1, initial_indent=indent, subsequent_indent=f"{indent}  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(rest)
