# SPDX-License-Identifier: MIT
"""A file that is rewritten only when it changes, and never seen half written."""

from __future__ import annotations

import os
from pathlib import Path

from cloudlib.errors import PublishError


def rewrite(path: Path, text: str, *, mode: int = 0o666) -> bool:
    """Make `path` hold `text`; returns whether it had to change. PublishError leaves it as it was.

    `mode` is what a new file gets, less the umask. Two writers at once leave the text of one of them.
    """
    if _read(path) == text:
        return False
    staged = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        try:
            handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
            with open(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            os.replace(staged, path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PublishError(
            f"cannot write {path}: {error.strerror}",
            unchanged=f"{path}, as it was" if path.exists() else "",
            hint="make room or the folder writable, then run the command again",
        ) from error
    return True


def _read(path: Path) -> str | None:
    """What the file holds; None where it is none, or holds no text: then it is not what it should be."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
