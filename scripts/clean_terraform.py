# SPDX-License-Identifier: MIT
"""`make mrproper`: remove what terraform left in the provider folders, unless a state still holds something.

Needs Python's standard library alone, as mrproper works without .venv.
"""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from cloud_providers import PROVIDER_NAMES
from cloudlib.errors import CloudError, report
from cloudlib.publish import locks
from cloudlib.settings import ROOT
from cloudlib.terraform import state as tfstate

#: What bringup and terraform leave, below terraform/<provider>/. Files of any other name are somebody's own.
_LEFT = (
    ".terraform",
    ".terraform.lock.hcl",
    ".terraform.tfstate.lock.info",
    "terraform.tfstate*",
    "terraform.tfvars.json",
    "applied.tfvars.json",
    "bringup.tfplan",
    ".bringup.lock",
    "ssh_config",
    "known_hosts",
)


def main() -> int:
    """Returns the exit code: 1, with nothing removed, while a state holds something or cannot be read."""
    folders = [p for name in PROVIDER_NAMES if (p := ROOT / "terraform" / name).is_dir()]
    folders = [p for p in folders if not p.is_symlink()]
    try:
        with ExitStack() as stack:
            for folder in folders:
                _lock(folder, stack)
                if held := tfstate.held(folder):
                    raise _refused(folder, held)
            for path in [p for folder in folders for pattern in _LEFT for p in folder.glob(pattern)]:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    except CloudError as error:
        report(error, sys.stderr, who="mrproper")
        return error.exit_code
    except OSError as error:
        print(f"mrproper: error: cannot remove {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _lock(folder: Path, stack: ExitStack) -> None:
    """Busy while bringup or destroy is at work in a folder: its state may not be written yet."""
    path = folder / ".bringup.lock"
    if path.exists():
        stack.enter_context(
            locks.hold(path, doing=f"at work in terraform/{folder.name}", unchanged="every file")
        )


def _refused(folder: Path, addresses: list[str]) -> CloudError:
    shown = ", ".join(addresses[:5]) + (f" and {len(addresses) - 5} more" if len(addresses) > 5 else "")
    name = folder.name
    return CloudError(
        f"terraform/{name}/{tfstate.NAME} still holds {shown}: without it they run on, and cost, unseen",
        unchanged="every file",
        hint=f"make destroy CLOUD_PROVIDER={name}",
    )


if __name__ == "__main__":
    sys.exit(main())
