# SPDX-License-Identifier: MIT
"""Killed, or out of room, in the middle of an apply: afterwards every machine is known, and can be destroyed.

The real terraform makes machines of the real module on a provider that keeps what was made, and is killed in
the middle of a creation: the machine exists, and terraform has no answer yet.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloudlib.terraform import journal, state
from tests.support import terraform_stub
from tests.support.bringup import CONFIG, REAL_ENV
from tests.support.terraform import MODULES, REAL_TERRAFORM, write_key_pair
from tests.support.terraform_cloud import Cloud
from tests.support.tree import Tree

pytestmark = [
    *REAL_TERRAFORM,
    pytest.mark.skipif(
        not Path("/proc/self/cmdline").exists(), reason="there is no /proc to find terraform in"
    ),
]
FOLDER = Path("terraform/aws")


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def env(tree: Tree, cloud: Cloud) -> Iterator[dict[str, str]]:
    keys = tree.home / ".ssh"
    write_key_pair(keys)
    with terraform_stub.providers([MODULES["aws"]], cloud) as found:
        yield {**found, **REAL_ENV, "YES": "1"}


def processes(tree: Tree, word: str) -> list[int]:
    """The processes of a tree that have a word in their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            argv = path.read_bytes().decode(errors="replace").split("\0")
            here = path.with_name("cwd").readlink()
        except OSError:
            continue
        if here.is_relative_to(tree.root) and word in argv:
            found.append(int(path.parent.name))
    return found


def at(moment: int, act: Callable[[], None]) -> Callable[[str], None]:
    """Does something in the middle of the creation of machine number `moment`."""
    made: list[str] = []

    def created(name: str) -> None:
        if name.startswith("kdevops-") and "data" not in name:
            made.append(name)
            if len(made) == moment:
                act()

    return created


def lost(tree: Tree, cloud: Cloud) -> list[str]:
    """Machines that exist and of which neither id nor name is known: there must be none."""
    now = state.look(tree.root / FOLDER)
    ids = {resource.id for resource in (*now.held, *now.missing)}
    names = {address.partition('"')[2].rstrip('"]') for address in now.unfinished}
    return [
        f"{name} {given}"
        for given, name in cloud.machines().items()
        if given not in ids and name not in names
    ]


def run(tree: Tree, command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The script itself; hundreds of nodes take minutes."""
    with tree.start(sys.executable, "scripts/cloud_terraform.py", command, **env) as process:
        out, err = process.communicate(timeout=3000)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def bringup(tree: Tree, nodes: int, **env: str) -> subprocess.CompletedProcess[str]:
    tree.write(".config", CONFIG.replace("COUNT=2", f"COUNT={nodes}"))
    return run(tree, "bringup", **env)


def destroyed(tree: Tree, cloud: Cloud, env: dict[str, str]) -> str:
    """Destroy with RECOVER=1; all that is left is what nobody could know the id of, by name."""
    done = run(tree, "destroy", **env, RECOVER="1")
    said = done.stdout + done.stderr
    left = cloud.machines().values()
    assert all(f'aws_instance.node["{name}"]  (id not known)' in said for name in left), said
    assert bool(left) <= (done.returncode != 0), said
    return said


CASES = [(1, 1), (3, 1), (3, 2), (3, 3), (300, 150), (300, 300)]


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=pytest.mark.slow if c[0] > 3 else ()) for c in CASES], ids=str
)
@pytest.mark.parametrize("who", ["terraform", "everything"])
def test_killed(tree: Tree, cloud: Cloud, env: dict[str, str], case: tuple[int, int], who: str) -> None:
    """kill -9 of terraform alone, and of terraform and the command that waits for it."""
    nodes, moment = case

    def kill() -> None:
        victims = processes(tree, "apply")
        if who == "everything":
            victims = [*processes(tree, "bringup"), *victims]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)

    cloud.on_create = at(moment, kill)
    done = bringup(tree, nodes, **env)
    assert done.returncode == (137 if who == "terraform" else -9), done.stderr
    cloud.on_create = lambda name: None
    up, gone = len(cloud.machines()), lost(tree, cloud)
    print(f"kill of {who}: {nodes} nodes, at machine {moment}: {up} up, {len(gone)} lost")
    assert up >= moment and gone == []
    before = journal.read(tree.root / FOLDER)
    assert bringup(tree, nodes, **{**env, "YES": "0"}).returncode != 0, "it stops, or asks"
    assert tree.make("mrproper", check=False).returncode != 0 and journal.read(tree.root / FOLDER) == before
    if nodes < 300:  # an import takes a second
        destroyed(tree, cloud, env)


def test_terraform_outlives_the_command(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    """kill -9 of the command alone: terraform writes to the journal itself, and ends its work."""

    def kill() -> None:
        for pid in processes(tree, "bringup"):
            os.kill(pid, signal.SIGKILL)

    cloud.on_create = at(1, kill)
    assert bringup(tree, 3, **env).returncode == -9
    deadline = time.monotonic() + 120
    while processes(tree, "apply"):
        assert time.monotonic() < deadline, "terraform does not end"
        time.sleep(0.1)
    assert len(cloud.machines()) == 3 and lost(tree, cloud) == []
    assert state.look(tree.root / FOLDER).missing == ()
    assert "No changes" in bringup(tree, 3, **env).stdout
    assert "Host kdevops-3-" in tree.read("terraform/aws/ssh_config")
    destroyed(tree, cloud, env)
    assert cloud.machines() == {}


@pytest.mark.parametrize("how", ["removed", "emptied"])
def test_a_state_that_is_gone(tree: Tree, cloud: Cloud, env: dict[str, str], how: str) -> None:
    assert bringup(tree, 3, **env).returncode == 0
    path = tree.root / FOLDER / state.NAME
    path.unlink() if how == "removed" else path.write_text("")
    (tree.root / FOLDER / f"{state.NAME}.backup").unlink(missing_ok=True)
    assert len(cloud.machines()) == 3
    with pytest.raises(state.StateLost) as caught:
        state.held(tree.root / FOLDER)
    assert {r.id for r in caught.value.missing} >= set(cloud.machines())
    said = destroyed(tree, cloud, env)
    assert cloud.machines() == {} and said.count(": found\n") > 3
    tree.make("mrproper")


def test_what_was_applied_is_gone_too(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    """The region is that of .config then; what is in no module of ours does not stop the rest."""
    assert bringup(tree, 2, **env).returncode == 0
    folder = tree.root / FOLDER
    for name in (state.NAME, f"{state.NAME}.backup", state.APPLIED):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "applied")
    variables = (folder / "terraform.tfvars.json").read_text()
    (folder / "terraform.tfvars.json").unlink()
    done = run(tree, "destroy", **env, RECOVER="1")
    assert done.returncode == 1 and "choose their region in .config" in done.stderr, done.stderr
    (folder / "terraform.tfvars.json").write_text(variables)
    with (folder / journal.NAME).open("a") as file:
        file.write('{"address": "google_compute_instance.node[\\"x-1\\"]", "id": "projects/p/x-1"}\n')
    done = run(tree, "destroy", **env, RECOVER="1")
    assert done.returncode == 1 and "cannot import google_compute_instance" in done.stderr, done.stderr
    kept = journal.read(folder)
    assert kept and len(kept.made) > 2 and lost(tree, cloud) == []
    text = (folder / journal.NAME).read_text().splitlines(keepends=True)
    (folder / journal.NAME).write_text("".join(line for line in text if "google" not in line))
    destroyed(tree, cloud, env)
    assert cloud.machines() == {}


def test_credentials_of_another_account(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    """Nothing is found there: that is not taken for gone, and nothing is forgotten."""
    assert bringup(tree, 1, **env).returncode == 0
    journal.forget(tree.root / FOLDER)  # as of an older version, or of another tree with the same state
    home, cloud.account = cloud.account, "999999999999"
    for command in ("plan", "bringup", "destroy"):
        for more in ({}, {"REFRESH": "0"}):
            done = run(tree, command, **env, **more)
            assert done.returncode == 1 and "AWS account ID not allowed: 999999999999" in done.stderr, done
    (tree.root / FOLDER / state.NAME).unlink()
    done = run(tree, "destroy", **env, RECOVER="1")
    assert done.returncode == 1 and "account ID not allowed" in done.stdout
    assert "cannot import" in done.stderr and "no longer there" not in done.stdout
    assert len(cloud.machines()) == 1 and lost(tree, cloud) == []
    cloud.account = home
    destroyed(tree, cloud, env)
    assert cloud.machines() == {}


def test_a_disk_that_becomes_full(tree: Tree, cloud: Cloud, env: dict[str, str]) -> None:
    """terraform can write neither its state nor errored.tfstate; the journal has room of its own."""
    folder = tree.root / FOLDER
    kept = tree.root.parent / "kept"
    folder.rename(kept)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", str(folder)], check=True)
        ballast = folder / "ballast"

        def fill() -> None:
            with ballast.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 4096)
                except OSError:
                    pass

        cloud.on_create = at(2, fill)
        done = bringup(tree, 3, **env)
        assert done.returncode != 0, done.stdout
        cloud.on_create = lambda name: None
        assert len(cloud.machines()) == 3 and lost(tree, cloud) == []
        ballast.unlink()
        destroyed(tree, cloud, env)
        assert cloud.machines() == {}
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_refused_machine_leaves_the_others_within_reach(
    tree: Tree, cloud: Cloud, env: dict[str, str]
) -> None:
    cloud.refuses["aws_instance kdevops-2"] = "InsufficientInstanceCapacity: no m7i.2xlarge here"
    done = bringup(tree, 3, **env)
    assert done.returncode == 1 and "InsufficientInstanceCapacity" in done.stderr
    assert 'with aws_instance.node["kdevops-2"],' in done.stderr and "on main.tf line " in done.stderr
    assert "these nodes are up:" in done.stdout
    ssh = tree.read("terraform/aws/ssh_config")
    assert "Host kdevops-1-" in ssh and "Host kdevops-3-" in ssh and "kdevops-2" not in ssh
    cloud.refuses.clear()
    assert bringup(tree, 3, **env).returncode == 0
    assert sorted(cloud.machines().values()) == ["kdevops-1", "kdevops-2", "kdevops-3"]
    destroyed(tree, cloud, env)
    assert cloud.things == {}
