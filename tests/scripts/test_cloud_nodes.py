# SPDX-License-Identifier: MIT
"""`make nodes`: the machines of this tree, from terraform's state and the journal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cloud_nodes
import cloud_providers
from cloudlib.catalog.rates import Rate
from cloudlib.errors import CloudError
from cloudlib.machines import where
from cloudlib.publish import refresh
from cloudlib.settings import ROOT
from cloudlib.terraform import backend, expiry, journal, state
from tests.support import terraform_stub
from tests.support.bringup import CONFIG, REAL_ENV
from tests.support.terraform import MODULES, needs_terraform, write_key_pair
from tests.support.terraform_cloud import Cloud
from tests.support.tree import Tree

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
MADE = "2026-11-26T09:00:00Z"
#: A machine of each provider, as its state describes it.
ATTRIBUTES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "aws": (
        "aws_instance",
        {
            "instance_state": "running",
            "instance_type": "m7i.large",
            "region": "us-east-1",
            "public_ip": "{ip}",
        },
    ),
    "azure": (
        "azurerm_linux_virtual_machine",
        {"size": "Standard_D4s_v5", "location": "eastus", "public_ip_address": "{ip}"},
    ),
    "gce": (
        "google_compute_instance",
        {
            "current_status": "RUNNING",
            "machine_type": "n2-standard-4",
            "zone": "us-central1-a",
            "network_interface": [{"access_config": [{"nat_ip": "{ip}"}], "network_ip": "10.20.0.2"}],
        },
    ),
    "lambdalabs": (
        "lambdalabs_instance",
        {"instance_type_name": "gpu_1x_a10", "region_name": "us-east-1", "ip": "{ip}"},
    ),
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The terraform folders of a tree in which nothing is up; what terraform prints is what the file has."""
    for name in cloud_providers.PROVIDER_NAMES:
        (tmp_path / name).mkdir()
    monkeypatch.setattr(where, "TERRAFORM", tmp_path)
    monkeypatch.setattr(backend, "pull", lambda folder: (folder / state.NAME).read_text())
    monkeypatch.setattr(expiry, "utc", lambda: NOW)
    monkeypatch.setattr(refresh, "last_known", _last_known)
    return tmp_path


#: Catalogs are read once for all tests.
_last_known = cache(refresh.last_known)


def up(tree: Path, provider: str = "aws", count: int = 3, hours: int = 8, **more: Any) -> Path:
    """A folder with machines that were made at MADE."""
    folder = tree / provider
    kind, values = ATTRIBUTES[provider]
    instances = [
        {
            "index_key": f"k-{n}",
            "attributes": {
                **json.loads(json.dumps(values).replace("{ip}", f"198.18.0.{n}")),
                "id": f"id-{n}",
            },
            **more,
        }
        for n in range(1, count + 1)
    ]
    block = {"mode": "managed", "type": kind, "name": "node", "instances": instances}
    ends = (datetime(2026, 11, 26, 9, tzinfo=timezone.utc) + hours * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    stamp = {"tags": {"created": MADE, "expires": ends if hours else "never"}, "expires": hours and ends}
    whole = {"version": 4, "outputs": {"stamp": {"value": stamp}}, "resources": [block] if count else []}
    (folder / state.NAME).write_text(json.dumps(whole))
    made = "".join(
        json.dumps({"address": f'{kind}.node["k-{n}"]', "id": f"id-{n}", "made": MADE}) + "\n"
        for n in range(1, count + 1)
    )
    (folder / journal.NAME).write_text(made)
    return folder


def listed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    assert cloud_nodes.main(words) == code
    said = capsys.readouterr()
    return said.out, said.err


def as_json(capsys: pytest.CaptureFixture[str], provider: str = "aws", code: int = 0) -> Any:
    made = json.loads(listed(capsys, "--format", "json", code=code)[0])
    assert made["version"] == 1 and set(made["providers"]) == set(cloud_providers.PROVIDER_NAMES)
    return made["providers"][provider]


def test_three_nodes_fit_a_screen(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    up(tree)
    lines = listed(capsys)[0].splitlines()
    assert lines[0].split() == ["node", "address", "state", "up", "left", "so", "far"]
    assert lines[1].startswith("k-1   198.18.0.1  running  3 h 0 min  5 h 0 min  at least $")
    assert lines[4].startswith("aws: 3 x m7i.large in us-east-1, at least $")
    assert lines[5] == "aws: no price of disks, public address; make cloud-config-aws fetches prices"
    assert lines[6] == "the machines of terraform/aws expire in 5 h 0 min, and end themselves"
    assert len(lines) == 8 and max(map(len, lines[:6])) <= 80


@pytest.mark.parametrize("provider", cloud_providers.PROVIDER_NAMES)
def test_what_each_provider_tells(tree: Path, capsys: pytest.CaptureFixture[str], provider: str) -> None:
    up(tree, provider, count=1)
    (node,) = as_json(capsys, provider)["nodes"]
    said = {"aws": "running", "gce": "running"}
    assert (node["name"], node["id"], node["public_ip"]) == ("k-1", "id-1", "198.18.0.1")
    assert node["state"] == said.get(provider), "null where terraform is told none"
    assert node["region"] in ("us-east-1", "eastus", "us-central1") and node["instance_type"]
    assert node["usd_per_hour"] and node["usd_so_far"] == pytest.approx(3 * node["usd_per_hour"], abs=1e-3)
    assert (node["since"], node["up_seconds"]) == (MADE, 3 * 3600)
    assert node["not_known"], "the catalogs of this tree have no prices of disks"


def test_the_disks_that_were_applied_are_part_of_the_cost(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = up(tree, count=2)
    (folder / state.APPLIED).write_text(
        json.dumps({"root_volume_size_gb": 64, "aws_data_volume_count": None})
    )
    catalog = refresh.last_known(ROOT, "aws")
    assert catalog is not None
    rates = [
        Rate("gp3", "GiB-month", "us-east-1", Decimal("0.73"), "a list"),
        Rate("public-ipv4", "hour", "us-east-1", Decimal("0.005"), "a list"),
    ]
    monkeypatch.setattr(refresh, "last_known", lambda root, name: replace(catalog, rates=tuple(rates)))
    made = as_json(capsys)["nodes"]
    assert made[0]["usd_per_hour"] == pytest.approx(0.1008 + 0.064 + 0.005)
    assert made[0]["not_known"] == []
    said, _ = listed(capsys)
    assert "aws: 2 x m7i.large in us-east-1, $0.3396/h, $1.02 so far" in said and "at least" not in said


def test_a_price_that_nobody_knows(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = up(tree, count=2)
    text = (folder / state.NAME).read_text()
    (folder / state.NAME).write_text(text.replace("m7i.large", "m99.large", 1))
    said, _ = listed(capsys)
    assert "5 h 0 min         unknown\n" in said
    assert "aws: 1 x m99.large in us-east-1, 1 x m7i.large in us-east-1, at least $0.1008/h, at l" in said
    assert as_json(capsys)["nodes"][0]["usd_so_far"] is None


def test_nothing_is_up(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys) == ("no machine is up: no state of this tree holds any\n", "")
    empty = {"problem": None, "resources": 0, "created": None, "expires": None, "nodes": []}
    assert as_json(capsys) == empty


def test_a_network_alone(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = up(tree, count=0)
    vpc = {"mode": "managed", "type": "aws_vpc", "name": "nodes", "instances": [{"attributes": {"id": "v"}}]}
    (folder / state.NAME).write_text(json.dumps({"resources": [vpc]}))
    assert "aws: no machine, but 1 other resource\n" in listed(capsys)[0]


def test_a_state_that_was_lost(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the guards say, and of the journal's machines what is known; others are listed all the same."""
    (up(tree) / state.NAME).unlink()
    up(tree, "gce", count=1)
    said, error = listed(capsys, code=1)
    assert "aws: error: " in error and "is missing, but machines may be running" in error
    assert "RECOVER=1" in error and "no machine is up" not in said
    least = ["at", "least", "$0.58"]
    assert [line.split() for line in said.splitlines()[3:5]] == [
        ["k-3", "aws", "none", "unknown", *["3", "h", "0", "min"], "unknown", "unknown"],
        ["k-1", "gce", "198.18.0.1", "running", *["3", "h", "0", "min", "5", "h", "0", "min"], *least],
    ]
    made = as_json(capsys, code=1)
    assert "is missing" in made["problem"] and made["nodes"][2]["id"] == "id-3"


def test_a_state_that_lacks_a_machine(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it has is listed too, and what was applied tells the type of the other."""
    folder = up(tree, count=2)
    applied = {"aws_instance_type": "m7i.large", "aws_region": "us-east-1"}
    (folder / state.APPLIED).write_text(json.dumps(applied))
    with (folder / journal.NAME).open("a") as kept:
        kept.write('{"address": "aws_instance.node[\\"k-3\\"]", "id": "id-3"}\n')
    said, error = listed(capsys, code=1)
    assert "lacks 1 resource that terraform made" in error and "k-1   198.18.0.1  running" in said
    assert "k-3   none        unknown" in said and "aws: 3 x m7i.large in us-east-1, at least $" in said


def test_an_apply_that_failed_half_way(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = up(tree, count=2)
    text = (folder / state.NAME).read_text()
    (folder / state.NAME).write_text(
        text.replace('"index_key": "k-2"', '"status": "tainted", "index_key": "k-2"')
    )
    with (folder / journal.NAME).open("a") as kept:
        kept.write('{"address": "aws_instance.node[\\"k-3\\"]", "creation": "failed"}\n')
        kept.write('{"address": "aws_ebs_volume.data[\\"k-3\\"]", "creation": "failed"}\n')
        kept.write('{"address": "aws_instance.node[\\"k-10\\"]", "creation": "cut off"}\n')
    said, _ = listed(capsys)
    assert [line.split()[0] for line in said.splitlines()[1:5]] == ["k-1", "k-2", "k-3", "k-10"]
    assert "tainted" in said and "creation failed" in said and "creation cut off" in said
    assert "aws: k-3, k-10 may exist, and cost money: make cloud-find CLOUD_PROVIDER=aws\n" in said
    assert "aws: 2 x m7i.large in us-east-1, at least $0.2016/h" in said, "of what certainly exists"


def test_several_providers(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for provider in cloud_providers.PROVIDER_NAMES:
        up(tree, provider, count=1)
    said, _ = listed(capsys)
    assert said.splitlines()[0].split()[:3] == ["node", "cloud", "address"]
    assert "\nin all: 4 nodes, at least $" in said
    monkeypatch.setenv("CLOUD_PROVIDER", "gce")
    said, _ = listed(capsys)
    assert "aws" not in said and "in all" not in said and "are deleted by Google" in said


def test_three_hundred(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    up(tree, count=300)
    lines = listed(capsys)[0].splitlines()
    assert len(lines) == 305 and lines[300].startswith("k-300  198.18.0.300")
    assert lines[301].startswith(
        "aws: 300 x m7i.large in us-east-1, at least $30.24/h, at least $90.72 so far"
    )


@pytest.fixture
def up_at(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[float, int], str]:
    """What is said of a machine that has so many hours, by a clock that is so many hours later than NOW."""

    def said(later: float, hours: int) -> str:
        up(tree, hours=hours, count=1)
        monkeypatch.setattr(expiry, "utc", lambda: NOW + later * HOUR)
        return listed(capsys)[0]

    return said


@pytest.mark.parametrize(
    ("hours", "later", "left"),
    [
        (8, 0, "5 h 0 min"),
        (8, 5, "expired"),
        (0, 0, "never"),
        (8, -12, "unknown"),  # the clock was set back: neither -9 h, nor 17 h, nor expired
        (8, -3 - 1 / 60, "8 h 1 min"),  # a minute is how clocks differ
    ],
)
def test_time_left(up_at: Callable[[float, int], str], later: float, hours: int, left: str) -> None:
    said = up_at(later, hours)
    assert f"  {left}  " in said.splitlines()[1]
    wrong = later < -4
    assert (
        "at 2026-11-26 09:00 UTC, but the clock says 2026-11-26 00:00 UTC: set the clock" in said
    ) == wrong
    assert ("unknown  unknown" in said and "unknown so far" in said) == wrong, "nor is its age known"


@pytest.mark.parametrize(("provider", "counted"), [("aws", 8), ("lambdalabs", 20)])
def test_the_cost_after_an_expiry(
    tree: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    counted: int,
) -> None:
    """A machine that ended itself cost nothing since, but its disks may."""
    up(tree, provider, count=1)
    monkeypatch.setattr(expiry, "utc", lambda: NOW + 17 * HOUR)
    (node,) = as_json(capsys, provider)["nodes"]
    assert node["usd_so_far"] == pytest.approx(counted * node["usd_per_hour"], abs=1e-3)
    assert " expired  at least $" in listed(capsys)[0]


def test_the_clock_of_the_journal_comes_before_the_tag(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tag is that of the first bringup; a node that was replaced since is younger."""
    folder = up(tree, count=1, **{"attributes": {"id": "id-1", "tags": {"created": "2026-11-26T07:00:00Z"}}})
    assert as_json(capsys)["nodes"][0]["since"] == MADE
    (folder / journal.NAME).unlink()
    assert as_json(capsys)["nodes"][0]["since"] == "2026-11-26T07:00:00Z"


def test_a_backend_that_does_not_answer(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull(folder: Path) -> str:
        raise CloudError("the state of aws is in the s3 backend, which does not answer", hint="credentials?")

    monkeypatch.setattr(backend, "kind", lambda folder: "s3" if folder.name == "aws" else "")
    monkeypatch.setattr(backend, "pull", pull)
    said, error = listed(capsys, code=1)
    assert said == "" and error == (
        "aws: error: the state of aws is in the s3 backend, which does not answer\n  next: credentials?\n"
    )


@pytest.mark.parametrize("words", [["--format", "xml"], []])
def test_an_unknown_form(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMAT", "xml")
    with pytest.raises(SystemExit) as caught:
        cloud_nodes.main(words)
    assert caught.value.code == 2


@needs_terraform
def test_of_terraform_s_own_answer(whole_tree: Tree) -> None:
    """Three nodes of which one has no capacity at first, on providers that behave like a cloud."""
    write_key_pair(whole_tree.home / ".ssh")
    cloud = Cloud(refuses={"aws_instance kdevops-2": "InsufficientInstanceCapacity"})
    config = CONFIG.replace("COUNT=2", "COUNT=3") + "CONFIG_TERRAFORM_EXPIRES_HOURS=8\n"
    whole_tree.write(".config", config)
    with terraform_stub.providers([MODULES["aws"]], cloud) as found:
        env = {**found, **REAL_ENV, "YES": "1"}
        assert whole_tree.make("bringup", check=False, **env).returncode != 0
        said = whole_tree.make("nodes", **env).stdout
        assert said.count("  198.18.0.") == 2 and "kdevops-2  none  " in said and "creation failed" in said
        cloud.refuses.clear()
        last = whole_tree.make("bringup", **env).stdout.splitlines()[-1]
        assert re.fullmatch(r"the machines of terraform/aws expire in 7 h \d+ min, and end themselves", last)
        made = json.loads(whole_tree.make("-s", "nodes", "FORMAT=json", **env).stdout)["providers"]["aws"]
        assert [node["name"] for node in made["nodes"]] == [f"kdevops-{n}" for n in (1, 2, 3)]
        assert all(node["since"] and node["state"] for node in made["nodes"]), made
        assert made["expires"] and made["problem"] is None
