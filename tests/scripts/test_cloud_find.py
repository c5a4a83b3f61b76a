# SPDX-License-Identifier: MIT
"""Machines of this project that no state of the tree knows."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import cloud_find
import cloud_providers
import lambdalabs_api
from cloudlib.errors import AccessDenied, NotSetUp
from cloudlib.machines import where
from cloudlib.provider import Finder, Tagged
from cloudlib.terraform import age
from providers.aws import calls as aws_calls
from providers.aws import find as aws_find
from providers.azure import find as azure_find
from providers.gce import calls as gce_calls
from providers.gce import find as gce_find
from tests.servers.aws_moto import moto_server
from tests.servers.lambda_data import running, small
from tests.servers.lambda_server import KEY, LambdaServer

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def aws_answer(*ids: str) -> dict[str, Any]:
    """DescribeInstances: its real shape."""
    tags = [{"Key": "Name", "Value": "kdevops-1"}, {"Key": "managed-by", "Value": "cloud-kconfig"}]
    rows = [
        {
            "InstanceId": i,
            "InstanceType": "m7i.large",
            "LaunchTime": "2026-11-26T10:00:00+00:00",
            "Tags": tags,
        }
        for i in ids
    ]
    return {"Reservations": [{"ReservationId": "r-1", "Instances": rows}]}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The terraform folders of a tree, of which AWS's state holds i-known."""
    for name in cloud_providers.PROVIDER_NAMES:
        (tmp_path / name).mkdir()
    instance = {"index_key": "kdevops-1", "attributes": {"id": "i-known"}}
    block = {"mode": "managed", "type": "aws_instance", "name": "node", "instances": [instance]}
    state = {"version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": [block]}
    (tmp_path / "aws" / "terraform.tfstate").write_text(json.dumps(state))
    monkeypatch.setattr(where, "TERRAFORM", tmp_path)
    return tmp_path


def answers(monkeypatch: pytest.MonkeyPatch, by_region: Mapping[str, Any]) -> None:
    def run(command: Any, region: str | None = None, *, log: Any = None) -> Any:
        if command[1] == "describe-regions":
            return {"Regions": [{"RegionName": r, "OptInStatus": "opt-in-not-required"} for r in by_region]}
        answer = by_region[str(region)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(aws_calls, "run_aws_command", run)


def test_what_no_state_knows_is_listed_with_its_end(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = AccessDenied("not authorized to perform: ec2:DescribeInstances")
    answers(
        monkeypatch,
        {"us-east-1": aws_answer("i-known", "i-lost"), "us-west-2": aws_answer(), "eu-west-1": denied},
    )
    monkeypatch.setenv("CLOUD_PROVIDER", "aws")
    assert cloud_find.main([]) == 0
    said = capsys.readouterr().out
    assert "aws: 2 machines of this project, 1 in no state of this tree\n" in said
    assert "i-known" not in said
    assert "end it: aws ec2 terminate-instances --region us-east-1 --instance-ids i-lost\n" in said
    assert "  kdevops-1  m7i.large in us-east-1, made " in said and " so far\n" in said
    assert "aws: eu-west-1 was not asked: not authorized" in said, "the others go on"


def test_a_provider_that_cannot_be_asked_does_not_stop_the_others(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(prefix: str, missed: dict[str, str]) -> list[Tagged]:
        raise NotSetUp("no credentials", hint="log in,\nor wait")

    for name in cloud_providers.PROVIDER_NAMES:
        monkeypatch.setattr(cloud_providers.load(name), "find", refuse)
    first = cloud_providers.PROVIDER_NAMES[0]
    monkeypatch.setattr(cloud_providers.load(first), "find", lambda prefix, missed: [])
    assert cloud_find.main([]) == 0
    said = capsys.readouterr().out
    assert f"{first}: 0 machines of this project" in said
    assert (
        said.count(": not asked: no credentials\n  next: log in,\n        or wait\n")
        == len(cloud_providers.PROVIDER_NAMES) - 1
    )
    monkeypatch.setattr(cloud_providers.load(first), "find", refuse)
    assert cloud_find.main([]) == 1, "nobody answered"


def test_aws_says_so_where_no_region_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, {"us-east-1": AccessDenied("no"), "us-west-2": AccessDenied("no")})
    with pytest.raises(AccessDenied):
        aws_find.find("kdevops", {})


@pytest.mark.slow
@pytest.mark.real_aws
def test_the_real_aws_in_front_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_REGION", "us-west-2"),
    ):
        monkeypatch.setenv(name, value)
    tags = "ResourceType=instance,Tags=[{Key=%s,Value=cloud-kconfig},{Key=Name,Value=kdevops-1}]"
    with moto_server() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        for key in ("managed-by", "other"):
            words = [
                "--image-id",
                "ami-12c6146b",
                "--instance-type",
                "m5.large",
                "--tag-specifications",
                tags % key,
            ]
            aws_calls.run_aws_command(["ec2", "run-instances", *words], "us-west-2")
        missed: dict[str, str] = {}
        (machine,) = aws_find.find("kdevops", missed)
    assert (machine.name, machine.instance_type, machine.region, missed) == (
        "kdevops-1",
        "m5.large",
        "us-west-2",
        {},
    )
    assert machine.since is not None and machine.id in machine.end


def test_gce(monkeypatch: pytest.MonkeyPatch) -> None:
    link = "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a/instances/kdevops-1"
    zone = "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a"
    row = ["kdevops-1", zone, f"{zone}/machineTypes/n2-standard-4", "2026-11-26T02:00:00.123-08:00", link]
    monkeypatch.setattr(gce_calls, "run_gcloud", lambda command, columns, log: [row])
    (machine,) = gce_find.find("kdevops", {})
    assert machine == Tagged(
        "projects/p/zones/us-central1-a/instances/kdevops-1",
        "kdevops-1",
        "n2-standard-4",
        "us-central1",
        datetime(2026, 11, 26, 10, tzinfo=timezone.utc),
        "gcloud compute instances delete kdevops-1 --zone us-central1-a",
    )


def test_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = "/subscriptions/s/resourceGroups/KDEVOPS/providers/Microsoft.Compute/virtualMachines/kdevops-1"
    ours = {
        "id": identity,
        "name": "kdevops-1",
        "location": "westeurope",
        "tags": {"managed-by": "cloud-kconfig"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D4s_v5"},
            "timeCreated": "2026-11-26T10:00:00.1234567+00:00",
        },
    }
    other = {**ours, "tags": {"managed-by": "somebody"}}

    class Arm:
        base = "https://management.azure.com/subscriptions/s"

        def __init__(self, *_: object) -> None: ...

        def get(self, url: str) -> object:
            return {"value": [ours, other, {**ours, "tags": None}]}

    monkeypatch.setattr(azure_find, "login", lambda log: None)
    monkeypatch.setattr(azure_find, "ResourceManager", Arm)
    (machine,) = azure_find.find("kdevops", {})
    assert (machine.id, machine.instance_type, machine.region) == (identity, "Standard_D4s_v5", "westeurope")
    assert (
        machine.since and machine.since.hour == 10 and machine.end == f"az vm delete --yes --ids '{identity}'"
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [(76 * HOUR, "3 d 4 h"), (4 * HOUR + HOUR / 6, "4 h 10 min"), (HOUR / 6, "10 min"), (0 * HOUR, "0 min")],
)
def test_ages(span: timedelta, said: str) -> None:
    assert age.words(span) == said
    assert age.since(NOW, NOW + span) == span and age.since(NOW + HOUR, NOW) == 0 * HOUR, "clocks differ"
    assert age.moment("yesterday") is None


def test_lambda_has_no_tags_and_goes_by_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("kdevops-1", "kdevops-web", "other-1")
    with LambdaServer(replace(small(), instances=tuple(running(n, f"id-{n}") for n in names))) as server:
        monkeypatch.setenv("LAMBDALABS_API_BASE", server.base)
        monkeypatch.setenv("LAMBDA_API_KEY", KEY)
        (found,) = lambdalabs_api.find("kdevops", {})
    assert found.name == "kdevops-1" and found.since is None and "terminate" in found.end


def test_every_provider_can_be_asked() -> None:
    assert all(isinstance(cloud_providers.load(name), Finder) for name in cloud_providers.PROVIDER_NAMES)
