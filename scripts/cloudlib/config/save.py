# SPDX-License-Identifier: MIT
"""Configurations written so that a full disk keeps the old one.

Kconfiglib renames .config to .config.old and then writes .config in place: with a full disk both are lost
at the second try. Here the new text is written beside the file and renamed over it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kconfiglib

from cloudlib.config import terms
from cloudlib.errors import message
from cloudlib.publish.rewrite import replacement
from cloudlib.publish.tier import TIERS
from cloudlib.settings import shown

_TIER_ENDINGS = tuple(f".{tier}" for tier in TIERS)


class Kconfig(kconfiglib.Kconfig):  # type: ignore[misc]  # Kconfiglib has no types
    """A parsed tree; menuconfig and Kconfiglib's tools write files by these two functions of it.

    The files of a tier are data, made from vendors' answers: one that would run a command is refused.
    """

    #: What stands over a menu instead of the tree's own title; asked at each redraw.
    headline: Callable[[], str] | None = None

    @property
    def mainmenu_text(self) -> str:
        """The title of the menus."""
        return self.headline() if self.headline else str(super().mainmenu_text)

    def _expand_macro(self, *args: Any) -> Any:
        self._refuse_macro()
        return super()._expand_macro(*args)

    def _parse_assignment(self, *args: Any) -> None:
        self._refuse_macro()  # the files that are read later may use the variable
        super()._parse_assignment(*args)

    def _refuse_macro(self) -> None:
        if str(self.filename).endswith(_TIER_ENDINGS):
            where = f"{self.filename}:{self.linenr}"
            raise kconfiglib.KconfigError(f"{where}: a macro, which no menu of a cloud has, was not run")

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

        def write_marked(new: str) -> None:
            write(new, header=header, save_old=False)
            with open(new, "r+", encoding="utf-8") as file:
                text = file.read()
                file.write(_tier_note(self, text) + _MARK + " ".join(_digests(text)) + "\n")

        changed = _replace(path, write_marked, keep_old=save_old)
        return (
            message(f"Configuration saved to '{shown(path)}'")
            if changed
            else _unchanged("configuration", path)
        )

    def write_min_config(self, filename: str, header: str | None = None) -> str:
        """Write a defconfig: all about the machines, else what differs from the defaults. Raises OSError."""
        path = Path(filename)
        write = super().write_min_config

        def write_all(new: str) -> None:
            from cloudlib.config import complete  # the other targets start faster without

            if terms.provider_switches(self):
                Path(new).write_text(complete.text(self, header or ""), encoding="utf-8")
            else:
                write(new, header)

        if _replace(path, write_all, keep_old=False):
            return f"Minimal configuration saved to '{shown(path)}'"
        return _unchanged("minimal configuration", path)


def _tier_note(kconf: kconfiglib.Kconfig, text: str) -> str:
    """A comment where .config would not say which menus were in use: Kconfig leaves out what cannot be set.

    No `is not set` line: scripts/cloud-tier would take that for a choice.
    """
    on = [switch.name for switch in terms.provider_switches(kconf) if switch.str_value == "y"]
    if not on or "_USE_DYNAMIC_CONFIG" in text:
        return ""
    return f"# {on[0]}_USE_DYNAMIC_CONFIG: no generated menus, the committed ones were in use\n"


#: Before the digests of the choices and of the strings in .config, so that edits of either are known.
_MARK = "# as saved: "
#: What was edited in a .config since it was saved; UNKNOWN for a text that was not saved here.
UNKNOWN, NOTHING, CHOICES, STRINGS = "", "nothing", "choices", "strings"


def edits(text: str) -> str:
    """What was edited by hand: the choices, or else the strings."""
    mark = re.search(rf"^{_MARK}(\w+) (\w+)$", text, re.MULTILINE)
    if mark is None:
        return UNKNOWN
    choices, strings = _digests(text)
    return CHOICES if mark[1] != choices else STRINGS if mark[2] != strings else NOTHING


def _digests(text: str) -> tuple[str, str]:
    lines = [line for line in text.splitlines() if "CONFIG_" in line]
    halves = ([n for n in lines if '="' not in n], [n for n in lines if '="' in n])
    first, second = (hashlib.sha256("\n".join(half).encode()).hexdigest()[:12] for half in halves)
    return first, second


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
    return message(f"No change to {what} in '{shown(path)}'")
