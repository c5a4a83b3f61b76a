# SPDX-License-Identifier: MIT
"""What every CLI of a provider has to do alike."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import cloud_providers
from tests.support.costly import mostly_slow
from tests.support.tree import ROOT

CLIS = sorted((ROOT / "scripts").glob("*-cli"))


def test_every_provider_has_one() -> None:
    assert len(CLIS) == len(cloud_providers.PROVIDER_NAMES)


@pytest.mark.parametrize("cli", mostly_slow(CLIS), ids=lambda path: path.name)
@pytest.mark.parametrize("words", [("regions", "list"), ("cheapest", "--count", "1"), ("images", "list")])
def test_offline_works_on_a_bare_python(cli: Path, words: tuple[str, ...]) -> None:
    """Without site-packages: neither requests nor kconfiglib nor rich is there."""
    argv = [sys.executable, "-S", "-E", str(cli), "--offline", "--output", "json", *words]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
