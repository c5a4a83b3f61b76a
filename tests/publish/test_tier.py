# SPDX-License-Identifier: MIT
"""Publishing a set of menu files: all of it or none, whatever stops the writer."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cloudlib.errors import Busy, CloudError, PublishError
from cloudlib.publish import locks, tier
from tests.support.costly import mostly_slow

SCRIPTS = Path(tier.__file__).resolve().parents[2]
OLD = {
    "Kconfig.compute": "old\n",
    "instance-types/Kconfig.m5": "old m5\n",
    "instance-types/Kconfig.gone": "x\n",
}
NEW = {
    "Kconfig.compute": "new\n",
    "instance-types/Kconfig.m5": "old m5\n",
    "instance-types/Kconfig.m9": "new\n",
}

# A child that publishes NEW and dies of SIGKILL at the Nth os.replace; 0 is the commit record.
_DIES = """
import json, os, signal, sys
from pathlib import Path
from cloudlib.publish import tier
root, at, texts = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
real, count = os.replace, [0]
def replace(a, b):
    if count[0] == at:
        os.kill(os.getpid(), signal.SIGKILL)
    count[0] += 1
    real(a, b)
os.replace = replace
with tier.lock(root):
    tier.publish(root, "aws", "generated", texts, mark=True)
"""


def child(code: str, *args: str, **more: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    argv = [sys.executable, "-c", code, *args]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        argv, check=False, env=env, capture_output=True, text=True, timeout=300, **more
    )


def publish(root: Path, texts: dict[str, str], which: str = tier.GENERATED, mark: bool = True) -> int:
    with tier.lock(root):
        return tier.publish(root, "aws", which, texts, mark=mark)


def generated(root: Path) -> dict[str, str]:
    return tier.read_tier(root, "aws", tier.GENERATED)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with the OLD set published."""
    assert publish(tmp_path, OLD) == 3
    return tmp_path


def test_publish_and_markers(root: Path) -> None:
    assert generated(root) == OLD
    assert tier.marker(root, "aws").exists() and (root / ".cloud.initialized").exists()
    assert not (root / ".cloud-stage").exists()


def test_publish_without_a_mark_takes_the_marker_away(root: Path) -> None:
    publish(root, NEW, mark=False)
    assert generated(root) == NEW
    assert not tier.marker(root, "aws").exists() and not (root / ".cloud.initialized").exists()


def test_publish_counts_what_changed_and_removes_what_is_gone(root: Path) -> None:
    before = tier.tier_files(root, "aws", tier.GENERATED)["instance-types/Kconfig.m5"].stat()
    assert publish(root, NEW) == 3
    assert generated(root) == NEW
    assert publish(root, NEW) == 0
    after = tier.tier_files(root, "aws", tier.GENERATED)["instance-types/Kconfig.m5"].stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns), (
        "an equal file stays itself"
    )


def test_hand_written_files_and_the_other_tier_stay(root: Path) -> None:
    base = tier.folder(root, "aws")
    (base / "Kconfig.compute").write_text("by hand", encoding="utf-8")
    publish(root, {"Kconfig.compute": "static"}, tier.STATIC)
    publish(root, NEW)
    assert (base / "Kconfig.compute").read_text(encoding="utf-8") == "by hand"
    assert tier.read_tier(root, "aws", tier.STATIC) == {"Kconfig.compute": "static"}


@pytest.mark.parametrize("at", [0, 1, 2])
def test_killed_at_any_rename(root: Path, at: int) -> None:
    """Before the record the old set stays; after it the next command finishes the new one."""
    done = child(_DIES, str(root), str(at), json.dumps(NEW))
    assert done.returncode == -signal.SIGKILL, done.stderr
    if at:
        assert generated(root) != NEW, "the point of this test is a half-moved set"
    tier.recover_if_idle(root)
    assert generated(root) == (NEW if at else OLD)
    assert tier.marker(root, "aws").exists()
    assert not (root / ".cloud-stage").exists()


def test_a_killed_run_does_not_stop_the_next_one(root: Path) -> None:
    child(_DIES, str(root), "1", json.dumps(NEW))
    publish(root, OLD)
    assert generated(root) == OLD and not (root / ".cloud-stage").exists()


_FULL = """
import json, resource, signal, sys
from pathlib import Path
from cloudlib.publish import tier
from cloudlib.errors import PublishError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
root = Path(sys.argv[1])
texts = {"Kconfig.compute": "new\\n", "catalog.json": "x" * 200_000}
with tier.lock(root):
    try:
        tier.publish(root, "aws", "generated", texts, mark=True)
    except PublishError as error:
        print(error.what, "|", error.unchanged)
        sys.exit(5)
"""


def test_no_room_for_a_file(root: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    done = child(_FULL, str(root))
    assert done.returncode == 5, done.stderr
    assert "File too large" in done.stdout and "every earlier menu file and marker" in done.stdout
    assert generated(root) == OLD and tier.marker(root, "aws").exists()
    assert not (root / ".cloud-stage").exists()


def test_a_full_disk(tmp_path: Path) -> None:
    """On a real file system of 64 KiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a small file system")
    try:
        publish(disk, OLD)
        with pytest.raises(PublishError, match="No space left on device"):
            publish(disk, {**NEW, "catalog.json": "x" * 200_000})
        assert generated(disk) == OLD and tier.marker(disk, "aws").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


_READ_ONLY = """
import os, sys
from pathlib import Path
from cloudlib.publish import tier
from cloudlib.errors import CloudError
root = Path(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with tier.lock(root):
        tier.publish(root, "aws", "generated", {"Kconfig.compute": "new"}, mark=True)
except CloudError as error:
    print(error.what, "|", error.hint)
    sys.exit(5)
"""


@pytest.mark.parametrize("closed", ["root", "folder"])
def test_a_tree_that_cannot_be_written(root: Path, closed: str) -> None:
    for path in (root, *root.parents):
        if path.stat().st_uid == os.getuid() and path.is_relative_to(Path("/tmp")):
            path.chmod(path.stat().st_mode | 0o055)
    (root / ".cloud.lock").chmod(0o666)
    if closed == "root":
        root.chmod(0o555)
    else:
        root.chmod(0o777)
    done = child(_READ_ONLY, str(root))
    if "ModuleNotFoundError" in done.stderr or "PermissionError" in done.stderr.partition("File")[0]:
        pytest.skip("another user cannot read this checkout")
    root.chmod(0o755)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "writable" in done.stdout and generated(root) == OLD and tier.marker(root, "aws").exists()


def test_two_runs_at_the_same_time(root: Path) -> None:
    with tier.lock(root), pytest.raises(Busy, match=f"process {os.getpid()}"), tier.lock(root):
        pass
    with tier.lock(root):
        pass


def test_a_reader_does_not_wait_for_a_writer(root: Path) -> None:
    (root / ".cloud-stage").mkdir()
    with tier.lock(root):
        tier.recover_if_idle(root)
        assert (root / ".cloud-stage").exists(), "another run is at work there"
    tier.recover_if_idle(root)
    assert not (root / ".cloud-stage").exists()


def test_the_lock_ends_with_its_process(root: Path) -> None:
    handle = os.open(root / ".cloud.lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(CloudError), tier.lock(root):
        pass
    os.close(handle)
    with tier.lock(root):
        pass


def test_clean_removes_whatever_families_exist(root: Path) -> None:
    base = tier.folder(root, "aws")
    (base / "some" / "where").mkdir(parents=True)
    (base / "some" / "where" / "Kconfig.unheard-of.generated").write_text("x", encoding="utf-8")
    publish(root, {"Kconfig.compute": "static"}, tier.STATIC)
    assert tier.clean(root, "aws") == 4
    assert generated(root) == {} and not tier.marker(root, "aws").exists()
    assert not (root / ".cloud.initialized").exists()
    assert tier.read_tier(root, "aws", tier.STATIC) == {"Kconfig.compute": "static"}
    assert tier.clean(root, "aws") == 0


def test_another_providers_marker_keeps_the_tree_initialized(root: Path) -> None:
    with tier.lock(root):
        tier.publish(root, "gce", tier.GENERATED, {"Kconfig.compute": "x"}, mark=True)
    tier.clean(root, "aws")
    assert (root / ".cloud.initialized").exists() and tier.marker(root, "gce").exists()


# --- the lock file ---


def test_the_lock_file_is_private_and_names_its_owner(root: Path) -> None:
    path = root / ".cloud.lock"
    path.chmod(0o666)
    with tier.lock(root):
        assert path.stat().st_mode & 0o777 == 0o600 and path.read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("what", ["link", "dangling link", "hard link", "pipe", "folder", "other file"])
def test_something_else_in_place_of_the_lock_file(root: Path, what: str) -> None:
    """It is refused, and nothing is written to it."""
    path, precious = root / ".cloud.lock", root / "precious"
    precious.write_text("precious", encoding="utf-8")
    path.unlink()
    if what == "link":
        path.symlink_to(precious)
    elif what == "dangling link":
        path.symlink_to(root / "nothing")
    elif what == "hard link":
        path.hardlink_to(precious)
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.write_text("precious", encoding="utf-8")
    with pytest.raises(PublishError, match=r"\.cloud\.lock") as caught, tier.lock(root):
        pass
    assert caught.value.hint and caught.value.unchanged
    assert precious.read_text(encoding="utf-8") == "precious" and not (root / "nothing").exists()
    assert what != "other file" or path.read_text(encoding="utf-8") == "precious"


# --- readers beside a publisher ---

_PUBLISHES = """
import sys
from pathlib import Path
from cloudlib.publish import tier
root, stop = Path(sys.argv[1]), Path(sys.argv[2])
number = 0
while not stop.exists():
    number += 1
    texts = {f"part/{n}": f"{number}\\n" for n in range(40)}
    with tier.lock(root):
        tier.publish(root, "aws", "generated", texts, mark=True)
    print(number, flush=True)
"""


@pytest.mark.parametrize("readers", mostly_slow([200, 500]))
def test_a_reader_sees_the_old_set_or_the_new_one(root: Path, tmp_path: Path, readers: int) -> None:
    """A publisher at work without a pause, and so many reads or more, until it has had its turn."""
    stop = tmp_path / "stop"
    argv = [sys.executable, "-c", _PUBLISHES, str(root), str(stop)]
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) as publisher:
        assert publisher.stdout is not None and publisher.stdout.readline() == "1\n"
        seen: list[str] = []
        try:
            for _ in range(100_000):
                if len(seen) >= readers and len(set(seen)) > 1:
                    break
                with suppress(Busy), tier.reading(root):  # busy: a publisher that is always at work
                    texts = list(generated(root).values())
                    time.sleep(0.001)
                    again = list(generated(root).values())
                    assert len(texts) == 40 and len(set(texts + again)) == 1
                    seen.append(texts[0])
        finally:
            stop.touch()
            publisher.stdout.read()
    assert publisher.returncode == 0 and len(set(seen)) > 1, "nothing was published meanwhile"


_READS = """
import sys
from pathlib import Path
from cloudlib.errors import Busy
from cloudlib.publish import tier
root, seen = Path(sys.argv[1]), []
while len(seen) < int(sys.argv[2]):
    try:
        with tier.reading(root):
            seen.append(sorted(set(tier.read_tier(root, "aws", "generated").values())))
    except Busy:
        pass
print(sum(len(texts) == 1 for texts in seen), len({texts[0] for texts in seen}))
"""


@pytest.mark.slow
def test_two_thousand_reads_of_four_processes(root: Path, tmp_path: Path) -> None:
    """Processes that read side by side, as several `make` do, beside a publisher at work without a pause."""
    stop = tmp_path / "stop"
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}

    def start(code: str, *args: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", code, str(root), *args]
        return subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True)

    with start(_PUBLISHES, str(stop)) as publisher:
        assert publisher.stdout is not None and publisher.stdout.readline() == "1\n"
        try:
            readers = [start(_READS, "500") for _ in range(4)]
            told = [reader.communicate()[0].split() for reader in readers]
        finally:
            stop.touch()
            published = publisher.stdout.read()
    assert [whole for whole, _ in told] == ["500"] * 4, "half a set was seen"
    assert any(int(sets) > 1 for _, sets in told), "nothing was published meanwhile"
    assert publisher.returncode == 0 and published


def test_a_reader_after_a_killed_publisher(root: Path) -> None:
    child(_DIES, str(root), "2", json.dumps(NEW))
    with tier.reading(root):
        assert generated(root) == NEW


def test_a_stopped_reader_does_not_stop_a_publisher(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_WAIT_SECONDS", 0.05)
    with tier.reading(root):
        assert publish(root, NEW) == 3
    assert generated(root) == NEW


_INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from cloudlib.publish import tier
root = Path(sys.argv[1])
threading.Thread(target=threading.Event().wait, daemon=True).start()
real, moves = os.replace, []
def replace(a, b):
    real(a, b)
    moves.append(b)
    if len(moves) == 2:
        os.kill(os.getpid(), getattr(signal, sys.argv[2]))
os.replace = replace
texts = {f"part/{n}": "new" for n in range(20)}
if sys.argv[2] != "SIGINT":
    signal.signal(getattr(signal, sys.argv[2]), signal.default_int_handler)
try:
    with tier.lock(root):
        tier.publish(root, "aws", "generated", texts, mark=True)
except KeyboardInterrupt:
    sys.exit(0 if len(moves) == 21 else 5)
sys.exit(6)
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_waits_until_the_set_is_whole(root: Path, number: str) -> None:
    """Also with other threads, which do not block it."""
    assert child(_INTERRUPTED, str(root), number).returncode == 0
    assert set(generated(root).values()) == {"new"} and not (root / ".cloud-stage").exists()
