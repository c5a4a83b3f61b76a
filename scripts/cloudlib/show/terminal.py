# SPDX-License-Identifier: MIT
"""Whether a stream is a terminal that rich can draw on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

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
