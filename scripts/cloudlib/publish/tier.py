# SPDX-License-Identifier: MIT
"""The two tiers of menu files: publish a set atomically, promote, clean, markers, the lock.

A set is staged whole under `.cloud-stage/` and synced to the disk, then a commit record is renamed into
place, then the files are renamed over the old ones. A run that dies before the record leaves the old set;
one that dies after it is finished by `recover`, which every later command calls first. Readers parse under
`reading`, which waits while files are moved. So nobody sees half a set, whatever stopped the writer.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cloudlib.errors import Busy, PublishError
from cloudlib.publish import locks
from cloudlib.publish import record as records
from cloudlib.publish.record import Damaged, Record
from cloudlib.publish.rewrite import sync

STATIC = "static"
GENERATED = "generated"
TIERS = (STATIC, GENERATED)

_STAGE = ".cloud-stage"
_LOCK = ".cloud.lock"
_INITIALIZED = ".cloud.initialized"

#: Where a provider's menus and hand-written fragments live, from the top of the tree.
KCONFIGS = "terraform/{provider}/kconfigs"


def marker(root: Path, provider: str) -> Path:
    """The file whose presence says that this provider's generated tier is complete and wanted."""
    return root / f".{provider}_cloud_config_generated"


def folder(root: Path, provider: str) -> Path:
    """The folder of a provider's menu files."""
    return root / KCONFIGS.format(provider=provider)


def catalog_path(root: Path, provider: str, tier: str) -> Path:
    """The catalog of a tier, which need not be there."""
    from cloudlib.catalog import file as catalogfile  # which the config targets can do without

    return folder(root, provider) / f"{catalogfile.NAME}.{tier}"


def tier_files(root: Path, provider: str, tier: str) -> dict[str, Path]:
    """The files of a tier as they are on disk: name without the tier's ending -> path."""
    base = folder(root, provider)
    ending = f".{tier}"
    paths = sorted(base.rglob(f"*{ending}")) if base.is_dir() else []
    return {str(p.relative_to(base))[: -len(ending)]: p for p in paths if p.is_file()}


def read_tier(root: Path, provider: str, tier: str) -> dict[str, str]:
    """The texts of a tier, by name without ending; empty when there is no such tier.

    Raises PublishError for a file that is not text.
    """
    texts = {}
    for name, path in tier_files(root, provider, tier).items():
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PublishError(
                f"{provider}: {path.relative_to(root)} is damaged ({error})",
                hint=f"git checkout terraform/{provider}"
                if tier == STATIC
                else f"make cloud-config-{provider}",
            ) from error
    return texts


def publish(root: Path, provider: str, tier: str, texts: Mapping[str, str], *, mark: bool) -> int:
    """Make a tier hold exactly these texts (name without ending -> text), all of them or none.

    `mark` sets the provider's marker afterwards. Returns how many files changed, removed ones
    included. Raises PublishError, with the earlier set still in place. Hold the `lock`.
    """
    recover(root)
    stage = root / _STAGE / f"{provider}-{tier}"
    old = tier_files(root, provider, tier)
    changed = sorted(n for n, text in texts.items() if n not in old or not _holds(old[n], text))
    gone = sorted(set(old) - set(texts))
    record = Record(provider, tier, changed, gone, mark)
    record.check(TIERS)
    targets = [folder(root, provider) / n for n in (*changed, *gone)]
    with signals_deferred():
        try:
            folder(root, provider).mkdir(parents=True, exist_ok=True)
            _refuse_closed(root, [marker(root, provider), *targets])
            staged = {stage / f"{name}.{tier}": texts[name] for name in changed}
            for path, text in staged.items():
                _write(path, text)
            with ThreadPoolExecutor(max_workers=8) as pool:  # side by side they share the journal's commits
                list(pool.map(sync, staged))
            stage.mkdir(parents=True, exist_ok=True)
            _sync_folders(stage)
            records.write(stage, record)  # before the lock: new readers wait, so that those at work run out
            with locks.apart(root, writer=True):
                _apply(root, stage, record)
        except OSError as error:
            _discard(root / _STAGE)
            raise _failed(error, provider) from error
    return len(changed) + len(gone)


def recover(root: Path) -> None:
    """Finish or throw away what an earlier, killed run left staged. Hold the `lock`."""
    stages = root / _STAGE
    if stages.is_dir() and not stages.is_symlink():
        for stage in sorted(stages.iterdir()):
            if records.exists(stage):
                _finish(root, stage)
    if os.path.lexists(stages):
        _discard(stages)


def _finish(root: Path, stage: Path) -> None:
    """Carry out the record of a run that died. One that cannot be obeyed counts as never written."""
    try:
        record = records.read(stage, TIERS)
        _refuse_links(root, stage, record)
    except Damaged as error:
        print(
            f"note: {_STAGE}/{stage.name}/{records.NAME} is discarded ({error}); the earlier menus are kept",
            file=sys.stderr,
        )
        return
    with signals_deferred(), locks.apart(root, writer=True):
        _apply(root, stage, record)


def _refuse_links(root: Path, stage: Path, record: Record) -> None:
    """Raises Damaged where a move would leave the provider's folder, or carry a link into it."""
    base = folder(root, record.provider)
    if not base.is_dir():
        raise Damaged(f"there is no {base.relative_to(root)}")
    for name in (*record.move, *record.remove):
        target = base / f"{name}.{record.tier}"
        between = [p for p in target.parents if p != root and p.is_relative_to(root)]
        if any(p.is_symlink() for p in between) or (stage / f"{name}.{record.tier}").is_symlink():
            raise Damaged(f"{name} is reached through a symbolic link")


def clean(root: Path, provider: str) -> int:
    """Remove every generated file and the marker, whatever families exist; returns how many files."""
    recover(root)
    files = list(tier_files(root, provider, GENERATED).values())
    try:
        with locks.apart(root, writer=True):
            marker(root, provider).unlink(missing_ok=True)
            for path in files:
                path.unlink()
            _refresh_initialized(root)
    except OSError as error:
        raise _failed(error, provider) from error
    return len(files)


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Only one run at a time may write menus in this tree; raises Busy, which names the other one."""
    with locks.hold(
        root / _LOCK, doing="writing the menus of this tree", unchanged="every menu file and marker"
    ):
        yield


def recover_if_idle(root: Path) -> None:
    """`recover` for readers: does nothing while another run is at work, or where nothing is staged."""
    if os.path.lexists(root / _STAGE):
        try:
            with lock(root):
                recover(root)
        except Busy:
            pass


@contextmanager
def reading(root: Path) -> Iterator[None]:
    """Read whole sets: nothing is moved in the block, and what a killed run left is finished before it.

    Raises Busy where that does not come about.
    """
    for _ in locks.tries():
        recover_if_idle(root)
        with locks.apart(root, writer=False):
            if not any(records.exists(stage) for stage in (root / _STAGE).glob("*")):
                yield
                return
    raise Busy("the menus of this tree are being replaced", hint="run the command again")


def _apply(root: Path, stage: Path, record: Record) -> None:
    """Carry out a commit record; can be repeated. Raises PublishError with the record still in place."""
    provider, tier = record.provider, record.tier
    base = folder(root, provider)
    try:
        if tier == GENERATED:
            marker(root, provider).unlink(missing_ok=True)
        for name in record.move:
            source, target = stage / f"{name}.{tier}", base / f"{name}.{tier}"
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, target)
        for name in record.remove:
            (base / f"{name}.{tier}").unlink(missing_ok=True)
        _sync_folders(base)
        if record.mark:
            marker(root, provider).touch()
        _refresh_initialized(root)
        sync(root)
        _discard(stage)
        if not any((root / _STAGE).iterdir()):
            (root / _STAGE).rmdir()
    except OSError as error:
        raise PublishError(
            f"{provider}: the new set could not be moved into place: {error.strerror} ({error.filename})",
            unchanged=f"the complete new set, in {_STAGE}",
            hint="make room or the folder writable; the next make target finishes the move",
        ) from error


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP take effect when the block has ended.

    Blocking them in this thread would not do: another thread takes the signal, and Python's handler then runs
    in the main thread all the same. Elsewhere than in the main thread there is nothing to defer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    numbers: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    kept = {n: handler for n in numbers if (handler := signal.getsignal(n)) not in (signal.SIG_IGN, None)}
    for number in kept:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)


def _discard(path: Path) -> None:
    """Remove a staged folder, or a link or file in its place. A record goes first: half a stage has none."""
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
        return
    (path / records.NAME).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _refresh_initialized(root: Path) -> None:
    flag = root / _INITIALIZED
    if any(root.glob(".*_cloud_config_generated")):
        flag.touch()
    else:
        flag.unlink(missing_ok=True)


def _holds(path: Path, text: str) -> bool:
    """Whether a file is this text; a link is replaced by a file, wherever it leads."""
    return not path.is_symlink() and path.read_bytes() == text.encode()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _sync_folders(base: Path) -> None:
    """Have the names of the files in a folder, and in those below it, on the disk. Raises OSError."""
    for path in (base, *(p for p in base.rglob("*") if p.is_dir() and not p.is_symlink())):
        sync(path)


def _refuse_closed(root: Path, targets: Iterable[Path]) -> None:
    """PermissionError for a folder in which no file can be replaced: found before the commit, not after."""
    folders = {next((p for p in target.parents if p.exists()), root) for target in targets}
    for path in sorted(folders):
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _failed(error: OSError, provider: str) -> PublishError:
    return PublishError(
        f"{provider}: cannot write the menus: {error.strerror} ({error.filename})",
        unchanged="every earlier menu file and marker",
        hint="make room or the tree writable, then run the command again",
    )
