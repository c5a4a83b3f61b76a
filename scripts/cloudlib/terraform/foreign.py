# SPDX-License-Identifier: MIT
"""What terraform would load besides the module and the variables that `make` wrote and checked.

terraform takes every *.tf and *.auto.tfvars of its folder, an override file wins over the module, TF_VAR_name
sets a variable, and TF_CLI_ARGS adds arguments, of which -destroy, -target and -state are some:
https://developer.hashicorp.com/terraform/language/files/override,
https://developer.hashicorp.com/terraform/language/values/variables,
https://developer.hashicorp.com/terraform/cli/config/environment-variables. No target would show any of them,
and git ignores *.auto.tfvars.json.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from cloudlib.errors import CloudError, some
from cloudlib.settings import shown, terraform_extra
from cloudlib.terraform import backend

#: The files of a module of ours.
MODULE = frozenset({"main.tf", "network.tf", "provider.tf", "shared.tf", "vars.tf"})
#: TF_DATA_DIR is another .terraform, with a backend and a workspace of its own. With TF_ENCRYPTION OpenTofu
#: writes states that only it can read: https://opentofu.org/docs/language/state/encryption
_ELSEWHERE = frozenset({"TF_DATA_DIR", "TF_ENCRYPTION"})
#: Arguments that change neither what is made nor where it is recorded.
_HARMLESS = re.compile(r"--?((parallelism|lock-timeout)=\w+|no-color|compact-warnings)")
#: OpenTofu takes main.tofu in the place of main.tf: https://opentofu.org/docs/language/files
_LOADED = (
    *("*.tf", "*.tf.json", "*.tofu", "*.tofu.json"),
    *("terraform.tfvars", "*.auto.tfvars", "*.auto.tfvars.json"),
)


def refuse(folder: Path) -> None:
    """Raise CloudError where terraform would load anything that TERRAFORM_EXTRA does not allow."""
    foreign = sorted({*_files(folder), *_variables()} - terraform_extra())
    if foreign:
        raise CloudError(
            f"terraform would also load what `make` neither wrote nor checked: {some(foreign)}",
            unchanged="everything: terraform was not started",
            hint=f"move the files out of {shown(folder)}, and unset the variables\n"
            f"TERRAFORM_EXTRA={','.join(foreign)} allows them",
        )


def _files(folder: Path) -> Iterator[str]:
    names = {path.name for pattern in _LOADED for path in folder.glob(pattern)}
    # terraform skips configuration files that begin with a dot, as an editor's do
    return (n for n in names - MODULE - {backend.FILE} if ".tfvars" in n or not n.startswith("."))


def _variables() -> Iterator[str]:
    for name, value in os.environ.items():
        arguments = name.startswith("TF_CLI_ARGS") and not all(map(_HARMLESS.fullmatch, value.split()))
        if value and (arguments or name.startswith("TF_VAR_") or name in _ELSEWHERE):
            yield name
