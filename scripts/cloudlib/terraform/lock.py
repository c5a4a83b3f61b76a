# SPDX-License-Identifier: MIT
"""Who holds the lock of a state, from what terraform says when it does not get it.

https://developer.hashicorp.com/terraform/language/state/locking
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timezone
from pathlib import Path

from cloudlib.settings import shown
from cloudlib.terraform import age, backend

#: The second where a backend has to make a first state, for which it needs the lock (gcs).
_REFUSED = re.compile("Error acquiring the state lock|Lock Info:")
#: With an http or a pg backend terraform prints its own name and time there, as if they were the owner's:
#: .../terraform/internal/backend/remote-state/http/client.go, .../pg/client.go
_NOT_THE_OWNER = "the name above is your own"
#: PostgreSQL knows who is connected. A lock ends with its connection, and force-unlock does nothing.
_LOOK = (
    'psql "$PG_CONN_STR" -c "select pid, usename, client_addr, now() - backend_start as since '
    "from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory' and granted\""
)


def hint(text: str, folder: Path, now: datetime | None = None) -> str:
    """`ada@laptop has held the lock of the state for 3 h 15 min: wait for it`, and how to release a dead one.

    "" where terraform says nothing of a lock.
    """
    if not _REFUSED.search(text):
        return ""
    kind = backend.kind(folder)
    if kind == "pg":
        return (
            f"somebody else has the lock of the state: wait for it; {_NOT_THE_OWNER}\n"
            f"PostgreSQL does not name the owner of a lock; who is connected, and since when:\n{_LOOK}\n"
            "select pg_terminate_backend(PID) ends that connection, if that run is dead for certain"
        )
    who, since = _asked(folder) if kind == "http" else _printed(text)
    if who and since:
        span = age.words(age.since(since, now or datetime.now(timezone.utc)))
        held = f"{who} has held the lock of the state for {span}: wait for it"
    elif kind == "http":
        held = f"somebody else has the lock of the state: wait for it; {_NOT_THE_OWNER}"
    else:
        return ""
    release = f"terraform -chdir={shown(folder)} force-unlock ID, if that run is dead for certain"
    return f"{held}\n{release}"


def _printed(text: str) -> tuple[str, datetime | None]:
    """The owner and the time in terraform's message."""
    who = re.search(r"\sWho: +(\S+)", text)
    created = re.search(r"\sCreated: +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* \+0000", text)
    return (who[1] if who else ""), (age.moment(created[1]) if created else None)


def _asked(folder: Path) -> tuple[str, datetime | None]:
    """The same from the server of an http backend that `make` wrote."""
    from cloudlib.calls import state_lock  # with a conflict alone: it brings requests

    user = os.environ.get("TF_HTTP_USERNAME", "")
    address = backend.written(folder).get("lock_address")
    if not isinstance(address, str):
        return "", None
    told = state_lock.owner(address, (user, os.environ.get("TF_HTTP_PASSWORD", "")) if user else None)
    return str(told.get("Who") or ""), age.moment(str(told.get("Created")))
