# SPDX-License-Identifier: MIT
"""bringup, cloud-plan, destroy and mrproper, with a terraform that records what it is asked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from cloud_providers import PROVIDER_NAMES
from cloudlib.publish import locks
from cloudlib.terraform import foreign
from tests.support.bringup import CONFIG, Fake, ready, run
from tests.support.catalogs import sealed
from tests.support.costly import mostly_slow
from tests.support.tree import ROOT, Tree

STATE = "terraform/aws/terraform.tfstate"


@pytest.fixture
def fake(tree: Tree) -> Iterator[Fake]:
    made = ready(tree)
    yield made
    assert tree.vendor_calls() == []


def nothing_started(fake: Fake) -> bool:
    return fake.commands() == [] and not (fake.tree.root / STATE).exists()


# --- the way it should go ---


def test_bringup(fake: Fake) -> None:
    said = fake.tree.make("bringup").stdout
    assert fake.commands() == ["init", "plan", "show", "apply", "output"]
    chdir = f"-chdir={fake.tree.root}/terraform/aws"
    init, plan, _, apply, _ = fake.calls()
    assert init == [chdir, "init", "-no-color", "-input=false"]
    file = str(fake.tree.root / "terraform/aws/bringup.tfplan")
    assert plan == [
        *(chdir, "plan", "-no-color", "-input=false", "-var-file=terraform.tfvars.json"),
        f"-out={file}",
    ]
    assert apply == [chdir, "apply", "-input=false", "-json", file]
    assert not Path(file).exists()
    assert "cost: 2 x m7i.2xlarge in us-east-1 at $0.4032 = at least $0.8064/h, $588.67/month (730 h)" in said
    assert fake.environment()["TF_IN_AUTOMATION"] == "1"
    values = json.loads(fake.tree.read("terraform/aws/terraform.tfvars.json"))
    assert values["node_names"] == ["kdevops-1", "kdevops-2"]
    assert json.loads(fake.tree.read("terraform/aws/applied.tfvars.json")) == values


def test_the_ssh_configuration(fake: Fake) -> None:
    said = fake.tree.make("bringup").stdout
    path = fake.tree.root / "terraform/aws/ssh_config"
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ssh -F ")]
    assert len(lines) == 2 and path.stat().st_mode & 0o777 == 0o600
    host = lines[1].split()[-1]
    assert host.startswith("kdevops-2-") and lines[1] == f"ssh -F terraform/aws/ssh_config {host}"
    if shutil.which("ssh") is None:
        pytest.skip("there is no ssh here to read it")
    told = fake.tree.run("ssh", "-G", "-F", str(path), host).stdout.splitlines()
    assert "hostname 192.0.2.2" in told and "user kdevops" in told and "identitiesonly yes" in told
    assert f"identityfile {fake.tree.home}/.ssh/kdevops_terraform" in told
    assert f"userknownhostsfile {path.with_name('known_hosts')}" in told
    assert "stricthostkeychecking accept-new" in told


@pytest.mark.slow
def test_known_hosts_go_with_the_machines(fake: Fake) -> None:
    fake.tree.make("bringup")
    hosts = fake.tree.write("terraform/aws/known_hosts", "192.0.2.1 ssh-ed25519 AAAA\n")
    fake.tree.make("bringup")
    assert hosts.exists(), "the same machines keep their keys"
    fake.tree.write(".config", CONFIG.replace("COUNT=2", "COUNT=3"))
    fake.tree.make("bringup")
    assert not hosts.exists()


def test_cloud_plan_changes_nothing(fake: Fake) -> None:
    assert "the plan" in fake.tree.make("cloud-plan").stdout
    assert fake.commands() == ["init", "plan"]
    assert not (fake.tree.root / "terraform/aws/applied.tfvars.json").exists()
    assert not (fake.tree.root / "terraform/aws/ssh_config").exists()


def test_destroy(fake: Fake) -> None:
    fake.tree.make("bringup")
    done = fake.tree.make("destroy", "YES=1")
    assert 'holds 2 resources: aws_instance.node["kdevops-1"], aws_instance.node["kdevops-2"]' in done.stdout
    assert fake.calls()[-1] == [
        f"-chdir={fake.tree.root}/terraform/aws", "destroy", "-input=false", "-auto-approve", "-json",
        f"-var-file={fake.tree.root}/terraform/aws/applied.tfvars.json",
    ]  # fmt: skip
    for name in ("ssh_config", "known_hosts", "applied.tfvars.json"):
        assert not (fake.tree.root / "terraform/aws" / name).exists()
    assert "there is nothing to destroy" in fake.tree.make("destroy").stdout


# --- what is checked before terraform does anything ---


def test_no_terraform(fake: Fake) -> None:
    (fake.tree.home.parent / "bin" / "terraform").unlink()
    code, said = run(fake, "bringup", PATH=f"{fake.tree.home.parent}/bin:/usr/bin:/bin")
    assert code == 3 and "`terraform` is not on PATH" in said and "terraform/install" in said


def test_a_terraform_that_is_too_old(fake: Fake) -> None:
    """terraform itself compares its version with the module's, at init."""
    fake.order(fails={"init": 1})
    code, said = run(fake, "bringup")
    assert code == 1 and "terraform init failed with exit code 1" in said and fake.commands() == ["init"]
    assert "unchanged: every machine" in said and "developer.hashicorp.com/terraform/install" in said


def test_without_a_config(fake: Fake) -> None:
    (fake.tree.root / ".config").unlink()
    code, said = run(fake, "bringup")
    assert code == 1 and "there is no .config" in said and "make defconfig-aws-small" in said
    assert nothing_started(fake)


def test_a_config_of_an_older_catalog(fake: Fake) -> None:
    fake.tree.write(".config", CONFIG.replace("2XLARGE", "3XLARGE"))
    code, said = run(fake, "bringup")
    assert (
        code == 1
        and "_M7I_3XLARGE=y: there is no such setting: the menus have no" in said
        and nothing_started(fake)
    )


def test_a_machine_that_is_not_there(fake: Fake) -> None:
    """The menus do not gate types by zone; the check before bringup does."""
    path = "terraform/aws/kconfigs/catalog.json.static"
    text = fake.tree.read(path)
    (line,) = [line for line in text.splitlines() if '"name":"m7i.2xlarge"' in line]
    zones = json.loads(line.rstrip(","))["offered"]["us-east-1"]
    moved = line.replace(f'"us-east-1":"{zones}"', '"us-east-1":"b c"')
    fake.tree.write(path, sealed(text.replace(line, moved)))
    code, said = run(fake, "bringup")
    assert code == 1 and nothing_started(fake)
    assert (
        "error: m7i.2xlarge is not offered in availability zone us-east-1a; nearest: us-east-1b, us-east-1c"
        in said
    )
    assert run(fake, "bringup", FORCE="1")[0] == 0


def test_machines_that_nobody_could_reach(fake: Fake) -> None:
    fake.tree.write(".config", "\n".join(n for n in CONFIG.splitlines() if "CIDR" not in n) + "\n")
    code, said = run(fake, "bringup")
    assert code == 1 and "error: no one can reach the nodes by SSH" in said and nothing_started(fake)
    assert run(fake, "plan", FORCE="1")[0] == 0


@pytest.mark.slow
def test_ssh_that_is_open_to_the_world_is_told(fake: Fake) -> None:
    assert "can reach SSH" not in run(fake, "plan")[1]
    for setting in ("FROM_ANYWHERE=y", 'CIDR="0.0.0.0/1"', 'CIDR="128.0.0.0/1"'):
        fake.tree.write(".config", CONFIG.replace('CIDR="192.0.2.0/24"', setting))
        said = "warning: the whole internet can reach SSH on the nodes"
        assert said in run(fake, "plan")[1] and said in fake.tree.make().stderr
        assert said in fake.tree.make("cloud-check").stdout
    fake.tree.make("defconfig-lambdalabs-gpu-1x-a10")
    assert "note: terraform sets no firewall here" in run(fake, "plan", LAMBDA_API_KEY="x")[1]


def test_a_module_that_is_gone(fake: Fake) -> None:
    for path in (fake.tree.root / "terraform/aws").glob("*.tf"):
        path.unlink()
    code, said = run(fake, "bringup")
    assert code == 1 and "git checkout terraform/aws" in said and nothing_started(fake)


def test_the_wrong_word(fake: Fake) -> None:
    assert run(fake, "up")[0] == 2


# --- what terraform would take besides ---

FOREIGN = (
    "x.auto.tfvars",
    "x.auto.tfvars.json",
    "terraform.tfvars",
    "override.tf",
    "my_override.tf.json",
    "mine.tf",
)


@pytest.mark.parametrize("command", mostly_slow(["bringup", "plan", "destroy"]))
@pytest.mark.parametrize(
    "name",
    [
        FOREIGN[0],
        *(pytest.param(name, marks=pytest.mark.slow) for name in (*FOREIGN[1:], "main.tf.json")),
        "TF_VAR_ssh_allowed_cidr",
    ],
)
def test_what_terraform_would_take_besides(fake: Fake, command: str, name: str) -> None:
    """Named and refused before anything runs, unless TERRAFORM_EXTRA allows it."""
    fake.tree.write(
        STATE, json.dumps({"resources": [RESOURCE]} if command == "destroy" else {"resources": []})
    )
    env = {"YES": "1"} | ({name: "0.0.0.0/0"} if name.startswith("TF_VAR_") else {})
    if not name.startswith("TF_VAR_"):
        fake.tree.write(f"terraform/aws/{name}", "")
    code, said = run(fake, command, **env)
    assert code == 1 and fake.commands() == [] and "unchanged: everything: terraform was not started" in said
    assert f"neither wrote nor checked: {name}\n" in said and f"TERRAFORM_EXTRA={name} allows" in said
    assert not (fake.tree.root / "extra_vars.yaml").exists()
    assert run(fake, command, TERRAFORM_EXTRA="other.tf", **env)[0] == 1
    assert run(fake, command, TERRAFORM_EXTRA=f"other.tf, {name}", **env)[0] == 0


def test_files_that_terraform_skips(fake: Fake) -> None:
    for name in (".main.tf", "main.tf~", "x.tfvars", "mine.tftest.hcl", "notes.md"):
        fake.tree.write(f"terraform/aws/{name}", "")
    assert run(fake, "bringup")[0] == 0


def test_the_module_is_not_foreign() -> None:
    assert {path.name for path in (ROOT / "terraform").glob("*/*.tf")} == foreign.MODULE


def test_the_hashes_of_the_providers(fake: Fake) -> None:
    """`make terraform-lock` asks for all platforms that developers have."""
    fake.tree.make("terraform-lock")
    platforms = [f"-platform={name}_{arch}" for name in ("linux", "darwin") for arch in ("amd64", "arm64")]
    expected = [[f"-chdir=terraform/{n}", "providers", "lock", *platforms] for n in sorted(PROVIDER_NAMES)]
    assert sorted(fake.calls()) == expected


# --- what it costs ---

DEAR = CONFIG.replace("COUNT=2", "COUNT=25")
COST = "cost: 25 x m7i.2xlarge in us-east-1 at $0.4032 = at least $10.08/h, $7,358.40/month (730 h)"


@pytest.mark.slow
def test_a_dear_bringup_asks(fake: Fake) -> None:
    """25 nodes are $10.08 an hour; the default limit is $10. Without a terminal there is nobody to ask."""
    fake.tree.write(".config", DEAR)
    for env in ({}, {"FORCE": "1"}):
        code, said = run(fake, "bringup", **env)
        assert code == 1 and "apply" not in fake.commands() and "cannot ask: Bring them up?" in said
        assert said.count(COST) == 2 and said.rindex(COST) > said.index("the plan")
        assert "unchanged: every machine" in said and "make bringup YES=1" in said and "next: " in said
    assert not (fake.tree.root / "terraform/aws/bringup.tfplan").exists()
    assert run(fake, "plan")[0] == 0, "a plan costs nothing"
    code, said = run(fake, "bringup", MAX_USD_PER_HOUR="10.08")
    assert code == 1 and "apply" not in fake.commands(), "a part that is not known approves nothing"
    why = "the limit is $10.08 an hour, and the price of root disk, public address, image fee is not known"
    assert why in " ".join(said.split()) and COST in said
    assert run(fake, "bringup", MAX_USD_PER_HOUR="10.08", YES="1")[0] == 0


@pytest.mark.parametrize(
    ("limit", "env"),
    mostly_slow([("", {"MAX_USD_PER_HOUR": "10.07"}), ("10", {}), ("99", {"MAX_USD_PER_HOUR": "0"})]),
)
def test_a_limit_that_is_set_refuses_and_no_yes_overrides_it(
    fake: Fake, limit: str, env: dict[str, str]
) -> None:
    fake.tree.write(".config", DEAR + (f"CONFIG_TERRAFORM_MAX_USD_PER_HOUR={limit}\n" if limit else ""))
    code, said = run(fake, "bringup", YES="1", FORCE="1", **env)
    assert code == 1 and "apply" not in fake.commands() and "$10.08 an hour is above the limit of" in said
    assert "unchanged: every machine" in said and "make cost" in said


@pytest.mark.parametrize("answer", mostly_slow(["n", "y"]))
def test_the_cost_stands_right_above_the_question(fake: Fake, answer: str) -> None:
    fake.tree.write(".config", DEAR)
    words = [f"PYTHON={sys.executable}", "bringup"]
    child = pexpect.spawn(
        "make", words, cwd=str(fake.tree.root), env=fake.tree.env, timeout=300, encoding="utf-8"
    )
    child.expect_exact("Bring them up? (that is above $10 an hour) [y/N]")
    above = " ".join(line.strip() for line in (child.before or "").splitlines()[-3:])
    assert COST in above, "in three lines of 80 columns"
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert ("apply" in fake.commands()) == (child.exitstatus == 0) == (answer == "y")


def test_yes_answers_and_what_is_up_is_not_asked_again(fake: Fake) -> None:
    fake.tree.write(".config", DEAR)
    assert run(fake, "bringup", YES="1")[0] == 0
    assert run(fake, "bringup")[0] == 0, "the plan changes nothing"


def test_a_price_that_is_not_known_asks(fake: Fake) -> None:
    (fake.tree.root / "terraform/aws/kconfigs/catalog.json.static").unlink()
    code, said = run(fake, "bringup")
    assert code == 1 and "the price is not known" in said and "unknown, this tree has no catalog" in said
    assert "apply" not in fake.commands() and run(fake, "bringup", YES="1")[0] == 0


@pytest.mark.parametrize("text", mostly_slow(["-1", "ten", "nan", "inf", "1e3", "$5"]))
def test_a_limit_that_is_no_number(fake: Fake, text: str) -> None:
    code, said = run(fake, "bringup", MAX_USD_PER_HOUR=text)
    assert code == 2 and "is not a number of dollars" in said and nothing_started(fake)


# --- keys ---


def key(fake: Fake, lines: str) -> tuple[int, str]:
    fake.tree.write(".config", CONFIG + lines)
    return run(fake, "bringup")


def test_a_key_file_that_does_not_exist(fake: Fake) -> None:
    code, said = key(
        fake,
        'CONFIG_TERRAFORM_SSH_CONFIG_PUBKEY_FILE="~/.ssh/none.pub"\n'
        "# CONFIG_TERRAFORM_SSH_CONFIG_GENKEY is not set\n",
    )
    assert code == 1 and f"there is no SSH key file {fake.tree.home}/.ssh/none.pub" in said
    assert f"ssh-keygen -t ed25519 -f {fake.tree.home}/.ssh/none" in said and nothing_started(fake)


def test_an_empty_key_path(fake: Fake) -> None:
    code, said = key(fake, 'CONFIG_TERRAFORM_SSH_CONFIG_PUBKEY_FILE=""\n')
    assert code == 1 and "leaves TERRAFORM_SSH_CONFIG_PUBKEY_FILE empty" in said and nothing_started(fake)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
def test_a_key_pair_is_made(fake: Fake) -> None:
    code, said = key(fake, 'CONFIG_TERRAFORM_SSH_CONFIG_PUBKEY_FILE="~/keys/a key.pub"\n')
    folder = fake.tree.home / "keys"
    assert code == 0 and f"made the key pair {folder}/a key and a key.pub" in said
    assert (folder / "a key.pub").read_text(encoding="utf-8").startswith("ssh-ed25519 ")
    assert (folder / "a key").stat().st_mode & 0o777 == 0o600
    before = (folder / "a key").read_bytes()
    assert run(fake, "bringup")[0] == 0 and (folder / "a key").read_bytes() == before


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
def test_a_plan_creates_no_key_pair(fake: Fake) -> None:
    keys = fake.tree.home / ".ssh"
    shutil.rmtree(keys)
    code, said = run(fake, "plan")
    assert code == 0 and f"note: bringup creates the key pair {keys}/kdevops_terraform;" in said
    assert fake.calls()[-1][-1].startswith("-var=ssh_config_pubkey_file=/") and not keys.exists()


@pytest.mark.parametrize("command", mostly_slow(["cloud-check", "", "bringup", "cloud-plan"]))
def test_a_key_that_ssh_would_refuse(fake: Fake, command: str) -> None:
    """Before terraform starts: an error of cloud-check, a warning of make."""
    (fake.tree.home / ".ssh" / "kdevops_terraform").chmod(0o644)
    done = fake.tree.make(*command.split(), check=False)
    assert "(mode 0644): ssh refuses to use it" in done.stdout + done.stderr and nothing_started(fake)
    assert (done.returncode == 0) == (command == "")


def test_a_relative_key_file_is_refused_by_make(fake: Fake) -> None:
    fake.tree.write(".config", CONFIG + 'CONFIG_TERRAFORM_SSH_CONFIG_PUBKEY_FILE="keys/id.pub"\n')
    for command, told in (
        ("", "it must begin with / or ~/"),
        ("cloud-check", "begin it with / or ~/"),
        ("bringup", "it must begin with / or ~/"),
    ):
        done = fake.tree.make(*command.split(), check=False)
        assert done.returncode != 0 and told in done.stdout + done.stderr and nothing_started(fake)


# --- destroying and replacing need a person's word ---


def test_destroy_asks(fake: Fake) -> None:
    fake.tree.make("bringup")
    code, said = run(fake, "destroy")
    assert code == 1 and "cannot ask" in said and "YES=1" in said
    assert run(fake, "destroy", FORCE="1")[0] == 1, "FORCE=1 answers no question"
    assert fake.commands()[-1] == "output", "nothing was destroyed"


@pytest.mark.parametrize("answer, commands", mostly_slow([("n", []), ("", []), ("y", ["init", "destroy"])]))
def test_destroy_takes_the_answer(fake: Fake, answer: str, commands: list[str]) -> None:
    fake.tree.make("bringup")
    before = len(fake.commands())
    words = [f"PYTHON={sys.executable}", "destroy"]
    child = pexpect.spawn("make", words, cwd=str(fake.tree.root), env=fake.tree.env, timeout=300)
    child.expect("Destroy them")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert fake.commands()[before:] == commands
    assert (child.exitstatus == 0) == bool(commands)


@pytest.mark.slow
def test_a_plan_that_replaces_machines(fake: Fake) -> None:
    fake.tree.make("bringup")
    fake.order(lost=['aws_instance.node["kdevops-1"]'])
    code, said = run(fake, "bringup")
    assert code == 1 and "This destroys, or replaces with something new and empty, 1 resource: aws" in said
    assert fake.commands()[-1] == "show" and not (fake.tree.root / "terraform/aws/bringup.tfplan").exists()
    code, said = run(fake, "bringup", FORCE="1")
    assert code == 1 and "YES=1" in said and fake.commands()[-1] == "show", "FORCE=1 replaces no machine"
    assert run(fake, "bringup", YES="1")[0] == 0


@pytest.mark.slow
def test_another_region_while_machines_are_up(fake: Fake) -> None:
    fake.tree.make("bringup")
    fake.tree.write(".config", CONFIG + "CONFIG_TERRAFORM_AWS_REGION_EU_WEST_1=y\n")
    before = len(fake.commands())
    for command in ("bringup", "plan"):
        code, said = run(fake, command)
        assert code == 1 and "are up in us-east-1, but .config has eu-west-1" in said
        assert "make destroy" in said and len(fake.commands()) == before
    fake.tree.make("destroy", "YES=1")
    assert fake.tree.read("terraform/aws/terraform.tfvars.json").count("eu-west-1")
    assert run(fake, "bringup")[0] == 0


@pytest.mark.slow
def test_destroy_finds_what_is_up(fake: Fake) -> None:
    """Whatever became of .config: gone, of another provider, or naming a machine that the menus dropped."""
    fake.tree.make("bringup")
    state = fake.tree.read(STATE)
    fake.tree.write(".config", "CONFIG_TERRAFORM_LAMBDALABS=y\n")
    code, said = run(fake, "destroy", YES="1")
    assert code == 1 and ".config chooses lambdalabs, which holds nothing" in said
    assert "make destroy CLOUD_PROVIDER=aws" in said and fake.tree.read(STATE) == state
    assert fake.tree.make("destroy", "YES=1", "CLOUD_PROVIDER=aws").returncode == 0
    fake.tree.write(STATE, state)
    (fake.tree.root / ".config").unlink()
    assert run(fake, "destroy", YES="1")[0] == 0
    fake.tree.write(STATE, state)
    fake.tree.write(".config", CONFIG.replace("2XLARGE", "3XLARGE"))
    assert run(fake, "destroy", YES="1")[0] == 0
    assert fake.commands().count("destroy") == 3
    assert run(fake, "destroy", CLOUD_PROVIDER="azur")[0] == 2


def test_bringup_tells_of_machines_elsewhere(fake: Fake) -> None:
    fake.tree.write("terraform/lambdalabs/terraform.tfstate", json.dumps({"resources": [RESOURCE]}))
    said = fake.tree.make("bringup").stderr
    assert "machines in terraform/lambdalabs are still up: make destroy CLOUD_PROVIDER=lambdalabs" in said


# --- terraform fails, or is interrupted ---


@pytest.mark.parametrize("command, code", mostly_slow([("init", 1), ("plan", 1), ("plan", 7), ("apply", 3)]))
def test_terraform_fails(fake: Fake, command: str, code: int) -> None:
    fake.order(fails={command: code})
    ended, said = run(fake, "bringup")
    assert ended == code and f"terraform {command} failed with exit code {code}" in said
    assert "Error: the cloud says no" in said and fake.commands()[-1] == command
    assert not (fake.tree.root / "terraform/aws/bringup.tfplan").exists()
    if command == "apply":
        assert "kdevops-1" in fake.tree.read(STATE), "what was made is known"
        assert "it costs money" in said and "`make destroy`" in said
        fake.order(fails={})
        fake.tree.make("destroy", "YES=1")


def test_terraform_fails_to_destroy(fake: Fake) -> None:
    fake.tree.make("bringup")
    fake.order(fails={"destroy": 4})
    code, said = run(fake, "destroy", YES="1")
    assert code == 4 and "run `make destroy` again" in said
    assert (fake.tree.root / "terraform/aws/applied.tfvars.json").exists()
    assert (fake.tree.root / "terraform/aws/ssh_config").exists()


@pytest.mark.parametrize(
    "outputs",
    mostly_slow(
        [
            {
                "nodes": {"value": {"a b": {"public_ip": "192.0.2.1", "private_ip": ""}}},
                "ssh_user": {"value": "u"},
            },
            {"nodes": {"value": {"a": {"public_ip": "x\n\tProxyCommand y"}}}, "ssh_user": {"value": "u"}},
            {"nodes": {"value": {"a": {"public_ip": "", "private_ip": None}}}, "ssh_user": {"value": "u"}},
            {
                "nodes": {"value": {"a": {"public_ip": "192.0.2.1"}}},
                "ssh_user": {"value": "u\n\tProxyCommand y"},
            },
            {"nodes": {"value": {}}},
            {"nodes": []},
        ]
    ),
)
def test_outputs_that_are_none(fake: Fake, outputs: dict[str, object]) -> None:
    fake.order(outputs=outputs)
    code, said = run(fake, "bringup")
    assert code == 1 and ("unchanged: the machines, which are up" in said or "documented shape" in said)
    assert not (fake.tree.root / "terraform/aws/ssh_config").exists()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 300
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not come"
        time.sleep(0.02)


@pytest.mark.parametrize("who", ["terminal", "script"])
def test_interrupted_during_apply(fake: Fake, who: str) -> None:
    """However often it is asked: terraform hears of it once, and is waited for."""
    fake.order(waits={"apply": 60})
    process = fake.tree.start("make", f"PYTHON={sys.executable}", "bringup")
    wait_for(fake.here / "waiting")
    script = int((fake.here / "waiting").read_text(encoding="utf-8").split()[1])
    for _ in range(3):
        if who == "terminal":
            os.killpg(process.pid, signal.SIGINT)
        else:
            os.kill(script, signal.SIGTERM)
        wait_for(fake.here / "asked")
    (fake.here / "go").touch()
    _, err = process.communicate(timeout=300)
    assert process.returncode != 0 and "Traceback" not in err
    assert json.loads((fake.here / "signals").read_text()) == [signal.SIGINT]
    assert "asked it to stop; waiting" in err and "was interrupted, and exited on its own" in err
    assert "kdevops-1" in fake.tree.read(STATE) and "make destroy" in err


@pytest.mark.slow
def test_two_at_once(fake: Fake) -> None:
    fake.order(waits={"apply": 60})
    first = fake.tree.start(sys.executable, "scripts/cloud_terraform.py", "bringup")
    wait_for(fake.here / "waiting")
    other = f"another run (process {first.pid}) is at work in terraform/aws"
    for command in ("bringup", "plan"):
        code, said = run(fake, command)
        assert code == 1 and other in said
    done = fake.tree.make("mrproper", check=False)
    assert done.returncode != 0 and other in done.stderr and (fake.tree.root / ".config").exists()
    (fake.here / "go").touch()
    first.communicate(timeout=300)
    assert first.returncode == 0 and fake.commands().count("apply") == 1


def test_destroy_waits_for_nobody_and_removes_nothing_meanwhile(fake: Fake) -> None:
    """A bringup between writing its variables and its first resource has an empty state."""
    applied = fake.tree.write("terraform/aws/applied.tfvars.json", "{}")
    fake.tree.write(STATE, '{"resources": []}')
    with locks.hold(fake.tree.root / "terraform/aws/.bringup.lock", doing="at work", unchanged=""):
        code, said = run(fake, "destroy", YES="1", CLOUD_PROVIDER="aws")
    assert code == 1 and "is at work in terraform/aws" in said and applied.exists()
    assert run(fake, "destroy", YES="1", CLOUD_PROVIDER="aws")[0] == 0 and not applied.exists()


# --- git ---


def test_what_bringup_leaves_is_no_matter_of_git(fake: Fake) -> None:
    """States hold addresses and keys, variables hold paths: none of it is ever offered to be committed."""
    tree = fake.tree
    shutil.copy2(ROOT / ".gitignore", tree.root)
    tree.run("git", "init", "-q")

    def offered() -> str:
        return tree.run("git", "status", "--porcelain", "-uall").stdout

    before = offered()
    tree.make("bringup")
    names = ".terraform/x bringup.tfplan known_hosts key.pem terraform.tfstate.backup"
    for name in (*names.split(), "terraform.tfstate.d/two/terraform.tfstate", "errored.tfstate"):
        tree.write(f"terraform/aws/{name}", "")
    assert before and offered() == before
    (tree.root / ".gitignore").write_text("")
    assert "terraform/aws/applied.tfvars.json" in offered(), "this test can fail"


# --- mrproper ---

RESOURCE = {"mode": "managed", "type": "aws_instance", "name": "node", "instances": [{"index_key": 0}]}


@pytest.mark.slow
def test_mrproper_keeps_a_state_that_holds_machines(fake: Fake) -> None:
    fake.tree.make("bringup")
    before = fake.tree.read(STATE)
    done = fake.tree.make("mrproper", check=False)
    assert done.returncode != 0 and "still holds aws_instance.node" in done.stderr
    assert "make destroy CLOUD_PROVIDER=aws" in done.stderr
    assert fake.tree.read(STATE) == before
    for name in (".config", "extra_vars.yaml", "terraform/aws/terraform.tfvars.json"):
        assert (fake.tree.root / name).exists(), "nothing at all is removed"
    fake.tree.make("destroy", "YES=1")
    fake.tree.write("terraform/aws/.terraform/providers/x", "")
    fake.tree.write("terraform/aws/terraform.tfstate.backup", before)
    fake.tree.make("mrproper")
    left = {p.name: p for p in (fake.tree.root / "terraform/aws").iterdir() if p.suffix != ".tf"}
    assert sorted(left) == ["Kconfig", "Kconfig.kdevops", "kconfigs"]
    for source in (ROOT / "terraform").rglob("*.tf"):
        copy = fake.tree.root / source.relative_to(ROOT)
        assert copy.is_symlink() == source.is_symlink() and copy.read_bytes() == source.read_bytes()


MINE = (
    *("mine.tfvars.json", "mine.tfplan", "terraform.tfstate.mine", "my.generated", "errored.txt", "x.new"),
    *(".terraform.lock.hcl", "kconfigs/mine", "kconfigs/a/b/x.generated"),
)


@pytest.mark.parametrize("target", ["clean", "mrproper"])
def test_what_is_somebody_elses_stays(tree: Tree, target: str) -> None:
    """Files of other names, folders of no provider, whatever a link leads to; the providers' lock."""
    made = ("terraform.tfvars.json", "applied.tfvars.json", "journal.jsonl", "kconfigs/x.generated")
    mine = [tree.write(f"terraform/aws/{name}", "") for name in MINE]
    mine += [tree.write(f"terraform/mine/{name}", "") for name in ("Kconfig", *made)]
    elsewhere = tree.home / "elsewhere"
    for name in ("Kconfig", *made):
        mine.append(elsewhere / name)
        mine[-1].parent.mkdir(parents=True, exist_ok=True)
        mine[-1].touch()
    (tree.root / "terraform/linked").symlink_to(elsewhere)
    shutil.rmtree(tree.root / "terraform/lambdalabs")
    (tree.root / "terraform/lambdalabs").symlink_to(elsewhere)
    (tree.root / "terraform/aws/kconfigs/linked").symlink_to(elsewhere / "kconfigs")
    (tree.root / "terraform/aws/ssh_config").symlink_to(elsewhere / "Kconfig")
    ours = [tree.write(f"terraform/aws/{name}", "") for name in (*made, "ssh_config.123.new")]
    ours.append(tree.root / "terraform/aws/ssh_config")
    ours.append(tree.write("terraform/aws/terraform.tfstate", '{"resources": []}'))
    tree.make(target)
    assert [path for path in mine if not path.exists()] == []
    left = [path.name for path in ours if os.path.lexists(path)]
    assert left == ([] if target == "mrproper" else [path.name for path in ours[1:]])


def test_mrproper_keeps_a_state_that_it_cannot_read(tree: Tree) -> None:
    path = tree.write("terraform/lambdalabs/terraform.tfstate", '{"resources": [')
    done = tree.make("mrproper", check=False)
    assert done.returncode != 0 and "may still be running" in done.stderr and path.exists()
    path.write_text("", encoding="utf-8")
    tree.make("mrproper")
    assert not path.exists()


def test_mrproper_needs_no_package(tree: Tree) -> None:
    """It has to work without .venv: with the standard library alone."""
    script = (
        "import sys; sys.flags.isolated or exit(9); sys.path.insert(0, 'scripts'); import clean_terraform"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", script], cwd=tree.root, check=True)
