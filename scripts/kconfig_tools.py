#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The config targets: Kconfiglib's tools on this tree, with a check of what a configuration asked for.

    kconfig_tools.py menuconfig|guiconfig|oldconfig|olddefconfig|listnewconfig
    kconfig_tools.py allnoconfig|allyesconfig|alldefconfig
    kconfig_tools.py defconfig NAME[+NAME...]
    kconfig_tools.py savedefconfig [NAME]
    kconfig_tools.py check [DEFCONFIG...]               all that are shipped, where none is named
    kconfig_tools.py check --root DIR [DEFCONFIG...]    another tree, with these

One process parses the tree once. Nothing here goes to the network or starts a vendor's CLI.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import importlib
import os
import select
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import kconfiglib

import cloud_providers
from cloudlib.config import fragments, requested, session
from cloudlib.errors import CloudError, ConfigRejected, UsageError, message, report
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import ROOT, config_file, existing_config, flag, shown
from cloudlib.show import ask, command


def main(argv: Sequence[str]) -> int:
    """Run one tool; returns the exit code."""
    if not argv:
        raise UsageError("no tool was named", hint="`make help` lists the config targets")
    tool, *rest = argv
    if tool in ("-h", "--help", "--version"):
        usage = "kconfig_tools.py TOOL [NAME...]"
        command.Parser(prog="kconfig_tools.py", usage=usage, description=__doc__).parse_args(argv)
    try:
        return _run(tool, rest)
    except KeyboardInterrupt:
        print(message(f"{tool}: interrupted; {shown(config_file())} is unchanged"), file=sys.stderr)
        return 130


def check(root: Path, defconfigs: Sequence[Path]) -> list[str]:
    """Problems of the tree below `root`: unreadable menus, warnings, defconfigs that lost a setting."""
    try:
        kconf = session.parse(cloud_providers, root)
    except CloudError as error:
        return [error.what]
    problems = [f"Kconfiglib warns: {w}" for w in kconf.warnings]
    for path in defconfigs:
        problems += [f"{path}: {item}" for item in requested.load(kconf, path).dropped]
    return problems


def _run(tool: str, rest: Sequence[str]) -> int:
    if tool == "check":
        root = ROOT
        shipped = sorted(p for p in fragments.DEFCONFIGS.glob("*") if p.is_file())
        if rest[:1] == ["--root"]:  # menus that are tried: a fetch may bring some that lack a shipped machine
            root, rest, shipped = Path(rest[1]), rest[2:], []
        problems = check(root, [Path(p) for p in rest] or shipped)
        for problem in problems:
            print(message(problem))
        return 1 if problems else 0
    if tool == "defconfig":
        return _defconfig(rest)
    if tool in _INTERACTIVE:
        return _interactive(tool)
    if tool == "olddefconfig":
        return _olddefconfig()
    if tool == "savedefconfig":
        return _savedefconfig("".join(rest))
    if tool in _KCONFIGLIB:
        return _kconfiglib(tool)
    raise UsageError(f"{tool!r} is not a config tool", hint="`make help` lists the config targets")


def _defconfig(rest: Sequence[str]) -> int:
    if len(rest) != 1:
        ways = [f"make defconfig-{name}" for name in fragments.names()]
        if Path("defconfig").is_file():  # of savedefconfig
            ways.insert(0, f"cp defconfig {shown(config_file())} && make olddefconfig")
        what = f"there is no defconfig {' '.join(rest)!r}" if rest else "no defconfig was named"
        raise UsageError(what, hint="\n".join(ways))
    kconf = session.parse(cloud_providers)
    session.load_parts(kconf, rest[0])
    print(session.write_config(kconf))
    return 0


def _savedefconfig(name: str) -> int:
    """./defconfig, or with a name a defconfig of it that `make defconfig-NAME` takes."""
    path = fragments.new_path(name, f"NAME={name!r}") if name else ROOT / "defconfig"
    session.need_config_file()
    kconf = session.parse(cloud_providers)
    _load_current(kconf)
    print(session.write_defconfig(kconf, path))
    return 0


def _load_current(kconf: kconfiglib.Kconfig) -> None:
    """Load .config where there is one; what was switched on for it is written back for other readers."""
    if config_file().is_file() and session.load_checked(kconf, config_file()):
        session.write_config(kconf)


def _interactive(tool: str) -> int:
    """menuconfig and guiconfig: asks before the menu opens without a setting that was dropped."""
    kconf = session.parse(cloud_providers)
    try:
        _load_current(kconf)
    except ConfigRejected as error:
        report(error, sys.stderr, who=tool)
        question = "Open the menu with what it offers instead? Nothing changes until you save."
        if not flag("YES") and not (sys.stdin.isatty() and ask.yes(question)):
            return error.exit_code
    threading.Thread(target=_end_with_terminal, daemon=True).start()
    before = config_file().read_text(encoding="utf-8") if config_file().is_file() else ""
    told = _watched(kconf)
    _open_menu(tool, kconf)
    if before and told:
        _keep_or_go_back(told, before)
    return 0


def _watched(kconf: kconfiglib.Kconfig) -> list[str]:
    """A list that holds, after each save of .config by a menu, what that exchanged unasked."""
    from cloudlib.config import exchanged, nearest

    loaded, write = nearest.chosen(kconf), kconf.write_config
    told: list[str] = []

    def write_config(filename: str | None = None, **options: Any) -> str:
        said: str = write(filename, **options)
        if filename is None or Path(filename).resolve() == config_file().resolve():
            told[:] = exchanged.lines(kconf, loaded)
        return said

    kconf.write_config = write_config
    return told


def _keep_or_go_back(told: Sequence[str], before: str) -> None:
    """Say what the saved configuration exchanged, and ask; a no puts the old one back."""
    for line in told:
        print(message(f"note: {line}"), file=sys.stderr)
    if flag("YES") or not sys.stdin.isatty() or ask.yes("Keep this? n restores what it was."):
        return
    rewrite(config_file(), before)
    print(message(f"{shown(config_file())} is unchanged"))


def _end_with_terminal() -> None:
    """End this process when its terminal is gone: a menu would busy-loop on reads.

    SIGHUP is not enough: the terminal sends it to the leader of the session, make, which may ignore it.
    """
    hangup = select.poll()
    hangup.register(sys.stdin.fileno(), 0)  # poll always reports a hangup
    hangup.poll()
    os._exit(128 + signal.SIGHUP)


def _open_menu(tool: str, kconf: kconfiglib.Kconfig) -> None:
    """Kconfiglib's menu, on a screen that can show it. Both modules call the function menuconfig."""
    without = "without one: make defconfig-NAME, or edit .config and make olddefconfig"
    toolkit, failure = {"menuconfig": ("curses", "error"), "guiconfig": ("tkinter", "TclError")}[tool]
    try:
        failed = getattr(importlib.import_module(toolkit), failure)
    except ImportError as error:
        raise CloudError(f"{tool} needs Python's {toolkit} module", hint="make menuconfig") from error
    if tool == "menuconfig" and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CloudError("menuconfig needs a terminal", unchanged=existing_config(), hint=without)
    try:
        if tool == "menuconfig":
            from cloudlib.show import screen

            names = [cloud_providers.load(name).MENU_NAMES for name in cloud_providers.PROVIDER_NAMES]
            screen.Screen(kconf, names, known=config_file().is_file()).run()
        else:
            importlib.import_module(tool).menuconfig(kconf)
    except failed as error:
        where = "a terminal that curses knows: check TERM" if tool == "menuconfig" else "a display"
        raise CloudError(
            f"{tool} needs {where} ({error})", unchanged=existing_config(), hint=without
        ) from error


def _olddefconfig() -> int:
    kconf = session.parse(cloud_providers)
    _load_current(kconf)
    print(session.write_config(kconf))
    return 0


def _kconfiglib(tool: str) -> int:
    """One of Kconfiglib's own tools, as its command would run it, after the check of .config."""
    kconf = session.parse(cloud_providers)
    if tool in _READS_CONFIG:
        _load_current(kconf)
    kconfiglib.Kconfig = lambda *_, **__: kconf  # the tool takes this tree instead of parsing its own
    module = importlib.import_module(tool)
    sys.argv = [tool]
    try:
        with session.replacing(config_file()):
            (getattr(module, "main", None) or module._main)()
    except EOFError as error:  # only oldconfig asks
        print()
        raise CloudError(
            f"{tool} got no answer to its question", unchanged=existing_config(), hint="make olddefconfig"
        ) from error
    return 0


_INTERACTIVE = ("menuconfig", "guiconfig")
_READS_CONFIG = ("oldconfig", "listnewconfig")
_KCONFIGLIB = (*_READS_CONFIG, "allnoconfig", "allyesconfig", "alldefconfig")


if __name__ == "__main__":
    sys.exit(command.run("".join(sys.argv[1:2]), lambda: main(sys.argv[1:])))
