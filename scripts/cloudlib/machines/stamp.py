# SPDX-License-Identifier: MIT
"""What everything of a tree is tagged with, and when its machines end themselves: fixed when they are made.

Another time at each bringup would change every resource. So the stamp is kept until the machines are
destroyed; machines that were made without one keep none.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cloudlib.errors import ConfigRejected, some
from cloudlib.provider import Variables
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import ROOT, shown
from cloudlib.terraform import age, expiry, state
from cloudlib.terraform.run import ACCOUNT, Change
from cloudlib.terraform.snapshot import Resource

#: The variable of the modules, as terraform reads it from its environment.
VARIABLE = "TF_VAR_stamp"
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def environment(folder: Path, values: Variables, now: datetime) -> Mapping[str, str]:
    """The stamp for terraform's environment: that of what is up, or a new one where nothing is.

    And the account that the state names: a tree that shares it has no journal before its first bringup.
    """
    known = state.look(folder)
    if not known.held:
        stamp: Mapping[str, Any] = new(values, now)
    else:  # somebody else may have made them: then the shared state has the stamp, and this tree has none
        stamp = (known.now and known.now.stamp) or expiry.read(folder)
    account = known.now.account if known.now else ""
    return {
        **({VARIABLE: json.dumps(stamp)} if stamp else {}),
        **({ACCOUNT: account} if account else {}),
    }


def new(values: Variables, now: datetime) -> dict[str, Any]:
    """{"tags": {owner, tree, created, expires}, "expires": UTC, "seconds": N}, the last two where it ends."""
    hours = int(str(values.get("terraform_expires_hours") or 0))
    tree = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]
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
        rewrite(folder / expiry.NAME, made[VARIABLE] + "\n")


def refuse_expired(folder: Path, made: Mapping[str, str], changes: Iterable[Change], now: datetime) -> None:
    """Raise ConfigRejected for new machines whose time is over: on AWS they would end at their first boot."""
    when = expiry.of(json.loads(made.get(VARIABLE, "{}")))
    new = [c.address for c in changes if "create" in c.actions and Resource(c.address, "").machine]
    if new and when.expires and when.past(now):
        raise ConfigRejected(
            f"the machines of {shown(folder)} expired {age.words(now - when.expires)} ago, "
            f"and new ones would have the same end: {some(new)}",
            unchanged="every machine",
            hint="make destroy, then make bringup, which sets a new time",
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return "unknown"


def _fit(text: str) -> str:
    """Text that every vendor takes in a tag: 63 letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[:63] or "unknown"
