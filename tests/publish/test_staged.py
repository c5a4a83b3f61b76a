# SPDX-License-Identifier: MIT
"""The copy of the tree that new menus are tried in, and copies that a killed run left behind."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from cloudlib.publish import staged, tier
from tests.support.tree import ROOT


def age(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then), follow_symlinks=False)


def test_what_a_killed_run_left_behind(
    monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture, tmp_path: Path
) -> None:
    """Removed a day later, at the next start: our own folders alone, and nothing through a link."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    folder = tmp_path / "tmp"
    for name in ("cloud-check-old", "cloud-check-new", "another"):
        (folder / name).mkdir(parents=True)
        (folder / name / "link").symlink_to(precious)
    (folder / "cloud-check-link").symlink_to(precious)
    (folder / "cloud-check-file").touch()
    for path in folder.iterdir():
        age(path, 0.5 if path.name == "cloud-check-new" else 1.5)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    mocker.patch.object(staged, "_problems", return_value=[])
    owner = mocker.patch("os.getuid", return_value=os.getuid() + 1)
    before = set(folder.iterdir())
    staged.check(ROOT, "aws", tier.GENERATED, {})
    assert set(folder.iterdir()) == before, "those of another user stay"
    owner.return_value -= 1
    staged.check(ROOT, "aws", tier.GENERATED, {})
    assert before - set(folder.iterdir()) == {folder / "cloud-check-old"}
    assert (precious / "file").exists()
