# SPDX-License-Identifier: MIT
"""The first thing that every command calls: can this Python run it?

Where it is too old, or lacks a package, `.venv/bin/python` takes over. PYTHON=… in the environment, as `make
PYTHON=…` sets it, rules that out.

This file imports the standard library alone, and has nothing that Python 3.6 cannot parse: an old Python has
to get as far as its message. The same goes for the file of every command.
"""

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

VERSION = "0.1.0"
#: What the commands import beside the standard library, and the package of Debian and Ubuntu that has it.
MODULES = {
    "kconfiglib": "python3-kconfiglib",
    "rich": "python3-rich",
    "requests": "python3-requests",
    "yaml": "python3-yaml",
}
#: What `make cloud-report` and `make cloud-shop` alone import, in the same form.
OPTIONAL = {"jinja2": "python3-jinja2", "prompt_toolkit": "python3-prompt-toolkit"}
OLDEST = (3, 10)
_EXIT_CODE = 3  # as where a vendor's CLI is missing
_ROOT = Path(__file__).resolve().parent.parent
_VENV = _ROOT / ".venv"
_VENV_PYTHON = _VENV / "bin" / "python"


def require_version() -> None:
    """End the process with one line where this Python is too old."""
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        have = ".".join(map(str, sys.version_info[:3]))
        _end(f"Python {needed} or newer is needed, and {sys.executable} is {have}", "")


def prefer_venv() -> "list[str]":
    """Start again in .venv where that helps; else returns the modules that are missing.

    What the output cannot show, such as the name of a city on a terminal without UTF-8, it then replaces.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Python 3.6 has not
            stream.reconfigure(errors="replace")
    missing = missing_modules()
    if (missing or sys.version_info < OLDEST) and not _in_venv() and not os.environ.get("PYTHON"):
        if os.access(str(_VENV_PYTHON), os.X_OK):
            _start_again()
    require_version()
    return missing


def require_modules(doc: "str | None") -> None:
    """End the process where a module is missing: after the help, where that is asked for.

    A .venv that lacks one (its Python was upgraded, say) is made again where make started this process.
    """
    missing = prefer_venv()
    if not missing:
        return
    if {"-h", "--help"} & {*sys.argv[1:]}:
        print(f"usage: {Path(sys.argv[0]).name}\n\n{(doc or '').strip()}")
        sys.exit(0)
    if "--version" in sys.argv[1:]:
        print(f"cloud-kconfig {VERSION}")
        sys.exit(0)
    if _in_venv() and os.environ.get("MAKELEVEL") and not os.environ.get("PYTHON"):
        _make_venv_again()
    _end(f"{sys.executable} lacks {', '.join(missing)}", how_to_get(missing))


def how_to_get(missing: "list[str]") -> str:
    """The hint, of one or two lines, for one whose Python lacks these modules."""
    known = dict(MODULES, **OPTIONAL)
    packages = " ".join(known[name] for name in missing)
    first = "run `make` once, which makes .venv"
    if os.environ.get("PYTHON"):
        first = "leave PYTHON out, and make uses a .venv that has them"
    return f"{first}\nor, on Debian and Ubuntu: apt install {packages}"


def missing_modules() -> "list[str]":
    """Those of MODULES that this Python does not have."""
    return [name for name in MODULES if PathFinder.find_spec(name) is None]


def _in_venv() -> bool:
    return str(_VENV) == sys.prefix or _VENV_PYTHON.parent == Path(sys.executable).absolute().parent


def _make_venv_again() -> None:
    stamp = _VENV / "ready"
    words = [str(_ROOT / "scripts" / "make_venv.py"), str(stamp), str(_ROOT / "requirements.txt")]
    try:
        if stamp.exists():
            stamp.unlink()  # or its packages would be thought to be there
        code = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, *words])
    except KeyboardInterrupt:
        sys.exit(130)  # make_venv.py says so
    if code:
        sys.exit(code)
    os.environ["PYTHON"] = str(_VENV_PYTHON)  # should it still lack one, that is said, not tried again
    _start_again()


def _start_again() -> None:
    os.execv(str(_VENV_PYTHON), [str(_VENV_PYTHON), *sys.argv])


def _end(what: str, hint: str) -> None:
    lines = [f"{Path(sys.argv[0]).name}: error: {what}"]
    lines += [("        " if number else "  next: ") + line for number, line in enumerate(hint.splitlines())]
    sys.stderr.write("\n".join(lines) + "\n")
    sys.exit(_EXIT_CODE)
