# SPDX-License-Identifier: MIT
"""The two tiers of menu files: publish a set atomically, promote, clean, markers, the lock.

A set is staged whole under `.cloud-stage/`, then a commit record is renamed into place, then the
files are renamed over the old ones. A run that dies before the record leaves the old set; one that
dies after it is finished by `recover`, which every later command calls first. So a reader never
keeps half a set, whatever stopped the writer.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cloudlib.errors import Busy, PublishError
from cloudlib.publish import locks

STATIC = "static"
GENERATED = "generated"
TIERS = (STATIC, GENERATED)

_STAGE = ".cloud-stage"
_LOCK = ".cloud.lock"
_COMMIT = "commit.json"
_INITIALIZED = ".cloud.initialized"

#: Where a provider's menus and hand-written fragments live, from the top of the tree.
KCONFIGS = "terraform/{provider}/kconfigs"


def marker(root: Path, provider: str) -> Path:
    """The file whose presence says that this provider's generated tier is complete and wanted."""
    return root / f".{provider}_cloud_config_generated"


def folder(root: Path, provider: str) -> Path:
    """The folder of a provider's menu files."""
    return root / KCONFIGS.format(provider=provider)


def tier_files(root: Path, provider: str, tier: str) -> dict[str, Path]:
    """The files of a tier as they are on disk: name without the tier's ending -> path."""
    base = folder(root, provider)
    ending = f".{tier}"
    found = sorted(base.rglob(f"*{ending}")) if base.is_dir() else []
    return {str(p.relative_to(base))[: -len(ending)]: p for p in found if p.is_file()}


def read_tier(root: Path, provider: str, tier: str) -> dict[str, str]:
    """The texts of a tier, by name without ending; empty when there is no such tier.

    Raises PublishError for a file that is no text.
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
    record = {"provider": provider, "tier": tier, "move": changed, "remove": gone, "mark": mark}
    try:
        _refuse_closed(
            root, [marker(root, provider), *(folder(root, provider) / n for n in (*changed, *gone))]
        )
        for name in changed:
            _write(stage / f"{name}.{tier}", texts[name])
        os.sync()
        _write(stage / f"{_COMMIT}.new", json.dumps(record))
        os.replace(stage / f"{_COMMIT}.new", stage / _COMMIT)
    except OSError as error:
        shutil.rmtree(root / _STAGE, ignore_errors=True)
        raise _failed(error, provider) from error
    except BaseException:
        shutil.rmtree(root / _STAGE, ignore_errors=True)
        raise
    _apply(root, stage)
    return len(changed) + len(gone)


def recover(root: Path) -> None:
    """Finish or throw away what an earlier, killed run left staged. Hold the `lock`."""
    stages = root / _STAGE
    if not stages.is_dir():
        return
    for stage in sorted(stages.iterdir()):
        if (stage / _COMMIT).is_file():
            _apply(root, stage)
    shutil.rmtree(stages, ignore_errors=True)


def clean(root: Path, provider: str) -> int:
    """Remove every generated file and the marker, whatever families exist; returns how many files."""
    recover(root)
    files = list(tier_files(root, provider, GENERATED).values())
    try:
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
    if (root / _STAGE).is_dir():
        try:
            with lock(root):
                recover(root)
        except Busy:
            pass


def _apply(root: Path, stage: Path) -> None:
    """Carry out a commit record; can be repeated. Signals wait until the set is whole."""
    record = json.loads((stage / _COMMIT).read_text(encoding="utf-8"))
    provider, tier = record["provider"], record["tier"]
    base = folder(root, provider)
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        if tier == GENERATED:
            marker(root, provider).unlink(missing_ok=True)
        for name in record["move"]:
            source, target = stage / f"{name}.{tier}", base / f"{name}.{tier}"
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, target)
        for name in record["remove"]:
            (base / f"{name}.{tier}").unlink(missing_ok=True)
        if record["mark"]:
            marker(root, provider).touch()
        _refresh_initialized(root)
        shutil.rmtree(stage, ignore_errors=True)
        if not any((root / _STAGE).iterdir()):
            (root / _STAGE).rmdir()
    except OSError as error:
        raise PublishError(
            f"{provider}: the new set could not be moved into place: {error.strerror} ({error.filename})",
            unchanged=f"the complete new set, in {_STAGE}",
            hint="make room or the folder writable; the next make target finishes the move",
        ) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


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
