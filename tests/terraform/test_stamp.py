# SPDX-License-Identifier: MIT
"""Tags and expiry: fixed when machines are made, taken by every vendor, and no reason for a change."""

from __future__ import annotations

import json
import os
import re
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloudlib.errors import ConfigRejected
from cloudlib.machines import stamp
from cloudlib.terraform import expiry
from cloudlib.terraform.run import Change
from tests.support import terraform_stub
from tests.support.bringup import CONFIG, ready
from tests.support.terraform import MODULES, REAL_TERRAFORM, copy_module, environment
from tests.support.terraform_cloud import Cloud
from tests.support.tree import Tree
from tests.terraform.test_again import NODE, apply, planned, small

NOW = datetime(2026, 11, 26, 23, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def state(folder: Path, shared: object = None) -> None:
    instance = {"index_key": "k-1", "attributes": {"id": "i-1"}}
    block = {"mode": "managed", "type": "aws_instance", "name": "node", "instances": [instance]}
    whole: dict[str, Any] = {"version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": [block]}
    if shared:
        whole["outputs"] = {"stamp": {"value": shared}}
    (folder / "terraform.tfstate").write_text(json.dumps(whole))


def test_it_is_fixed_while_machines_are_up(tmp_path: Path) -> None:
    first = stamp.environment(tmp_path, {"terraform_expires_hours": 8}, NOW)
    stamp.keep(tmp_path, first)
    later = {"terraform_expires_hours": 24}
    assert stamp.environment(tmp_path, later, NOW + HOUR) != first, "nothing came of the first try"
    state(tmp_path)
    assert stamp.environment(tmp_path, later, NOW + HOUR) == first
    (tmp_path / expiry.NAME).unlink()
    assert stamp.environment(tmp_path, later, NOW) == {}, "machines of an older version keep no tags"
    theirs = stamp.new({"terraform_expires_hours": 3}, NOW)
    state(tmp_path, theirs)
    assert json.loads(stamp.environment(tmp_path, later, NOW + HOUR)[stamp.VARIABLE]) == theirs, (
        "who shares the state of somebody else's machines leaves their tags as they are"
    )


def test_time_left(tmp_path: Path) -> None:
    folder = tmp_path / "aws"
    folder.mkdir()
    assert expiry.left(folder, NOW) == []
    stamp.keep(folder, stamp.environment(folder, {"terraform_expires_hours": 8}, NOW))
    (line,) = expiry.left(folder, NOW + HOUR)
    assert line.endswith("expire in 7 h 0 min, and end themselves")
    assert expiry.left(folder, NOW + 8 * HOUR) == [], "that is for `overdue` to say"
    stamp.keep(folder, stamp.environment(folder, {}, NOW))
    assert expiry.left(folder, NOW) == [], "never"


@pytest.mark.parametrize(
    ("hours", "address", "action", "refused"),
    [
        (8, 'aws_instance.node["k-1"]', "create", True),
        (8, 'aws_instance.node["k-1"]', "update", False),
        (8, 'aws_ebs_volume.data["k-1/0"]', "create", False),
        (10, 'aws_instance.node["k-1"]', "create", False),
        (0, 'aws_instance.node["k-1"]', "create", False),
    ],
)
def test_no_new_machine_has_expired(hours: int, address: str, action: str, refused: bool) -> None:
    """It would end at its first boot, as the time is fixed while anything is up."""
    made = {stamp.VARIABLE: json.dumps(stamp.new({"terraform_expires_hours": hours}, NOW))}
    changes = [Change(address, frozenset([action]))]
    why = "expired 1 h 0 min ago, and new ones would have the same end: aws_instance"
    with pytest.raises(ConfigRejected, match=why) if refused else nullcontext():
        stamp.refuse_expired(Path("aws"), made, changes, NOW + 9 * HOUR)
    stamp.refuse_expired(Path("aws"), {}, changes, NOW)


def test_bringup_of_what_expired(tree: Tree) -> None:
    fake = ready(tree)
    tree.make("bringup")
    past = datetime.now(timezone.utc) - 9 * HOUR
    tree.write("terraform/aws/stamp.json", json.dumps(stamp.new({"terraform_expires_hours": 8}, past)))
    fake.order(lost=['aws_instance.node["kdevops-1"]'])
    done = tree.make("bringup", "YES=1", check=False)
    assert (
        done.returncode != 0 and "next: make destroy, then make bringup, which sets a new time" in done.stderr
    )
    assert fake.commands().count("apply") == 1


def test_azure_has_a_day(tree: Tree, tmp_path: Path) -> None:
    """Its schedule recurs daily: with more than 24 hours it would end machines too early."""
    config = "CONFIG_TERRAFORM_AZURE=y\nCONFIG_TERRAFORM_EXPIRES_HOURS={}\n"
    tree.write(".config", config.format(25))
    done = tree.make(check=False)
    assert done.returncode != 0 and "TERRAFORM_EXPIRES_HOURS" in done.stderr and "24" in done.stderr
    tree.write(".config", config.format(24))
    assert "terraform_expires_hours: 24" in (tree.make() and tree.read("extra_vars.yaml"))
    folder = tmp_path / "azure"
    folder.mkdir()
    for hours, ends in ((24, "are deallocated, which leaves their"), (25, "do not end themselves")):
        (folder / expiry.NAME).write_text(json.dumps(stamp.new({"terraform_expires_hours": hours}, NOW)))
        assert ends in expiry.left(folder, NOW)[0]


@pytest.mark.parametrize("years", [1, 100])
def test_a_clock_that_was_set_back(tmp_path: Path, years: int) -> None:
    """Neither expired, nor a time left that is longer than what was asked for."""
    stamp.keep(tmp_path, stamp.environment(tmp_path, {"terraform_expires_hours": 8}, NOW))
    (line,) = expiry.left(tmp_path, NOW.replace(year=NOW.year - years))
    assert "were made at 2026-11-26 23:00 UTC, but the clock says" in line and "set the clock" in line
    assert "They expire at 2026-11-27 07:00 UTC" in line and "expired" not in line


@pytest.mark.slow
def test_every_command_says_first_that_machines_expired(tree: Tree) -> None:
    past = datetime.now(timezone.utc) - 9 * HOUR - timedelta(seconds=10)  # no span ends within the test
    tree.write("terraform/gce/stamp.json", json.dumps(stamp.new({"terraform_expires_hours": 8}, past)))
    tree.write("terraform/aws/stamp.json", json.dumps(stamp.new({"terraform_expires_hours": 80}, past)))
    said = (
        "note: the machines of terraform/gce expired 1 h 0 min ago; what is left costs money: make destroy\n"
    )
    tree.write(".config", CONFIG)
    for word in ("all", "cost", "cloud-check", "cloud-status", "savedefconfig"):
        done = tree.make("-s", word, check=False)
        assert done.stderr.startswith(said), word
        left = "the machines of terraform/aws expire in 2 d 22 h, and end themselves\n"
        assert (left in done.stdout) == (word != "savedefconfig"), word


#: What the vendors take as the value of a tag or label:
#: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
#: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
#: https://cloud.google.com/compute/docs/labeling-resources#requirements
TAKEN = {
    "aws": r"[A-Za-z0-9 +=._:/@-]{0,256}",
    "azure": r"[^<>%&\\?/]{0,256}",
    "gce": r"[a-z0-9_-]{0,63}",
}


@settings(max_examples=30)
@given(user=st.text(), folder=st.binary(min_size=1).map(os.fsdecode), hours=st.integers(0, 2000))
@example(user="DOMAIN\\Jörg <%&?/> " + "x" * 99, folder="aws:" + "ä" * 90, hours=1)
@example(user="", folder="\udcff", hours=0)
def test_every_vendor_takes_the_tags(user: str, folder: str, hours: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamp, "_user", lambda: user)
        patch.setattr(stamp, "ROOT", Path("/") / folder.replace("/", "-").replace("\0", "-"))
        tags = stamp.new({"terraform_expires_hours": hours}, NOW)["tags"]
    assert set(tags) == {"owner", "tree", "created", "expires"} and all(tags.values())
    for text in tags.values():
        assert re.fullmatch(TAKEN["aws"], text) and re.fullmatch(TAKEN["azure"], text)
        assert re.fullmatch(TAKEN["gce"], text.lower().replace(":", "-")), "as terraform/gce/main.tf has it"


@pytest.mark.slow
@REAL_TERRAFORM[0]
@REAL_TERRAFORM[1]
@pytest.mark.parametrize("hours", [0, 8])
@pytest.mark.parametrize("provider", NODE)
def test_a_second_bringup_changes_nothing(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str, hours: int
) -> None:
    cloud = Cloud()
    with terraform_stub.providers(list(MODULES.values()), cloud) as found:
        module = copy_module(provider, tmp_path / "module", {**environment(tmp_path / "alone"), **found})
        module.ok("init")
        made = {**small(tree, provider), "stamp": stamp.new({"terraform_expires_hours": hours}, NOW)}
        made["stamp"]["tags"]["owner"] = "A" * 63
        apply(module, made)
        words = [
            (thing.get("labels" if provider == "gce" else "tags") or {}) for thing in cloud.things.values()
        ]
        values = [text for tags in words for text in tags.values()]
        assert len(values) > 4 or provider == "lambdalabs"
        assert all(re.fullmatch(TAKEN.get(provider, ""), text) for text in values), values
        assert planned(module, made) == {}
        nodes: list[Any] = [
            t for (kind, _), t in cloud.things.items() if kind.endswith(("_instance", "_machine"))
        ]
        assert nodes and all("2026-11-26" in json.dumps(node, default=str) for node in nodes)
        text = json.dumps(nodes, default=str)
        assert ("terminate" in text) == (provider == "aws" and hours > 0)
        assert ("DELETE" in text and "28800" in text) == (provider == "gce" and hours > 0)
        schedules = [t for (kind, _), t in cloud.things.items() if kind.endswith("_shutdown_schedule")]
        times = {str(each["daily_recurrence_time"]) for each in schedules}
        assert times == ({"0700"} if provider == "azure" and hours else set())
        assert ("2026-11-27 07:00:00 UTC" in text) == (provider == "aws" and hours > 0)
