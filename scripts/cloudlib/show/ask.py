# SPDX-License-Identifier: MIT
"""Questions that only a person may answer, or YES=1 in a person's place. FORCE=1 answers none."""

from __future__ import annotations

import sys

from cloudlib.errors import CloudError
from cloudlib.settings import flag


def confirm(question: str, *, unchanged: str, hint: str = "YES=1 answers yes") -> None:
    """Continue only after a yes; CloudError for a no, with `hint` if no one can be asked."""
    if flag("YES"):
        return
    if not sys.stdin.isatty():
        raise CloudError(f"stdin is not a terminal; cannot ask: {question}", unchanged=unchanged, hint=hint)
    if not yes(question):
        raise CloudError("not confirmed", unchanged=unchanged)


def yes(question: str) -> bool:
    """Put a question on the terminal; anything but y or yes is a no, and so is Ctrl-D."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False
