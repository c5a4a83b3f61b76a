# SPDX-License-Identifier: MIT
"""The config targets: Kconfiglib's tools on this tree, with a check of what a configuration asked for.

    kconfig_tools.py menuconfig|guiconfig|oldconfig|olddefconfig|savedefconfig|listnewconfig
    kconfig_tools.py allnoconfig|allyesconfig|alldefconfig
    kconfig_tools.py defconfig NAME
    kconfig_tools.py check [--root DIR] [DEFCONFIG...]

One process parses the tree once. Nothing here goes to the network or starts a vendor's CLI.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import kconfiglib

from cloudlib.config import requested
from cloudlib.errors import CloudError, ConfigRejected, UsageError, report
from cloudlib.publish import tier

ROOT = Path(__file__).resolve().parent.parent
DEFCONFIGS = Path("defconfigs")


def main(argv: Sequence[str]) -> int:
    """Run one tool; returns the exit code."""
    os.chdir(ROOT)
    if not argv:
        report(UsageError("no tool was named", hint="`make help` lists the config targets"), sys.stderr)
        return UsageError.exit_code
    tool, *rest = argv
    try:
        return _run(tool, rest)
    except CloudError as error:
        report(error, sys.stderr, who=tool)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{tool}: interrupted; {config_file()} is as it was", file=sys.stderr)
        return 130


def parse(root: Path = Path()) -> kconfiglib.Kconfig:
    """Parse the tree below `root` (the working directory); a CloudError names the file at fault."""
    if Path(config_file()).is_dir():  # Kconfiglib would rename it to make room
        raise UsageError(
            f"{config_file()} is a folder", hint="move it away, or set KCONFIG_CONFIG to the name of a file"
        )
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    tier.recover_if_idle(root)
    _ensure_menus(root)
    gc.disable()  # the tree stays until the end; collecting while it is built costs a fifth of the time
    try:
        kconf = kconfiglib.Kconfig("Kconfig", warn_to_stderr=False)
    except (kconfiglib.KconfigError, OSError) as error:
        raise CloudError(
            f"the menus cannot be read: {str(error).strip()}",
            hint="CLOUD_TIER=static takes the committed menus; `git status terraform` shows what changed",
        ) from error
    kconf.warn_assign_undef = False
    return kconf


def load_config_file() -> kconfiglib.Kconfig:
    """The tree with .config loaded; ConfigRejected without one, or where it lost a setting."""
    if not Path(config_file()).is_file():
        names = "\n".join(f"make defconfig-{name}" for name in _defconfig_names())
        raise ConfigRejected(f"there is no {config_file()}", hint=f"make menuconfig\n{names}")
    kconf = parse()
    _load_checked(kconf, Path(config_file()))
    return kconf


def check(defconfigs: Sequence[Path]) -> list[str]:
    """Problems of the tree in the working directory: warnings, and defconfigs that lost a setting."""
    kconf = parse()
    problems = [f"Kconfiglib warns: {w}" for w in kconf.warnings]
    for path in defconfigs:
        requested.load(kconf, path)
        problems += [f"{path}: {item}" for item in requested.dropped(kconf, path)]
    return problems


def _run(tool: str, rest: Sequence[str]) -> int:
    if tool == "check":
        if rest[:1] == ["--root"]:
            os.chdir(rest[1])
            rest = rest[2:]
        problems = check([Path(p) for p in rest])
        for problem in problems:
            print(problem)
        return 1 if problems else 0
    if tool == "defconfig":
        return _defconfig(rest)
    if tool in _INTERACTIVE:
        return _interactive(tool)
    if tool == "olddefconfig":
        return _olddefconfig()
    if tool in _KCONFIGLIB:
        return _kconfiglib(tool)
    raise UsageError(f"{tool!r} is no config tool", hint="`make help` lists the config targets")


def _defconfig(rest: Sequence[str]) -> int:
    names = _defconfig_names()
    if len(rest) != 1 or rest[0] not in names:
        raise UsageError(
            f"there is no defconfig {' '.join(rest)!r}", hint="\n".join(f"make defconfig-{n}" for n in names)
        )
    kconf = parse()
    _load_checked(kconf, DEFCONFIGS / rest[0])
    print(_write(kconf))
    return 0


def _defconfig_names() -> list[str]:
    return sorted(p.name for p in DEFCONFIGS.iterdir()) if DEFCONFIGS.is_dir() else []


def _load_checked(kconf: kconfiglib.Kconfig, path: Path) -> bool:
    """Load a configuration; raises ConfigRejected where a setting of it was dropped.

    Returns whether a previous generation had to be switched on for it.
    """
    notes = requested.load(kconf, path)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    lost = requested.dropped(kconf, path)
    if lost:
        raise requested.rejected(lost, str(path), unchanged=f"{config_file()}, as it was")
    return bool(notes)


def _load_current(kconf: kconfiglib.Kconfig) -> None:
    """Load .config where there is one; what was switched on for it is written back for other readers."""
    path = Path(config_file())
    if path.is_file() and _load_checked(kconf, path):
        _write(kconf)


def _interactive(tool: str) -> int:
    """menuconfig and guiconfig: a dropped setting needs a person's word before the menu opens."""
    kconf = parse()
    try:
        _load_current(kconf)
    except ConfigRejected as error:
        report(error, sys.stderr, who=tool)
        if not sys.stdin.isatty():
            return error.exit_code
        answer = input("Open the menu with what it offers instead? Nothing changes before you save. [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            return error.exit_code
    threading.Thread(target=_end_with_terminal, daemon=True).start()
    _open_menu(tool, kconf)
    return 0


def _end_with_terminal() -> None:
    """End this process when its terminal is gone: a menu would go on reading nothing, at full speed.

    SIGHUP does not do: the terminal sends it to the leader of the session, make, which may ignore it.
    """
    hangup = select.poll()
    hangup.register(sys.stdin.fileno(), 0)  # a hangup is told unasked
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
        raise CloudError("menuconfig needs a terminal", unchanged=_untouched(), hint=without)
    try:
        importlib.import_module(tool).menuconfig(kconf)
    except failed as error:
        where = "a terminal that curses knows: look at TERM" if tool == "menuconfig" else "a display"
        raise CloudError(f"{tool} needs {where} ({error})", unchanged=_untouched(), hint=without) from error


def _olddefconfig() -> int:
    kconf = parse()
    _load_current(kconf)
    print(_write(kconf))
    return 0


def _kconfiglib(tool: str) -> int:
    """One of Kconfiglib's own tools, as its command would run it, after the check of .config."""
    kconf = parse()  # for the checks and messages of ours; the tool parses anew
    if tool in _READS_CONFIG:
        _load_current(kconf)
    module = importlib.import_module(tool)
    output = "defconfig" if tool == "savedefconfig" else config_file()
    sys.argv = [tool, "--out", output] if tool == "savedefconfig" else [tool]
    try:
        (getattr(module, "main", None) or module._main)()
    except (OSError, UnicodeError, kconfiglib.KconfigError) as error:
        raise _unwritten(output, error) from error
    return 0


def _write(kconf: kconfiglib.Kconfig) -> str:
    """Write the configuration; returns what to say of that."""
    try:
        return str(kconf.write_config(config_file()))
    except (OSError, UnicodeError, kconfiglib.KconfigError) as error:
        raise _unwritten(config_file(), error) from error


def _unwritten(path: str, error: Exception) -> CloudError:
    return CloudError(
        f"{path} cannot be replaced: {requested.one_line(error)}",
        unchanged=_untouched(),
        hint="make room for it or move it away; KCONFIG_CONFIG names another .config",
    )


def _untouched() -> str:
    return f"{config_file()}, as it was" if Path(config_file()).exists() else ""


#: Kconfiglib's settings of other trees, which somebody who builds kernels may have in the environment.
_NOT_OURS = ("srctree", "CONFIG_")
_INTERACTIVE = ("menuconfig", "guiconfig")
_READS_CONFIG = ("oldconfig", "savedefconfig", "listnewconfig")
_KCONFIGLIB = (*_READS_CONFIG, "allnoconfig", "allyesconfig", "alldefconfig")


def config_file() -> str:
    """KCONFIG_CONFIG, or .config."""
    return os.environ.get("KCONFIG_CONFIG") or ".config"


def _ensure_menus(root: Path) -> None:
    """Where a provider has neither static nor generated menus, write the built-in ones, loudly."""
    from cloud_providers import PROVIDER_NAMES

    missing = [
        name
        for name in PROVIDER_NAMES
        if not any((tier.folder(root, name) / f"Kconfig.compute.{t}").is_file() for t in tier.TIERS)
    ]
    if missing:
        from generate_cloud_configs import write_builtin

        write_builtin(root, missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
