# SPDX-License-Identifier: MIT
"""terraform's version, its plans and its states, as cloudlib.terraform reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudlib.errors import BadReply, CloudError
from cloudlib.terraform import state as tfstate
from cloudlib.terraform.run import Terraform, WrongVersion

Answer = Callable[[str], Terraform]


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """A terraform that prints one thing whatever it is asked, and a module that needs 1.9.0."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "provider.tf").write_text(
        'terraform {\n  required_version = ">= 1.9.0"\n}\n', encoding="utf-8"
    )

    def make(text: str) -> Terraform:
        (tmp_path / "text").write_text(text, encoding="utf-8")
        (tmp_path / "terraform").write_text(f"#!/bin/sh\ncat '{tmp_path}/text'\n", encoding="utf-8")
        (tmp_path / "terraform").chmod(0o755)
        return Terraform(tmp_path)

    return make


@pytest.mark.parametrize("version", ["1.8.5", "0.15.0", "1.8.9-rc1", "1.9"])
def test_too_old(answer: Answer, version: str) -> None:
    with pytest.raises(WrongVersion, match=rf"version {version}, .* needs 1\.9\.0 or newer") as caught:
        answer(json.dumps({"terraform_version": version})).require()
    assert caught.value.exit_code == 3 and caught.value.hint


@pytest.mark.parametrize("version", ["1.9.0", "1.10.0", "2.0.0", "1.9.1-beta2"])
def test_new_enough(answer: Answer, version: str) -> None:
    assert answer(json.dumps({"terraform_version": version})).require() == version


@pytest.mark.parametrize("text", ["Terraform v1.12", "", "{}", "[]", '{"terraform_version": 7}'])
def test_something_else_called_terraform(answer: Answer, text: str) -> None:
    with pytest.raises(BadReply) as caught:
        answer(text).require()
    assert caught.value.hint


def test_a_folder_without_a_module(answer: Answer) -> None:
    terraform = answer('{"terraform_version": "1.11.4"}')
    (terraform.folder / "provider.tf").unlink()
    with pytest.raises(CloudError, match="holds no terraform module"):
        terraform.require()


@pytest.mark.parametrize("text", ["[]", '{"nodes": 1}', '{"nodes": {}}', "no JSON"])
def test_outputs_that_are_none(answer: Answer, text: str) -> None:
    with pytest.raises(BadReply):
        answer(text).outputs()


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
    with pytest.raises(CloudError, match=r"errored\.tfstate knows machines") as caught:
        tfstate.held(tmp_path)
    assert "state push errored.tfstate" in caught.value.hint and caught.value.unchanged
