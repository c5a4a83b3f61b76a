# SPDX-License-Identifier: MIT
"""A rewritten file holds the old text or the new one: on a full disk, through links, whatever its mode."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from cloudlib.errors import PublishError
from cloudlib.publish import rewrite as module
from cloudlib.publish.rewrite import replacement, rewrite

NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing temporary may be left."""
    made = tmp_path / "folder"
    made.mkdir()
    yield made
    assert list(made.rglob("*.new")) == []


def test_it_writes_when_something_changes(folder: Path) -> None:
    path = folder / "file"
    assert rewrite(path, "a") and not rewrite(path, "a") and rewrite(path, "b")
    path.write_bytes(b"\xff")
    assert rewrite(path, "c"), "bytes that are not text are not what it should hold"
    assert path.read_text() == "c" and [p.name for p in folder.iterdir()] == ["file"]


@pytest.mark.parametrize("call", ["os.fsync", "os.replace", "pathlib.Path.write_text"])
@pytest.mark.parametrize("old", ["old", None])
def test_no_room(folder: Path, mocker: MockerFixture, call: str, old: str | None) -> None:
    path = folder / "file"
    if old is not None:
        path.write_text(old)
    mocker.patch(call, side_effect=NO_ROOM)
    with pytest.raises(PublishError, match="No space left on device") as caught:
        rewrite(path, "new")
    mocker.stopall()
    assert (path.read_text() if path.exists() else None) == old
    assert bool(caught.value.unchanged) == (old is not None) and caught.value.hint


def test_the_text_is_on_the_disk_before_its_name(folder: Path, mocker: MockerFixture) -> None:
    order: list[str] = []
    mocker.patch.object(
        module, "sync", side_effect=lambda p: order.append(f"sync {p.name.partition('.')[0]}")
    )
    mocker.patch("os.replace", side_effect=lambda a, b: order.append("rename"))
    rewrite(folder / "file", "text")
    assert order == ["sync file", "rename", "sync folder"]
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o444])
def test_the_mode_is_kept(folder: Path, mode: int) -> None:
    path = folder / "file"
    path.write_text("old")
    path.chmod(mode)
    assert rewrite(path, "new") and path.stat().st_mode & 0o777 == mode


def test_a_private_file_stays_private(folder: Path) -> None:
    """Also while it is written, and where the old one was not."""
    path = folder / "file"
    with replacement(path, mode=0o600) as new:
        assert new.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with replacement(path, mode=0o600) as new:
        assert new.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_to_a_file_of_the_same_folder_is_followed(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "real").write_text("old")
    (folder / "file").symlink_to("sub/real")
    assert rewrite(folder / "file", "new")
    assert (folder / "file").is_symlink() and (folder / "sub" / "real").read_text() == "new"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_out_of_the_folder_is_replaced(folder: Path, there: bool) -> None:
    outside = folder.parent / "precious"
    if there:
        outside.write_text("precious")
    (folder / "file").symlink_to(outside)
    assert rewrite(folder / "file", "new")
    assert not (folder / "file").is_symlink() and (folder / "file").read_text() == "new"
    assert (outside.read_text() if there else not outside.exists()) in ("precious", True)


def test_what_is_not_a_regular_file_stays(folder: Path) -> None:
    """/dev/null would become a file for everybody."""
    os.mkfifo(folder / "pipe")
    with pytest.raises(PublishError, match="it is not a regular file"):
        rewrite(folder / "pipe", "new")
    assert (folder / "pipe").is_fifo()


def test_a_planted_temporary_file_is_not_followed(folder: Path) -> None:
    outside = folder.parent / "precious"
    outside.write_text("precious")
    (folder / f"file.{os.getpid()}.new").symlink_to(outside)
    assert rewrite(folder / "file", "new") and outside.read_text() == "precious"


def test_a_link_to_itself_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.symlink_to(path)
    assert rewrite(path, "text") and path.read_text(encoding="utf-8") == "text" and not path.is_symlink()
