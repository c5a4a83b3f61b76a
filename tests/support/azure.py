# SPDX-License-Identifier: MIT
"""An az in a tree, the fake or the real one, in front of a test server, with every start written down."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.servers.azure_server import AzureServer
from tests.support.tree import ROOT, Tree

FAKE = ROOT / "tests" / "fakes" / "az"
#: Writes one line a start, then becomes the command.
_WRAPPER = '#!/bin/sh\nprintf "%s\\n" "$*" >>"{log}"\nexec {command} "$@"\n'


@dataclass
class Azure:
    """A tree whose `az` is a real or a fake one and whose Azure is `server`."""

    tree: Tree
    server: AzureServer
    env: dict[str, str]
    log: Path

    def calls(self, start: str = "") -> list[str]:
        """The argument lists of every az process so far that begin so."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [line for line in lines if line.startswith(start)]

    def config(self, *words: str, check: bool = True, **env: str) -> tuple[int, str]:
        """Run generate_cloud_configs.py --provider azure; (exit code, everything it said)."""
        argv = ("scripts/generate_cloud_configs.py", "--provider", "azure", *words)
        asked = {"FORCE": ""} if "--update" in words else {}
        done = self.tree.python(*argv, check=check, **{**self.env, **asked, **env})
        return done.returncode, done.stdout + done.stderr


def make_azure(tree: Tree, server: AzureServer, *, real: bool = False) -> Azure:
    """Put an az first on the tree's PATH. Nothing in the environment leads beyond loopback."""
    log = tree.home / "az-calls"
    put_az(tree.home.parent / "bin", log, real_az() if real else FAKE)
    env = server.env(tree.home / "azure", real_version() if real else "")
    # The committed catalog knows a larger Azure than the server is.
    return Azure(tree, server, {**env, "FORCE": "1"}, log)


def put_az(folder: Path, log: Path, az: Path) -> None:
    """An `az` in `folder` that writes its arguments to `log` and becomes the given one."""
    command = f'"{az}"' if az != FAKE else f'"{sys.executable}" -S "{az}"'
    path = folder / "az"
    path.write_text(_WRAPPER.format(log=log, command=command), encoding="utf-8")
    path.chmod(0o755)


def real_az() -> Path:
    """The az that `make test-azure` installs, or AZURE_CLI names; a test that needs it is skipped without."""
    named = os.environ.get("REAL_AZ") or str(ROOT / ".venv-azure" / "bin" / "az")
    found = shutil.which(named)
    if found is None:
        pytest.skip("there is no real az: `make test-azure` installs one")
    return Path(found)


@cache
def real_version() -> str:
    """The version of the real az."""
    python = real_az().parent / "python"
    argv = [str(python), "-c", "import azure.cli.core as c; print(c.__version__)"]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300).stdout.strip()
