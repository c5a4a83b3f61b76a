# SPDX-License-Identifier: MIT
"""An `aws` of a few lines of shell, for tests of how it is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def put_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes the shell script that is `aws` on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def put(script: str) -> None:
        (tmp_path / "aws").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / "aws").chmod(0o755)

    return put
