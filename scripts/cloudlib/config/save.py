# SPDX-License-Identifier: MIT
"""Configurations written so that a full disk keeps the old one.

Kconfiglib renames .config to .config.old and then writes .config in place: with a full disk both are lost
at the second try. Here the new text is written beside the file and renamed over it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kconfiglib

from cloudlib.publish.rewrite import replacement
from cloudlib.settings import shown


class Kconfig(kconfiglib.Kconfig):  # type: ignore[misc]  # Kconfiglib has no types
    """A parsed tree; menuconfig and Kconfiglib's tools write files by these two functions of it."""

    def write_config(
        self,
        filename: str | None = None,
        header: str | None = None,
        save_old: bool = True,
        verbose: Any = None,
    ) -> str:
        """Write the whole configuration, and keep the old one as NAME.old. Raises OSError."""
        path = Path(filename or kconfiglib.standard_config_filename())
        write = super().write_config
        changed = _replace(path, lambda new: write(new, header=header, save_old=False), keep_old=save_old)
        return f"Configuration saved to '{shown(path)}'" if changed else _unchanged("configuration", path)

    def write_min_config(self, filename: str, header: str | None = None) -> str:
        """Write what differs from the defaults. Raises OSError."""
        path = Path(filename)
        write = super().write_min_config
        if _replace(path, lambda new: write(new, header), keep_old=False):
            return f"Minimal configuration saved to '{shown(path)}'"
        return _unchanged("minimal configuration", path)


class _Same(Exception):
    """The new text is the old one."""


def _replace(path: Path, write: Callable[[str], object], keep_old: bool) -> bool:
    """Write a file by `write(temporary name)`; returns whether it changed.

    Raises OSError, and UnicodeError where the file holds something else than a configuration.
    """
    try:
        with replacement(path) as new:
            write(str(new))
            if path.is_file():
                if path.read_text(encoding="utf-8") == new.read_text(encoding="utf-8"):
                    raise _Same
                old = path.with_name(f"{path.name}.old")
                if keep_old and not old.is_dir():
                    _copy(path, old)
    except _Same:
        return False
    return True


def _copy(path: Path, old: Path) -> None:
    with replacement(old) as new:
        shutil.copyfile(path, new)
        shutil.copymode(path, new)


def _unchanged(what: str, path: Path) -> str:
    return f"No change to {what} in '{shown(path)}'"
