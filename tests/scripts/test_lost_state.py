# SPDX-License-Identifier: MIT
"""States that were lost: no command takes that for "nothing is up", and none deletes what is left to know."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudlib.terraform import journal
from tests.support.bringup import Fake, ready, run
from tests.support.costly import mostly_slow
from tests.support.tree import Tree

FOLDER = Path("terraform/aws")
STATE = "terraform/aws/terraform.tfstate"
NODES = ['aws_instance.node["kdevops-1"]', 'aws_instance.node["kdevops-2"]']


@pytest.fixture
def fake(tree: Tree) -> Fake:
    return ready(tree)


def files(fake: Fake) -> dict[str, bytes]:
    """What is in the provider's folder that could tell of machines."""
    folder = fake.tree.root / FOLDER
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != ".bringup.lock"}


def known(fake: Fake) -> list[str]:
    found = journal.read(fake.tree.root / FOLDER)
    return [resource.id for resource in found.made] if found else []


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def errored(path: Path) -> None:
    path.rename(path.with_name("errored.tfstate"))


@pytest.mark.parametrize("command", mostly_slow(["bringup", "destroy", "plan", "mrproper"]))
@pytest.mark.parametrize("lose", mostly_slow([remove, empty, damage, errored]))
def test_a_lost_state_stops_every_command(fake: Fake, lose: Callable[[Path], None], command: str) -> None:
    """terraform does not even start, and every file stays."""
    fake.tree.make("bringup")
    assert known(fake) == ["id-kdevops-1", "id-kdevops-2"]
    lose(fake.tree.root / STATE)
    before, calls = files(fake), len(fake.calls())
    if command == "mrproper":
        done = fake.tree.make("mrproper", check=False)
        code, said = done.returncode, done.stderr
    else:
        code, said = run(fake, command, YES="1", FORCE="1")
    assert code != 0 and len(fake.calls()) == calls and files(fake) == before
    assert "next: " in said and "unchanged: every file and every machine" in said
    if lose is not damage:
        assert all(f"{node}  id-" in said for node in NODES), said


@pytest.mark.parametrize("state", mostly_slow(["behind", "missing", "empty"]))
def test_killed_in_the_middle_of_an_apply(fake: Fake, state: str) -> None:
    """kill -9: one machine was made, the creation of the other has no end, whatever became of the state."""
    fake.order(killed=state)
    code, said = run(fake, "bringup")
    assert code == 137 and known(fake) == ["id-kdevops-1"]
    fake.order(killed=None)
    code, said = run(fake, "bringup")
    if state == "behind":
        assert code == 1 and f"terraform was killed while it created 1 resource: {NODES[1]}" in said
        assert "cannot ask: Create them again?" in said
    else:
        assert code == 1 and f"{NODES[0]}  id-kdevops-1" in said and f"{NODES[1]}  (id not known)" in said
    assert fake.commands().count("apply") == 1
    before = files(fake)
    assert fake.tree.make("mrproper", check=False).returncode != 0 and files(fake) == before
    code, said = run(fake, "destroy", YES="1", RECOVER="1")
    assert code == 1 and fake.commands()[-1] == "destroy", said
    assert "stopped while it created 1 resource, which may exist" in said and f"{NODES[1]}  (id" in said
    code, said = run(fake, "destroy", YES="1")
    assert code == 1, "until somebody has looked"
    (fake.tree.root / FOLDER / journal.NAME).unlink()
    assert run(fake, "destroy", YES="1")[0] == 0


def test_a_lost_state_is_rebuilt_from_the_journal(fake: Fake) -> None:
    fake.tree.make("bringup")
    (fake.tree.root / STATE).unlink()
    fake.order(gone=["kdevops-1"])
    code, said = run(fake, "destroy", YES="1", RECOVER="1")
    assert code == 0, said
    assert f"[1/2] {NODES[0]}  id-kdevops-1: no longer there\n" in said
    assert f"[2/2] {NODES[1]}  id-kdevops-2: found\n" in said
    (argv,) = [call for call in fake.calls() if "import" in call and NODES[1] in call]
    applied = fake.tree.root / FOLDER / "applied.tfvars.json"
    assert argv[2:] == ["-no-color", "-input=false", f"-var-file={applied}", NODES[1], "id-kdevops-2"]
    assert not set(files(fake)) & {"ssh_config", "applied.tfvars.json", journal.NAME}
    fake.tree.make("mrproper")


def test_git_clean_leaves_the_journal(fake: Fake) -> None:
    """All that git ignores is gone; the journal has a second name below .git."""
    (fake.tree.root / ".git").mkdir()
    fake.tree.make("bringup")
    folder = fake.tree.root / FOLDER
    second = journal.second(folder)
    assert second.samefile(folder / journal.NAME)
    for path in folder.iterdir():
        if path.is_file() and path.suffix != ".tf" and not path.name.startswith("Kconfig"):
            path.unlink()
    shutil.rmtree(folder / "applied")
    calls = len(fake.calls())
    for command in ("bringup", "destroy"):
        code, said = run(fake, command, YES="1")
        assert code == 1 and all(f"{node}  id-" in said for node in NODES), said
        assert "rm -f ../../.git/cloud-kconfig/aws-journal.jsonl)" in said
    assert fake.tree.make("mrproper", check=False).returncode != 0 and second.exists()
    assert len(fake.calls()) == calls
    fake.tree.make()
    code, said = run(fake, "destroy", YES="1", RECOVER="1")
    assert code == 0 and said.count(": found\n") == 2, said
    assert not second.exists() and not (folder / journal.NAME).exists()


@pytest.mark.slow
def test_machines_that_are_all_gone(fake: Fake) -> None:
    """Each was looked for by its id: then nothing is up, and nothing is left to say otherwise."""
    fake.tree.make("bringup")
    (fake.tree.root / STATE).unlink()
    fake.order(gone=["kdevops-1", "kdevops-2"])
    code, said = run(fake, "destroy", YES="1", RECOVER="1")
    assert code == 0 and said.count("no longer there") == 2 and "nothing to destroy" in said
    fake.tree.make("mrproper")


@pytest.mark.slow
def test_what_cannot_be_imported_is_never_forgotten(fake: Fake) -> None:
    fake.tree.make("bringup")
    (fake.tree.root / STATE).unlink()
    fake.order(fails={"import": 1})
    code, said = run(fake, "destroy", YES="1", RECOVER="1")
    assert code == 1 and "terraform cannot import" in said and "id-kdevops-2" in said
    assert known(fake) == ["id-kdevops-1", "id-kdevops-2"]


@pytest.mark.slow
def test_a_damaged_state_is_set_aside(fake: Fake) -> None:
    fake.tree.make("bringup")
    damage(fake.tree.root / STATE)
    assert run(fake, "destroy", YES="1", RECOVER="1")[0] == 0
    assert (fake.tree.root / f"{STATE}.old-1.backup").exists()


@pytest.mark.slow
def test_terraform_s_own_backup_comes_first(fake: Fake) -> None:
    """It has whole attributes, and what it lacks comes from the journal."""
    fake.order(fails={"apply": 1})
    run(fake, "bringup")
    backup = fake.tree.root / f"{STATE}.backup"
    shutil.copy(fake.tree.root / STATE, backup)
    fake.order(fails={})
    fake.tree.make("bringup")
    (fake.tree.root / STATE).write_text("")
    code, said = run(fake, "destroy", YES="1", RECOVER="1")
    assert code == 0 and "restored terraform/aws/terraform.tfstate from terraform.tfstate.backup" in said
    assert fake.commands().count("import") == 1 and f"[1/1] {NODES[1]}" in said


def test_bringup_goes_on_with_a_rebuilt_state(fake: Fake) -> None:
    fake.tree.make("bringup")
    (fake.tree.root / STATE).unlink()
    code, said = run(fake, "bringup", RECOVER="1")
    assert code == 0 and said.count(": found\n") == 2
    assert known(fake) == ["id-kdevops-1", "id-kdevops-2"], "nothing was made twice"


def test_machines_that_are_up_after_a_failure_can_be_reached(fake: Fake) -> None:
    """terraform has no outputs then; the state knows the addresses."""
    fake.order(fails={"apply": 3}, address="192.0.2.7")
    code, said = run(fake, "bringup")
    assert (
        code == 3
        and "these nodes are up:\n" in said
        and "  ssh -F terraform/aws/ssh_config kdevops-1-" in said
    )
    assert "HostName 192.0.2.7\n" in fake.tree.read("terraform/aws/ssh_config")
    assert "kdevops-2" not in fake.tree.read("terraform/aws/ssh_config")


@pytest.mark.slow
def test_a_network_alone_does_not_hold_the_region(fake: Fake) -> None:
    """What a failed first bringup leaves is destroyed after a yes, and the new region is taken."""
    fake.tree.make("bringup")
    state = fake.tree.read(STATE)
    fake.tree.write(STATE, state.replace("aws_instance", "aws_vpc"))
    fake.tree.write(f"terraform/aws/{journal.NAME}", "")
    fake.tree.write(".config", fake.tree.read(".config") + "CONFIG_TERRAFORM_AWS_REGION_EU_WEST_1=y\n")
    code, said = run(fake, "plan")
    assert code == 1 and "no machines, but networks or disks of terraform/aws are up in us-east-1" in said
    code, said = run(fake, "bringup")
    assert code == 1 and "cannot ask: Destroy them first?" in said and "destroy" not in fake.commands()
    assert run(fake, "bringup", YES="1")[0] == 0
    assert fake.commands()[-6:] == ["destroy", "init", "plan", "show", "apply", "output"]
    assert '"eu-west-1"' in fake.tree.read("terraform/aws/applied.tfvars.json")
