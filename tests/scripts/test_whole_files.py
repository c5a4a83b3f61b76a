# SPDX-License-Identifier: MIT
"""Every file that a command rewrites is the old one or the new one, wherever the command is killed or fails.

The commands run as they are, with one call of `os` spoiled: by a sitecustomize that Python reads first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.bringup import CONFIG, fake_terraform
from tests.support.costly import mostly_slow
from tests.support.terraform import write_key_pair
from tests.support.tree import Tree

SPOILED = """\
import errno, os, pathlib, signal
kind, name, number = os.environ["FAULT"].split()
real, left = getattr(os, name), [int(number)]
def spoiled(*args, **kwargs):
    left[0] -= 1
    if left[0]:
        return real(*args, **kwargs)
    pathlib.Path(os.environ["FIRED"]).touch()
    if kind == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if kind == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, name, spoiled)
"""
#: Killed before and after each rename, and before the text is on the disk; a disk that is full at the sync.
FAULTS = ("before replace", "after replace", "before fsync", "full fsync", "full replace")
TFVARS = "terraform/aws/terraform.tfvars.json"
#: What a command rewrites, with a mode that somebody gave it.
MODES = {
    ".config": 0o640,
    ".config.old": 0o600,
    "defconfig": 0o640,
    "extra_vars.yaml": 0o600,
    TFVARS: 0o600,
    "terraform/aws/applied.tfvars.json": 0o600,
    "terraform/aws/ssh_config": 0o600,
}
OTHER = CONFIG.replace("COUNT=2", "COUNT=3")
CONFIG_TOOLS = ("olddefconfig", "savedefconfig", "allnoconfig", "allyesconfig", "alldefconfig")
#: Command -> the files that it has to rewrite here.
COMMANDS: dict[str, tuple[str, ...]] = {
    "scripts/kconfig_tools.py defconfig aws-large": (".config", ".config.old"),
    **{
        f"scripts/kconfig_tools.py {tool}": (".config", ".config.old")
        if tool != "savedefconfig"
        else ("defconfig",)
        for tool in CONFIG_TOOLS
    },
    "scripts/write_extra_vars.py": ("extra_vars.yaml", TFVARS),
    "scripts/cloud_terraform.py bringup": tuple(MODES)[3:],
}
Files = dict[str, tuple[bytes, int]]


@dataclass(frozen=True)
class Spoiled:
    """A tree with machines that are up, and another .config than theirs."""

    tree: Tree
    fired: Path

    def files(self) -> Files:
        """What is there of the files, by name: contents and mode."""
        paths = {name: self.tree.root / name for name in MODES}
        return {n: (p.read_bytes(), p.stat().st_mode & 0o777) for n, p in paths.items() if p.exists()}

    def restore(self, files: Files) -> None:
        for name, (data, mode) in files.items():
            (self.tree.root / name).write_bytes(data)
            (self.tree.root / name).chmod(mode)

    def run(self, command: str, fault: str = "before none 1") -> tuple[int, str]:
        kind, name, number = fault.split()
        self.fired.unlink(missing_ok=True)
        env = (
            {}
            if name == "none"
            else {"PYTHONPATH": str(self.fired.parent), "FAULT": f"{kind} {name} {number}"}
        )
        done = self.tree.python(*command.split(), check=False, FIRED=str(self.fired), **env)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stderr


@pytest.fixture
def spoiled(tree: Tree) -> Spoiled:
    fake_terraform(tree)
    keys = tree.home / ".ssh"
    write_key_pair(keys)
    tree.write(".config", CONFIG)
    tree.make("bringup", "olddefconfig", "savedefconfig")
    tree.write(".config", OTHER)
    tree.write("defconfig", "# of another day\n")
    for name, mode in MODES.items():
        if not (tree.root / name).exists():
            tree.write(name, "# of another day\n")
        (tree.root / name).chmod(mode)
    folder = tree.home / "spoiled"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SPOILED, encoding="utf-8")
    return Spoiled(tree, folder / "fired")


def each_fault(spoiled: Spoiled, command: str, fault: str, check: Callable[[int, str], None]) -> int:
    """Run a command with its first, second, ... such call spoiled, until none is left; returns how many."""
    before = spoiled.files()
    for number in range(1, 40):
        spoiled.restore(before)
        code, said = spoiled.run(command, f"{fault} {number}")
        if not spoiled.fired.exists():
            assert code == 0, said
            return number - 1
        check(code, said)
    raise AssertionError("more calls than a command can need")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_old_file_or_the_new_one(spoiled: Spoiled, command: str, fault: str) -> None:
    old = spoiled.files()
    assert spoiled.run(command)[0] == 0
    new = spoiled.files()
    assert {name for name in old if new[name] != old[name]} == set(COMMANDS[command])
    assert {name: mode for name, (_, mode) in new.items()} == MODES, "the mode is kept"

    def check(code: int, said: str) -> None:
        now = spoiled.files()
        torn = [name for name in MODES if now.get(name) not in (old[name], new[name])]
        assert torn == [], f"neither the old nor the new one: {torn}"
        assert code != 0 or now == new, "it says that it is done"
        for name in MODES:
            assert f"unchanged: {name}\n" not in said or now[name] == old[name], said
        if not fault.startswith("full"):
            return
        assert code == 0 or ("No space left" in said and "next: " in said)
        assert list(spoiled.tree.root.rglob("*.new")) == []

    spoiled.restore(old)
    assert each_fault(spoiled, command, fault, check) >= len(COMMANDS[command])
    assert spoiled.files() == new, "the last run was left alone, after all that failed before"


@pytest.mark.slow
def test_what_a_kill_leaves_goes_with_mrproper(spoiled: Spoiled) -> None:
    for command in COMMANDS:
        before = spoiled.files()
        spoiled.run(command, "before replace 1")
        spoiled.restore(before)
    left = sorted(p.name.rpartition(".new")[0].rpartition(".")[0] for p in spoiled.tree.root.rglob("*.new"))
    assert {".config", ".config.old", "defconfig", "terraform.tfvars.json"} <= set(left)
    spoiled.tree.write("terraform/aws/terraform.tfstate", '{"resources": []}')
    (spoiled.tree.root / "terraform/aws/journal.jsonl").unlink()
    spoiled.tree.make("mrproper")
    assert list(spoiled.tree.root.rglob("*.new")) == []


@pytest.mark.parametrize("command", mostly_slow(COMMANDS))
def test_no_link_is_followed_out_of_the_tree(spoiled: Spoiled, command: str) -> None:
    """The files are links to somebody's own: those stay as they are, whatever is written."""
    outside = {name: spoiled.tree.home / f"outside-{number}" for number, name in enumerate(COMMANDS[command])}
    for name, path in outside.items():
        (spoiled.tree.root / name).rename(path)
        (spoiled.tree.root / name).symlink_to(path)
    before = {name: path.read_bytes() for name, path in outside.items()}
    assert spoiled.run(command)[0] == 0
    assert {name: path.read_bytes() for name, path in outside.items()} == before
    assert [name for name in outside if (spoiled.tree.root / name).is_symlink()] == []
