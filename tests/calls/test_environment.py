# SPDX-License-Identifier: MIT
"""What a command sees of our environment: its own cloud's variables, and no secrets of anybody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.calls.run import CallLog, run_json
from cloudlib.calls.watch import run_through
from cloudlib.errors import CloudError
from cloudlib.provider import Request, TerraformEnvironment
from cloudlib.settings import OWN_VARIABLES, child_environment
from cloudlib.terraform import ssh_keys
from cloudlib.terraform.run import Terraform
from tests.support.contract import contract_of
from tests.support.tree import ROOT

NAMES = cloud_providers.PROVIDER_NAMES
#: For each provider something that only its own commands may see, a secret of its own among them.
THEIRS = {
    name: [f"{start}{end}" for start in OWN_VARIABLES[name] for end in ("X", "SECRET")] for name in NAMES
}
STRANGERS = ("GITHUB_TOKEN", "DB_PASSWORD", "SOME_API_KEY", "vault_token")
PLAIN = ("HOME", "PATH", "HTTPS_PROXY", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "LC_ALL")
DUMPS = """#!/bin/sh
env >>'{folder}/seen'
echo '"11111111-2222"'
"""


@pytest.fixture(autouse=True)
def crowded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment that holds everything, and commands that write down what they see of it."""
    for name in (*(n for names in THEIRS.values() for n in names), *STRANGERS, *PLAIN):
        monkeypatch.setenv(name, f"the-{name}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    for name in ("vendor", "terraform", "ssh-keygen", *(contract_of(n).command for n in NAMES)):
        if name:
            (tmp_path / name).write_text(DUMPS.format(folder=tmp_path), encoding="utf-8")
            (tmp_path / name).chmod(0o755)


def seen(folder: Path) -> set[str]:
    """The variables that a command saw, with its secrets' values."""
    lines = (folder / "seen").read_text(encoding="utf-8").splitlines()
    return {line.partition("=")[0] for line in lines}


def holds(folder: Path, owner: str) -> None:
    """It saw what is `owner`'s and what is nobody's secret, and nothing else."""
    names = seen(folder)
    assert set(PLAIN) <= names
    for name in NAMES:
        assert set(THEIRS[name]) & names == (set(THEIRS[name]) if name == owner else set())
    assert not set(STRANGERS) & names


@pytest.mark.parametrize("name", [n for n in NAMES if contract_of(n).command])
def test_a_vendor_s_command(tmp_path: Path, name: str) -> None:
    with pytest.raises(CloudError):  # it says nothing that a region could be made of
        cloud_providers.load(name).list_regions(Request(log=CallLog()))
    holds(tmp_path, name)


@pytest.mark.parametrize("name", NAMES)
def test_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Only the chosen provider's; a plugin of Lambda's, by the community, sees no key of another cloud."""
    monkeypatch.setenv("TF_TOKEN_registry_example", "for-terraform-itself")
    folder = tmp_path / "terraform-folders" / name
    folder.mkdir(parents=True)
    terraform = Terraform(folder, {"EXTRA_API_KEY": "given"})
    terraform.init()
    holds(tmp_path, name)
    assert {"EXTRA_API_KEY", "TF_TOKEN_registry_example"} <= seen(tmp_path)
    (tmp_path / "seen").unlink()
    with pytest.raises(CloudError):
        terraform.outputs()
    holds(tmp_path, name)


@pytest.mark.parametrize("name", NAMES)
def test_who_looks_for_terraform_s_account(tmp_path: Path, name: str) -> None:
    provider = cloud_providers.load(name)
    if isinstance(provider, TerraformEnvironment) and contract_of(name).command:
        provider.terraform_environment()
        holds(tmp_path, name)


def test_a_command_of_no_cloud(tmp_path: Path) -> None:
    with pytest.raises(CloudError):
        ssh_keys.ensure(str(tmp_path / "none.pub"), make=False)
    (tmp_path / "key.pub").write_text("ssh-ed25519 AAAA me\n", encoding="utf-8")
    ssh_keys.ensure(str(tmp_path / "key.pub"), make=False, alone=True)
    holds(tmp_path, "")


def test_what_is_passed_on_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For a helper that a vendor's command calls."""
    monkeypatch.setenv("CLOUD_PASS_ENV", "vault_*, GITHUB_TOKEN")
    names = set(child_environment(("AWS_",)))
    assert {"vault_token", "GITHUB_TOKEN"} <= names and not {"DB_PASSWORD", "SOME_API_KEY"} & names
    run_through(["vendor"], own=("AWS_",))
    assert {"vault_token", "GITHUB_TOKEN", "AWS_SECRET"} <= seen(tmp_path)


def test_what_is_added_comes_on_top(tmp_path: Path) -> None:
    assert child_environment((), {"AWS_X": "more"})["AWS_X"] == "more"
    assert run_json(["vendor"], log=CallLog(), timeout=300, env={"LC_ALL": "C"}) == "11111111-2222"
    assert "LC_ALL=C" in (tmp_path / "seen").read_text(encoding="utf-8").splitlines()


def test_a_face_of_a_provider_alone_keeps_others_secrets(tmp_path: Path) -> None:
    """Without the registry nobody knows whose variables are whose; a secret is known by its name."""
    code = (
        "import json, aws_api\nfrom cloudlib.settings import child_environment\n"
        "from providers.aws import ENVIRONMENT\nprint(json.dumps(sorted(child_environment(ENVIRONMENT))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, text=True, check=True
    )
    names = set(json.loads(done.stdout))
    secrets = {name for group in THEIRS.values() for name in group if "SECRET" in name}
    assert secrets & names == {"AWS_SECRET"} and not set(STRANGERS) & names
