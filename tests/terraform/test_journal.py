# SPDX-License-Identifier: MIT
"""The journal: what terraform's events say was made, destroyed, and left in between."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudlib.errors import CloudError, PublishError
from cloudlib.terraform import follow, journal, state
from cloudlib.terraform.snapshot import Resource

NODE = 'aws_instance.node["k-1"]'


def event(kind: str, action: str, given: str = "", address: str = NODE) -> str:
    hook = {"resource": {"addr": address}, "action": action} | ({"id_value": given} if given else {})
    return json.dumps({"type": kind, "@message": f"{address}: {kind} {action}", "hook": hook}) + "\n"


def made(given: str, address: str = NODE) -> str:
    return event("apply_start", "create", address=address) + event("apply_complete", "create", given, address)


def gone(given: str) -> str:
    return event("apply_start", "delete", given) + event("apply_complete", "delete")


def read(folder: Path, text: str) -> journal.Journal:
    (folder / journal.NAME).write_text(text, encoding="utf-8")
    found = journal.read(folder)
    assert found is not None
    return found


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_something_in_its_place(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / journal.NAME)
    with pytest.raises(CloudError, match="it lists machines that may be running"):
        journal.read(tmp_path)


def test_no_journal(tmp_path: Path) -> None:
    assert journal.read(tmp_path) is None


@pytest.mark.parametrize(
    "text, ids, unfinished, failed",
    [
        (made("i-1"), ["i-1"], [], []),
        (event("apply_start", "create"), [], [NODE], []),
        (event("apply_start", "create") + event("apply_errored", "create"), [], [], [NODE]),
        (made("i-1") + gone("i-1"), [], [], []),
        (made("i-1") + gone("i-1") + made("i-2"), ["i-2"], [], []),
        (made("i-1") + made("i-2") + gone("i-1"), ["i-2"], [], []),  # create_before_destroy
        (made("i-1") + event("apply_start", "delete", "i-1"), ["i-1"], [], []),
        (made("i-1") + event("apply_start", "read", address="data.aws_ami.x"), ["i-1"], [], []),
        (made("i-1") + event("apply_start", "update", "i-1"), ["i-1"], [], []),
        (event("apply_start", "create") + event("apply_errored", "create") + made("i-1"), ["i-1"], [], []),
    ],
)
def test_what_events_say(
    tmp_path: Path, text: str, ids: list[str], unfinished: list[str], failed: list[str]
) -> None:
    """And the short form says the same."""
    found = read(tmp_path, text)
    for kept in (found, read(tmp_path, found.text())):
        assert [resource.id for resource in kept.made] == ids
        assert (list(kept.unfinished), list(kept.failed)) == (unfinished, failed)


@pytest.mark.parametrize(
    "tail", ["{", made("i-9")[:-9], "\0" * 5000, "panic: runtime error\n", "7\n", "[]\n"]
)
def test_lines_that_are_none(tmp_path: Path, tail: str) -> None:
    """A write that was cut off, zeros after a power cut, a crash: what stands before it counts."""
    assert Resource(NODE, "i-1") in read(tmp_path, made("i-1") + tail).made


@pytest.mark.parametrize(
    "line",
    [
        '{"address": 5, "id": "i"}',
        '{"address": "a.b", "id": null}',
        '{"address": "a.b"}',
        '{"type": "apply_start", "hook": {"action": "create", "resource": {"addr": 7}}}',
        made("i-9")[:-9],
    ],
)
def test_a_damaged_line_is_a_sign_of_machines(tmp_path: Path, line: str) -> None:
    """Where the state is lost too, nobody knows what it said."""
    found = read(tmp_path, line + "\n" + made("i-1"))
    assert found.damaged and list(found.made) == [Resource(NODE, "i-1")]
    read(tmp_path, line + '\n{"account": "1"}\n')
    with pytest.raises(state.StateLost, match=r"journal\.jsonl is damaged"):
        state.held(tmp_path)
    assert not read(tmp_path, made("i-1") + line).damaged, "the last may have been cut off"


def test_terraform_writes_and_people_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Room for the events is there beforehand; what was not used is gone afterwards."""
    path = tmp_path / journal.NAME
    path.write_text('{"address": "a.b", "id": "x"}\n', encoding="utf-8")
    diagnostic = {
        "severity": "error",
        "summary": "no capacity",
        "detail": "try \x1b[31manother zone",
        "address": NODE,
        "range": {"filename": "main.tf", "start": {"line": 7}},
        "snippet": {"context": 'resource "aws_instance" "node"', "code": "  for_each = 1"},
    }
    with follow.Follower(tmp_path, 1) as follower:
        assert path.stat().st_size > 100_000
        with open(follower.handle, "wb", buffering=0, closefd=False) as terraform:
            for text in (made("i-1"), json.dumps({"type": "diagnostic", "diagnostic": diagnostic}) + "\n"):
                terraform.write(text[:40].encode())
                follower.step()
                terraform.write(text[40:].encode())
                follower.step()
    out, err = capsys.readouterr()
    assert out == f"{NODE}: apply_start create\n{NODE}: apply_complete create\n"
    assert err == (
        f"\nError: no capacity\n\n  with {NODE},\n"
        '  on main.tf line 7, in resource "aws_instance" "node":\n   7:   for_each = 1\n\n'
        "try \\u001b[31manother zone\n"
    )
    assert b"\0" not in path.read_bytes()
    found = journal.read(tmp_path)
    assert found is not None and list(found.made) == [Resource("a.b", "x"), Resource(NODE, "i-1")]


def test_a_new_journal_is_private(tmp_path: Path) -> None:
    with follow.Follower(tmp_path, 1):
        assert (tmp_path / journal.NAME).stat().st_mode & 0o777 == 0o600


def test_no_room_no_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(follow.os, "posix_fallocate", full, raising=False)
    with pytest.raises(PublishError, match="No space left") as caught, follow.Follower(tmp_path, 1):
        pass
    assert "terraform was not started" in caught.value.unchanged


def test_its_second_name_in_a_worktree(tmp_path: Path) -> None:
    folder, git = tmp_path / "tree/terraform/aws", tmp_path / "clone/.git/worktrees/tree"
    folder.mkdir(parents=True)
    git.mkdir(parents=True)
    (tmp_path / "tree/.git").write_text(f"gitdir: {git}\n")
    (folder / journal.NAME).write_text(made("i-1"))
    journal.link(folder)
    (folder / journal.NAME).unlink()
    kept = journal.read(folder)
    assert kept and len(kept.made) == 1
    journal.forget(folder)
    assert journal.read(folder) is None and not any(git.glob("*/*"))


@pytest.mark.parametrize("text", [b"", b"\xff", b"gitdir: /nowhere/at/all"])
def test_a_git_that_is_none(tmp_path: Path, text: bytes) -> None:
    folder = tmp_path / "terraform/aws"
    folder.mkdir(parents=True)
    (tmp_path / ".git").write_bytes(text)
    assert journal.read(folder) is None
    (folder / journal.NAME).write_text(made("i-1"))
    journal.link(folder)
    assert {path.name for path in tmp_path.iterdir()} == {".git", "terraform"}
    journal.forget(folder)
    assert journal.read(folder) is None
