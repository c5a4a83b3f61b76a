# SPDX-License-Identifier: MIT
"""What `make` writes for terraform and for playbooks, of configurations usual and odd."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kconfiglib
import pytest
import yaml
from pytest_mock import MockerFixture

import cloud_providers
from cloudlib.config import checks, variables
from cloudlib.errors import ConfigRejected, PublishError
from cloudlib.provider import BOTH, Export, Resolved
from cloudlib.publish.rewrite import rewrite
from tests.support.bringup import REAL_ENV, stub_module
from tests.support.bringup import variables as variable_blocks
from tests.support.catalogs import sealed
from tests.support.costly import mostly_slow
from tests.support.kconf import parse_tree
from tests.support.terraform import (
    TERRAFORM,
    accepted,
    environment,
    needs_terraform,
    shared_module,
    write_key_pair,
)
from tests.support.tree import ROOT, Tree

EXPORTS = cloud_providers.load("aws").EXPORTS
M7I = """\
CONFIG_TERRAFORM_AWS=y
CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y
CONFIG_TERRAFORM_AWS_INSTANCE_M7I_2XLARGE=y
"""
#: What terraform would read as a template, a quote or an escape in its own language, and must not here.
ODD = (
    "plain",
    'say "hello"',
    "back\\slash",
    "${var.node_names}",
    "$${x} %%{y}",
    "%{ if true }a%{ endif }",
    "ein Schlüssel, キー, 🔑",
    "tab\there",
    "line\nbreak",
    "' ; rm -rf $HOME #",
    "~/.ssh/a key.pub",
    "null",
    "true",
    "0123",
    " spaces ",
)


def tfvars(tree: Tree, provider: str = "aws") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tree.read(f"terraform/{provider}/terraform.tfvars.json"))
    return found


def extra_vars(tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(tree.read("extra_vars.yaml"))
    return found


@pytest.fixture(scope="module")
def kconf() -> Iterator[kconfiglib.Kconfig]:
    parsed = parse_tree(ROOT)
    parsed.syms["TERRAFORM_AWS"].set_value("y")
    yield parsed


@pytest.fixture
def fresh(kconf: kconfiglib.Kconfig) -> Iterator[kconfiglib.Kconfig]:
    """The parsed tree, with what a test sets in it taken back."""
    kconf.unset_values()
    yield kconf
    kconf.unset_values()


def collect(kconf: kconfiglib.Kconfig) -> variables.Collected:
    return variables.collect(kconf, cloud_providers.load("aws"), {})


# --- the two files ---


def test_both_files_say_the_same(tree: Tree) -> None:
    tree.write(".config", M7I + "CONFIG_TERRAFORM_NODE_COUNT=3\n")
    tree.make()
    ours, theirs = extra_vars(tree), tfvars(tree)
    for row in EXPORTS:
        if row.to == BOTH:
            assert theirs[row.variable] == ours.get(row.key) or theirs[row.variable] is None, row.symbol
        else:
            assert row.variable not in theirs
            assert row.key in ours or row.key.startswith("terraform_backend_"), "of the chosen backend alone"
    assert theirs["aws_instance_type"] == "m7i.2xlarge" and theirs["aws_gpu_ami_name"] is None
    assert ours["terraform_aws_nested_virtualization"] is False, "m7i cannot, so a playbook need not ask"
    assert theirs["aws_nested_virtualization"] is None, "and terraform has to leave the argument out"
    assert ours["node_names"] == ["kdevops-1", "kdevops-2", "kdevops-3"] and ours["terraform_node_count"] == 3
    assert "terraform_aws_gpu_ami_name" not in ours and ours["terraform_aws_use_gpu_ami"] is False


def test_types(tree: Tree) -> None:
    tree.write(".config", M7I)
    tree.make()
    kinds = {"string": str, "int": int, "bool": bool, "list": list}
    for row in EXPORTS:
        found = extra_vars(tree).get(row.key)
        assert found is None or type(found) is kinds[row.kind], row.symbol


def test_a_gpu_image(tree: Tree) -> None:
    tree.configure("aws-gpu-large")
    tree.make()
    found = tfvars(tree)
    assert found["aws_gpu_ami_name"].startswith("Deep Learning ") and found["aws_gpu_ami_owner"]
    assert found["aws_ns"], "the distribution's image is named all the same"


def test_files_are_rewritten_when_they_change(tree: Tree) -> None:
    tree.write(".config", M7I)
    files = ("extra_vars.yaml", "terraform/aws/terraform.tfvars.json")
    told = tree.make().stdout
    assert [name for name in files if f"wrote {name}\n" not in told] == []
    before = [(tree.root / name).stat() for name in files]
    assert "wrote" not in tree.make().stdout
    assert [(tree.root / name).stat().st_mtime_ns for name in files] == [s.st_mtime_ns for s in before]
    tree.write(files[1], "{}")
    assert tree.make().stdout.startswith(f"wrote {files[1]}\ncost: ")
    tree.make("clean")
    assert not any((tree.root / name).exists() for name in files)


def test_make_says_what_it_costs_and_what_is_wrong(tree: Tree) -> None:
    tree.write(".config", M7I + "CONFIG_TERRAFORM_NODE_COUNT=1000\n")
    done = tree.make()
    assert (
        "cost: 1000 x m7i.2xlarge in us-east-1 at $0.4032 = at least $403.20/h, $294,336.00/month"
        in done.stdout
    )
    path = "terraform/aws/kconfigs/catalog.json.static"
    tree.write(path, sealed(tree.read(path).replace('"m7i.2xlarge"', '"m7i.3xlarge"')))
    done = tree.make()
    assert "warning: AWS has no instance type m7i.2xlarge; nearest: m8i.2xlarge, " in done.stderr
    assert "unknown" in done.stdout
    for text, why in (("{", "not a catalog file"), (tree.read(path).replace("0.4032", "0.0032"), "digest")):
        tree.write(path, text)
        done = tree.make()
        assert "warning: no catalog to check against: " in done.stderr
        assert f"{path}: " in done.stderr and why in done.stderr and "unknown" in done.stdout


@pytest.mark.parametrize("count", mostly_slow(["0", "1001", "-1", "many", "2.5"], 2))
def test_a_number_out_of_range(tree: Tree, count: str) -> None:
    tree.write(".config", M7I + f"CONFIG_TERRAFORM_NODE_COUNT={count}\n")
    done = tree.make(check=False)
    told = f"CONFIG_TERRAFORM_NODE_COUNT={count}: it must be a number from 1 to 1000"
    assert done.returncode != 0 and told in done.stderr
    assert "Traceback" not in done.stderr and not (tree.root / "extra_vars.yaml").exists()


def test_the_most_nodes(tree: Tree) -> None:
    tree.write(".config", M7I + "CONFIG_TERRAFORM_NODE_COUNT=1000\n")
    tree.make()
    names = tfvars(tree)["node_names"]
    assert len(names) == 1000 and names[-1] == "kdevops-1000"


@pytest.mark.parametrize("symbol", ["SSH_CONFIG_PUBKEY_FILE", "SSH_CONFIG_USER", "HOSTS_PREFIX"])
def test_an_empty_string(tree: Tree, symbol: str) -> None:
    tree.write(".config", M7I + f'CONFIG_TERRAFORM_{symbol}=""\n')
    done = tree.make(check=False)
    assert done.returncode != 0 and f"the configuration leaves TERRAFORM_{symbol} empty" in done.stderr
    assert not (tree.root / "terraform/aws/terraform.tfvars.json").exists()


def test_two_at_once(tree: Tree) -> None:
    tree.write(".config", M7I)
    both = [tree.start("make", f"PYTHON={sys.executable}") for _ in range(2)]
    for process in both:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    assert (
        tfvars(tree)["aws_instance_type"] == extra_vars(tree)["terraform_aws_instance_type"] == "m7i.2xlarge"
    )
    assert not list(tree.root.rglob("*.new"))


# --- values that terraform would refuse, or Ansible evaluate ---


@pytest.mark.parametrize(
    "symbol, text, told",
    mostly_slow(
        [
            ("HOSTS_PREFIX", "My nodes", "1 to 40 lower-case letters"),
            ("SSH_CONFIG_USER", "root", "a Linux user name, and not root"),
            ("SSH_CONFIG_PUBKEY_FILE", "~/{% raw %}.pub", "Ansible would evaluate"),
            ("SSH_ALLOWED_CIDR", "203.0.113.7", "a range: 203.0.113.7/32"),
            ("HOSTS_PREFIX", "-oProxyCommand=x", "1 to 40 lower-case letters"),
            ("HOSTS_PREFIX", "a" * 41, "1 to 40 lower-case letters"),
            ("HOSTS_PREFIX", "{{ lookup('pipe', 'id') }}", "1 to 40 lower-case letters"),
            ("SSH_CONFIG_USER", "a b", "a Linux user name, and not root"),
            ("SSH_CONFIG_PUBKEY_FILE", "~/{#.pub", "Ansible would evaluate"),
            ("SSH_ALLOWED_CIDR", "203.0.113.7/24", "a range: 203.0.113.7/32 or 203.0.113.0/24"),
            ("SSH_ALLOWED_CIDR", "203.0.113.0/255.255.255.0", "203.0.113.0/32 or 203.0.113.0/24"),
            ("SSH_ALLOWED_CIDR", "2001:db8::1/128", "an IPv4 range such as 203.0.113.7/32"),
        ],
        4,
    ),
)
def test_a_value_that_must_not_be_written(tree: Tree, symbol: str, text: str, told: str) -> None:
    tree.write(".config", M7I + f'CONFIG_TERRAFORM_{symbol}="{text}"\n')
    for words in ([], ["cloud-check"]):
        done = tree.make(*words, check=False)
        assert done.returncode != 0 and f"TERRAFORM_{symbol} is {text!r}: " in done.stderr
        assert told in done.stderr and "next: make menuconfig" in done.stderr
    assert not (tree.root / "extra_vars.yaml").exists()
    assert not (tree.root / "terraform/aws/terraform.tfvars.json").exists()


@pytest.mark.parametrize("key, text", [("aws_region", "a\nb: 1"), ("aws_ns", "{{ x }}")])
def test_an_answer_of_the_cloud_is_checked_too(
    fresh: kconfiglib.Kconfig, monkeypatch: pytest.MonkeyPatch, key: str, text: str
) -> None:
    """A resolver's note goes to a comment: it stays one line. Its values must be no templates."""
    provider = cloud_providers.load("aws")
    answer = Resolved({f"terraform_{key}": text}, f"the cloud has {text}")
    monkeypatch.setattr(provider, "leaves_open", lambda values: True, raising=False)
    monkeypatch.setattr(provider, "resolve", lambda values, earlier: answer, raising=False)
    if "{{" in text:
        with pytest.raises(ConfigRejected, match="Ansible would evaluate"):
            collect(fresh)
    else:
        lines = collect(fresh).extra_vars.splitlines()
        assert lines[1] == "# the cloud has a b: 1" and "b: 1" not in lines


def test_the_same_patterns_as_terraform() -> None:
    files = (ROOT / "terraform" / name for name in ("shared.tf", "network.tf"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    blocks = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, re.M | re.S)
    patterns = {n: re.findall(r'regex\("(.*?)", ', block) for n, block in blocks}
    ours = {key.removeprefix("terraform_"): [pattern] for key, (pattern, _) in checks.PATTERNS.items()}
    assert {name: found for name, found in patterns.items() if found} == ours


@needs_terraform
def test_the_same_answers_as_terraform(tmp_path: Path) -> None:
    """Odd names, users and ranges: what the modules refuse is refused here, and nothing else."""
    given: dict[str, tuple[str, ...]] = {
        "terraform_hosts_prefix": (
            *("a", "a-1", "a-", "-a", "1a", "A", "", "a\n", "é", "root", "a" * 40, "a" * 41),
        ),
        "terraform_ssh_config_user": ("root", "_a", "a.b", "a-", "A", "", "a" * 32, "a" * 33, "a\n", "1"),
        "terraform_ssh_allowed_cidr": (
            *("0.0.0.0/0", "10.0.0.0/08", "010.0.0.0/8", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.1/32"),
            *("", "::/0", "10.0.0.0/255.0.0.0", " 10.0.0.0/8", "10.0.0.0/8\n", "10.0.0/24"),
        ),
    }  # fmt: skip
    cells = [(key, text) for key, texts in given.items() for text in texts]
    base = {
        "hosts_prefix": "kdevops",
        "node_names": ["kdevops-1"],
        "ssh_config_user": "kdevops",
        "ssh_config_pubkey_file": "key.pub",
        "ssh_allowed_cidr": "10.0.0.0/8",
        "root_volume_size_gb": 0,
    }
    module = shared_module(tmp_path / "module", environment(tmp_path / "home"))
    rows = [{**base, key.removeprefix("terraform_"): text} for key, text in cells]
    theirs = accepted(module, rows, tmp_path / "cells")
    for (key, text), taken in zip(cells, theirs):
        try:
            checks.check({key: text})
        except ConfigRejected:
            assert not taken, f"terraform takes {key}={text!r}"
        else:
            assert taken, f"terraform refuses {key}={text!r}"


@pytest.mark.parametrize("user", ["admin", "test", "kdevops"])
def test_a_user_that_azure_reserves(tree: Tree, user: str) -> None:
    """The provider would refuse it only once terraform plans."""
    tree.make("defconfig-azure-large")
    tree.write(".config", tree.read(".config") + f'CONFIG_TERRAFORM_SSH_CONFIG_USER="{user}"\n')
    done = tree.make(check=False)
    assert (done.returncode == 0) == (user == "kdevops"), done.stderr
    assert (f"USER is '{user}': Azure reserves that name" in done.stderr) == (user != "kdevops")


# --- odd values, through Kconfig, JSON, YAML and the real terraform ---


@pytest.mark.parametrize("text", ODD)
def test_values_arrive_as_typed(fresh: kconfiglib.Kconfig, text: str) -> None:
    assert fresh.syms["TERRAFORM_SSH_CONFIG_PUBKEY_FILE"].set_value(text)
    made = collect(fresh)
    assert yaml.safe_load(made.extra_vars)["terraform_ssh_config_pubkey_file"] == text
    assert json.loads(made.tfvars)["ssh_config_pubkey_file"] == text


def test_values_survive_the_config_file(tree: Tree) -> None:
    typed = '/a "quoted" \\ ${HOME} %{x} Schlüssel'
    escaped = typed.replace("\\", "\\\\").replace('"', '\\"')
    tree.write(".config", M7I + f'CONFIG_TERRAFORM_SSH_CONFIG_PUBKEY_FILE="{escaped}"\n')
    tree.make()
    assert tfvars(tree)["ssh_config_pubkey_file"] == typed
    assert extra_vars(tree)["terraform_ssh_config_pubkey_file"] == typed


@needs_terraform
def test_terraform_takes_values_literally(fresh: kconfiglib.Kconfig, tmp_path: Path) -> None:
    """The real terraform plans a folder that only holds variables and outputs; any diagnostic is fatal."""
    names = [row.variable for row in EXPORTS if row.to == BOTH]
    outputs = "".join(f'output "{n}" {{\n  value = var.{n}\n}}\n' for n in names)
    (tmp_path / "vars.tf").write_text(variable_blocks(names) + outputs, encoding="utf-8")
    terraform(tmp_path, "init", "-input=false")
    for text in ("\n".join(ODD), *ODD[1:6]):
        fresh.syms["TERRAFORM_SSH_CONFIG_PUBKEY_FILE"].set_value(text)
        made = collect(fresh)
        (tmp_path / "terraform.tfvars.json").write_text(made.tfvars, encoding="utf-8")
        seen = planned(tmp_path)
        assert json.loads(made.tfvars) == seen
        assert seen["ssh_config_pubkey_file"] == text


@needs_terraform
def test_the_proof_can_fail(tmp_path: Path) -> None:
    """A variable that nobody declares, one without a value, and a template in HCL are all noticed."""
    (tmp_path / "vars.tf").write_text(variable_blocks(["a"]) + 'output "a" {\n  value = var.a\n}\n')
    terraform(tmp_path, "init", "-input=false")
    path = tmp_path / "terraform.tfvars.json"
    for bad in ({"a": "1", "b": "2"}, {}):
        path.write_text(json.dumps(bad), encoding="utf-8")
        with pytest.raises(AssertionError):
            planned(tmp_path)
    path.unlink()
    (tmp_path / "terraform.tfvars").write_text('a = "$${x}"\n', encoding="utf-8")
    assert planned(tmp_path) == {"a": "${x}"}, "HCL has escapes, which is why JSON is written"


def terraform(folder: Path, *words: str) -> str:
    assert TERRAFORM is not None
    done = subprocess.run(
        [TERRAFORM, f"-chdir={folder}", *words], check=False, capture_output=True, text=True, timeout=300,
        env={**os.environ, **REAL_ENV},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def planned(folder: Path) -> dict[str, Any]:
    """The output values of a plan that gives no diagnostic at all."""
    out = terraform(folder, "plan", "-json", "-refresh=false", "-input=false", "-lock=false")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["diagnostic"] for line in lines if line["type"] == "diagnostic"] == []
    terraform(folder, "plan", "-out=p", "-input=false", "-lock=false")
    plan = json.loads(terraform(folder, "show", "-json", "p"))
    values: dict[str, Any] = {
        k: v["value"] for k, v in plan["planned_values"]["outputs"].items() if "value" in v
    }
    return values


# --- the whole way with the real terraform ---


def real(tree: Tree, provisioner: str = "") -> dict[str, str]:
    """A tree with a module of built-in resources, a configuration and a key; its environment."""
    stub_module(tree, provisioner=provisioner)
    tree.write(".config", M7I + 'CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="192.0.2.0/24"\n')
    write_key_pair(tree.home / ".ssh")
    return REAL_ENV


@needs_terraform
def test_up_changed_and_down(tree: Tree) -> None:
    env = real(tree)
    said = tree.make("bringup", **env).stdout
    assert "1 added" in said and "ssh -F terraform/aws/ssh_config kdevops-1-" in said
    assert "No changes" in tree.make("bringup", **env).stdout
    tree.write(".config", tree.read(".config").replace("M7I_2XLARGE", "M7I_4XLARGE"))
    done = tree.make("bringup", check=False, **env)
    assert done.returncode != 0 and 'terraform_data.node["kdevops-1"]' in done.stdout + done.stderr
    assert "1 destroyed" in tree.make("bringup", "YES=1", **env).stdout
    assert tree.make("mrproper", check=False, **env).returncode != 0
    tree.write(".config", tree.read(".config") + "CONFIG_TERRAFORM_AWS_REGION_EU_WEST_1=y\n")
    tree.make(**env)
    said = tree.make("destroy", "YES=1", **env).stdout
    assert "1 destroyed" in said and not (tree.root / "terraform/aws/ssh_config").exists()
    tree.make("mrproper", **env)


@needs_terraform
def test_a_real_apply_that_fails_half_way(tree: Tree) -> None:
    bad = '  provisioner "local-exec" {\n    command = "exit ${each.key == "kdevops-2" ? 5 : 0}"\n  }'
    env = real(tree, bad)
    tree.write(".config", tree.read(".config") + "CONFIG_TERRAFORM_NODE_COUNT=2\n")
    done = tree.python("scripts/cloud_terraform.py", "bringup", check=False, **env)
    assert done.returncode == 1 and "terraform apply failed with exit code 1" in done.stderr
    assert "kdevops-1" in tree.read("terraform/aws/terraform.tfstate")
    assert "2 destroyed" in tree.make("destroy", "YES=1", **env).stdout


@needs_terraform
def test_ctrl_c_while_the_real_terraform_applies(tree: Tree) -> None:
    """Pressed twice. Were it passed on twice, terraform would say so, and end without saving its state."""
    started = tree.home / "started"
    slow = f'  provisioner "local-exec" {{\n    command = "touch {started}; exec sleep 60"\n  }}'
    env = real(tree, slow)
    process = tree.start("make", f"PYTHON={sys.executable}", "bringup", **env)
    deadline = time.monotonic() + 300
    while not started.exists():
        assert time.monotonic() < deadline and process.poll() is None, "apply did not begin"
        time.sleep(0.05)
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.2)
    out, err = process.communicate(timeout=300)
    assert process.returncode != 0 and "Interrupt received" in out and "Two interrupts" not in out + err
    assert "terraform apply was interrupted, and exited on its own" in err
    assert "kdevops-1" in tree.read("terraform/aws/terraform.tfstate")
    assert not (tree.root / "terraform/aws/.terraform.tfstate.lock.info").exists()
    assert "1 destroyed" in tree.make("destroy", "YES=1", **env).stdout


# --- the writer ---


def test_a_folder_that_cannot_be_written(tmp_path: Path, mocker: MockerFixture) -> None:
    """As root nothing is read-only, so the system call is told to refuse."""
    path = tmp_path / "file"
    path.write_text("old")
    refused = mocker.patch("os.open", side_effect=PermissionError(13, "Permission denied"))
    with pytest.raises(PublishError, match=r"cannot write .*file: Permission denied") as caught:
        rewrite(path, "new")
    mocker.stop(refused)
    assert path.read_text() == "old" and caught.value.unchanged and caught.value.hint


def test_a_folder_that_is_gone(tree: Tree) -> None:
    tree.write(".config", M7I)
    tree.write("terraform/aws/terraform.tfvars.json/in/the/way", "")
    done = tree.make(check=False)
    assert done.returncode != 0 and "cannot write terraform/aws/terraform.tfvars.json" in done.stderr
    assert "Traceback" not in done.stderr and not list(tree.root.rglob("*.new"))


def test_a_number_that_is_none(fresh: kconfiglib.Kconfig, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Export("TERRAFORM_SSH_CONFIG_USER", "int")
    with pytest.raises(ConfigRejected, match="not a number"):
        variables.value(fresh, row)


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{", "[" * 50_000, "a: 2026-02-30", "\0", "a: !!python/name:os.system"]
)
def test_an_extra_vars_that_is_none(text: str) -> None:
    assert variables.parse_extra_vars(text) == {}
