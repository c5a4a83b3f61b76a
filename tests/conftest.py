# SPDX-License-Identifier: MIT
"""What the tests share: an environment that leads nowhere, and copies of the project to work in."""

from __future__ import annotations

import compileall
import os
import shutil
from pathlib import Path

import pytest

import cloud_providers  # noqa: F401  tells which variables are whose
from cloudlib.settings import OWN_VARIABLES
from tests.servers import aws_memory
from tests.support.excerpt import shorten
from tests.support.once import made_once, session_folder
from tests.support.signals import catch_ignored
from tests.support.skips import skipped
from tests.support.tree import Tree, copy_tree, make_tree

_OURS = ("CLOUD_", "KCONFIG_", "FAKE_")
_ALSO = (
    *("srctree", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"),
    *("FORCE", "YES", "LIVE", "REFRESH", "DEBUG", "V", "PYTHON"),
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them. Prices are those of the default region,
    which is fewer calls than all.
    """
    theirs = [start for starts in OWN_VARIABLES.values() for start in starts]
    for name in os.environ:
        if name.startswith((*_OURS, *theirs)) or name in _ALSO:
            monkeypatch.delenv(name)
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "default")


@pytest.fixture(scope="session", autouse=True)
def plain_signals() -> None:
    """What the tests start can be interrupted, however they were started themselves."""
    catch_ignored()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """`-n auto` is one worker more than there are processors: a third of the time tests wait."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not run, and why, in three lines at most."""
    elsewhere = ["what is slow or starts the real az, gcloud, terraform or Chromium: `make test-all`"]
    lines = elsewhere if "not slow" in terminalreporter.config.getoption("markexpr") else []
    for line in [*lines, *skipped(terminalreporter.stats.get("skipped", []), 3 - len(lines))]:
        terminalreporter.write_line(f"not run: {line}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory and "PYTEST_XDIST_WORKER" not in os.environ:
        aws_memory.finish(session_folder(factory) / "aws")


@pytest.fixture(scope="session")
def whole_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of the project, compiled; every worker has the same."""
    return made_once(session_folder(tmp_path_factory) / "whole-template", _compiled_copy)


def _compiled_copy(folder: Path) -> None:
    copy_tree(folder)
    compileall.compile_dir(folder / "scripts", quiet=2)


@pytest.fixture(scope="session")
def template(whole_template: Path) -> Path:
    """The same with shorter menus (tests/support/excerpt.py), for the trees to be copied from."""

    def shortened(folder: Path) -> None:
        shutil.copytree(whole_template, folder, symlinks=True, dirs_exist_ok=True)
        shorten(folder)

    return made_once(whole_template.parent / "template", shortened)


@pytest.fixture
def tree(template: Path, tmp_path: Path) -> Tree:
    """A copy of the project for one test, its committed menus an excerpt.

    Vendor commands in its PATH only record that they were called.
    """
    return make_tree(template, tmp_path)


@pytest.fixture
def whole_tree(whole_template: Path, tmp_path: Path) -> Tree:
    """The same with the committed menus as they are."""
    folder = tmp_path / "whole"
    folder.mkdir()
    return make_tree(whole_template, folder)
