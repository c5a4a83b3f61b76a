# SPDX-License-Identifier: MIT
"""A setting that a configuration asks for and does not get."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dropped:
    """A setting that did not take effect: what was asked, why not, and existing names like it.

    `line` is the line of the file, where the file says it in another name.
    """

    name: str
    value: str
    why: str
    nearest: tuple[str, ...] = ()
    line: str = ""

    def __str__(self) -> str:
        near = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        return f"{self.line or f'CONFIG_{self.name}={self.value}'}: {self.why}{near}"
