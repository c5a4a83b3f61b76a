# SPDX-License-Identifier: MIT
"""terraform's events, as it appends them to the journal: shown as the lines that people know, and kept.

terraform writes the file itself. A pipe would end it in the middle of its work as soon as nobody reads, and
what is in a pipe is lost with its reader.
https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from cloudlib.errors import PublishError, printable
from cloudlib.settings import shown
from cloudlib.terraform import journal

#: Bytes of events that a resource makes: begin, a line every ten seconds, end, and the plan's line.
_A_RESOURCE = 8 << 10
_ALSO = 256 << 10
#: What is printed by its message. The plan was shown before, and the outputs are in the ssh configuration.
_SHOWN = frozenset(
    ["apply_start", "apply_progress", "apply_complete", "apply_errored", "refresh_start", "log"]
    + [f"provision_{what}" for what in ("start", "progress", "complete", "errored")]
    + ["state_lock_acquire", "state_lock_release"]
)
_MAKES = frozenset({"apply_start", "apply_complete", "apply_errored"})


class Follower:
    """The journal of a folder, open for terraform to append to.

    Room for the events of `resources` is taken before it starts: a disk that becomes full in the middle of an
    apply must not lose an id. Raises PublishError where there is no room. `errors` are what terraform said.
    """

    def __init__(self, folder: Path, resources: int) -> None:
        self._path = folder / journal.NAME
        self._room = _ALSO + resources * _A_RESOURCE
        self._rest = b""
        self.errors = ""

    def __enter__(self) -> Follower:
        try:
            self.handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            self._at = os.lseek(self.handle, 0, os.SEEK_END)
            if hasattr(os, "posix_fallocate"):  # Linux; it adds zeros, which readers skip
                os.posix_fallocate(self.handle, self._at, self._room)
            os.fsync(self.handle)
            journal.link(self._path.parent)
        except OSError as error:
            raise PublishError(
                f"cannot write {shown(self._path)}: {error.strerror}",
                unchanged="every machine: terraform was not started",
                hint="make room: without that file, a lost state would mean lost machines",
            ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        with suppress(OSError):
            os.ftruncate(self.handle, max(self._at, os.lseek(self.handle, 0, os.SEEK_CUR)))
            os.fsync(self.handle)
        os.close(self.handle)

    def step(self) -> None:
        """Print the events that have come since, and have ids on the disk.

        It raises nothing: terraform is at work, and is waited for even if stdout is closed or the disk full.
        """
        with suppress(OSError):
            self._step()

    def _step(self) -> None:
        new = b""
        while part := os.pread(self.handle, 1 << 16, self._at):
            text = part.partition(b"\0")[0]
            self._at += len(text)
            new += text
            if len(text) < len(part):
                break
        if not new:
            return
        *lines, self._rest = (self._rest + new).split(b"\n")
        events = [event for event in map(journal.parse, lines) if event]
        if any(event.get("type") in _MAKES for event in events):
            with suppress(OSError):
                os.fsync(self.handle)
        for event in events:
            if event.get("type") == "diagnostic":
                self.errors += rendered(event["diagnostic"])
            _show(event)
        sys.stdout.flush()


def _show(event: dict[str, Any]) -> None:
    kind = event.get("type")
    if kind == "diagnostic":
        diagnostic = event["diagnostic"]
        stream = sys.stderr if diagnostic.get("severity") == "error" else sys.stdout
        sys.stdout.flush()
        print(printable(rendered(diagnostic)), file=stream, flush=True)
    elif kind == "change_summary" and event.get("changes", {}).get("operation") != "plan":
        print(printable(f"\n{event['@message']}\n"))
    elif kind in _SHOWN:
        print(printable(str(event.get("@message", ""))))


def rendered(diagnostic: dict[str, Any]) -> str:
    """An error or a warning as terraform prints it: summary, resource, place, line, and detail."""
    label = "Error" if diagnostic.get("severity") == "error" else "Warning"
    lines = ["", f"{label}: {diagnostic.get('summary', '')}", ""]
    if diagnostic.get("address"):
        lines.append(f"  with {diagnostic['address']},")
    place = diagnostic.get("range")
    if place:
        snippet = diagnostic.get("snippet") or {}
        within = f", in {snippet['context']}" if snippet.get("context") else ""
        line = place["start"]["line"]
        lines.append(f"  on {place['filename']} line {line}{within}:")
        lines += [f"{n:4}: {code}" for n, code in enumerate(str(snippet.get("code", "")).splitlines(), line)]
    if diagnostic.get("detail"):
        lines += [*([""] if lines[-1] else []), diagnostic["detail"]]
    return "\n".join(lines)
