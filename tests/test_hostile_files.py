# SPDX-License-Identifier: MIT
"""Files that the commands read, with anything in them, or not files at all.

Whatever it is: no traceback, nothing runs, nothing steers the terminal, and no other file changes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.bringup import fake_terraform
from tests.support.generated import publish
from tests.support.terraform import write_key_pair
from tests.support.tree import ROOT, Tree, state

_ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066"
_MACRO = "$(shell,touch PWNED)"
#: What a file may hold; of "cut" and "edited" the text depends on what it held before.
TEXTS: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda old: b"",
    "cut": lambda old: old[: len(old) * 2 // 3],
    "list": lambda old: b"[]",
    "object": lambda old: b"{}",
    "null": lambda old: b"null",
    "number": lambda old: b"7",
    "string": lambda old: json.dumps(_ESCAPE).encode(),
    "strings": lambda old: json.dumps(
        {_ESCAPE: _ESCAPE, "version": _ESCAPE, "resources": [_ESCAPE]}
    ).encode(),
    "deep": lambda old: b"[" * 100_000,
    "deep objects": lambda old: b'{"resources":' * 100_000,
    "long line": lambda old: b"x" * 5_000_000,
    "long setting": lambda old: b'CONFIG_TERRAFORM_X="' + b"x" * 5_000_000 + b'"\n',
    "nul": lambda old: b"\0" * 100,
    "no text": lambda old: b"\xff\xfe\x9b31m" + old,
    "controls": lambda old: _ESCAPE.encode() + b"\n" + old,
    "setting": lambda old: f'CONFIG_TERRAFORM_NO_SUCH="{_ESCAPE}"\nCONFIG_TERRAFORM_AWS=y\n'.encode(),
    "yaml": lambda old: f'a: "{_ESCAPE}"\nb: !!python/object/apply:os.system ["touch PWNED"]\n'.encode(),
    "macro": lambda old: f"X := {_MACRO}\n".encode() + old,
    "macro in a prompt": lambda old: f'config X\n\tbool "{_MACRO}"\n'.encode() + old,
    "preprocessor": lambda old: b'$(error-if,y,\x1b[2J)\nsource "/etc/passwd"\n',
}
_PRECIOUS = "precious\n"


@dataclass
class Place:
    """A tree, the file in it that is hostile, and what reads it: the words of a Python command each.

    `may_change` are the beginnings of the names of files that those commands write.
    """

    tree: Tree
    name: str
    commands: list[tuple[str, ...]]
    may_change: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


_CONFIG = "CONFIG_TERRAFORM_AWS=y\nCONFIG_TERRAFORM_NODE_COUNT=1\n"
_OLDDEFCONFIG = ("scripts/kconfig_tools.py", "olddefconfig")
_WRITES = (".config", "extra_vars.yaml", "terraform/aws/terraform.tfvars.json", "terraform/aws/.", ".cloud")


def record(tree: Tree) -> Place:
    return Place(tree, ".cloud-stage/aws-generated/commit.json", [_OLDDEFCONFIG])


def static_catalog(tree: Tree) -> Place:
    words = [
        ("scripts/cloud_status.py",), ("scripts/cloud_check.py",), ("scripts/cloud_diff.py",),
        ("scripts/aws-cli", "--offline", "regions", "list"),
    ]  # fmt: skip
    return Place(tree, "terraform/aws/kconfigs/catalog.json.static", words)


def generated_catalog(tree: Tree) -> Place:
    publish(tree)
    tree.write(".config", _CONFIG.replace("AWS", "LAMBDALABS"))
    words = [
        ("scripts/cloud_status.py",), ("scripts/cloud_diff.py",), ("scripts/cloud_check.py",),
        ("scripts/lambda-cli", "--offline", "instance-types", "list"),
    ]  # fmt: skip
    return Place(tree, "terraform/lambdalabs/kconfigs/catalog.json.generated", words)


def generated_menu(tree: Tree) -> Place:
    publish(tree)
    return Place(tree, "terraform/lambdalabs/kconfigs/Kconfig.images.generated", [_OLDDEFCONFIG])


def static_menu(tree: Tree) -> Place:
    # A provider that is left without menus gets the built-in ones.
    name = "terraform/gce/kconfigs/Kconfig.compute.static"
    return Place(tree, name, [_OLDDEFCONFIG], may_change=("terraform/gce/", ".cloud"))


def config(tree: Tree) -> Place:
    words = [("scripts/cloud_check.py",), ("scripts/write_extra_vars.py",), _OLDDEFCONFIG]
    return Place(tree, ".config", words)


def defconfig(tree: Tree) -> Place:
    tree.write("defconfigs/evil", _CONFIG)
    words = [("scripts/kconfig_tools.py", "defconfig", "evil"), ("scripts/kconfig_tools.py", "check")]
    return Place(tree, "defconfigs/evil", words)


def extra_vars(tree: Tree) -> Place:
    tree.write("extra_vars.yaml", "terraform_provider: aws\n")
    return Place(tree, "extra_vars.yaml", [("scripts/write_extra_vars.py",)])


def terraform(tree: Tree, name: str, *words: tuple[str, ...]) -> Place:
    fake_terraform(tree)
    keys = tree.home / ".ssh"
    write_key_pair(keys)
    tree.write(".config", _CONFIG + 'CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="192.0.2.0/24"\n')
    machines = [{"mode": "managed", "type": "x", "name": "y", "instances": [{}]}]
    tree.write("terraform/aws/terraform.tfstate", json.dumps({"version": 4, "resources": machines}))
    tree.write("terraform/aws/applied.tfvars.json", "{}")
    tree.write("terraform/aws/terraform.tfvars.json", "{}")
    return Place(tree, f"terraform/aws/{name}", [*words], ("terraform/aws/",), {"YES": "1"})


_BRINGUP, _DESTROY = ("scripts/cloud_terraform.py", "bringup"), ("scripts/cloud_terraform.py", "destroy")


def tfstate(tree: Tree) -> Place:
    # Bring-up leaves the state to terraform, which writes through a link.
    return terraform(tree, "terraform.tfstate", ("scripts/clean_terraform.py",), _DESTROY)


def applied(tree: Tree) -> Place:
    return terraform(tree, "applied.tfvars.json", _BRINGUP, _DESTROY)


def tfvars(tree: Tree) -> Place:
    return terraform(tree, "terraform.tfvars.json", _BRINGUP)


def manifest(tree: Tree) -> Place:
    shutil.copytree(ROOT / "recordings", tree.root / "tapes")
    words = [("scripts/lambda-cli", "regions", "list")]
    return Place(tree, "tapes/manifest.json", words, env={"REPLAY": "tapes"})


def recording(tree: Tree) -> Place:
    shutil.copytree(ROOT / "recordings", tree.root / "tapes")
    words = [("scripts/lambda-cli", "regions", "list"), ("scripts/lambda-cli", "instance-types", "list")]
    return Place(tree, "tapes/lambdalabs.jsonl.gz", words, env={"REPLAY": "tapes"})


def local_config(tree: Tree) -> Place:
    tree.write("defconfigs/plain", _CONFIG)
    return Place(tree, "local.config", [("scripts/kconfig_tools.py", "defconfig", "plain")], (".config",))


KINDS = (
    *(record, static_catalog, generated_catalog, generated_menu, static_menu, config, defconfig, extra_vars),
    *(tfstate, applied, tfvars, manifest, recording, local_config),
)


def hostile(path: Path, outside: Path) -> Iterator[str]:
    """Put one thing after the other where the file was; says what it is."""
    old = path.read_bytes() if path.exists() else b'{"provider": "aws", "tier": "generated"}'
    for name, text in TEXTS.items():
        yield put(path, name, lambda text=text: path.write_bytes(text(old)))  # type: ignore[misc]
    yield put(path, "a link outside", lambda: path.symlink_to(outside))
    yield put(path, "a link to nothing", lambda: path.symlink_to(outside.with_name("none")))
    yield put(path, "a link to itself", lambda: path.symlink_to(path))
    yield put(path, "a folder", path.mkdir)
    if os.geteuid():
        yield put(path, "no permission", lambda: (path.write_bytes(old), path.chmod(0)))


def put(path: Path, name: str, make: Callable[[], object]) -> str:
    """Replace what is at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    make()
    return name


def others(place: Place) -> dict[str, str]:
    """What must not change, with its digests."""
    root = place.tree.root
    leave = (place.name, *_WRITES, *place.may_change)
    every = (p for p in root.rglob("*") if "__pycache__" not in p.parts)
    paths = [p for p in every if not str(p.relative_to(root)).startswith(leave)]
    return dict(state([p for p in paths if not p.is_symlink()]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_hostile_file(tree: Tree, kind: Callable[[Tree], Place]) -> None:
    tree.write(".config", _CONFIG)
    outside = tree.root.parent / "outside"
    outside.write_text(_PRECIOUS, encoding="utf-8")
    place = kind(tree)
    before, kept = others(place), tree.read(".config")
    problems = []
    for what in hostile(tree.root / place.name, outside):
        for words in place.commands:
            done = tree.python(*words, check=False, **place.env)
            said = done.stdout + done.stderr
            problems += [f"{what}: {' '.join(words)}: {problem}" for problem in told(done.returncode, said)]
            if place.name != ".config":
                tree.write(".config", kept)
    problems += [f"{p} was made" for p in tree.root.parent.rglob("PWNED")]
    assert not problems, "\n".join(problems)
    assert others(place) == before and outside.read_text(encoding="utf-8") == _PRECIOUS


def told(code: int, said: str) -> Iterator[str]:
    """What is wrong with how a command ended."""
    if "Traceback" in said:
        yield "\n".join(said.splitlines()[-4:])
    if code not in (0, 1, 2, 3):
        yield f"exit code {code}"
    if code and not said.strip():
        yield "failed without a word"
    if steering := [c for c in said if not c.isprintable() and c not in "\n\t"]:
        yield f"{steering[0]!a} reached the terminal in {said!a:.300}"
    if len(said) > 100_000:
        yield f"{len(said)} characters of output"
