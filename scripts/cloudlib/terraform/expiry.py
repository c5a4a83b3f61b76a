# SPDX-License-Identifier: MIT
"""When the machines of a provider's folder expire: from the stamp that they were made with.

Times are UTC. The stamp is of the clock that this machine had then: once that is set back, the stamp lies in
the future, and neither an age nor what is left can be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cloudlib.settings import ROOT, shown
from cloudlib.terraform import age

NAME = "stamp.json"
#: What becomes of the machines then, where something does.
_ENDS = {
    "aws": "end themselves",
    "gce": "are deleted by Google",
    "azure": "are deallocated, which leaves their disks and addresses",
}
#: Seconds beyond which an older version made machines of Azure that nothing ends.
_SCHEDULED = 24 * 3600
#: Clocks of vendors and of this machine differ by less.
_CLOCKS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Expiry:
    """When machines were made and when they expire; None for what is not known, or never happens."""

    created: datetime | None
    expires: datetime | None

    def behind(self, now: datetime) -> bool:
        """Whether the clock shows a time before the machines were made."""
        return ahead(self.created, now)

    def past(self, now: datetime) -> bool:
        """Whether they expired."""
        return self.expires is not None and self.expires <= now and not self.behind(now)


def utc() -> datetime:
    """Now, in whole seconds."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def ahead(when: datetime | None, now: datetime) -> bool:
    """Whether a time that should be over is still to come, by more than clocks differ."""
    return when is not None and when > now + _CLOCKS


def ends(provider: str) -> bool:
    """Whether a provider's machines stop costing anything when they expire, disks and addresses apart."""
    return provider in _ENDS


def of(stamp: Mapping[str, Any]) -> Expiry:
    """What a stamp says."""
    tags = stamp.get("tags")
    created = tags.get("created") if isinstance(tags, dict) else None
    return Expiry(age.moment(str(created)), age.moment(str(stamp.get("expires"))))


def read(folder: Path) -> dict[str, Any]:
    """The stamp of what this tree has up; {} where there is none."""
    with suppress(OSError, ValueError, RecursionError):
        stamp = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if isinstance(stamp, dict) and isinstance(stamp.get("tags"), dict):
            return stamp
    return {}


def left(folder: Path, now: datetime, stamp: Mapping[str, Any] | None = None) -> list[str]:
    """A line on how long the machines of a folder have; none where they have no end, or are `overdue`."""
    stamp = read(folder) if stamp is None else stamp
    when = of(stamp)
    if when.expires is None or when.past(now):
        return []
    machines = f"the machines of {shown(folder)}"
    if when.behind(now) and when.created:
        return [
            f"{machines} were made at {_time(when.created)}, but the clock says {_time(now)}: set the clock. "
            f"They expire at {_time(when.expires)}"
        ]
    ends = _ENDS.get(folder.name)
    if folder.name == "azure" and (stamp.get("seconds") or 0) > _SCHEDULED:
        ends = None
    ends = ends or "do not end themselves: make destroy"
    return [f"{machines} expire in {age.words(when.expires - now)}, and {ends}"]


def overdue(now: datetime) -> Iterator[str]:
    """A line for each folder of this tree whose machines have expired: every command says it first."""
    for path in sorted(ROOT.glob(f"terraform/*/{NAME}")):
        when = of(read(path.parent))
        if when.past(now) and when.expires:
            what = f"the machines of {shown(path.parent)} expired {age.words(now - when.expires)} ago"
            yield f"{what}; what is left costs money: make destroy"


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
