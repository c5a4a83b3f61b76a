# SPDX-License-Identifier: MIT
"""The registry: typed, lazy, and strict about names."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.errors import UsageError
from tests.support.tree import ROOT

_NAMES = cloud_providers.PROVIDER_NAMES


@pytest.mark.parametrize("name", _NAMES)
def test_a_module_is_found_by_its_own_name(name: str) -> None:
    provider = cloud_providers.load(name)
    assert provider.NAME == name == provider.MENU_NAMES.provider
    assert provider.MENU_NAMES.title == provider.TITLE and provider.SETUP_HINT


def test_an_unknown_name() -> None:
    with pytest.raises(UsageError) as caught:
        cloud_providers.load("ibm")
    assert all(name in caught.value.hint for name in _NAMES)


@pytest.mark.parametrize("name", _NAMES)
def test_only_the_provider_that_is_asked_for_is_imported(name: str) -> None:
    """And requests, which costs a tenth of a second, not before a request goes out."""
    program = (
        f"import sys, cloud_providers; early = [m for m in sys.modules if m.endswith('_api')]\n"
        f"cloud_providers.load({name!r})\n"
        "print(early, [m for m in sys.modules if m.endswith('_api')], 'requests' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "scripts", capture_output=True, text=True, check=True
    )
    early, later, requests = done.stdout.strip().rpartition(" ")[0], done.stdout, done.stdout.split()[-1]
    assert early.startswith("[] ") and f"'{name}_api'" in later and later.count("_api'") == 1
    assert requests == "False" or name == "azure", "requests is imported too early"


@pytest.mark.slow
def test_mypy_refuses_a_module_that_lacks_a_name_of_the_protocol(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    scripts = tmp_path / "scripts"
    shutil.copytree(ROOT / "scripts", scripts, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in _NAMES:
        api = scripts / f"{name}_api.py"
        text = api.read_text(encoding="utf-8")
        assert "def list_images(" in text
        api.write_text(text.replace("def list_images(", "def list_pictures("), encoding="utf-8")
    argv = [sys.executable, "-m", "mypy", "--strict", "scripts/cloud_providers.py"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout.count('expected "Provider"') == len(_NAMES), done.stdout
    assert done.stdout.count("list_images") == len(_NAMES)
