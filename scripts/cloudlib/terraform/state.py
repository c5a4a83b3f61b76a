# SPDX-License-Identifier: MIT
"""What a local terraform state still holds. Reads the file alone: for `mrproper`, which has no terraform."""

from __future__ import annotations

import json
from pathlib import Path

from cloudlib.errors import CloudError
from cloudlib.settings import shown

NAME = "terraform.tfstate"
#: Where terraform writes its state when it cannot write to terraform.tfstate.
_ERRORED = "errored.tfstate"


def held(folder: Path) -> list[str]:
    """The addresses of what the state of a folder holds in the cloud; workspaces count too.

    Data sources are not resources. A state that cannot be read, or that terraform could not write,
    may hold anything: CloudError.
    """
    if (folder / _ERRORED).exists():
        raise CloudError(
            f"{shown(folder / _ERRORED)} lists machines that terraform made but could not record in {NAME}",
            unchanged=shown(folder / _ERRORED),
            hint=f"terraform -chdir={shown(folder)} state push {_ERRORED}\n"
            "then remove that file, and run the command again",
        )
    files = [folder / NAME, *sorted(folder.glob(f"{NAME}.d/*/{NAME}"))]
    return [address for path in files if path.exists() for address in _addresses(path)]


def _addresses(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)["resources"] if text.strip() else []
        return [
            ".".join(part for part in (r.get("module"), r["type"], r["name"]) if part) + _index(instance)
            for r in found
            if r["mode"] == "managed"
            for instance in r["instances"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CloudError(
            f"{shown(path)} cannot be read as a terraform state ({type(error).__name__}: {error}); "
            "machines listed in it may still be running",
            unchanged=shown(path),
            hint=f"look at it and at {NAME}.backup; remove it by hand once you know that nothing runs",
        ) from error


def _index(instance: dict[str, object]) -> str:
    key = instance.get("index_key")
    return "" if key is None else f"[{json.dumps(key)}]"
