# SPDX-License-Identifier: MIT
"""The module and the variables with which the machines were made, kept until they are destroyed.

`git pull` may bring a module with other variables, or another provider, in between. destroy works with what
was applied.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from cloudlib.errors import PublishError
from cloudlib.settings import shown
from cloudlib.terraform import backend
from cloudlib.terraform.state import NAME

FOLDER = "applied"
LOCK = ".terraform.lock.hcl"
_BACKEND = "local_backend.tf.json"
_PROVIDER = re.compile(r'^provider "[^"\n]*/([^"/\n]+)" \{\n +version += "([^"\n]+)"', re.M)
_PIN = re.compile(r'^    (\w+) = \{\n +source += "[^"\n]*"\n +version += "([0-9][^"\n]*)"', re.M)


def keep(folder: Path) -> None:
    """Keep a copy of the module, whole or not at all. Raises PublishError."""
    kept = folder / FOLDER
    staged = folder / f"{FOLDER}.{os.getpid()}.new"
    try:
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        for path in _module(folder):
            shutil.copyfile(path, staged / path.name)
        if not backend.kind(folder):
            local = {"terraform": {"backend": {"local": {"path": f"../{NAME}"}}}}
            (staged / _BACKEND).write_text(json.dumps(local) + "\n", encoding="utf-8")
        if kept.exists():
            shutil.rmtree(kept)
        staged.rename(kept)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise PublishError(
            f"cannot keep a copy of the module in {shown(kept)}: {error.strerror}",
            unchanged="every machine: terraform was not started",
            hint="make room or the folder writable, then run the command again",
        ) from error


def differs(folder: Path) -> bool:
    """Whether there is a copy, and the module is another one since."""
    kept = folder / FOLDER
    names = {path.name for path in _module(kept)} - {_BACKEND, LOCK}
    now = {path.name for path in _module(folder)} - {LOCK}
    if not names:
        return False
    return names != now or any((kept / n).read_bytes() != (folder / n).read_bytes() for n in names)


def pins_moved(folder: Path) -> list[str]:
    """`google 6.0.0 -> 6.50.0` for each provider of which the lock file has another version."""
    try:
        locked = dict(_PROVIDER.findall((folder / LOCK).read_text(encoding="utf-8")))
        pinned = dict(_PIN.findall((folder / "provider.tf").read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return []
    return [f"{n} {locked[n]} -> {v}" for n, v in pinned.items() if n in locked and locked[n] != v]


def forget(folder: Path) -> None:
    """Remove the copy. Raises OSError."""
    if (folder / FOLDER).is_dir():
        shutil.rmtree(folder / FOLDER)


def _module(folder: Path) -> Iterator[Path]:
    yield from sorted(p for pattern in ("*.tf", "*.tf.json", LOCK) for p in folder.glob(pattern))
