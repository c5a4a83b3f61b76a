# SPDX-License-Identifier: MIT
"""One writer at a time, and no reader while files are replaced. A lock ends with its process."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudlib.errors import Busy, PublishError
from cloudlib.settings import shown

_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
#: How long readers and writers wait for each other: moving a set takes milliseconds, parsing half a second.
_WAIT_SECONDS = 10.0


@contextmanager
def hold(path: Path, *, doing: str, unchanged: str) -> Iterator[None]:
    """Hold the lock file `path`; raises Busy, which names the other process, or PublishError.

    `doing` completes "another run (process 7) is …". Only the owner of the file may open it: who can read a
    lock file can hold it.
    """
    try:
        handle = os.open(path, _OPEN, 0o600)
    except OSError as error:
        raise PublishError(
            f"cannot create {shown(path)}: {error.strerror}",
            unchanged=unchanged,
            hint="make the tree writable, or run in a clone of your own",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                f"another run (process {_owner(handle) or 'unknown'}) is {doing}",
                unchanged=unchanged,
                hint="wait for it to end, then run the command again",
            ) from None
        if _owner(handle) is None:
            raise PublishError(
                f"{shown(path)} is in the way: it is not a lock file",
                unchanged=f"{shown(path)}, and {unchanged}",
                hint=f"look at it, and remove it: rm {shown(path)}",
            )
        if os.fstat(handle).st_uid == os.geteuid():
            os.fchmod(handle, 0o600)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _owner(handle: int) -> str | None:
    """The process id in a lock file, "" where there is none yet; None for any other file."""
    kind = os.fstat(handle)
    if not stat.S_ISREG(kind.st_mode) or kind.st_nlink != 1:
        return None
    text = os.pread(handle, 32, 0).decode(errors="replace")
    return text.strip() if re.fullmatch(r"\d*\n?", text) else None


@contextmanager
def apart(root: Path, *, writer: bool) -> Iterator[None]:
    """Keep the files of a tree still while they are read, or readers away while they are replaced.

    The lock is on the folder itself, so it works where nothing can be written. Whoever has waited for ten
    seconds goes on: a stopped process must not stop everybody else. Not to be nested with another mode.
    """
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait(handle, fcntl.LOCK_EX if writer else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def tries() -> Iterator[None]:
    """One after the other, with a pause between, for as long as readers and writers wait for each other."""
    deadline = time.monotonic() + _WAIT_SECONDS
    yield
    while time.monotonic() < deadline:
        time.sleep(0.005)
        yield


def _wait(handle: int, operation: int) -> None:
    for _ in tries():
        try:
            fcntl.flock(handle, operation | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            continue
        except OSError:  # a file system without locks on folders
            return
