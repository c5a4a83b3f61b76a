# SPDX-License-Identifier: MIT
"""A real Chromium for the tests of pages: the distribution's, which root's apt-get installs if needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_INSTALL_SECONDS = 600


def found() -> str | None:
    """The path of a Chromium."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def program() -> str:
    """The same; the test is skipped where there is none and none can be installed."""
    if not found() and os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", "-qq", *words],
                check=False,
                env=env,
                timeout=_INSTALL_SECONDS,
                capture_output=True,
            )
    return found() or pytest.skip("needs Chromium (apt install chromium)")


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless one."""
    path = program()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield started
        finally:
            started.close()
