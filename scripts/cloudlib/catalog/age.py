# SPDX-License-Identifier: MIT
"""How old the figures of a catalog are, which is not when its file was written.

A live answer is of the day when the vendor was asked. A recording of collected facts says in its source note
of which months they are; it may have been made much later.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timezone

from cloudlib.catalog.records import Provenance

_MONTH = re.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])\b(?!-\d)")
_RECORDING = "; recordings/"


def figures_of(provenance: Provenance) -> str:
    """`2026-11-24`, or for a recording `2024-08 to 2026-09`; "" where nothing tells."""
    months = sorted(match[0] for match in _MONTH.finditer(_facts(provenance)))
    if not months:
        return provenance.fetched_at[:10]
    return months[0] if months[0] == months[-1] else f"{months[0]} to {months[-1]}"


def days(provenance: Provenance, now: datetime) -> int | None:
    """Whole days since the newest figures were read; negative: clocks disagree; None: nothing tells."""
    months = list(_MONTH.finditer(_facts(provenance)))
    if months:
        year, month = max((int(match[1]), int(match[2])) for match in months)
        return (now - datetime(year, month, monthrange(year, month)[1], tzinfo=timezone.utc)).days
    try:
        fetched = datetime.fromisoformat(provenance.fetched_at)
    except ValueError:
        return None
    if fetched.tzinfo is None:
        fetched = fetched.replace(tzinfo=timezone.utc)
    return (now - fetched).days


def _facts(provenance: Provenance) -> str:
    """What a source note says of the facts, without the name of the recording."""
    return provenance.source.partition(_RECORDING)[0]
