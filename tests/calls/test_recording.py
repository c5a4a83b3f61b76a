# SPDX-License-Identifier: MIT
"""Recordings as files: what goes in comes out, and what is damaged or not one is told."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.calls import recording, tapes
from cloudlib.calls.answers import Answer
from cloudlib.calls.recording import Header, Recorder, Recording, pack, read
from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog, run_bytes, run_json
from cloudlib.calls.scrub import Known
from cloudlib.errors import (
    BadReply,
    BudgetExceeded,
    CallFailed,
    CloudError,
    NotRecorded,
    NotSetUp,
    RecordingError,
    Throttled,
    TimedOut,
    UsageError,
)

HEADER = Header("aws", "2026-11-01T00:00:00+00:00", "a note", {"aws": "1.2"}, {"region": "x"})
ANSWERS = [Answer("aws one", 0, b"{}"), Answer("aws two", 3, b"", "no")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one recording, of aws."""
    tapes.write_manifest(tmp_path, {"aws": tapes.add(tmp_path, HEADER, pack(HEADER, ANSWERS))})
    return tmp_path


def change(folder: Path, **fields: object) -> None:
    """Change the manifest's entry of aws."""
    path = folder / tapes.MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest["recordings"]["aws"].update(fields)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def refusal(folder: Path, provider: str = "aws") -> CloudError:
    with pytest.raises(CloudError) as caught:
        tapes.Tapes(replay=folder).tape(provider)
    assert caught.value.hint
    return caught.value


def test_what_goes_in_comes_out(folder: Path) -> None:
    tape = tapes.Tapes(replay=folder).tape("aws")
    assert isinstance(tape, Recording)
    assert [tape.answer(a.call) for a in ANSWERS] == ANSWERS
    assert tape.setting("region", lambda: "here") == "x" and tape.setting("other", lambda: "here") == "here"
    digest = hashlib.sha256((folder / "aws.jsonl.gz").read_bytes()).hexdigest()
    assert tape.provenance == f"recording: a note; aws.jsonl.gz of 2026-11-01, sha256 {digest}"


@given(st.binary(), st.text(), st.integers())
def test_any_answer_survives(out: bytes, err: str, code: int) -> None:
    answer = Answer("aws one", code, out, err)
    assert Answer.from_json(json.loads(json.dumps(answer.as_json()))) == answer


def test_the_same_answers_give_the_same_bytes() -> None:
    made = []
    for answers in (ANSWERS, ANSWERS[::-1]):
        recorder = Recorder("aws")
        for answer in answers:
            recorder.keep(answer)
        made.append(recorder.packed(HEADER, Known()))
    assert made[0] == made[1] != b""


def test_a_single_file_is_replayed_whatever_its_name(folder: Path) -> None:
    path = folder / "aws.jsonl.gz"
    path.rename(folder / "report (1).gz")
    tape = tapes.Tapes(replay=folder / "report (1).gz").tape("aws")
    assert isinstance(tape, Recording) and tape.header.provider == "aws"
    with pytest.raises(NotSetUp, match=r"is a recording of aws, not of gce"):
        tapes.Tapes(replay=folder / "report (1).gz").tape("gce")


def test_a_provider_without_recording_is_not_set_up(folder: Path) -> None:
    error = refusal(folder, "gce")
    assert isinstance(error, NotSetUp) and "cloud-config-gce RECORD=" in error.hint


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off(folder: Path, part: float) -> None:
    path = folder / "aws.jsonl.gz"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert "its sha256 is" in refusal(folder).what
    with pytest.raises(RecordingError, match="cut off"):
        read(path, name="x")


def test_lines_that_are_missing(folder: Path) -> None:
    path = folder / "aws.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))
    with pytest.raises(RecordingError, match="1 of 2 answers"):
        read(path, name="x")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a recording"),
        (b"PK\x03\x04 zip", "is not a recording, or is damaged"),
        (gzip.compress(b'{"a": 1}\n'), "not a recording made by this project"),
        (gzip.compress(b"[" * 100_000), "not a recording made by this project"),
        (gzip.compress(b'{"cloud-kconfig recording": 2}\n'), "format 2"),
        (gzip.compress(b'{"cloud-kconfig recording": 1, "x": 1}\n'), "x"),
        (gzip.compress(b'{"cloud-kconfig recording":1,"provider":1,"recorded_at":""}\n'), "unexpected shape"),
        (pack(HEADER, ANSWERS) + b"more", "damaged"),
    ],
    ids=("empty", "zip", "other", "deep", "newer", "field", "type", "more"),
)
def test_a_file_that_is_no_recording(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=words) as caught:
        read(path, name="x")
    assert caught.value.hint


@pytest.mark.parametrize("line", [b"[]\n", b'{"out":"","call":"a"}\n', b'{"call":1}\n', b'{"call":"a"'])
def test_a_line_that_is_no_answer(tmp_path: Path, line: bytes) -> None:
    head = gzip.decompress(pack(HEADER, [])).replace(b'"calls":0', b'"calls":1')
    (tmp_path / "f").write_bytes(gzip.compress(head + line))
    with pytest.raises(RecordingError, match="line 2"):
        read(tmp_path / "f", name="x")


def test_an_answer_of_another_shape_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    head = gzip.decompress(pack(HEADER, [])).replace(b'"calls":0', b'"calls":1')
    for rest in (b'"code":"0"}\n', b'"failed":"SystemExit"}\n', b'"out":7}\n', b'"out"}\n'):
        (tmp_path / "f").write_bytes(gzip.compress(head + b'{"call":"a",' + rest))
        with pytest.raises(RecordingError, match="no answer to `a`"):
            read(tmp_path / "f", name="x").answer("a")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_BYTES", 1 << 20)
    (tmp_path / "f").write_bytes(gzip.compress(pack(HEADER, []) + b"0" * (4 << 20)))
    (tmp_path / "g").write_bytes(gzip.compress(b'{"call":"a"}\n' * (1 << 20)))
    for name in "fg":
        with pytest.raises(RecordingError):
            read(tmp_path / name, name="x")
    head = gzip.decompress(pack(HEADER, []))
    (tmp_path / "h").write_bytes(gzip.compress(head + b" " * (2 << 20)))
    with pytest.raises(RecordingError, match="more than 1 MiB unpacked"):
        read(tmp_path / "h", name="x")


def test_another_sha256(folder: Path) -> None:
    change(folder, sha256="0" * 64)
    assert "its sha256 is" in refusal(folder).what


def test_another_provider_under_this_name(folder: Path) -> None:
    header = Header("gce", "2026")
    change(folder, **tapes.add(folder, header, pack(header, ANSWERS)))
    assert "is a recording of gce; the manifest calls it one of aws" in refusal(folder).what


@pytest.mark.parametrize(
    "file", ["../aws.jsonl.gz", "/etc/passwd", "a/aws.jsonl.gz", "link.jsonl.gz", "", ".."]
)
def test_a_way_out_of_the_folder(folder: Path, file: str) -> None:
    (folder / "link.jsonl.gz").symlink_to(folder / "aws.jsonl.gz")
    change(folder, file=file)
    assert "points outside the folder" in refusal(folder).what


def test_a_manifest_that_is_a_link(folder: Path) -> None:
    (folder / tapes.MANIFEST).rename(folder / "real")
    (folder / tapes.MANIFEST).symlink_to(folder / "real")
    assert "symbolic link" in refusal(folder).what


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "not a manifest"), ("[]", "not a manifest"), ('{"format": 9, "recordings": {}}', "format 9"),
     ('{"format": 1, "recordings": {"aws": 3}}', "lacks"), ("[" * 100_000, "not a manifest")],
)  # fmt: skip
def test_a_manifest_that_is_none(folder: Path, text: str, words: str) -> None:
    (folder / tapes.MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=words):
        tapes.Tapes(replay=folder).tape("aws")


def test_a_folder_without_a_manifest(tmp_path: Path) -> None:
    assert "has no manifest.json" in refusal(tmp_path).what


# --- what RECORD and REPLAY may be ---


def test_record_and_replay_exclude_each_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECORD", str(tmp_path / "new"))
    monkeypatch.setenv("REPLAY", str(tmp_path))
    with pytest.raises(UsageError, match="exclude each other"):
        tapes.from_environment()
    assert not (tmp_path / "new").exists()


def test_record_refuses_a_folder_that_exists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    for name in (".", "mine"):
        monkeypatch.setenv("RECORD", str(tmp_path / name))
        with pytest.raises(UsageError, match="exists already"):
            tapes.from_environment()
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_record_needs_a_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECORD", str(tmp_path / "no" / "such"))
    with pytest.raises(RecordingError, match="cannot be made"):
        tapes.from_environment()


def test_replay_needs_something(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPLAY", str(tmp_path / "no"))
    with pytest.raises(UsageError, match="no such folder"):
        tapes.from_environment()


def test_replay_is_not_live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPLAY", str(tmp_path))
    monkeypatch.setenv("LIVE", "1")
    with pytest.raises(UsageError, match="LIVE=1"):
        tapes.from_environment()
    monkeypatch.setenv("LIVE", "0")
    assert tapes.from_environment().replay == tmp_path


def test_without_both_nothing_is_taped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RECORD", "REPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert tapes.from_environment().tape("aws") is None
    assert list(tapes.from_environment().finish("", {}, ended={"aws"})) == []


def test_a_full_disk_leaves_no_half_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(RecordingError, match="No space left on device") as caught:
        recording.write(tmp_path / "f", b"x")
    assert caught.value.unchanged and list(tmp_path.iterdir()) == []


def test_nothing_recorded_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "rec").mkdir()
    made = tapes.Tapes(record=tmp_path / "rec")
    made.tape("aws")
    with pytest.raises(RecordingError, match="nothing was recorded"):
        list(made.finish("", {}, ended={"aws"}))
    assert not (tmp_path / "rec").exists()


def recorded_in(folder: Path, *providers: str) -> tapes.Tapes:
    """RECORD into a new folder; each of the providers was answered once."""
    folder.mkdir()
    made = tapes.Tapes(record=folder)
    for name in providers:
        tape = made.tape(name)
        assert isinstance(tape, Recorder)
        tape.keep(Answer(f"{name} x", 0, b"{}"))
    return made


def test_one_that_cannot_be_written_does_not_cost_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, replace = recorded_in(tmp_path / "rec", "one", "two", "three"), os.replace

    def full(source: Path, target: Path) -> None:
        if target.name.startswith("two"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr("os.replace", full)
    lines: list[str] = []
    with pytest.raises(RecordingError, match=r"two\.jsonl\.gz cannot be written: No space left on device"):
        for line in made.finish("", {}, ended={"one", "two", "three"}):
            lines.append(line)
    assert [line.split()[1] for line in lines] == [
        str(tmp_path / f"rec/{n}.jsonl.gz") for n in ("one", "three")
    ]
    again = tapes.Tapes(replay=tmp_path / "rec")
    for name in ("one", "three"):
        tape = again.tape(name)
        assert isinstance(tape, Recording) and tape.answer(f"{name} x").out == b"{}"
    with pytest.raises(NotSetUp, match="no recording of two"):
        again.tape("two")


@pytest.mark.parametrize("providers", [(), ("one", "three")])
def test_an_interrupted_run_is_not_recorded(tmp_path: Path, providers: tuple[str, ...]) -> None:
    lines = list(recorded_in(tmp_path / "rec", *providers).finish("", {}, ended=()))
    assert lines == [f"not recorded: {name}, whose run was interrupted" for name in providers]
    assert not (tmp_path / "rec").exists()


# --- the way through run and retry ---


def replayed(*answers: Answer) -> CallLog:
    lines = {a.call: json.dumps(a.as_json()).encode() for a in answers}
    return CallLog(tape=Recording("rec", "0" * 64, HEADER, lines))


def test_a_command_is_answered_without_being_there() -> None:
    log = replayed(Answer("no-such-cli a 'b c'", 0, b"[1]"))
    assert run_json(["no-such-cli", "a", "b c"], log=log, timeout=1) == [1]
    assert log.calls == 1


def test_an_unknown_call_is_named_and_is_no_failed_region() -> None:
    with pytest.raises(NotRecorded, match=r"rec has no answer to `no-such-cli x`") as caught:
        run_bytes(["no-such-cli", "x"], log=replayed(), timeout=1)
    assert not isinstance(caught.value, CallFailed) and "RECORD=" in caught.value.hint


def test_faults_are_replayed_as_they_were() -> None:
    log = replayed(
        Answer("cli code", 7, b"", "it broke"),
        Answer("cli cut", 0, b'{"a": '),
        Answer("cli slow", failed="TimedOut", err="no answer within 3 s", hint="wait"),
    )
    with pytest.raises(CallFailed, match="exit code 7: it broke"):
        run_bytes(["cli", "code"], log=log, timeout=1)
    with pytest.raises(BadReply, match="whole JSON"):
        run_json(["cli", "cut"], log=log, timeout=1)
    with pytest.raises(TimedOut, match="within 3 s") as caught:
        run_bytes(["cli", "slow"], log=log, timeout=1)
    assert caught.value.hint == "wait"


def test_a_replayed_failure_is_not_tried_again() -> None:
    log, tries = replayed(), []

    def call() -> None:
        tries.append(1)
        raise Throttled("slow down")

    with pytest.raises(Throttled):
        retried(call, log)
    assert tries == [1]


def test_the_last_answer_of_a_call_counts() -> None:
    recorder = Recorder("aws")
    log = CallLog(tape=recorder)
    for code in (1, 0):
        log.ask("aws x", "aws x", lambda code=code: Answer("aws x", code, b"{}", "slow down" * code))
    packed = recorder.packed(HEADER, Known())
    assert json.loads(gzip.decompress(packed).splitlines()[1]) == {"call": "aws x", "out": "{}"}


def test_a_budget_or_a_stop_is_no_answer() -> None:
    recorder = Recorder("aws")
    log = CallLog(budget=0, tape=recorder)
    with pytest.raises(BudgetExceeded):
        run_bytes(["true"], log=log, timeout=300)
    assert recorder.packed(HEADER, Known()) == b""
