# SPDX-License-Identifier: MIT
"""The journal of a provider's folder: every resource that terraform made and has not destroyed, with its id.

terraform itself appends its events to it (`apply -json`), so that neither the end of this program nor that of
terraform loses one: https://developer.hashicorp.com/terraform/internals/machine-readable-ui. Between runs it
holds a short line a resource:

    {"address": "aws_instance.node[\"kdevops-1\"]", "id": "i-0123456789abcdef0", "made": "2026-11-26T10:00Z"}
    {"address": "aws_instance.node[\"kdevops-2\"]", "creation": "cut off"}
    {"address": "aws_instance.node[\"kdevops-3\"]", "creation": "failed"}
    {"account": "123456789012"}

It is kept until `make destroy` has succeeded: a state may be lost, and the vendor's ids are the way back. In
a git repository it has a second name below .git, a hard link, as `git clean -fdx` removes what git ignores.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudlib.errors import CloudError
from cloudlib.settings import shown
from cloudlib.terraform.snapshot import Resource

NAME = "journal.jsonl"


@dataclass
class Journal:
    """`made` exist, each with the time of its creation, or "" where that is not known.

    The creation of `unfinished` was cut off and that of `failed` failed: they may exist. `account` is that of
    AWS, whose ids do not tell; "" where it is not known.
    """

    made: dict[Resource, str] = field(default_factory=dict)
    unfinished: dict[str, None] = field(default_factory=dict)
    failed: dict[str, None] = field(default_factory=dict)
    account: str = ""
    damaged: bool = False  # a line before the last cannot be read
    _going: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Its short form."""
        rows = [{**r._asdict(), **({"made": when} if when else {})} for r, when in self.made.items()]
        rows += [{"address": a, "creation": "cut off"} for a in self.unfinished]
        rows += [{"address": a, "creation": "failed"} for a in self.failed]
        rows += [{"account": self.account}] if self.account else []
        return "".join(json.dumps(row) + "\n" for row in rows)

    def seeded(self, held: Iterable[Resource], account: str = "") -> Journal:
        """The journal for a state that is known to be whole: what it holds, and what may exist besides."""
        made = {resource: self.made.get(resource, "") for resource in held}
        return Journal(made, dict(self.unfinished), dict(self.failed), account or self.account)

    def add(self, event: dict[str, Any]) -> None:
        """Take in a line: a short one, or an event of terraform."""
        self.account = str(event.get("account") or self.account)
        if "address" in event:
            what, address = event.get("creation"), _text(event["address"])
            if what is None:
                self.made[Resource(address, _text(event["id"]))] = str(event.get("made", ""))
            else:
                (self.unfinished if what == "cut off" else self.failed)[address] = None
        hook = event.get("hook") or {}
        handle = _EVENTS.get((str(event.get("type")), str(hook.get("action"))))
        if handle:
            handle(
                self,
                _text(hook["resource"]["addr"]),
                str(hook.get("id_value") or ""),
                str(event.get("@timestamp", "")),
            )

    def _creating(self, address: str, _: str, when: str) -> None:
        self.unfinished[address] = None

    def _created(self, address: str, given: str, when: str) -> None:
        self.unfinished.pop(address, None)
        self.failed.pop(address, None)
        self.made[Resource(address, given)] = when

    def _not_created(self, address: str, _: str, when: str) -> None:
        self.unfinished.pop(address, None)
        self.failed[address] = None

    def _deleting(self, address: str, given: str, when: str) -> None:
        self._going[address] = given

    def _deleted(self, address: str, _: str, when: str) -> None:
        self.made.pop(Resource(address, self._going.pop(address, "")), None)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value


_EVENTS = {
    ("apply_start", "create"): Journal._creating,
    ("apply_complete", "create"): Journal._created,
    ("apply_errored", "create"): Journal._not_created,
    ("apply_start", "delete"): Journal._deleting,
    ("apply_complete", "delete"): Journal._deleted,
}


def second(folder: Path) -> Path:
    """Its other name, whether it has one or not. The .git of a worktree is a file that names the folder."""
    git = folder.parent.parent / ".git"
    with suppress(OSError, UnicodeDecodeError):
        before, _, path = git.read_text(encoding="utf-8").rstrip("\n").partition("gitdir: ")
        git = git.parent / path if path and not before else git
    return git / "cloud-kconfig" / f"{folder.name}-{NAME}"


def link(folder: Path) -> None:
    """Give the journal of a folder its second name, in a git repository whose file system has hard links."""
    other = second(folder)
    if not other.parent.parent.is_dir():
        return
    with suppress(OSError):
        other.parent.mkdir(exist_ok=True)
        if not (other.exists() and other.samefile(folder / NAME)):
            other.unlink(missing_ok=True)
            os.link(folder / NAME, other)


def forget(folder: Path) -> None:
    """Remove the journal under both names. Raises OSError."""
    (folder / NAME).unlink(missing_ok=True)
    with suppress(NotADirectoryError):  # .git may be anything
        second(folder).unlink(missing_ok=True)


def read(folder: Path) -> Journal | None:
    """The journal of a folder; None where there is none. Raises CloudError where it cannot be read."""
    path = folder / NAME
    if not path.exists() and second(folder).is_file():
        path = second(folder)
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is not a regular file")
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CloudError(
            f"{shown(path)} cannot be read: {error.strerror}; it lists machines that may be running",
            unchanged=shown(path),
            hint=f"make it readable: chmod u+r {shown(path)}",
        ) from error
    journal = Journal()
    for number, line in enumerate(lines, 1):
        event = parse(line)
        if event:
            journal.add(event)
        elif line.strip(b"\0") and number < len(lines):
            journal.damaged = True
    return journal


def parse(line: bytes) -> dict[str, Any] | None:
    """An event; None for what is not one: a last line that was cut off, or a crash report of terraform."""
    try:
        event = json.loads(line.strip(b"\0"))
        Journal().add(event)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
