# SPDX-License-Identifier: MIT
"""What is up in a provider's folder, as far as its files tell. A missing state is not proof that nothing is.

For every command that makes, destroys or forgets machines. A local state is read as a file, so that
`mrproper` needs no terraform; of a remote one terraform is asked (`state pull`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloudlib.errors import CloudError, counted
from cloudlib.settings import shown
from cloudlib.terraform import backend, journal, lock, snapshot
from cloudlib.terraform.snapshot import Resource, Snapshot

NAME = "terraform.tfstate"
#: The variables of the machines that are up, written right before terraform makes any.
APPLIED = "applied.tfvars.json"
SSH_CONFIG = "ssh_config"
#: Where terraform writes its state when it cannot write to terraform.tfstate.
_ERRORED = "errored.tfstate"
_LOCK = f".{NAME}.lock.info"
_SHOWN = 20


class StateLost(CloudError):
    """Machines may be running that the state does not know.

    `missing` are those of known id, `unfinished` the addresses whose creation was cut off.
    """

    def __init__(
        self, what: str, *, hint: str, missing: Sequence[Resource] = (), unfinished: Sequence[str] = ()
    ) -> None:
        super().__init__(what, unchanged="every file and every machine", hint=hint)
        self.missing = missing
        self.unfinished = unfinished


@dataclass(frozen=True, slots=True)
class Known:
    """`held` is in the state. `missing` was made, and the state lacks it; `unfinished` may exist besides.

    `lost` says what is wrong with the state where it cannot be relied on, "" where it can. `now` is the state
    itself, None where there is none.
    """

    held: tuple[Resource, ...]
    missing: tuple[Resource, ...]
    unfinished: tuple[str, ...]
    lost: str = ""
    now: Snapshot | None = None


def held(folder: Path) -> list[str]:
    """The addresses of what the state of a folder holds in the cloud; workspaces count too.

    Raises StateLost where something may be up that the state does not hold, CloudError for a state that
    cannot be read, or that terraform could not write: it may hold anything.
    """
    backend.refuse_workspace(folder)
    now = look(folder)
    check(folder, now)
    return [resource.address for resource in now.held]


def check(folder: Path, now: Known) -> None:
    """Raise StateLost where something may be up that the state does not hold."""
    for path in errored(folder):
        raise _errored(folder, path, now)
    if now.lost or now.missing or (now.unfinished and not now.held):
        raise _lost(folder, now)


def look(folder: Path) -> Known:
    """What is known of a folder. Raises CloudError for a journal or another state that cannot be read."""
    damaged = ""
    try:
        now = current(folder)
    except CloudError as error:
        if backend.kind(folder):
            raise
        now, damaged = None, error.what
    local = read(folder / NAME) if backend.kind(folder) else None  # of before the backend was chosen
    states = [now, local, *(read(path) for path in _others(folder))]
    held = tuple(r for state in states if state for r in state.resources)
    kept = journal.read(folder)
    made = kept.made if kept else {}
    missing = tuple(r for r in made if r not in set(held))
    unfinished = tuple(kept.unfinished if kept else ())
    if now is not None:
        return Known(held, missing, unfinished, now=now)
    # What failed half way is in the state, and the state is lost.
    unfinished += tuple(kept.failed if kept else ())
    backup = _backup(folder)
    missing = tuple(dict.fromkeys((*missing, *(r for r in backup if r not in set(held)))))
    if damaged:
        return Known(held, missing, unfinished, damaged)
    signs = [*_signs(folder, kept)]
    how = "is empty" if (folder / NAME).exists() else "is missing"
    kind = backend.kind(folder)
    which = f"the state in the {kind} backend" if kind else shown(folder / NAME)
    lost = f"{which} {how}, but machines may be running: {', '.join(signs)}"
    return Known(held, missing, unfinished, lost if signs else "")


def current(folder: Path) -> Snapshot | None:
    """The state of a folder, wherever it is; None where there is none. Raises CloudError."""
    kind = backend.kind(folder)
    if not kind:
        return read(folder / NAME)
    try:
        text = backend.pull(folder)
    except CloudError as error:
        held = lock.hint(error.what, folder)
        if not held:
            raise
        what = f"the state of {shown(folder)} in the {kind} backend is locked"
        raise CloudError(what, unchanged=error.unchanged, hint=held) from error
    try:
        return snapshot.read(text) if text.strip() else None
    except ValueError as error:
        raise CloudError(
            f"the state in the {kind} backend cannot be read as a terraform state ({error}); "
            "machines listed in it may still be running",
            unchanged="every file and every machine",
            hint="restore an older version of it in the backend",
        ) from error


def read(path: Path) -> Snapshot | None:
    """A state file; None where it is missing or empty. Raises CloudError where it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is not a regular file")
        text = path.read_text(encoding="utf-8")
        return snapshot.read(text) if text.strip() else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CloudError(
            f"{shown(path)} cannot be read as a terraform state ({error}); "
            "machines listed in it may still be running",
            unchanged="every file and every machine",
            hint=_restore(path.parent) + f"\nremove {shown(path)} by hand once you know that nothing runs",
        ) from error


def refuse_workspaces(folder: Path) -> None:
    """Raise CloudError where another workspace than the default one is selected, or holds something."""
    backend.refuse_workspace(folder)
    for path in _others(folder):
        state = read(path)
        if state and state.resources:
            name, holds = path.parent.name, counted(len(state.resources), "resource")
            raise CloudError(
                f"the workspace {name!r} of {shown(folder)} holds {holds}; only the default one is supported",
                unchanged="every file and every machine",
                hint=f"TF_WORKSPACE={name} terraform -chdir={shown(folder)} destroy "
                f"-var-file=<the variables that they were made with>",
            )


def _others(folder: Path) -> list[Path]:
    """The states of other workspaces."""
    return sorted(folder.glob(f"{NAME}.d/*/{NAME}"))


def variables(folder: Path) -> dict[str, object]:
    """The variables of the machines that are up; {} where they are not known."""
    try:
        values = json.loads((folder / APPLIED).read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _backup(folder: Path) -> tuple[Resource, ...]:
    """What the backup holds, which terraform writes before it changes a state; () where it cannot be read."""
    try:
        state = read(folder / f"{NAME}.backup")
    except CloudError:
        return ()
    return state.resources if state else ()


def _signs(folder: Path, kept: journal.Journal | None) -> Iterator[str]:
    """Why machines may be up although no state says so.

    A journal is there before terraform starts and complete from then on: where it lists nothing, variables
    and a lock prove nothing, unless it was damaged since.
    """
    if kept and kept.damaged:
        yield f"{journal.NAME} is damaged"
    if kept and kept.made:
        yield f"{journal.NAME} lists {counted(len(kept.made), 'resource')}"
    if kept and kept.unfinished:
        yield f"{journal.NAME} has {counted(len(kept.unfinished), 'creation')} without an end"
    backup = folder / f"{NAME}.backup"
    if _backup(folder):
        yield f"{backup.name} holds {counted(len(_backup(folder)), 'resource')}"
    elif backup.exists() and backup.stat().st_size and not _readable(backup):
        yield f"{backup.name} cannot be read"
    if (folder / SSH_CONFIG).exists():
        yield f"{SSH_CONFIG} is there"
    if kept is None:
        yield from (f"{name} is there" for name in (APPLIED, _LOCK) if (folder / name).exists())


def _readable(path: Path) -> bool:
    try:
        read(path)
    except CloudError:
        return False
    return True


def errored(folder: Path) -> list[Path]:
    """The states that terraform wrote beside its own, where it could not write that."""
    return [path for path in (folder / _ERRORED, folder / "applied" / _ERRORED) if path.exists()]


def _errored(folder: Path, path: Path, now: Known) -> StateLost:
    try:
        state = read(path)
    except CloudError:
        state = None
    listed = tuple(dict.fromkeys((*(state.resources if state else ()), *now.missing)))
    maybe = [Resource(address, "") for address in now.unfinished]
    return StateLost(
        f"{shown(path)} lists machines that terraform made but could not record in {NAME}"
        + _lines((*listed, *maybe)),
        missing=listed,
        unfinished=now.unfinished,
        hint=f"make room on the disk, then\n"
        f"terraform -chdir={shown(folder)} state push {path.relative_to(folder)}\n"
        "then remove that file, and run the command again\n"
        f"make destroy CLOUD_PROVIDER={folder.name} RECOVER=1 does that too, and destroys them",
    )


def _lost(folder: Path, now: Known) -> StateLost:
    what = now.lost
    if not what and now.missing:
        what = (
            f"{shown(folder / NAME)} lacks {counted(len(now.missing), 'resource')} that terraform made, as "
            f"{journal.NAME} records"
        )
    elif not what:
        creating = counted(len(now.unfinished), "resource")
        what = f"terraform was stopped while it created {creating}, which may exist"
    maybe = [Resource(address, "") for address in now.unfinished]
    if now.lost and not (now.missing or maybe):
        maybe = [*_names(folder)]
    name = folder.name
    hint = f"make destroy CLOUD_PROVIDER={name} RECOVER=1 finds them by their ids, and destroys them\n"
    if not now.missing:
        hint = (
            f"make cloud-find CLOUD_PROVIDER={name} lists machines that no state knows\n"
            "look for them in the vendor's console: by name, or by the tag managed-by: cloud-kconfig\n"
        )
    names = (NAME, f"{NAME}.backup", journal.NAME, SSH_CONFIG, APPLIED)
    second = os.path.relpath(journal.second(folder), folder)
    gone = " ".join(name for name in (*names, second) if (folder / name).exists())
    return StateLost(
        what + _lines((*now.missing, *maybe)),
        missing=now.missing,
        unfinished=now.unfinished,
        hint=hint
        + (_restore(folder) + "\n" if now.lost and _backup(folder) else "")
        + f"once you know that nothing runs: (cd {shown(folder)} && rm -f {gone})",
    )


def _names(folder: Path) -> Iterator[Resource]:
    """What is known of machines without a state, a backup or a journal: names, and addresses of some."""
    names = variables(folder).get("node_names")
    yield from (Resource(str(name), "") for name in (names if isinstance(names, list) else []))
    with suppress(OSError, UnicodeDecodeError):
        hosts = re.findall(r"^Host (\S+)\n\tHostName (\S+)$", (folder / SSH_CONFIG).read_text("utf-8"), re.M)
        yield from (Resource(alias, address) for alias, address in hosts)


def _restore(folder: Path) -> str:
    if not _backup(folder):
        return f"restore {shown(folder / NAME)} from a backup of your own"
    return f"cp {shown(folder / NAME)}.backup {shown(folder / NAME)} restores an older state"


def _lines(resources: Sequence[Resource]) -> str:
    """Machines first, then the rest, each on its line."""
    rows = sorted(resources, key=lambda resource: not resource.machine)
    lines = [f"\n    {resource}" for resource in rows[:_SHOWN]]
    more = f"\n    and {len(rows) - _SHOWN} more, in {journal.NAME}" if len(rows) > _SHOWN else ""
    return "".join(lines) + more
