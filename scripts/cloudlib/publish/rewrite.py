# SPDX-License-Identifier: MIT
"""Files that are replaced whole or not at all: a full disk or a power cut leaves the old text or the new."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cloudlib.errors import PublishError
from cloudlib.settings import shown

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def rewrite(path: Path, text: str, *, mode: int | None = None) -> bool:
    """Make `path` hold `text`; returns whether it had to change. PublishError leaves it as it was.

    An existing file keeps its mode. `mode` is the most that the file may have: 0o600 for what is private.
    Two writers at once leave the text of one of them.
    """
    if _read(path) == text:
        return False
    try:
        with replacement(path, mode=mode) as new:
            new.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise PublishError(
            f"cannot write {shown(path)}: {error.strerror}",
            unchanged=shown(path) if path.exists() else "",
            hint="make room or the folder writable, then run the command again",
        ) from error
    return True


@contextmanager
def replacement(path: Path, *, mode: int | None = None) -> Iterator[Path]:
    """An empty file beside `path`, to be written; it takes the place of `path` when the block ends.

    It is removed where the block fails, and `path` then stays as it was. Raises OSError. A link at `path` is
    followed to a file below its own folder; any other link is replaced, and what it names is left alone.
    """
    target = _target(path)
    kept = _mode(target)
    staged = target.with_name(f"{target.name}.{os.getpid()}.new")
    staged.unlink(missing_ok=True)
    try:
        if kept is None:
            handle = os.open(staged, _CREATE, 0o666 if mode is None else mode)
        else:
            handle = os.open(staged, _CREATE, 0o600)
        os.close(handle)
        yield staged
        sync(staged)
        if kept is not None:
            staged.chmod(kept if mode is None else kept & mode)
        os.replace(staged, target)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    # Not every filesystem syncs a folder. Without it a power cut may bring the old file back, whole.
    with suppress(OSError):
        sync(target.parent)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _target(path: Path) -> Path:
    """Where a file is replaced. OSError for what is not a regular file, /dev/null say."""
    target = path
    real = Path(os.path.realpath(path))  # Path.resolve raises RuntimeError for a link to itself
    if path.is_symlink() and real.is_relative_to(path.parent.resolve()):
        target = real
    if not target.is_symlink() and target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return target


def _mode(path: Path) -> int | None:
    """The permissions of a regular file; None where there is none."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    return stat.S_IMODE(about.st_mode) if stat.S_ISREG(about.st_mode) else None


def _read(path: Path) -> str | None:
    """What the file holds; None for anything that is not a regular file with text in it."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
