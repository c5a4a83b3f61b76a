# SPDX-License-Identifier: MIT
"""terraform's outputs and states, as cloudlib.terraform reads them, and what it is asked to plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from cloudlib.calls.run import CallLog, run_json
from cloudlib.errors import BadReply, CliMissing, CloudError, ConfigRejected
from cloudlib.machines import questions
from cloudlib.terraform import state as tfstate
from cloudlib.terraform.run import Change, Terraform, TerraformFailed
from tests.support.terraform import TERRAFORM, environment, needs_terraform

Answer = Callable[[str], Terraform]


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """A terraform that prints one thing whatever it is asked."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def make(text: str) -> Terraform:
        (tmp_path / "text").write_text(text, encoding="utf-8")
        (tmp_path / "terraform").write_text(f"#!/bin/sh\ncat '{tmp_path}/text'\n", encoding="utf-8")
        (tmp_path / "terraform").chmod(0o755)
        return Terraform(tmp_path)

    return make


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """The real terraform in an empty folder."""
    assert TERRAFORM is not None
    for name, text in environment(tmp_path / "home").items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("PATH", f"{Path(TERRAFORM).parent}:/usr/bin:/bin")
    return Terraform(tmp_path)


@needs_terraform
def test_a_terraform_that_is_too_old(real: Terraform, capfd: pytest.CaptureFixture[str]) -> None:
    (real.folder / "main.tf").write_text('terraform {\n  required_version = ">= 99.0"\n}\n', encoding="utf-8")
    with pytest.raises(TerraformFailed, match="terraform init failed with exit code 1") as caught:
        real.init()
    assert "Unsupported Terraform Core version" in capfd.readouterr().err
    assert "every machine" in caught.value.unchanged and "terraform/install" in caught.value.hint


@needs_terraform
def test_what_was_checked_is_what_is_planned(real: Terraform, monkeypatch: pytest.MonkeyPatch) -> None:
    """*.auto.tfvars would win over terraform.tfvars.json; an option that is put before ours does not."""
    monkeypatch.setenv("TF_VAR_cidr", "0.0.0.0/1")
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-var=cidr=0.0.0.0/2")
    write = {
        "main.tf": 'variable "cidr" {}\nresource "terraform_data" "x" {\n  input = var.cidr\n}\n',
        "terraform.tfvars.json": '{"cidr": "203.0.113.7/32"}',
        "x.auto.tfvars": 'cidr = "0.0.0.0/0"\n',
    }
    for name, text in write.items():
        (real.folder / name).write_text(text, encoding="utf-8")
    real.init()
    real.plan(real.folder / "plan")
    (change,) = real.planned(real.folder / "plan").changes
    assert change == Change("terraform_data.x", frozenset({"create"}))
    shown = run_json(
        ["terraform", f"-chdir={real.folder}", "show", "-json", "plan"], log=CallLog(), timeout=60
    )
    assert shown["resource_changes"][0]["change"]["after"]["input"] == "203.0.113.7/32"


def test_no_terraform(answer: Answer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terraform = answer("")
    (tmp_path / "main.tf").touch()
    terraform.require()
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(CliMissing, match="terraform") as caught:
        terraform.require()
    assert caught.value.exit_code == 3 and "terraform/install" in caught.value.hint


@pytest.mark.parametrize("text", ["[]", '{"nodes": 1}', '{"nodes": {}}', "no JSON"])
def test_outputs_that_are_none(answer: Answer, text: str) -> None:
    with pytest.raises(BadReply):
        answer(text).outputs()


PLANNED = {"mode": "managed", "address": "a.b", "change": {"actions": ["create"]}}


def test_the_changes_of_a_plan(answer: Answer, tmp_path: Path) -> None:
    rows = [PLANNED, {"mode": "data"}]
    assert answer(json.dumps({"resource_changes": rows})).planned(tmp_path).changes == [
        Change("a.b", frozenset({"create"}))
    ]
    assert answer("{}").planned(tmp_path).changes == []


def changed(kind: str, before: object, after: object, *actions: str) -> dict[str, object]:
    change = {"actions": actions or ["update"], "before": before, "after": after}
    return {"mode": "managed", "address": f"{kind}.x", "type": kind, "change": change}


@pytest.mark.parametrize(
    ("row", "smaller"),
    [
        (changed("aws_ebs_volume", {"size": 100}, {"size": 50}), "100 to 50 GiB"),
        (changed("aws_ebs_volume", {"size": 50}, {"size": 100}), ""),
        (changed("aws_ebs_volume", {"size": 100}, {"size": 50}, "delete", "create"), ""),
        (changed("azurerm_managed_disk", {"disk_size_gb": 8}, {"disk_size_gb": 4}), "8 to 4 GiB"),
        (changed("azurerm_managed_disk", {"disk_size_gb": 8}, {"disk_size_gb": None}), ""),
        (
            changed(
                "azurerm_linux_virtual_machine",
                {"os_disk": [{"disk_size_gb": 64}]},
                {"os_disk": [{"disk_size_gb": 30}]},
            ),
            "64 to 30 GiB",
        ),
        (changed("aws_instance", {"size": 2}, {"size": 1}), ""),
    ],
)
def test_a_disk_that_would_shrink_is_refused(
    answer: Answer, tmp_path: Path, row: dict[str, object], smaller: str
) -> None:
    """By bringup, and not by the cloud in the middle of an apply."""
    changes = answer(json.dumps({"resource_changes": [row]})).planned(tmp_path).changes
    assert [change.smaller for change in changes] == [smaller]
    if smaller:
        with pytest.raises(ConfigRejected, match=f"cannot be made smaller: .* from {smaller}") as caught:
            questions.review(changes, Mock())
        assert caught.value.unchanged == "every machine"


@pytest.mark.parametrize(
    "reply",
    [[], 7, None, {"resource_changes": None}, {"resource_changes": [7]}, {"resource_changes": [{}]}]
    + [
        {"resource_changes": [{**PLANNED, "change": odd}]}
        for odd in (None, {}, {"actions": 7}, {"actions": [[]]})
    ],
)
def test_changes_that_are_none(answer: Answer, reply: object, tmp_path: Path) -> None:
    with pytest.raises(BadReply, match="terraform show") as caught:
        answer(json.dumps(reply)).planned(tmp_path)
    assert caught.value.unchanged


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_a_failure_names_the_state_only_where_it_records_something(
    answer: Answer, tmp_path: Path, command: str
) -> None:
    terraform = answer("")
    (tmp_path / "terraform").write_text("#!/bin/sh\nexit 5\n", encoding="utf-8")

    def failed() -> TerraformFailed:
        with pytest.raises(TerraformFailed, match=f"terraform {command} failed with exit code 5") as caught:
            getattr(terraform, command)(tmp_path / "none")
        assert caught.value.exit_code == 5 and caught.value.hint
        return caught.value

    path = tmp_path / tfstate.NAME
    assert failed().unchanged == "", "there is no state"
    path.write_text('{"resources": []}', encoding="utf-8")
    assert failed().unchanged == "", "it records nothing"
    path.write_text(json.dumps({"resources": [RESOURCE]}), encoding="utf-8")
    assert "which records what" in failed().unchanged
    path.unlink()
    path.mkdir()
    assert failed().unchanged == "" and "cannot be read as a terraform state" in failed().what
    path.rmdir()
    (tmp_path / "errored.tfstate").write_text("{}", encoding="utf-8")
    assert failed().unchanged == "" and "state push" in failed().hint


RESOURCE = {
    "mode": "managed",
    "type": "aws_instance",
    "name": "node",
    "instances": [{"index_key": "k-1"}, {}],
}


def state(folder: Path, text: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / tfstate.NAME).write_text(text, encoding="utf-8")
    return tfstate.held(folder)


@pytest.mark.parametrize("text", ["", "\n", '{"version": 4, "resources": []}'])
def test_an_empty_state(tmp_path: Path, text: str) -> None:
    assert state(tmp_path, text) == []


def test_no_state(tmp_path: Path) -> None:
    assert tfstate.held(tmp_path) == []


def test_data_sources_are_no_resources(tmp_path: Path) -> None:
    assert state(tmp_path, json.dumps({"resources": [{**RESOURCE, "mode": "data"}]})) == []


def test_what_a_state_holds(tmp_path: Path) -> None:
    module = {**RESOURCE, "module": "module.a", "instances": [{"index_key": 0}]}
    assert state(tmp_path, json.dumps({"resources": [RESOURCE, module]})) == [
        'aws_instance.node["k-1"]',
        "aws_instance.node",
        "module.a.aws_instance.node[0]",
    ]


def test_workspaces_count(tmp_path: Path) -> None:
    state(tmp_path / "terraform.tfstate.d" / "two", json.dumps({"resources": [RESOURCE]}))
    assert len(tfstate.held(tmp_path)) == 2


@pytest.mark.parametrize(
    "text", ['{"resources": [', "[]", "no state", "{}", '{"resources": [7]}', '{"resources": 7}', "\x00"]
)
def test_a_state_that_cannot_be_read_may_hold_anything(tmp_path: Path, text: str) -> None:
    with pytest.raises(CloudError, match="may still be running") as caught:
        state(tmp_path, text)
    assert caught.value.hint and caught.value.unchanged


def test_a_state_that_terraform_could_not_write(tmp_path: Path) -> None:
    """The state beside it is older, and empty here: what was made is in the other file alone."""
    state(tmp_path, '{"version": 4, "resources": []}')
    (tmp_path / "errored.tfstate").write_text(json.dumps({"resources": [RESOURCE]}), encoding="utf-8")
    with pytest.raises(CloudError, match=r"errored\.tfstate lists machines") as caught:
        tfstate.held(tmp_path)
    assert "state push errored.tfstate" in caught.value.hint and caught.value.unchanged
