# SPDX-License-Identifier: MIT
"""Which program is terraform here: TERRAFORM names it, else `terraform`, else OpenTofu's `tofu`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

from cloudlib.errors import CallFailed, CliMissing
from cloudlib.settings import terraform_program

INSTALL = (
    "install terraform: https://developer.hashicorp.com/terraform/install\n"
    "or OpenTofu: https://opentofu.org/docs/intro/install"
)
#: OpenTofu began as terraform 1.5 and has the same commands: https://opentofu.org/docs/cli/commands
_NAMES = ("terraform", "tofu")


def name() -> str:
    """The program's name or path. Raises CliMissing where there is none."""
    chosen = terraform_program()
    for program in [chosen] if chosen else _NAMES:
        if shutil.which(program):
            return program
    if chosen:
        raise CliMissing(f"TERRAFORM={chosen}: there is no such command", hint=INSTALL)
    raise CliMissing("the command `terraform` is not on PATH, nor is `tofu`", hint=INSTALL)


def told(argv: Sequence[str], code: int, stderr: str) -> CallFailed:
    """terraform's error in one line: it has several, in a frame, and the first says most."""
    text = " ".join(line.strip("╷│╵ ") for line in re.sub(r"\x1b\[[0-9;]*m", "", stderr).splitlines())
    return CallFailed(" ".join(text.split()).removeprefix("Error: ") or f"exit code {code}")
