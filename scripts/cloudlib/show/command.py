# SPDX-License-Identifier: MIT
"""How every command reads its arguments and ends: with a message and an exit code, never with a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import bootstrap
from cloudlib.errors import CloudError, Interrupted, NotSetUp, report
from cloudlib.settings import ROOT, refuse_misspelled
from cloudlib.show import terminal


class Parser(argparse.ArgumentParser):
    """A parser that takes no abbreviated options, as they change meaning when options are added."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)
        self.add_argument("--version", action="version", version=f"cloud-kconfig {bootstrap.VERSION}")


def start(who: str, main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run a script's `main` with the words of the command line, and end the process."""
    code = run(who, lambda: main(sys.argv[1:]))
    from cloudlib.calls.parallel import exit_without_joining  # costs more than all of this file

    exit_without_joining(code)


def run(who: str, body: Callable[[], int]) -> int:
    """Run a command and write out all that it printed; returns the exit code.

    A reader that has seen enough, such as `head`, is not an error; a closed stdout or a full disk is.
    """
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    try:
        if sys.stdout is None:
            raise CloudError("stdout is closed", hint="redirect it to /dev/null if the output is not wanted")
        sys.stdout, sys.stderr = terminal.wrapping(sys.stdout), terminal.wrapping(sys.stderr)
        try:
            _tell_overdue()
            refuse_misspelled()
            return body()
        except SystemExit as ended:  # argparse, after --help or a wrong option
            return ended.code if isinstance(ended.code, int) else 0
        except ModuleNotFoundError as error:
            if error.name not in bootstrap.MODULES and error.name not in bootstrap.OPTIONAL:
                raise
            hint = bootstrap.how_to_get(bootstrap.missing_modules() or [error.name])
            raise NotSetUp(f"{sys.executable} lacks {error.name}", hint=hint) from error
        finally:
            sys.stdout.flush()
    except CloudError as error:
        report(error, sys.stderr, who=who)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{who}: interrupted", file=sys.stderr)
        return Interrupted.exit_code
    except BrokenPipeError:
        _forget_output()
        return 0
    except OSError as error:
        _forget_output()
        report(
            CloudError(f"{error.filename or 'cannot write to stdout'}: {error.strerror}"), sys.stderr, who=who
        )
        return CloudError.exit_code


def _tell_overdue() -> None:
    """Machines that should be gone cost money: said before anything else, by every command."""
    if any(ROOT.glob("terraform/*/stamp.json")):  # else nothing more is imported
        from cloudlib.terraform import expiry

        for line in expiry.overdue(expiry.utc()):
            print(f"note: {line}", file=sys.stderr)


def _forget_output() -> None:
    """Discard what stdout still holds, or Python complains about it on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
