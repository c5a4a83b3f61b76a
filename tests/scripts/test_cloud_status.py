# SPDX-License-Identifier: MIT
"""`make cloud-status` in every state a tree can be in, offline."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest

import cloud_providers
from cloudlib.publish import tier
from cloudlib.show import status
from tests.support.catalogs import planted
from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.tree import Tree

NAMES = cloud_providers.PROVIDER_NAMES
STATIC = "terraform/lambdalabs/kconfigs"


@pytest.fixture(autouse=True)
def offline(tree: Tree) -> Iterator[None]:
    yield
    assert tree.vendor_calls() == []


def said(tree: Tree, *, code: int = 0, **env: str) -> str:
    done = tree.python("scripts/cloud_status.py", check=False, **env)
    assert done.returncode == code and done.stderr == "", done.stderr
    return done.stdout


def row(text: str, which: str, name: str = "lambdalabs") -> dict[str, str]:
    """The line of one tier, by column; the columns are aligned."""
    header, *lines = text.splitlines()
    (line,) = [line for line in lines if line.split()[:2] == [name, which]]
    starts = [header.index(word) for word in status_columns(header)]
    ends = [*starts[1:], None]
    return {header[a:b].strip(): line[a:b].strip() for a, b in zip(starts, ends)}


def status_columns(header: str) -> list[str]:
    return [
        word for word in header.replace("in use", "in_use").replace("in_use", "in use").split("  ") if word
    ]


def test_a_fresh_clone(tree: Tree) -> None:
    text = said(tree)
    assert text.split()[:5] == ["provider", "tier", "in", "use", "figures"]
    for name in NAMES:
        assert row(text, "static", name)["in use"] == "yes"
    line = row(text, "static")
    assert int(line["types"]) == 25 and int(line["regions"]) == 18 and int(line["priced"]) == 25
    assert line["source"] == "recording" and "lambdalabs: static: source: recording: types and" in text
    assert "generated" not in text


def test_through_make(tree: Tree) -> None:
    done = tree.make("cloud-status")
    assert done.stderr == "" and done.stdout == said(tree)


def test_a_generated_tier_that_differs(tree: Tree) -> None:
    fresh = publish(tree, lambda c: replace(c, instance_types=c.instance_types[:-2]), days_ago=3)
    text = said(tree)
    line = row(text, "generated")
    assert (line["in use"], line["days"], line["source"]) == ("yes", "3", "live")
    assert int(line["types"]) == len(fresh.instance_types) == 23
    assert row(text, "static")["in use"] == ""
    assert "lambdalabs: next: make cloud-diff-lambdalabs, then make cloud-update-lambdalabs" in text


def test_a_generated_tier_of_the_same_records_needs_nothing(tree: Tree) -> None:
    publish(tree)
    assert "lambdalabs: next:" not in said(tree)


@pytest.mark.parametrize(("days", "stale"), [(status.STALE_DAYS, False), (status.STALE_DAYS + 1, True)])
def test_what_is_old_is_to_be_fetched_anew(tree: Tree, days: int, stale: bool) -> None:
    publish(tree, days_ago=days)
    advice = f"lambdalabs: next: make cloud-config-lambdalabs (the figures in use are {days} days old)"
    assert (advice in said(tree)) == stale


def test_regions_that_were_not_reached(tree: Tree) -> None:
    publish(
        tree,
        lambda c: c.with_provenance(
            replace(
                c.provenance,
                not_reached={"us-west-1": "timed out", "us-south-9": "timed out"},
                known_since={"us-west-1": "2026-01-05T10:00:00+00:00"},
                notices=("no prices",),
            )
        ),
    )
    text = said(tree)
    assert (
        "lambdalabs: generated: not reached: us-west-1 (timed out); last known data are kept (2026-01-05)"
        in text
    )
    assert "lambdalabs: generated: not reached: us-south-9 (timed out); nothing is known about it" in text
    assert "lambdalabs: generated: notice: no prices" in text


def test_a_region_that_never_answers_is_said_first(tree: Tree) -> None:
    """Here, and by cloud-diff before anything else about its provider."""
    old = {"known_since": {"us-west-1": "2026-01-05T10:00:00+00:00"}, "unanswered": {"us-west-1": 3}}
    publish(tree, lambda c: c.with_provenance(replace(c.provenance, **old)))
    line = "us-west-1 has not answered for 3 refreshes; last known data are kept (2026-01-05)"
    assert said(tree).splitlines()[0] == f"lambdalabs: generated: {line}"
    assert tree.python("scripts/cloud_diff.py").stdout.splitlines()[0] == f"lambdalabs: {line}"


def test_switched_off(tree: Tree) -> None:
    publish(tree)
    assert row(said(tree, CLOUD_TIER="static"), "static")["in use"] == "yes"
    assert "switched off by CLOUD_TIER" in said(tree, CLOUD_TIER="static")
    tree.write(".config", "# CONFIG_TERRAFORM_LAMBDALABS_USE_DYNAMIC_CONFIG is not set\n")
    text = said(tree)
    assert row(text, "generated")["in use"] == "" and "switched off in the configuration" in text


@pytest.mark.parametrize(
    "damage", mostly_slow(["{", '{"format": 1}', "\udcff", '{"format": 99, "provider": "x"}'])
)
def test_a_damaged_catalog_in_use_is_said_and_fails(tree: Tree, damage: str) -> None:
    path = tree.root / STATIC / "catalog.json.static"
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    text = said(tree, code=1)
    assert row(text, "static")["figures of"] == "DAMAGED" and "lambdalabs: static: DAMAGED: " in text
    assert "lambdalabs: next: git checkout terraform/lambdalabs" in text
    assert row(text, "static", "aws")["in use"] == "yes", "the others are told as ever"


def test_an_edited_price_is_damage(tree: Tree) -> None:
    """The digest is that of other records."""
    path = f"{STATIC}/catalog.json.static"
    text = tree.read(path)
    tree.write(path, text.replace('{"1.29"', '{"0.01"', 1))
    assert tree.read(path) != text
    assert f"{path}: the records do not match the digest" in said(tree, code=1)


def test_a_damaged_catalog_not_in_use_is_said(tree: Tree) -> None:
    publish(tree)
    tree.write(f"{STATIC}/catalog.json.static", "{")
    text = said(tree)
    assert "lambdalabs: static: DAMAGED" in text and "git checkout terraform/lambdalabs" in text


def test_files_that_are_missing(tree: Tree) -> None:
    (tree.root / "terraform/aws/kconfigs/instance-types/Kconfig.m7i.static").unlink()
    (tree.root / STATIC / "catalog.json.static").unlink()
    text = said(tree, code=1)
    assert "aws: static: DAMAGED: lacks terraform/aws/kconfigs/instance-types/Kconfig.m7i.static" in text
    assert "lambdalabs: static: DAMAGED: lacks catalog.json.static" in text


def test_no_menus_then_built_in_ones(tree: Tree) -> None:
    for path in tier.tier_files(tree.root, "lambdalabs", tier.STATIC).values():
        path.unlink()
    text = said(tree, code=1)
    assert "lambdalabs  none" in text and "git checkout terraform/lambdalabs" in text
    tree.python("scripts/kconfig_tools.py", "alldefconfig")
    text = said(tree)
    line = row(text, "generated")
    assert (line["source"], line["in use"]) == ("built-in", "yes")
    assert re.fullmatch(r"20\d\d-\d\d to 20\d\d-\d\d", line["figures of"])
    assert "lambdalabs: the built-in menus are in use" in text
    assert "next: make cloud-config-lambdalabs" in text


def test_a_tree_that_cannot_be_written(tree: Tree) -> None:
    expected = said(tree)
    shutil.rmtree(tree.root / "scripts" / "__pycache__", ignore_errors=True)
    for path in (tree.root, tree.root / "terraform"):
        path.chmod(0o555)
    try:
        assert said(tree) == expected
    finally:
        for path in (tree.root, tree.root / "terraform"):
            path.chmod(0o755)


@pytest.mark.parametrize("width", [40, 140])
def test_on_a_terminal(tree: Tree, width: int) -> None:
    """Some columns are left out where there is no room; no word is cut off."""
    env = {**tree.env, "TERM": "xterm"}
    argv = ["scripts/cloud_status.py"]
    child = pexpect.spawn(
        sys.executable, argv, cwd=str(tree.root), env=env, dimensions=(40, width), encoding="utf-8"
    )
    child.expect(pexpect.EOF, timeout=300)
    text = child.before or ""
    assert ("images" in text.splitlines()[0]) == (width == 140)
    assert "lambdalabs" in text and "2026-" in text and "types" in text and "…" not in text


def test_a_committed_catalog_does_not_steer_the_terminal(tree: Tree) -> None:
    """It travels to everybody: a notice, a source, a reason."""
    attack = "\x1b]0;owned\x07\x1b[2J"
    publish(
        tree,
        lambda c: c.with_provenance(
            planted(
                replace(c.provenance), source=attack, not_reached={"us-west-1": attack}, notices=(attack,)
            )
        ),
    )
    for argv in ("scripts/cloud_status.py", "scripts/cloud_diff.py"):
        done = tree.python(argv, check=False)
        text = done.stdout + done.stderr
        assert "printable characters" in text and not {"\x1b", "\x07"} & {*text}, text


@pytest.mark.parametrize("days_ago", mostly_slow([-1, -3]))
def test_a_clock_that_is_behind(tree: Tree, days_ago: int) -> None:
    publish(tree, days_ago=days_ago)
    assert "lambdalabs: next: check the clock" in said(tree)


def test_a_symbolic_link_to_the_tree(tree: Tree, tmp_path: Path) -> None:
    link = tmp_path / "a link"
    link.symlink_to(tree.root)
    assert replace(tree, root=link).python("scripts/cloud_status.py").stdout == said(tree)
