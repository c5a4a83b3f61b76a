# SPDX-License-Identifier: MIT
"""What a check reports about a configuration."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlib.errors import message

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """An error makes the selection unlaunchable.

    `nearest` names what the menus offer instead, the closest first; `fix` says what to set.
    """

    level: str
    what: str
    nearest: tuple[str, ...] = ()
    fix: str = ""

    @property
    def text(self) -> str:
        """The finding with its remedy, without its level; fit for a terminal."""
        nearest = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        return message(self.what + nearest + (f"; fix: {self.fix}" if self.fix else ""))
