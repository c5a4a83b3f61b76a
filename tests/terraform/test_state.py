# SPDX-License-Identifier: MIT
"""A terraform state with anything in it: what it holds is said, or that it cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cloudlib.errors import CloudError
from cloudlib.terraform import foreign, snapshot, state


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", "null", "7", '"x"', "[" * 100_000, '{"resources":' * 100_000, "x" * 5_000_000, "\0",
     '{"resources": ["x"]}', '{"resources": [{"mode": "managed"}]}', '{"resources": 7}'],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_a_state_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / state.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(CloudError, match="cannot be read as a terraform state"):
        state.held(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"serial": 3, "lineage": "x", "encrypted_data": "abc"}', "OpenTofu encrypted it"),
        ('{"version": 5, "resources": []}', "it has version 5 of the format, not 4"),
        ('{"version": 3, "modules": []}', "it has version 3 of the format, not 4"),
    ],
)
def test_a_state_of_another_format(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / state.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(CloudError) as caught:
        state.held(tmp_path)
    assert f"cannot be read as a terraform state ({why})" in caught.value.what


def test_a_state_that_is_no_file(tmp_path: Path) -> None:
    """A pipe is not waited for."""
    os.mkfifo(tmp_path / state.NAME)
    with pytest.raises(CloudError, match="it is not a regular file"):
        state.held(tmp_path)


def test_a_deposed_node_is_not_the_node() -> None:
    """Its replacement failed half way: both are in the cloud, and one has the name."""
    rows = [
        {"index_key": "a-1", "attributes": {"id": "i-2", "public_ip": "192.0.2.2"}},
        {"index_key": "a-1", "deposed": "1a2b3c4d", "attributes": {"id": "i-1", "public_ip": "192.0.2.1"}},
    ]
    node = {"mode": "managed", "type": "aws_instance", "name": "node", "instances": rows}
    found = snapshot.read(json.dumps({"version": 4, "resources": [node]}))
    assert [resource.id for resource in found.resources] == ["i-2", "i-1"]
    assert [(machine.public_ip, machine.state) for machine in found.machines] == [
        ("192.0.2.2", ""),
        ("192.0.2.1", "deposed"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("TF_CLI_ARGS", "-state=/tmp/other.tfstate", True),
        ("TF_CLI_ARGS_plan", "-destroy", True),
        ("TF_CLI_ARGS_apply", "-parallelism=3 -target=x", True),
        ("TF_CLI_ARGS_plan", "-parallelism=3 -lock-timeout=5m", False),
        ("TF_CLI_ARGS_init", "", False),
        ("TF_DATA_DIR", "/tmp/elsewhere", True),
        ("TF_ENCRYPTION", "key_provider {}", True),
        ("TF_LOG", "trace", False),
    ],
)
def test_what_the_environment_would_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, refused: bool
) -> None:
    monkeypatch.setenv(name, value)
    try:
        foreign.refuse(tmp_path)
    except CloudError as error:
        assert refused and error.what.endswith(f": {name}"), error
    else:
        assert not refused


@pytest.mark.parametrize("name", ["main.tofu", "backend.tofu.json"])
def test_what_opentofu_would_load(tmp_path: Path, name: str) -> None:
    """Its main.tofu takes the place of our main.tf, and a backend is another state."""
    (tmp_path / "main.tf").touch()
    (tmp_path / name).touch()
    with pytest.raises(CloudError, match=f"neither wrote nor checked: {name}$"):
        foreign.refuse(tmp_path)
