# SPDX-License-Identifier: MIT
"""What the tests share: an environment that leads nowhere, and copies of the project to work in."""

from __future__ import annotations

import compileall
import os
from pathlib import Path

import pytest

import cloud_providers  # noqa: F401  tells which variables are whose
from cloudlib.settings import OWN_VARIABLES
from tests.support.tree import Tree, copy_tree, make_tree

_OURS = ("CLOUD_", "KCONFIG_", "FAKE_")
_ALSO = (
    *("srctree", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"),
    *("FORCE", "YES", "LIVE", "REFRESH", "DEBUG", "V"),
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    theirs = [start for starts in OWN_VARIABLES.values() for start in starts]
    for name in os.environ:
        if name.startswith((*_OURS, *theirs)) or name in _ALSO:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of the project, compiled, for the trees to be copied from."""
    folder = tmp_path_factory.mktemp("template")
    copy_tree(folder)
    compileall.compile_dir(folder / "scripts", quiet=2)
    return folder


@pytest.fixture
def tree(template: Path, tmp_path: Path) -> Tree:
    """A copy of the project for one test. Vendor commands in its PATH only record that they were called."""
    return make_tree(template, tmp_path)
