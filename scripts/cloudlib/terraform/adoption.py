# SPDX-License-Identifier: MIT
"""A configuration for `terraform import`: the module's provider, its variables, and resources without a body.

The module itself does not do: import evaluates all of it, and what refers to a node that was never made is an
error. A body may be left out: https://developer.hashicorp.com/terraform/cli/import/usage
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from cloudlib.terraform import backend, state
from cloudlib.terraform.applied import LOCK
from cloudlib.terraform.snapshot import Resource

_ADDRESS = re.compile(r"(\w+)\.(\w+)(?:\[(.+)\])?")


def write(
    target: Path, folder: Path, module: Path, resources: Iterable[Resource], names: Iterable[str]
) -> None:
    """Write it to `target`, for the state of `folder`; `names` are those of the variables. Raises OSError."""
    kind = backend.kind(folder)
    for path in (*module.glob("*.tf"), *module.glob("*.tf.json"), module / LOCK):
        needed = path.name in ("provider.tf", LOCK) or (kind and backend.configures(path))
        if needed and path.exists():
            shutil.copyfile(path, target / path.name)
    local = {"backend": {"local": {"path": str((folder / state.NAME).resolve())}}}
    body = {
        "variable": {name: {} for name in names},
        "resource": _blocks(resources),
        **({} if kind else {"terraform": local}),
    }
    (target / "resources.tf.json").write_text(json.dumps(body), encoding="utf-8")


def types(module: Path) -> set[str]:
    """The types of the resources that a module has."""
    texts = (path.read_text(encoding="utf-8") for path in module.glob("*.tf"))
    return {name for text in texts for name in re.findall(r'^resource "(\w+)"', text, re.M)}


def _blocks(resources: Iterable[Resource]) -> dict[str, dict[str, dict[str, str]]]:
    """{type: {name: body}}; a resource that is in no module of ours is left out, and not imported."""
    keys: dict[tuple[str, str], list[str]] = {}
    for resource in resources:
        match = _ADDRESS.fullmatch(resource.address)
        if match:
            keys.setdefault((match[1], match[2]), []).extend([match[3]] if match[3] else [])
    blocks: dict[str, dict[str, dict[str, str]]] = {}
    for (kind, name), given in keys.items():
        numbers = bool(given) and all(key.isdecimal() for key in given)
        each = {"count": str(max(map(int, given)) + 1)} if numbers else {}
        if given and not numbers:
            each = {"for_each": f"${{toset([{', '.join(given)}])}}"}
        blocks.setdefault(kind, {})[name] = each
    return blocks
