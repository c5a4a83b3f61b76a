#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-commit`: commit what cloud-update promoted, with the message that it drafted.

Stages the committed menus of the providers in the message's subject, and nothing else.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import re
import sys
from collections.abc import Sequence

from cloud_providers import PROVIDER_NAMES
from cloudlib.calls.watch import run_through
from cloudlib.errors import CloudError, some
from cloudlib.publish import git, tier
from cloudlib.settings import ROOT
from cloudlib.show import command

_SUBJECT = re.compile(r"terraform/([a-z0-9,]+): \S")
_SHOWN = 5


def main(argv: Sequence[str]) -> int:
    """Returns the exit code, that of `git commit` where it fails."""
    command.Parser(prog="cloud_commit.py", description=__doc__).parse_args(argv)
    git.require(ROOT)
    with tier.lock(ROOT):
        tier.recover(ROOT)
        return _commit([git.pathspec(name) for name in _providers()])


def _providers() -> list[str]:
    """The providers that the message is about. Raises CloudError without a message."""
    path = ROOT / git.MESSAGE
    try:
        subject = path.read_text(encoding="utf-8").partition("\n")[0]
    except FileNotFoundError:
        raise CloudError("there is no drafted message to commit with", hint="make cloud-update") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CloudError(f"{git.MESSAGE} cannot be read: {error}", hint="make cloud-update") from error
    match = _SUBJECT.match(subject)
    names = match[1].split(",") if match else []
    if not names or not set(names) <= set(PROVIDER_NAMES):
        raise CloudError(
            f"{git.MESSAGE}: its first line does not begin with the providers: {subject!r}",
            hint=f"terraform/{','.join(PROVIDER_NAMES)}: SUBJECT, or some of these",
        )
    return names


def _commit(pathspecs: Sequence[str]) -> int:
    others = sorted({*git.staged(ROOT)} - {*git.staged(ROOT, *pathspecs)})
    if others:
        raise CloudError(
            f"something else is staged: {some(others, _SHOWN)}",
            unchanged="what is staged, and the last commit",
            hint="git commit it first, or git restore --staged it",
        )
    git.add(ROOT, *pathspecs)
    if not git.staged(ROOT, *pathspecs):
        raise CloudError("the committed menus are those of the last commit: there is nothing to commit")
    ended = run_through(["git", "-C", str(ROOT), "commit", "--file", str(ROOT / git.MESSAGE)])
    if ended.code == 0:
        (ROOT / git.MESSAGE).unlink()
    else:
        print("cloud-commit: git made no commit; the menus are staged", file=sys.stderr)
    return ended.code


if __name__ == "__main__":
    command.start("cloud-commit", main)
