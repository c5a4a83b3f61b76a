# SPDX-License-Identifier: MIT
"""The commit record of a publish: which files go where. It is obeyed, so it is checked when it is read."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cloudlib.errors import printable
from cloudlib.publish.rewrite import sync

NAME = "commit.json"
_PROVIDER_NAME = re.compile(r"[a-z][a-z0-9]*\Z")
#: Files below a provider's folder: no part begins with a dot, so none is `..`, and none is absolute.
_FILE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._+-]*/)*[A-Za-z0-9][A-Za-z0-9._+-]*\Z")


class Damaged(Exception):
    """A record that cannot be obeyed: cut off, of another shape, or naming files of somebody else."""


@dataclass(frozen=True)
class Record:
    """`move` and `remove` are names without the tier's ending; `mark` sets the provider's marker."""

    provider: str
    tier: str
    move: Sequence[str]
    remove: Sequence[str]
    mark: bool

    def check(self, tiers: Sequence[str]) -> None:
        """Raises Damaged where a field is not what a publish writes."""
        if not isinstance(self.provider, str) or not _PROVIDER_NAME.match(self.provider):
            raise Damaged(f"{self.provider!r} is not the name of a provider")
        if self.tier not in tiers:
            raise Damaged(f"{self.tier!r} is not a tier")
        for names in (self.move, self.remove):
            if not isinstance(names, (list, tuple)):
                raise Damaged(f"{names!r} is not a list of files")
            for name in names:
                if not isinstance(name, str) or not _FILE.match(name):
                    raise Damaged(f"{name!r} is not the name of a menu file")
        if not isinstance(self.mark, bool):
            raise Damaged(f"{self.mark!r} is neither true nor false")


def write(stage: Path, record: Record) -> None:
    """Commit: from here on the new set is the one that counts, after a power cut too. Raises OSError."""
    new = stage / f"{NAME}.new"
    new.write_text(json.dumps(asdict(record)), encoding="utf-8")
    sync(new)
    os.replace(new, stage / NAME)
    sync(stage)


def exists(stage: Path) -> bool:
    """Whether something lies where the record of a stage would."""
    return os.path.lexists(stage / NAME)


def read(stage: Path, tiers: Sequence[str]) -> Record:
    """The record of a stage, which is called PROVIDER-TIER. Raises Damaged."""
    path = stage / NAME
    if stage.is_symlink() or path.is_symlink() or not path.is_file():
        raise Damaged("it is not a regular file")
    try:
        fields: Any = json.loads(path.read_text(encoding="utf-8"))
        record = Record(**fields)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Damaged(printable(f"{type(error).__name__}: {error}")) from error
    record.check(tiers)
    if stage.name != f"{record.provider}-{record.tier}":
        raise Damaged(f"it is about {record.provider}-{record.tier}")
    return record
