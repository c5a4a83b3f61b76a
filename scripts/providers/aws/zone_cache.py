# SPDX-License-Identifier: MIT
"""What an account's regions said of their zones, kept for 90 days: a fetch then makes one call a region less.

Zones have other names and ids in another account, so the file says whose it is, by a digest of the account's
id. It lies in a folder that git ignores and nobody else can read. RECORD and REPLAY do not use it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cloudlib.calls.answers import parsed
from cloudlib.calls.debug import debug_line
from cloudlib.calls.shape import Reader
from cloudlib.errors import BadReply
from cloudlib.settings import shown
from providers.aws import calls as aws_calls
from providers.aws import parse as aws_parse
from providers.aws.offers import Offered, Placed

_NAME, _FORMAT, _KEPT_FOR = "aws-zones.json", 1, timedelta(days=90)


@dataclass(frozen=True)
class KeptZones:
    """A region's answer to describe-availability-zones, and the zones that its offerings named then."""

    answer: Reader
    offering_zones: frozenset[str]


@dataclass
class ZoneCache:
    """The cache of one account: `regions`, and `since`, when the oldest answer in it was given.

    Without a folder it is empty and keeps nothing.
    """

    folder: Path | None = None
    account: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    regions: dict[str, KeptZones] = field(default_factory=dict)

    def answer(self, region: str) -> Future[Reader]:
        """The kept answer, in the form in which one that is asked for comes."""
        answered: Future[Reader] = Future()
        answered.set_result(self.regions[region].answer)
        return answered

    def changed(self, offered: Offered) -> list[str]:
        """The regions whose offerings name other zones than when their answers were kept; forgets them."""
        changed = [r for r, types in offered.items() if r in self.regions and self._differs(r, types)]
        for region in changed:
            del self.regions[region]
        return changed

    def _differs(self, region: str, types: Placed) -> bool:
        return self.regions[region].offering_zones != _named(types)

    def keep(self, answers: Mapping[str, Reader], offered: Offered) -> None:
        """Take in the answers of regions that it has not, and write it. DEBUG=1 says where that fails."""
        new = {r: KeptZones(answers[r], _named(offered[r])) for r in answers if r in offered}
        new = {r: zones for r, zones in new.items() if r not in self.regions and zones.offering_zones}
        if self.folder is None or not new:
            return
        self.regions |= new
        try:
            _write(self.folder, json.dumps(self._as_json(), separators=(",", ":")).encode())
        except OSError as error:
            debug_line(f"aws: the zones could not be cached in {shown(self.folder)}: {error.strerror}")

    def _as_json(self) -> dict[str, object]:
        return {
            "format": _FORMAT,
            "account": _digest(self.account),
            "since": self.since.isoformat(timespec="seconds"),
            "regions": {
                name: {"answer": kept.answer.value, "offering_zones": sorted(kept.offering_zones)}
                for name, kept in sorted(self.regions.items())
            },
        }


def load(folder: Path | None, account: str) -> ZoneCache:
    """The cache of an account; an empty one where it is damaged, too old, from the future, or another's."""
    if folder is None or not account:
        return ZoneCache()
    path = folder / _NAME
    try:
        return _read(folder, path.read_bytes(), account)
    except FileNotFoundError:
        pass
    except OSError as error:
        debug_line(f"aws: the cached zones in {shown(path)} cannot be read: {error.strerror}")
    except (BadReply, ValueError) as error:
        debug_line(f"aws: the cached zones in {shown(path)} are not used: {error}")
    return ZoneCache(folder, account)


def _read(folder: Path, data: bytes, account: str) -> ZoneCache:
    """Raises BadReply or ValueError, which say why it cannot be used."""
    file = Reader(parsed(data), vendor=aws_calls.NAME, answer="an earlier run")
    if file.whole("format") != _FORMAT:
        raise ValueError("they are of another version")
    if file.text("account") != _digest(account):
        raise ValueError("they are another account's")
    since = datetime.fromisoformat(file.text("since"))
    if since.tzinfo is None:
        raise ValueError("their time has no time zone")
    age = datetime.now(timezone.utc) - since
    if not timedelta(0) <= age <= _KEPT_FOR:
        raise ValueError(f"they are of {since:%Y-%m-%d}")
    regions = {}
    for name, row in file.entries("regions"):
        answer = Reader(row.at("answer").value, vendor=aws_calls.NAME, answer=aws_calls.ZONES[1])
        aws_parse.zones(answer, name)
        if left_out := answer.left_out.notices():
            raise ValueError(left_out[0])
        regions[name] = KeptZones(answer, frozenset(row.texts("offering_zones")))
    return ZoneCache(folder, account, since, regions)


def _write(folder: Path, data: bytes) -> None:
    """Replace the file, whole or not at all; only its owner can read it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink():
        raise NotADirectoryError(0, "it is a symbolic link")
    folder.chmod(0o700)
    handle, new = tempfile.mkstemp(dir=folder, prefix=f"{_NAME}.", suffix=".new")  # of mode 0600
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
        os.replace(new, folder / _NAME)
    except BaseException:
        with suppress(OSError):
            Path(new).unlink()
        raise


def _digest(account: str) -> str:
    return hashlib.sha256(f"cloud-kconfig {account}".encode()).hexdigest()


def _named(types: Placed) -> frozenset[str]:
    """The zones that a region's offerings name."""
    return frozenset(zone for zones in types.values() for zone in zones or ())
