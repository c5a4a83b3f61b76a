# SPDX-License-Identifier: MIT
"""Who holds the lock of a state, from what terraform says when it does not get it.

https://developer.hashicorp.com/terraform/language/state/locking
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

from cloudlib.terraform import age

_REFUSED = "Error acquiring the state lock"
#: Backends that know no owner: terraform prints its own name and time there, as if they were the owner's.
#: .../terraform/internal/backend/remote-state/http/client.go, .../pg/client.go
_TELL_NOTHING = ("http", "pg")


def held_by(text: str, kind: str, now: datetime | None = None) -> str:
    """`ada@laptop has held the lock of the state for 3 h 15 min`; "" where terraform says nothing of a lock.

    `kind` is the type of the backend, "" for a local state.
    """
    if _REFUSED not in text:
        return ""
    if kind in _TELL_NOTHING:
        return (
            f"somebody else has the lock of the state; the {kind} backend does not tell who, "
            "and the name above is your own"
        )
    who = re.search(r"^[│ ]{0,9}Who: +(\S+)", text, re.M)
    created = re.search(r"^[│ ]{0,9}Created: +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* \+0000", text, re.M)
    if not who or not created:
        return ""
    since = datetime.strptime(created[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    span = age.since(since, now or datetime.now(timezone.utc))
    return f"{who[1]} has held the lock of the state for {age.words(span)}"
