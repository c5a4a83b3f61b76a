# SPDX-License-Identifier: MIT
"""A temporary copy of the project, and commands run in it as a person would run them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cloudlib.publish import tier
from tests.support.once import made_once

ROOT = Path(__file__).resolve().parent.parent.parent
_PARTS = ("Makefile", "Kconfig", "requirements.txt", "scripts", "defconfigs", "terraform", "docs")
_LEAVE = shutil.ignore_patterns(
    "*.generated", "__pycache__", ".terraform*", "*.tfvars.json", "*.tfstate*", "*.tfplan", ".bringup.lock",
    "ssh_config", "known_hosts", "journal.jsonl", "stamp.json", "applied", "backend.tf.json",
)  # fmt: skip

#: Answers for a vendor CLI that must not be called at all: it says so, and leaves a trace.
_FORBIDDEN = '#!/bin/sh\necho "called: $0 $*" >>"$CALLED"\nexit 97\n'


@dataclass
class Tree:
    """A copy of the project in `root`; commands in it see `env` and nothing of the caller's environment.

    `shared` is a folder that all trees of a session have in common.
    """

    root: Path
    home: Path
    shared: Path
    env: dict[str, str] = field(default_factory=dict)

    def make(self, *words: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """`make WORDS` with this Python."""
        return self.run("make", f"PYTHON={sys.executable}", *words, check=check, **env)

    def configure(self, name: str) -> None:
        """Write .config as `make defconfig-NAME` does in a tree of the excerpt: it is made once a session."""

        def made(folder: Path) -> None:
            self.make(f"defconfig-{name}")
            shutil.copy2(self.root / ".config", folder)

        folder = made_once(self.shared / f"defconfig-{name}", made)
        shutil.copy2(folder / ".config", self.root)

    def python(self, *words: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """This Python with a script of the tree."""
        return self.run(sys.executable, *words, check=check, **env)

    def run(self, *argv: str, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """A command in the tree; with `check` its failure fails the test and shows what it said."""
        done = subprocess.run(
            argv, check=False, cwd=self.root, env={**self.env, **env}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        if check and done.returncode != 0:
            raise AssertionError(f"{argv} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *argv: str, **env: str) -> subprocess.Popen[str]:
        """A command in a session of its own, to be interrupted; its stdout and stderr are piped."""
        return subprocess.Popen(
            argv, cwd=self.root, env={**self.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def write(self, name: str, text: str) -> Path:
        """Write a file of the tree."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.stat().st_nlink > 1:
            path.unlink()  # one of scripts/, which other trees have too
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, name: str) -> str:
        """Read a file of the tree."""
        return (self.root / name).read_text(encoding="utf-8")

    def config(self) -> dict[str, str]:
        """.config as {symbol without CONFIG_: value without quotes}; "n" for what is switched off."""
        found = {}
        for line in self.read(".config").splitlines():
            name, equals, value = line.removeprefix("CONFIG_").partition("=")
            if equals and line.startswith("CONFIG_"):
                found[name] = value.strip('"')
            elif line.endswith(" is not set"):
                found[line.removeprefix("# CONFIG_").removesuffix(" is not set")] = "n"
        return found

    def menu_state(self) -> dict[str, str]:
        """Every menu file and marker, with a digest of what it holds: what a failure must leave alone."""
        paths = [p for t in tier.TIERS for p in (self.root / "terraform").rglob(f"*.{t}")]
        return state([*paths, *self.root.glob(".*_cloud_config_generated"), *self.root.glob(".cloud.init*")])

    def vendor_calls(self) -> list[str]:
        """What was called of the vendor commands that must not be called."""
        path = self.home / "called"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def state(paths: list[Path]) -> Mapping[str, str]:
    """{path: digest of its contents}."""
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths) if p.is_file()}


def copy_tree(target: Path) -> None:
    """The parts of the project that its commands need, without anything generated."""
    for name in _PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, symlinks=True, ignore=_LEAVE)
        elif source.exists():
            shutil.copy2(source, target / name)


def make_tree(template: Path, folder: Path) -> Tree:
    """A tree like the template, with an empty home and vendor commands that must not be called.

    Its scripts/ are hard links, as they are most of the files: `Tree.write` replaces one, nothing else may.
    """
    root, home, fakes = folder / "tree", folder / "home", folder / "bin"
    for made in (root, home, fakes):
        made.mkdir()
    others = sorted(path for path in template.iterdir() if path.name != "scripts")
    # shutil.copytree needs five times as long
    subprocess.run(["cp", "-a", *others, root], check=True)
    subprocess.run(["cp", "-al", template / "scripts", root], check=True)
    for name in _forbidden_commands():
        (fakes / name).write_text(_FORBIDDEN, encoding="utf-8")
        (fakes / name).chmod(0o755)
    env = {
        "PATH": f"{fakes}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "CALLED": str(home / "called"),
        "TMPDIR": str(home),
    }
    return Tree(root, home, template.parent, env)


def _forbidden_commands() -> list[str]:
    """What could reach a cloud: the command of every provider, and those that fetch a page."""
    from tests.support.contract import contracts  # which needs this module

    return [*(c.command for c in contracts().values() if c.command), "curl", "wget"]


def without(env: Mapping[str, str], *starts: str) -> dict[str, str]:
    """An environment without the variables that begin so."""
    return {key: value for key, value in env.items() if not key.startswith(starts)}


def descendants(marker: str) -> list[int]:
    """The processes that have `marker` in their command line or environment, this one left out."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if marker.encode() in words and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
