# SPDX-License-Identifier: MIT
"""The first minute: .venv is made once, told in two lines, and whole or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.tree import ROOT, Tree, descendants

PIP = {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1"}
APT = "apt install python3-kconfiglib python3-rich python3-requests python3-yaml\n"


@pytest.fixture
def tiny(tree: Tree) -> Tree:
    """A tree whose only package is one that a folder beside it holds, with a command of its own."""
    wheel = tree.home / "tiny_thing-1.0-py3-none-any.whl"
    info = "tiny_thing-1.0.dist-info"
    files = {
        "tiny_thing.py": "def main():\n    print('tiny')\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ntiny-thing = tiny_thing:main\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))
    pin(tree, hashlib.sha256(wheel.read_bytes()).hexdigest())
    tree.env.update(PIP, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tree.home))
    return tree


def pin(tree: Tree, digest: str) -> None:
    text = "# made by hand\ntiny-thing==1.0 \\\n    --hash=sha256:" + digest
    tree.write(
        "requirements.txt", text + "\nabsent==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )


def make_venv(tree: Tree, *, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    return tree.python("scripts/make_venv.py", ".venv/ready", "requirements.txt", check=check, **env)


def left(tree: Tree) -> list[str]:
    """What is there of any environment."""
    return sorted(path.name for path in tree.root.glob(".venv*"))


def would_make(tree: Tree) -> bool:
    """Whether make thinks that .venv has to be made."""
    return "make_venv.py .venv/ready" in tree.run("make", "-n", "cloud-status").stdout


@pytest.mark.slow
def test_it_is_made_once_and_again_for_another_python(tiny: Tree) -> None:
    """One test of several steps, as each environment takes seconds to make."""
    assert would_make(tiny)
    told = make_venv(tiny).stderr.splitlines()
    assert told[0] == "  VENV    .venv: installing 1 packages, once"
    assert told[1].startswith("  VENV    .venv: ready, after ") and len(told) == 2
    assert left(tiny) == [".venv"] and not would_make(tiny)
    assert tiny.run(".venv/bin/tiny-thing").stdout == "tiny\n", "its scripts know their final place"
    assert tiny.read(".venv/ready").strip() == os.path.realpath(tiny.root / ".venv/bin/python")

    mine = tiny.write(".venv/mine", "kept where the environment is good\n")
    make_venv(tiny)
    assert mine.exists() and not would_make(tiny)

    tiny.write(".venv/ready", "/usr/bin/python3.8\n")
    assert would_make(tiny)
    pin(tiny, "0" * 64)
    done = make_venv(tiny, check=False)
    assert done.returncode == 1 and "unchanged: .venv\n" in done.stderr
    assert mine.exists() and left(tiny) == [".venv"]

    (tiny.root / ".venv/bin/python").unlink()
    (tiny.root / ".venv/bin/python").symlink_to("/nowhere/python3")
    assert would_make(tiny)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["another version", "a broken link"])
def test_an_environment_that_no_longer_works_is_replaced(tiny: Tree, fault: str) -> None:
    python = tiny.write(".venv/bin/python", "")
    tiny.write(".venv/old", "")
    python.unlink()
    python.symlink_to(sys.executable if fault == "another version" else "/nowhere/python3")
    tiny.write(".venv/ready", "/usr/bin/python3.8\n")
    assert would_make(tiny)
    make_venv(tiny)
    assert left(tiny) == [".venv"] and not (tiny.root / ".venv/old").exists() and not would_make(tiny)


@pytest.mark.slow
def test_a_venv_without_its_packages_is_made_again(tiny: Tree) -> None:
    """As after an upgrade that make does not see. What is then still missing is told, not tried for ever."""
    subprocess.run(
        ["/usr/bin/env", "python3", "-m", "venv", "--without-pip", tiny.root / ".venv"], check=True
    )
    tiny.write(".venv/ready", "")
    assert not would_make(tiny)
    done = tiny.run("make", "cloud-status", check=False)
    assert done.stderr.count("VENV    .venv: installing") == 1 and "Traceback" not in done.stderr
    assert "VENV    .venv: ready" in done.stderr and "lacks kconfiglib" in done.stderr
    assert (tiny.root / ".venv/bin/tiny-thing").exists()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["no index", "no answer"])
def test_without_a_network(tree: Tree, fault: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        extra = {"PIP_NO_INDEX": "1"} if fault == "no index" else {"PIP_INDEX_URL": url}
        done = tree.run("make", "cloud-status", check=False, **PIP, **extra)
    assert done.returncode == 2 and done.stdout == ""
    pins = len(re.findall(r"^[\w.-]+==", tree.read("requirements.txt"), re.MULTILINE))
    assert f"VENV    .venv: installing {pins} packages, once" in done.stderr
    assert done.stderr.count("error: ") == 1 and "Retrying" not in done.stderr
    assert ("out of reach" if fault == "no answer" else "No matching distribution") in done.stderr
    assert APT in done.stderr and "then: make PYTHON=/usr/bin/python3" in done.stderr
    assert left(tree) == []


@pytest.mark.slow
def test_other_files_than_the_hashes_say_are_refused(tiny: Tree) -> None:
    pin(tiny, "0" * 64)
    done = make_venv(tiny, check=False)
    assert done.returncode == 1 and "pip cannot install the packages of requirements.txt" in done.stderr
    assert left(tiny) == []


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    """Takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(90)
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", pytest.param("SIGTERM", marks=pytest.mark.slow)])
def test_an_interrupt_leaves_nothing(tree: Tree, name: str) -> None:
    """While pip waits for the index. The signal goes to make and all that it started, as from a terminal.

    Twice: what cleans up must not be interrupted by the second.
    """
    with silent_server() as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        process = tree.start("make", "cloud-status", PIP_INDEX_URL=url, **PIP)
        asked, _ = server.accept()
        for _ in range(2):
            os.killpg(process.pid, signal.Signals[name])
        out, err = process.communicate(timeout=300)
        asked.close()
    assert process.returncode != 0 and "Traceback" not in out + err
    assert left(tree) == [] and descendants(str(tree.home)) == []


def test_the_rules_use_it() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "-m venv" not in text and text.count("scripts/make_venv.py $@ $<") == 3
