# SPDX-License-Identifier: MIT
"""Which program is terraform here: TERRAFORM names it, else `terraform`, else OpenTofu's `tofu`."""

from __future__ import annotations

import shutil

from cloudlib.errors import CliMissing
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
