# SPDX-License-Identifier: MIT
"""Where terraform keeps the state of a folder: beside the module, or in a backend that others share.

terraform records the backend in .terraform/terraform.tfstate when it is initialized, and a selected workspace
in .terraform/environment: https://developer.hashicorp.com/terraform/language/backend. Needs Python's standard
library alone, for `mrproper`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from cloudlib.errors import CallFailed, CloudError
from cloudlib.settings import shown
from cloudlib.terraform import program

#: Written by `make` where a shared state is chosen.
FILE = "backend.tf.json"
_BACKEND = re.compile(r'\bbackend"?[\s{:]{0,40}"(\w+)"')
#: The variables that backends take their credentials from, by prefix.
_OWN = {
    "azurerm": ("ARM_",),
    "gcs": ("GOOGLE_",),
    "http": ("TF_HTTP_",),
    "pg": ("PG",),
    "s3": ("AWS_",),
}
_TIMEOUT = 120.0


def kind(folder: Path) -> str:
    """The type of a folder's backend, such as `s3`; "" for the local one."""
    for path in sorted((*folder.glob("*.tf"), *folder.glob("*.tf.json"))):
        chosen = configures(path)
        if chosen:
            return "" if chosen == "local" else chosen
    try:
        text = (folder / ".terraform" / "terraform.tfstate").read_text(encoding="utf-8")
        recorded = str((json.loads(text).get("backend") or {}).get("type") or "")
    except (OSError, ValueError, AttributeError):
        return ""
    return "" if recorded == "local" else recorded


def written(folder: Path) -> Mapping[str, object]:
    """The settings of the backend that `make` wrote; {} where it wrote none."""
    try:
        backends = json.loads((folder / FILE).read_text(encoding="utf-8"))["terraform"]["backend"]
        (settings,) = backends.values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return settings if isinstance(settings, dict) else {}


def configures(path: Path) -> str:
    """The type of the backend that a file of a module configures; "" where it does not."""
    match = _BACKEND.search(path.read_text(encoding="utf-8", errors="replace"))
    return match[1] if match else ""


def own(folder: Path) -> tuple[str, ...]:
    """Prefixes of the variables that the folder's backend may see."""
    return _OWN.get(kind(folder), ())


def pull(folder: Path) -> str:
    """The state in the folder's backend; "" where there is none.

    A folder with a remote state is initialized first, if it never was. Raises CloudError without an answer.
    """
    try:
        if kind(folder) and not (folder / ".terraform" / "terraform.tfstate").exists():
            _ask(folder, "init", "-input=false")
        return _ask(folder, "state", "pull").decode("utf-8")
    except (CallFailed, UnicodeDecodeError) as error:
        name, where = shown(folder), kind(folder) or "local"
        raise CloudError(
            f"the state of {name} is in the {where} backend, which does not answer: {error}",
            unchanged="every file and every machine",
            hint=f"terraform -chdir={name} state pull must print the state: credentials? network?\n"
            f"terraform -chdir={name} init -migrate-state, if another backend was chosen since",
        ) from error


def _ask(folder: Path, *command: str) -> bytes:
    from cloudlib.calls.run import CallLog, run_bytes

    argv = [program.name(), f"-chdir={folder}", *command]
    return run_bytes(argv, log=CallLog(), timeout=_TIMEOUT, own=("TF_", *own(folder)), classify=program.told)


def refuse_workspace(folder: Path) -> None:
    """Raise CloudError where another workspace than the default one is selected.

    The variables, the journal and ssh_config are those of a folder, of which there is one.
    """
    environment = folder / ".terraform" / "environment"
    chosen = os.environ.get("TF_WORKSPACE", "")
    by = "TF_WORKSPACE selects" if chosen else f"{shown(environment)} selects"
    if not chosen and environment.is_file():
        chosen = environment.read_text(encoding="utf-8", errors="replace").strip()
    if chosen not in ("", "default"):
        select = f"terraform -chdir={shown(folder)} workspace select default"
        undo = "unset TF_WORKSPACE" if by.startswith("TF_") else select
        raise CloudError(
            f"{by} the workspace {chosen!r}; only the default one is supported",
            unchanged="every file and every machine",
            hint=f"{undo}\nanother tree with another TERRAFORM_HOSTS_PREFIX has machines of its own",
        )
