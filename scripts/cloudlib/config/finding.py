# SPDX-License-Identifier: MIT
"""One thing that a check has to say of a configuration."""

from __future__ import annotations

from dataclasses import dataclass

from cloudlib.errors import printable

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """An error makes the selection unlaunchable; `nearest` names what is closest to it instead."""

    level: str
    what: str
    nearest: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The finding with what is closest, without its level; fit for a terminal."""
        return printable(self.what + (f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""))
