# SPDX-License-Identifier: MIT
"""Every command as a stranger starts it: by its own first line, on whatever `python3` is on PATH."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

import bootstrap
from cloudlib.show import command
from tests.support.costly import mostly_slow
from tests.support.tree import ROOT, Tree

COMMANDS = sorted(
    path
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    if path.name != "bootstrap.py"
)
#: Those that do something useful without a package: all that --offline gives, and mrproper.
NEEDS_NOTHING = {*(p.name for p in COMMANDS if p.suffix == ""), "clean_terraform.py", "make_venv.py"}
RUN_MAKE = "next: run `make` once, which makes .venv\n"


@pytest.fixture
def bare(tree: Tree) -> Tree:
    """A tree whose `python3` has the standard library alone."""
    python3(tree, f"exec {getattr(sys, '_base_executable')} -S -E -s")  # noqa: B009  mypy does not know it
    return tree


def python3(tree: Tree, starts: str) -> None:
    """Put a `python3` on the tree's PATH."""
    path = tree.home.parent / "bin" / "python3"
    path.write_text(f'#!/bin/sh\n{starts} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    tree.env["PYTHONDONTWRITEBYTECODE"] = "1"


def make_venv(tree: Tree) -> None:
    """A .venv that has every package: the environment of the tests, by another name."""
    path = tree.write(".venv/bin/python", f'#!/bin/sh\necho started >&2\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)


def started(tree: Tree, name: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command by its own first line, from a folder that is not the top of the tree."""
    return subprocess.run(
        [tree.root / "scripts" / name, *words], check=False, cwd=tree.home, env={**tree.env, **env},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def everything(tree: Tree) -> dict[Path, tuple[int, int]]:
    """{path: (size, time of the last change)} of all that is in the tree and in the home folder."""
    paths = [*tree.root.rglob("*"), *tree.home.rglob("*")]
    return {p: (p.lstat().st_size, p.lstat().st_mtime_ns) for p in paths}


def test_the_commands_are_seen() -> None:
    assert {"aws-cli", "kconfig_tools.py", "clean_terraform.py"} <= {path.name for path in COMMANDS}
    for path in COMMANDS:
        assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env python3\n"), path
        assert os.access(path, os.X_OK), path


@pytest.mark.parametrize("path", [*COMMANDS, ROOT / "scripts" / "bootstrap.py"], ids=lambda path: path.name)
def test_an_old_python_can_parse_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert "from __future__ import annotations" not in text, "Python 3.6 does not know it"


@pytest.mark.parametrize("word", mostly_slow(["--help", "--version"]))
def test_help_and_version_change_nothing(bare: Tree, word: str) -> None:
    before = everything(bare)
    for path in COMMANDS:
        done = started(bare, path.name, word)
        assert done.returncode == 0 and done.stderr == "", (path, done.stderr)
        wanted = f"usage: {path.name}" if word == "--help" else f"cloud-kconfig {bootstrap.VERSION}\n"
        assert wanted in done.stdout, path
    assert everything(bare) == before


@pytest.mark.slow
@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_with_all_packages(tree: Tree, word: str) -> None:
    tree.env["PYTHONDONTWRITEBYTECODE"] = "1"
    before = everything(tree)
    for path in COMMANDS:
        done = tree.python(f"scripts/{path.name}", word)
        wanted = f"usage: {path.name}" if word == "--help" else f"cloud-kconfig {bootstrap.VERSION}\n"
        assert wanted in done.stdout and done.stderr == "", path
    assert everything(tree) == before


def test_the_packages_of_a_distribution_are_in_the_docs() -> None:
    every = f"apt install make {' '.join(bootstrap.MODULES.values())}\n"
    for page in ("README.md", "docs/install.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert every in text and all(package in text for package in bootstrap.OPTIONAL.values())


def test_without_packages_the_way_to_them_is_told(bare: Tree) -> None:
    before = everything(bare)
    for name in sorted({path.name for path in COMMANDS} - NEEDS_NOTHING):
        done = started(bare, name)
        assert done.returncode == 3 and done.stdout == ""
        assert "lacks kconfiglib, rich, requests, yaml" in done.stderr and RUN_MAKE in done.stderr
        assert "apt install python3-kconfiglib python3-rich python3-requests python3-yaml\n" in done.stderr
    assert everything(bare) == before


def test_a_live_question_without_packages(bare: Tree) -> None:
    done = started(bare, "lambda-cli", "regions", "list", LAMBDA_API_KEY="key")
    assert done.returncode == 3 and "lacks requests" in done.stderr and RUN_MAKE in done.stderr


@pytest.mark.parametrize(("name", "words"), [("cloud_status.py", ()), ("aws-cli", ("--offline", "cheapest"))])
def test_the_venv_takes_over(bare: Tree, name: str, words: tuple[str, ...]) -> None:
    make_venv(bare)
    done = started(bare, name, *words)
    assert done.returncode == 0 and done.stderr.startswith("started\n") and done.stdout


def test_a_python_that_has_all_goes_on_itself(tree: Tree) -> None:
    python3(tree, f"exec {sys.executable}")
    make_venv(tree)
    assert started(tree, "cloud_status.py").stderr == ""


def test_the_python_that_was_named_is_used(bare: Tree) -> None:
    make_venv(bare)
    wrapper = bare.home.parent / "bin" / "python3"
    done = bare.run("make", f"PYTHON={wrapper}", "cloud-status", check=False)
    assert done.returncode == 2 and "started" not in done.stderr and "Traceback" not in done.stderr
    assert "lacks kconfiglib, rich, requests, yaml" in done.stderr
    assert "next: leave PYTHON out" in done.stderr


def test_an_old_python_is_told_in_one_line(mocker: MockerFixture, capsys: pytest.CaptureFixture[str]) -> None:
    mocker.patch.object(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit) as ended:
        bootstrap.require_version()
    told = capsys.readouterr().err
    assert ended.value.code == 3 and told.count("\n") == 1
    assert "Python 3.10 or newer is needed" in told and told.endswith("is 3.9.2\n")


def _old_pythons() -> list[str]:
    """Those of PATH and of pyenv that start."""
    names = [shutil.which(f"python3.{minor}") or "" for minor in range(6, 10)]
    paths = [*names, *map(str, Path.home().glob(".pyenv/versions/3.[6-9].*/bin/python3"))]
    return sorted(p for p in paths if p and _succeeds(p, "-V"))


def _succeeds(*argv: str) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def test_old_pythons_are_told(tree: Tree) -> None:
    pythons = _old_pythons()
    if not pythons:
        pytest.skip("no Python 3.6 to 3.9 is here")
    for python in pythons:
        python3(tree, f"exec {python}")
        for path in COMMANDS if python == pythons[0] else COMMANDS[:1]:
            done = started(tree, path.name, "--help")
            assert done.returncode == 3 and done.stdout == "", (python, path, done.stderr)
            assert "Python 3.10 or newer is needed" in done.stderr and done.stderr.count("\n") == 1
    make_venv(tree)
    assert started(tree, "cloud_status.py").returncode == 0, "the venv's is new enough"


def test_the_version_is_the_projects() -> None:
    assert f'version = "{bootstrap.VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert command.Parser().format_help()


def test_debians_own_packages_do(tree: Tree) -> None:
    """`apt install python3-kconfiglib …` and PYTHON=/usr/bin/python3: the second way in."""
    debian, probe = "/usr/bin/python3", f"import {', '.join(bootstrap.MODULES)}"
    if not Path(debian).exists() or not _succeeds(debian, "-I", "-c", probe):
        pytest.skip(f"needs {' '.join(bootstrap.MODULES.values())} for /usr/bin/python3")
    done = tree.run(
        "make", f"PYTHON={debian}", "defconfig-aws-large", "all", "cloud-check", "cloud-status", check=False
    )
    assert "wrote extra_vars.yaml" in done.stdout and "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert not (tree.root / ".venv").exists()
