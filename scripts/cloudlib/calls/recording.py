# SPDX-License-Identifier: MIT
"""A recording: every answer of a vendor in one run, saved to a file and replayed from it.

A file is gzip over lines of JSON: a header, then one line a call, sorted. A folder of them has a manifest
that says what each is, and its sha256. docs/recordings.md describes both for people.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cloudlib.calls.answers import Answer
from cloudlib.calls.scrub import Known, scrub
from cloudlib.errors import NotRecorded, RecordingError

FORMAT = 1
ENDING = ".jsonl.gz"
_CALL = re.compile(rb'\{"call":("(?:[^"\\]|\\.)+")[,}]')  # how the line of an answer begins
_MAGIC = "cloud-kconfig recording"
#: The most that a recording may hold unpacked; the largest of this project's own holds a quarter of it.
MOST_BYTES = 512 << 20
_RECORD_ANEW = (
    "make cloud-config-{provider} RECORD=FOLDER makes a new one, with the vendor's CLI and an account"
)


@dataclass(frozen=True)
class Header:
    """The first line of a recording: what it is, and the settings that decided what was asked."""

    provider: str
    recorded_at: str
    source: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0


class Recorder:
    """Takes the answers of one provider's run; the last one of each call counts. Safe between threads."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._settings: dict[str, str] = {}
        self._secrets: set[str] = set()

    def keep(self, answer: Answer) -> None:
        """Take an answer."""
        with self._lock:
            self._answers[answer.call] = answer

    def keep_setting(self, name: str, value: str) -> None:
        """Take a setting of this machine that decides what is asked."""
        with self._lock:
            self._settings[name] = value

    def keep_out(self, secret: str) -> None:
        """This must not be in the file, wherever a vendor may repeat it."""
        with self._lock:
            self._secrets.add(secret)

    def packed(self, header: Header, known: Known) -> bytes:
        """The whole file, scrubbed; b"" where nothing was answered."""
        with self._lock:
            answers = [self._answers[call] for call in sorted(self._answers)]
            settings = dict(sorted(self._settings.items()))
            known = Known(known.secrets | self._secrets, known.names)
        if not answers:
            return b""
        answers, settings = scrub(answers, settings, known)
        return pack(replace(header, settings=settings), answers)


def pack(header: Header, answers: Sequence[Answer]) -> bytes:
    """The bytes of a recording. The same answers give the same bytes."""
    head = {_MAGIC: FORMAT, **vars(header), "calls": len(answers)}
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        for fields in (head, *(answer.as_json() for answer in answers)):
            stream.write(json.dumps(fields, separators=(",", ":")).encode() + b"\n")
    return packed.getvalue()


@dataclass(frozen=True)
class Recording:
    """A recording that was read. `name` is what messages call it, `sha256` that of its file.

    `lines` are those of the file, by call: each is parsed when it is asked for.
    """

    name: str
    sha256: str
    header: Header
    lines: Mapping[str, bytes] = field(repr=False)

    @property
    def provenance(self) -> str:
        """How a catalog made from it names its source."""
        note = f"{self.header.source}; " if self.header.source else ""
        return f"recording: {note}{self.name} of {self.header.recorded_at[:10]}, sha256 {self.sha256}"

    def answer(self, call: str) -> Answer:
        """The answer to a call; NotRecorded if there is none."""
        line = self.lines.get(call)
        if line is None:
            raise NotRecorded(
                f"{self.name} has no answer to `{_short(call)}`: it was made by another version "
                f"of the project, or under other settings",
                hint=_RECORD_ANEW.format(provider=self.header.provider),
            )
        try:
            return Answer.from_json(json.loads(line))
        except (AttributeError, RecursionError, ValueError) as error:
            raise RecordingError(f"{self.name}: no answer to `{_short(call)}` ({error})") from error

    def setting(self, name: str, found: Callable[[], str]) -> str:
        """What a setting was when this was recorded; where it says nothing, what it is here."""
        return self.header.settings[name] if name in self.header.settings else found()


def read(path: Path, *, name: str, sha256: str = "") -> Recording:
    """The recording in a file, which messages call `name`; RecordingError if it is not one, or incomplete.

    `sha256`, if given, must match the file.
    """
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{name} cannot be read: {error.strerror}", hint=_GET_ANOTHER) from error
    digest = hashlib.sha256(packed).hexdigest()
    if sha256 and digest != sha256:
        raise RecordingError(
            f"{name} does not match the manifest: its sha256 is {digest}, not {sha256}", hint=_GET_ANOTHER
        )
    lines = _lines(packed, name)
    header = _header(next(lines, b""), name)
    answers = {_call(line, f"{name}, line {number}"): line for number, line in enumerate(lines, 2)}
    if len(answers) != header.calls:
        raise RecordingError(
            f"{name} is cut off: it has {len(answers)} of {header.calls} answers", hint=_GET_ANOTHER
        )
    return Recording(name, digest, header, answers)


_GET_ANOTHER = "get the file again, or make a new recording"


def _lines(packed: bytes, name: str) -> Iterator[bytes]:
    """The lines of the unpacked file, without holding it whole."""
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            while line := stream.readline(MOST_BYTES - size + 1):
                size += len(line)
                if size > MOST_BYTES:
                    raise RecordingError(
                        f"{name} is more than {MOST_BYTES >> 20} MiB unpacked; the rest was not read",
                        hint="no run fetches that much: do not trust the file",
                    )
                yield line
    except EOFError as error:
        raise RecordingError(f"{name} is cut off", hint=_GET_ANOTHER) from error
    except (OSError, zlib.error) as error:
        raise RecordingError(
            f"{name} is not a recording, or is damaged: {error}", hint=_GET_ANOTHER
        ) from error


def _call(line: bytes, where: str) -> str:
    """The call of a line, whose rest is not looked at: most of what is recorded a run may not ask for."""
    start = _CALL.match(line)
    if start is not None and line.endswith(b"}\n"):
        with contextlib.suppress(ValueError):
            return str(json.loads(start[1]))
    raise RecordingError(f"{where}: not an answer", hint=_GET_ANOTHER)


def _header(line: bytes, name: str) -> Header:
    try:
        fields: dict[str, Any] = json.loads(line)
        version = fields.pop(_MAGIC)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise RecordingError(f"{name} is not a recording made by this project", hint=_GET_ANOTHER) from error
    if version != FORMAT:
        raise RecordingError(
            f"{name} has format {version!r}; this version of the project reads format {FORMAT}",
            hint="use the version that made it, or make a new recording",
        )
    try:
        header = Header(**fields)
    except TypeError as error:
        raise RecordingError(f"{name}: {error}", hint=_GET_ANOTHER) from error
    texts = (header.provider, header.recorded_at, header.source)
    tables = (header.tools, header.settings)
    if (
        not all(isinstance(text, str) for text in texts)
        or not all(isinstance(table, dict) for table in tables)
        or not all(isinstance(value, str) for table in tables for value in table.values())
    ):
        raise RecordingError(f"{name}: the header has an unexpected shape", hint=_GET_ANOTHER)
    return header


def write(path: Path, data: bytes) -> None:
    """Make a new file of these bytes, whole or not at all; RecordingError where that fails."""
    staged = path.with_name(f"{path.name}.new")
    try:
        try:
            with staged.open("xb") as stream:
                stream.write(data)
            os.replace(staged, path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RecordingError(
            f"the recording {path} cannot be written: {error.strerror}",
            unchanged="the menus that are reported as published, which do not depend on it",
            hint="make room, then record again into a new folder",
        ) from error


def _short(call: str) -> str:
    return call if len(call) <= 300 else f"{call[:300]}…"
