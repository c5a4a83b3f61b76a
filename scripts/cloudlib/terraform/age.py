# SPDX-License-Identifier: MIT
"""How long something is up: from a vendor's time to words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone


def moment(text: str) -> datetime | None:
    """A time as vendors write it (2026-11-26T10:00:00.123-08:00, …Z) in UTC; None for other text."""
    try:
        when = datetime.fromisoformat(re.sub(r"\.[0-9]+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return when.astimezone(timezone.utc) if when.tzinfo else when.replace(tzinfo=timezone.utc)


def since(when: datetime, now: datetime) -> timedelta:
    """How long ago that was; nothing where the vendor's clock is ahead of ours."""
    return max(now - when, timedelta())


def words(span: timedelta) -> str:
    """`3 d 4 h`, `4 h 10 min`, `10 min`."""
    minutes = int(span.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"
