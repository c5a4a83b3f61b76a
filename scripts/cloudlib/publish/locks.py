# SPDX-License-Identifier: MIT
"""One process at a time: a lock file that holds the process id of its owner."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudlib.errors import Busy, PublishError


@contextmanager
def hold(path: Path, *, doing: str, unchanged: str) -> Iterator[None]:
    """Hold the lock of `path`; raises Busy, which names the other process, or PublishError.

    `doing` completes "another run (process 7) is …". The lock goes with the process, however that ends.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise PublishError(
            f"cannot create {path.name} here: {error.strerror}",
            unchanged=unchanged,
            hint="make the tree writable, or run in a clone of your own",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
            raise Busy(
                f"another run (process {pid}) is {doing}",
                unchanged=unchanged,
                hint="wait for it to end, then run the command again",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
