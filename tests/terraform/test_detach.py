# SPDX-License-Identifier: MIT
"""Fewer data volumes on AWS: the node is stopped to detach them, and has to be started again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from cloudlib.config.session import Session
from cloudlib.errors import CloudError
from cloudlib.machines import questions
from cloudlib.terraform.run import Change
from tests.config.test_volumes import good
from tests.support.terraform import Module, copy_module, environment, needs_terraform
from tests.support.terraform_stub import providers

_NODES = {
    "node_names": ["a-1"],
    "ssh_config_pubkey_file": "key.pub",
    "hosts_prefix": "a",
    "aws_av_zone": "us-east-1a",
    "aws_region": "us-east-1",
    "aws_gpu_ami_name": None,
    "aws_gpu_ami_owner": None,
    "aws_data_volume_type": "gp2",
    "aws_data_volume_size_gb": 10,
    "aws_data_volume_iops": None,
    "aws_data_volume_throughput_mbps": None,
}


def applied(module: Module, volumes: int) -> list[tuple[str, str]]:
    """(action, address) of everything that an apply with so many volumes does, in the order of its end."""
    values = {**good("aws"), **_NODES, "aws_data_volume_count": volumes}
    (module.folder / "terraform.tfvars.json").write_text(json.dumps(values), encoding="utf-8")
    told = [json.loads(line) for line in module.ok("apply", "-json", "-auto-approve").splitlines()]
    hooks = [line["hook"] for line in told if line["type"] == "apply_complete"]
    done = [(hook["action"], hook["resource"]["addr"]) for hook in hooks]
    return [(action, address) for action, address in done if action != "read"]


@needs_terraform
def test_a_node_is_started_after_its_volumes_are_detached(tmp_path: Path) -> None:
    with providers(["aws"]) as stubs:
        module = copy_module("aws", tmp_path / "aws", {**environment(tmp_path / "home"), **stubs})
        module.ok("init", "-backend=false")
        applied(module, 2)
        assert applied(module, 2) == []
        steps = applied(module, 1)
    detached = steps.index(("delete", 'aws_volume_attachment.data["a-1-data-2"]'))
    started = steps.index(("create", 'aws_ec2_instance_state.node["a-1"]'))
    assert detached < started
    assert not [addr for _, addr in steps if addr.startswith("aws_instance.")]
    assert not [addr for action, addr in steps if addr.endswith('-data-1"]')], "the other volume stays"


def test_the_question_names_the_nodes_that_are_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    def gone(address: str, *more: str) -> Change:
        return Change(address, frozenset({"delete", *more}))

    changes = [
        gone('aws_ebs_volume.data["a-1-data-2"]'),
        gone('aws_volume_attachment.data["a-1-data-2"]'),
        gone('aws_ec2_instance_state.node["a-1"]', "create"),
        gone('aws_ec2_instance_state.node["a-2"]'),
        gone('aws_instance.node["a-2"]'),
        gone('terraform_data.volumes["a-2"]'),
    ]
    with pytest.raises(CloudError, match=r"Go on\?"):
        questions.review(changes, cast(Session, None))
    assert capsys.readouterr().out.splitlines()[:2] == [
        "This destroys, or replaces with something new and empty, 2 resources: "
        'aws_ebs_volume.data["a-1-data-2"], aws_instance.node["a-2"]',
        "and stops, and starts again, 1 node: a-1",
    ]


def test_to_start_a_node_again_destroys_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """More volumes are added without a question, although terraform replaces what starts the node."""
    replaced = Change('aws_ec2_instance_state.node["a-1"]', frozenset({"delete", "create"}))
    session = cast(Session, None)
    with pytest.raises(AttributeError):  # it went on to what it costs, which needs a session
        questions.review([replaced], session)
    assert "destroys" not in capsys.readouterr().out
