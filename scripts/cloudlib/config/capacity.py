# SPDX-License-Identifier: MIT
"""Does the cloud have room for the machine now? Asked only where it tells: cloudlib.provider.Capacity."""

from __future__ import annotations

import sys

from cloudlib.config.finding import ERROR, Finding
from cloudlib.config.session import Session
from cloudlib.errors import ConfigRejected
from cloudlib.provider import Capacity
from cloudlib.settings import flag


def findings(now: Session) -> list[Finding]:
    """What the cloud says of the chosen machine; none where it has room, or does not tell.

    Raises a CloudError where it cannot be asked.
    """
    if not isinstance(now.provider, Capacity):
        return []
    problem = now.provider.without_capacity(now.collected.values)
    return [Finding(ERROR, problem.what, problem.nearest)] if problem else []


def refuse(now: Session, *, unchanged: str) -> None:
    """ConfigRejected where the cloud cannot start the machine now, with where it can; FORCE=1 tries it."""
    for finding in findings(now):
        if not flag("FORCE"):
            raise ConfigRejected(
                finding.text, unchanged=unchanged, hint="make menuconfig\nFORCE=1 tries it all the same"
            )
        print(f"warning: {finding.text}", file=sys.stderr)
