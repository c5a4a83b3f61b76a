# SPDX-License-Identifier: MIT
"""What everything of a tree is tagged with, and when its machines end themselves: fixed when they are made.

Another time at each bringup would change every resource. So the stamp is kept until the machines are
destroyed; machines that were made without one keep none.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cloudlib.machines import age
from cloudlib.provider import Variables
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import ROOT, shown
from cloudlib.terraform import state

NAME = "stamp.json"
#: The variable of the modules, as terraform reads it from its environment.
VARIABLE = "TF_VAR_stamp"
#: Providers whose machines end themselves.
_ENDING = ("aws", "gce")
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def environment(folder: Path, values: Variables, now: datetime) -> Mapping[str, str]:
    """The stamp for terraform's environment: that of what is up, or a new one where nothing is."""
    stamp = read(folder) if state.look(folder).held else new(values, now)
    return {VARIABLE: json.dumps(stamp)} if stamp else {}


def new(values: Variables, now: datetime) -> dict[str, Any]:
    """{"tags": {owner, tree, created, expires}, "expires": UTC, "seconds": N}, the last two where it ends."""
    hours = int(str(values.get("terraform_expires_hours") or 0))
    tree = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    tags = {
        "owner": _fit(_user()),
        "tree": f"{_fit(ROOT.name)[:40]}-{tree}",
        "created": now.strftime(_FORM),
    }
    if not hours:
        return {"tags": {**tags, "expires": "never"}}
    expires = (now + timedelta(hours=hours)).strftime(_FORM)
    return {"tags": {**tags, "expires": expires}, "expires": expires, "seconds": hours * 3600}


def keep(folder: Path, made: Mapping[str, str]) -> None:
    """Keep the stamp of an environment, before terraform makes anything with it. Raises PublishError."""
    if VARIABLE in made:
        rewrite(folder / NAME, made[VARIABLE] + "\n")


def read(folder: Path) -> dict[str, Any]:
    """The stamp of what is up; {} where there is none."""
    with suppress(OSError, ValueError, RecursionError):
        stamp = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if isinstance(stamp, dict) and isinstance(stamp.get("tags"), dict):
            return stamp
    return {}


def told(folder: Path, now: datetime) -> str:
    """How long the machines of a folder have left, or since when they should be gone; "" for no end."""
    when = age.moment(str(read(folder).get("expires", "")))
    if when is None:
        return ""
    how = "end themselves" if folder.name in _ENDING else "do not end themselves: make destroy"
    if when > now:
        return f"the machines of {shown(folder)} expire in {age.words(when - now)}, and {how}"
    return f"the machines of {shown(folder)} expired {age.words(now - when)} ago: make destroy"


def utc() -> datetime:
    """Now, in whole seconds."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return "unknown"


def _fit(text: str) -> str:
    """Text that every vendor takes in a tag: 63 letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[:63] or "unknown"
