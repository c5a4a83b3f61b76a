#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make clean` and `make mrproper` in the folders of the providers.

    clean_terraform.py clean       remove the variables that `make` wrote
    clean_terraform.py mrproper    also what terraform left, and the generated menus; refused while a state
                                   holds something

Files of other names, folders of no provider, and whatever a symbolic link leads to, are somebody's own.
Needs Python's standard library alone, as both work without .venv.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_version()

import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from cloud_providers import PROVIDER_NAMES
from cloudlib.errors import CloudError, some
from cloudlib.publish import locks
from cloudlib.settings import ROOT
from cloudlib.show import command
from cloudlib.terraform import journal
from cloudlib.terraform import state as tfstate

#: Written by `make`, below terraform/<provider>/. NAME.PID.new is what a killed command leaves.
_VARIABLES = ("terraform.tfvars.json", "terraform.tfvars.json.*.new")
#: Left by bringup, terraform and cloud-config. The lock file of terraform's providers is to be committed.
_LEFT = (
    ".terraform",
    ".terraform.tfstate.lock.info",
    "terraform.tfstate",
    "terraform.tfstate.backup",
    "terraform.tfstate.*.backup",
    "terraform.tfstate.d",
    "applied.tfvars.json",
    "applied.tfvars.json.*.new",
    "stamp.json",
    "stamp.json.*.new",
    "applied",
    "backend.tf.json",
    "applied.*.new",
    "journal.jsonl",
    "journal.jsonl.*.new",
    "bringup.tfplan",
    ".bringup.lock",
    "ssh_config",
    "ssh_config.*.new",
    "known_hosts",
    "kconfigs/*.generated",
    "kconfigs/*/*.generated",
)


def main(argv: Sequence[str]) -> int:
    """Returns the exit code. CloudError, with nothing removed, while a state holds something."""
    parser = command.Parser(prog="clean_terraform.py", description=__doc__)
    parser.add_argument("command", choices=("clean", "mrproper"))
    who = parser.parse_args(argv).command
    try:
        every = [ROOT / "terraform" / name for name in PROVIDER_NAMES]
        folders = [folder for folder in every if folder.is_dir() and _real(folder)]
        with ExitStack() as stack:
            for folder in folders if who == "mrproper" else []:
                _lock(folder, stack)
                held = tfstate.held(folder)
                if held:
                    raise _refused(folder, held)
            for folder in folders:
                _remove(folder, _VARIABLES if who == "clean" else _VARIABLES + _LEFT)
                if who == "mrproper":
                    journal.forget(folder)
    except OSError as error:
        print(f"{who}: error: cannot remove {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _remove(folder: Path, patterns: Sequence[str]) -> None:
    """Remove what these patterns name in a folder. A link is removed itself. Raises OSError."""
    for path in [p for pattern in patterns for p in folder.glob(pattern) if _real(p.parent)]:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _real(folder: Path) -> bool:
    """Whether no part of a path below the top of the tree is a symbolic link."""
    return folder.resolve() == folder


def _lock(folder: Path, stack: ExitStack) -> None:
    """Busy while bringup or destroy is at work in a folder: its state may not be written yet."""
    path = folder / ".bringup.lock"
    if path.exists():
        stack.enter_context(
            locks.hold(path, doing=f"at work in terraform/{folder.name}", unchanged="every file")
        )


def _refused(folder: Path, addresses: list[str]) -> CloudError:
    name = folder.name
    return CloudError(
        f"terraform/{name}/{tfstate.NAME} still holds {some(addresses)}: "
        "without it they keep costing money, unseen",
        unchanged="every file",
        hint=f"make destroy CLOUD_PROVIDER={name}",
    )


if __name__ == "__main__":
    sys.exit(command.run("".join(sys.argv[1:2]), lambda: main(sys.argv[1:])))
