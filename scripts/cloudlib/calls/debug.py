# SPDX-License-Identifier: MIT
"""What DEBUG=1 shows, and what no message shows: credentials."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence

from cloudlib.errors import printable
from cloudlib.settings import debugging, own_values

_SECRET_SHAPE = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?i:bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}")
#: Credentials in use that are not in our own environment.
_KEPT_OUT: set[str] = set()


def keep_out(secret: str) -> None:
    """From now on no message shows this."""
    _KEPT_OUT.add(secret)


def redact(text: str) -> str:
    """Text without credentials: known key shapes, those in use, values of secret-looking variables."""
    for secret in (*own_values()[0], *_KEPT_OUT):
        text = text.replace(secret, "[redacted]")
    return _SECRET_SHAPE.sub("[redacted]", text)


def command_line(argv: Sequence[str]) -> str:
    """The argv as one readable, redacted line."""
    return redact(" ".join(argv))


def debug(argv: Sequence[str], started: float, end: str) -> None:
    """With DEBUG=1, a line about a command that has ended."""
    debug_line(f"{time.monotonic() - started:6.2f} s  {end:24}  {command_line(argv)}")


def debug_line(text: str) -> None:
    """With DEBUG=1, a line on stderr."""
    if debugging():
        print(printable(f"debug: {redact(text)}"), file=sys.stderr, flush=True)
