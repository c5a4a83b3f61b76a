#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What make's .venv rules run: make a virtual environment, and install the packages of a file into it.

A new one gets its name when it is complete: a failure or Ctrl-C leaves nothing of it, and an older one as it
was. An older one that works is kept, and packages are installed into it. The stamp holds the path of its
interpreter, by which make notices that Python was upgraded.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_version()

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cloudlib.errors import CloudError
from cloudlib.show import command

# What is installed is what the hashes say, whatever the index offers.
_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")
_UNREACHABLE = re.compile(r"connection broken|ConnectionError|ProxyError|Max retries exceeded|SSLError")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    parser = command.Parser(prog="make_venv.py", description=__doc__)
    parser.add_argument("stamp", help="the file to write when all is installed, in the environment's folder")
    parser.add_argument("requirements", help="the file of packages, with their hashes")
    options = parser.parse_args(argv)
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    _make(Path(options.stamp).absolute(), Path(options.requirements))
    return 0


def _make(stamp: Path, requirements: Path) -> None:
    folder = stamp.parent
    good = _good(folder)
    began = time.monotonic()
    _say(f"{folder.name}: installing {_package_count(requirements)} packages, once")
    if good:
        stamp.unlink(missing_ok=True)
        _install(folder, requirements)
        _write_stamp(folder / stamp.name)
    else:
        _build(folder, requirements, stamp.name)
    _say(f"{folder.name}: ready, after {time.monotonic() - began:.0f} s")


def _say(text: str) -> None:
    print(f"  VENV    {text}", file=sys.stderr, flush=True)


def _good(folder: Path) -> bool:
    """Whether a complete environment is there whose interpreter is the one that it was made for."""
    python = folder / "bin" / "python"
    try:
        made_for = (folder / "ready").read_text(encoding="utf-8").strip()
    except OSError:
        return False
    if made_for not in ("", os.path.realpath(python)):  # empty: as earlier versions left it
        return False
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _package_count(requirements: Path) -> int:
    """The packages of a file that are for this platform, or for any."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if re.match(r"[A-Za-z0-9][^#\s]*==", line)]
    return sum("sys_platform == 'win32'" not in line or sys.platform == "win32" for line in packages)


def _build(folder: Path, requirements: Path, stamp: str) -> None:
    """Make a new environment beside `folder`, and put it there when it is complete."""
    new = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    old = folder.with_name(f"{folder.name}.{os.getpid()}.old.new")
    try:
        _make_empty(new)
        _install(new, requirements, unchanged=folder.name if folder.exists() else "")
        _write_stamp(new / stamp)
        _rename_in_scripts(new, folder.name)
        if os.path.lexists(folder):
            folder.rename(old)
        new.rename(folder)
    finally:
        for path in (new, old):
            if path.is_symlink():
                path.unlink()
            elif path.exists():
                shutil.rmtree(path, ignore_errors=True)


def _make_empty(new: Path) -> None:
    code, output = _run([sys.executable, "-m", "venv", str(new)])
    if code:
        lacking = "apt install python3-venv, on Debian and Ubuntu" if "ensurepip" in output else ""
        raise CloudError(f"{sys.executable} -m venv failed: {_last_line(output)}", hint=lacking)


def _install(folder: Path, requirements: Path, unchanged: str = "") -> None:
    retries = [] if os.environ.get("PIP_RETRIES") else ["--retries", "2"]  # five take a minute to fail
    code, output = _run([str(folder / "bin" / "python"), *_PIP, *retries, "-r", str(requirements)])
    if not code:
        return
    what = f"pip cannot install the packages of {requirements.name}: {_last_line(output)}"
    if _UNREACHABLE.search(output):
        what = f"the packages of {requirements.name} cannot be downloaded: the package index is out of reach"
    hint = "the same again with a network; PIP_INDEX_URL names another index"
    if requirements.name == "requirements.txt":
        packages = " ".join(bootstrap.MODULES.values())
        hint += f"\nor, on Debian and Ubuntu: apt install {packages}\nthen: make PYTHON=/usr/bin/python3 …"
    raise CloudError(what, unchanged=unchanged, hint=hint)


def _last_line(output: str) -> str:
    """What a command gave as its error: the last line that is marked so, or the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it printed nothing"]
    errors = [line for line in lines if line.lower().startswith("error:")]
    return re.sub(r"(?i)^error:\s*", "", (errors or lines)[-1])


def _write_stamp(path: Path) -> None:
    path.write_text(os.path.realpath(path.parent / "bin" / "python") + "\n", encoding="utf-8")


def _rename_in_scripts(new: Path, name: str) -> None:
    """Put the final name into the scripts, which start their interpreter by its whole path."""
    for path in (new / "pyvenv.cfg", *(new / "bin").iterdir()):
        data = b"" if path.is_symlink() or not path.is_file() else path.read_bytes()
        if new.name.encode() in data and b"\0" not in data:
            path.write_bytes(data.replace(new.name.encode(), name.encode()))


def _run(argv: Sequence[str]) -> tuple[int, str]:
    """Run a command; returns its exit code and all that it said. An interrupt ends all that it started."""
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return process.returncode, output


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    for another in _SIGNALS:  # make passes SIGTERM on, and people press Ctrl-C twice: cleaning up goes on
        signal.signal(another, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    command.start("make", main)
