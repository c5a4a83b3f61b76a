# SPDX-License-Identifier: MIT
"""Who has the lock of a state on an HTTP server: the server says so, and terraform prints the ID alone.

https://developer.hashicorp.com/terraform/language/backend/http: a lock that somebody has is answered with 423
or 409 and with what its owner sent.
"""

from __future__ import annotations

import json
import os
import platform
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import requests
from urllib3.exceptions import HTTPError

_TIMEOUT = 10.0
_MOST_BYTES = 1 << 16
_HELD = (409, 423)


def owner(address: str, auth: tuple[str, str] | None) -> Mapping[str, Any]:
    """What the owner of a lock sent, {"Who", "Created"…}; {} where the server does not say.

    There is no other way than to request the lock, as terraform has just done; a free one is given back. It
    names us: where the connection breaks before it is given back, the next one to ask sees whose it is.
    """
    mine = json.dumps({
        "ID": str(uuid.uuid4()), "Operation": "who has the lock", "Info": "",
        "Who": f"{os.environ.get('USER', 'someone')}@{platform.node()}",
        "Created": datetime.now(timezone.utc).isoformat(),
    })  # fmt: skip
    try:
        with requests.Session() as session:
            answer = _ask(session, "LOCK", address, mine, auth)
            if answer.status_code in _HELD:
                told = json.loads(answer.raw.read(_MOST_BYTES, decode_content=True))
                return told if isinstance(told, dict) else {}
            if answer.ok:
                _ask(session, "UNLOCK", address, mine, auth)
    except (requests.RequestException, HTTPError, OSError, RecursionError, ValueError):
        pass
    return {}


def _ask(
    session: requests.Session, method: str, address: str, body: str, auth: tuple[str, str] | None
) -> requests.Response:
    return session.request(
        method,
        address,
        data=body,
        auth=auth,
        headers={"Content-Type": "application/json"},
        timeout=_TIMEOUT,
        allow_redirects=False,
        stream=True,
    )
