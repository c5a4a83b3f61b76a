# SPDX-License-Identifier: MIT
"""RECORD=FOLDER and REPLAY=FOLDER-or-FILE: where the answers of a run go to, or come from."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cloudlib.calls.recording import ENDING, FORMAT, Header, Recorder, Recording, read, write
from cloudlib.calls.run import CallLog
from cloudlib.calls.scrub import Known
from cloudlib.errors import NotSetUp, RecordingError, UsageError
from cloudlib.settings import ROOT, flag, own_values, recording

MANIFEST = "manifest.json"
Tape = Recorder | Recording
_FILE_NAME = re.compile(rf"[a-z0-9]+{re.escape(ENDING)}")


@dataclass
class Tapes:
    """What RECORD and REPLAY ask for; without either, `tape` is None for every provider."""

    record: Path | None = None
    replay: Path | None = None
    _recorders: dict[str, Recorder] = field(default_factory=dict)
    _started: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat(timespec="seconds"))

    def tape(self, provider: str) -> Tape | None:
        """What one provider's calls are recorded to or answered from.

        Raises NotSetUp where the recordings have none of it, RecordingError for one that cannot be used.
        """
        if self.record is not None:
            return self._recorders.setdefault(provider, Recorder(provider))
        if self.replay is None:
            return None
        return _from_folder(self.replay, provider) if self.replay.is_dir() else _of(self.replay, provider)

    def finish(
        self, source: str, tools: Mapping[str, Mapping[str, str]], *, ended: Collection[str]
    ) -> Iterator[str]:
        """Write the recordings of the providers whose run has `ended`; yields a line about each provider.

        An interrupted run has answered some of its calls: a replay would blame the recording, so there is
        none. `tools` are the versions by provider. Raises RecordingError after the last line: what could be
        written is there, and in the manifest. Where there is nothing, the folder is removed.
        """
        if self.record is None:
            return
        entries: dict[str, Any] = {}
        failure: RecordingError | None = None
        for provider, recorder in sorted(self._recorders.items()):
            if provider not in ended:
                yield f"not recorded: {provider}, whose run was interrupted"
                continue
            header = Header(provider, self._started, source, dict(tools.get(provider, {})))
            data = recorder.packed(header, _known())
            if not data:
                continue
            try:
                entries[provider] = add(self.record, header, data)
            except RecordingError as error:
                failure = failure or error
                continue
            yield f"recorded: {self.record / provider}{ENDING} ({len(data) / 1e6:.2f} MB)"
        if entries:
            write_manifest(self.record, entries)
        else:
            with contextlib.suppress(OSError):  # somebody may have put something in, or removed it
                self.record.rmdir()
            if not failure and self._recorders and self._recorders.keys() <= set(ended):
                failure = RecordingError(
                    "nothing was recorded: no provider answered", hint="see above for the reason"
                )
        if failure:
            raise failure


def call_log(provider: str) -> CallLog:
    """The log for one question of a CLI, which REPLAY answers where it is set; RECORD keeps whole runs alone.

    Raises the errors of `from_environment` and of `Tapes.tape`.
    """
    return CallLog(provider, tape=_replayed().tape(provider))


def add(folder: Path, header: Header, data: bytes) -> dict[str, Any]:
    """Write a recording into a folder; returns its entry of the manifest."""
    name = f"{header.provider}{ENDING}"
    write(folder / name, data)
    return {
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "recorded_at": header.recorded_at,
        "source": header.source,
        "tools": dict(header.tools),
    }


def write_manifest(folder: Path, entries: Mapping[str, Any]) -> None:
    """Say what the recordings of a folder are: {provider: its entry}."""
    manifest = {"format": FORMAT, "recordings": entries}
    write(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())


def from_environment() -> Tapes:
    """RECORD and REPLAY as they are set; makes the folder of RECORD. Raises UsageError, RecordingError."""
    record, replay = recording()
    if record and replay:
        raise UsageError("RECORD and REPLAY exclude each other: a replayed run has nothing new to record")
    if not record:
        return _replayed()
    try:
        Path(record).mkdir()
    except FileExistsError:
        raise UsageError(
            f"RECORD={record} exists already, and recordings are not overwritten",
            unchanged=record,
            hint="name a new folder",
        ) from None
    except OSError as error:
        raise RecordingError(
            f"the folder RECORD={record} cannot be made: {error.strerror}", hint="name another folder"
        ) from error
    return Tapes(record=Path(record))


def _replayed() -> Tapes:
    replay = recording()[1]
    refuse_live()
    if replay and not Path(replay).exists():
        raise UsageError(f"REPLAY={replay}: there is no such folder or file", hint="REPLAY=recordings")
    return Tapes(replay=Path(replay) if replay else None)


def refuse_live() -> None:
    """UsageError where REPLAY is set and LIVE=1 asks the provider itself."""
    if recording()[1] and flag("LIVE"):
        raise UsageError("LIVE=1 asks the provider, REPLAY asks no one: set only one of them")


def _from_folder(folder: Path, provider: str) -> Recording:
    entry = _manifest(folder).get(provider)
    if entry is None:
        raise NotSetUp(f"{folder} has no recording of {provider}", hint=_make_one(provider))
    file, digest = (entry.get(key) for key in ("file", "sha256")) if isinstance(entry, dict) else (0, 0)
    if not isinstance(file, str) or not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
        raise RecordingError(f"{folder / MANIFEST}: the entry of {provider} lacks its file or sha256")
    path = folder / file
    if not _FILE_NAME.fullmatch(file) or path.is_symlink():
        raise RecordingError(
            f"{folder / MANIFEST}: {file!r} points outside the folder, and was not opened",
            hint="do not trust the folder",
        )
    whole = read(path, name=_shown(path), sha256=digest)
    if whole.header.provider != provider:
        raise RecordingError(
            f"{path} is a recording of {whole.header.provider}; the manifest calls it one of {provider}",
            hint="get the folder again, or make a new recording",
        )
    return whole


def _of(path: Path, provider: str) -> Recording:
    """The recording that REPLAY names itself, whatever it is called."""
    whole = read(path, name=_shown(path))
    if whole.header.provider != provider:
        raise NotSetUp(
            f"{path} is a recording of {whole.header.provider}, not of {provider}",
            hint=f"make cloud-config-{whole.header.provider} REPLAY={path}",
        )
    return whole


def _shown(path: Path) -> str:
    """What a catalog may call a recording: its place in the tree; elsewhere its name, for all to read."""
    whole = path.resolve()
    return str(whole.relative_to(ROOT)) if whole.is_relative_to(ROOT) else path.name


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        if path.is_symlink():
            raise RecordingError(f"{path} is a symbolic link, and was not followed", hint="copy the file")
        manifest = json.loads(path.read_bytes())
        version, entries = manifest["format"], manifest["recordings"]
    except FileNotFoundError as error:
        raise RecordingError(
            f"{folder} has no {MANIFEST}", hint=f"REPLAY=FILE{ENDING} replays one file without it"
        ) from error
    except (OSError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise RecordingError(f"{path} is not a manifest: {error}", hint="get the folder again") from error
    if version != FORMAT or not isinstance(entries, dict):
        raise RecordingError(
            f"{path} has format {version!r}; this version of the project reads format {FORMAT}",
            hint="use the version that made it, or make a new recording",
        )
    return entries


def _make_one(provider: str) -> str:
    return f"make cloud-config-{provider} RECORD=FOLDER makes one, with the vendor's CLI and an account"


def _known() -> Known:
    """Keys and names that this process was given by its environment."""
    secrets, names = own_values()
    with contextlib.suppress(KeyError, OSError):  # a user id without a name
        names |= {getpass.getuser()}
    return Known(secrets, names)
