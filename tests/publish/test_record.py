# SPDX-License-Identifier: MIT
"""What an earlier run left staged: finished where its record is whole and its own, else thrown away."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cloudlib.publish import tier

GOOD = {"provider": "aws", "tier": "generated", "move": ["Kconfig.compute"], "remove": ["old"], "mark": True}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with a published set, in which everything outside is precious."""
    root = tmp_path / "tree"
    root.mkdir()
    (tmp_path / "precious").write_text("precious", encoding="utf-8")
    (tmp_path / "precious.generated").write_text("precious", encoding="utf-8")
    with tier.lock(root):
        tier.publish(root, "aws", tier.GENERATED, {"Kconfig.compute": "old", "old": "x"}, mark=True)
    return root


def stage(root: Path, text: str, folder: str = "aws-generated") -> Path:
    made = root / ".cloud-stage" / folder
    made.mkdir(parents=True)
    (made / "commit.json").write_text(text, encoding="utf-8")
    (made / "Kconfig.compute.generated").write_text("new", encoding="utf-8")
    return made


def recovered(root: Path) -> dict[str, str]:
    tier.recover_if_idle(root)
    assert not (root / ".cloud-stage").exists()
    outside = {p.name: p.read_text(encoding="utf-8") for p in root.parent.iterdir() if p.is_file()}
    assert outside == {"precious": "precious", "precious.generated": "precious"}
    assert [p.name for p in (root / "terraform").iterdir()] == ["aws"]
    return tier.read_tier(root, "aws", tier.GENERATED)


def test_a_whole_record_is_finished(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(root, json.dumps(GOOD))
    assert recovered(root) == {"Kconfig.compute": "new"}
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "text",
    ["", "{", json.dumps(GOOD)[:-9], "{}", "[]", "null", "[" * 5000, "7", '"x"', '{"\\u001b[2J": 1}'],
)
def test_an_unreadable_record_counts_as_never_written(
    root: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(root, text)
    assert recovered(root) == {"Kconfig.compute": "old", "old": "x"}
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "commit.json is discarded" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "ghost"},
        {"provider": "../.."},
        {"provider": 7},
        {"provider": ["aws"]},
        {"tier": "txt"},
        {"tier": None},
        {"tier": ["generated"]},
        {"move": "Kconfig.compute"},
        {"move": [7]},
        {"move": {"a": "b"}},
        {"move": ["../../../../precious"]},
        {"remove": ["../../../../precious"]},
        {"remove": ["a/../../../../../precious"]},
        {"remove": ["/precious"]},
        {"remove": [".hidden"]},
        {"remove": ["a\nb"]},
        {"remove": [""]},
        {"mark": "yes"},
        {"more": 1},
    ],
)
def test_a_record_that_names_something_else(
    root: Path, change: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record = {**GOOD, **change}
    stage(root, json.dumps(record), f"{record['provider']}-{record['tier']}".replace("/", "_"))
    assert recovered(root) == {"Kconfig.compute": "old", "old": "x"}
    assert "is discarded" in capsys.readouterr().err


def test_a_record_in_another_folder(root: Path) -> None:
    stage(root, json.dumps(GOOD), "x")
    assert recovered(root) == {"Kconfig.compute": "old", "old": "x"}


def test_no_link_is_followed(root: Path) -> None:
    """Not of a folder on the way, not of a staged file, not of the record or the stage itself."""
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "old.generated").write_text("precious", encoding="utf-8")
    (tier.folder(root, "aws") / "sub").symlink_to(outside)
    stage(root, json.dumps({**GOOD, "remove": ["sub/old"]}))
    assert "Kconfig.compute" in recovered(root) and (outside / "old.generated").exists()

    made = stage(root, json.dumps({**GOOD, "remove": []}))
    (made / "Kconfig.compute.generated").unlink()
    (made / "Kconfig.compute.generated").symlink_to(root.parent / "precious")
    assert recovered(root)["Kconfig.compute"] == "old"

    made = stage(root, "")
    (made / "commit.json").unlink()
    (made / "commit.json").symlink_to(outside / "record")
    (outside / "record").write_text(json.dumps(GOOD), encoding="utf-8")
    assert recovered(root)["Kconfig.compute"] == "old" and (outside / "record").exists()

    (root / ".cloud-stage").symlink_to(outside)
    assert recovered(root)["Kconfig.compute"] == "old" and (outside / "record").exists()


def test_what_is_renamed_is_on_the_disk_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order: texts, their folder, record, its folder, moves, the folder moved into, end of record."""
    calls: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        calls.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().relative_to(root)}")
        real_sync(handle)

    def replace(source: Path, target: Path) -> None:
        calls.append(f"move {Path(target).relative_to(root)}")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    with tier.lock(root):
        tier.publish(root, "aws", tier.GENERATED, {"Kconfig.compute": "new"}, mark=True)
    stage, base = ".cloud-stage/aws-generated", "terraform/aws/kconfigs"
    assert calls == [
        f"sync {stage}/Kconfig.compute.generated",
        f"sync {stage}",
        f"sync {stage}/commit.json.new",
        f"move {stage}/commit.json",
        f"sync {stage}",
        f"move {base}/Kconfig.compute.generated",
        f"sync {base}",
        "sync .",
    ]
