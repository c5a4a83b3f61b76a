# SPDX-License-Identifier: MIT
"""gcloud, the real one or the tests' own, in front of a test server, with every start of it written down."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.gce_server import TOKEN, GceServer
from tests.support.tree import ROOT, Tree

_FAKE = ROOT / "tests" / "fakes" / "gcloud.py"
#: Writes one line a start, with the settings that must not be missing, then becomes the command.
_WRAPPER = """#!/bin/sh
printf '%s partial=%s prompts=%s enable=%s\\n' "$*" "$CLOUDSDK_COMPUTE_ALLOW_PARTIAL_ERROR" \\
	"$CLOUDSDK_CORE_DISABLE_PROMPTS" "$CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API" >>'{log}'
exec {command} "$@"
"""


@dataclass
class Gce:
    """A tree whose gcloud talks to `server`, logged in by a key that opens nothing else."""

    tree: Tree
    server: GceServer
    env: dict[str, str]
    log: Path

    def calls(self) -> list[str]:
        """The argument lists of every gcloud process so far, with their settings."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def running(self) -> list[str]:
        """The command lines of processes that were started for this server; it is in their environment."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if self.server.url.encode() in path.read_bytes() and path.parent.name != str(os.getpid()):
                    found.append((path.parent / "cmdline").read_text(errors="replace").replace("\0", " "))
        return found

    def config(self, *words: str, check: bool = True, **env: str) -> tuple[int, str]:
        """Run generate_cloud_configs.py --provider gce; (exit code, everything it said)."""
        argv = ("scripts/generate_cloud_configs.py", "--provider", "gce", *words)
        asked = {"FORCE": ""} if "--update" in words else {}
        done = self.tree.python(*argv, check=check, **{**self.env, **asked, **env})
        said = done.stdout + done.stderr
        assert TOKEN not in said and "Traceback" not in said
        return done.returncode, said


def install(folder: Path, *, real: bool = False) -> Path:
    """Put a gcloud into a folder of PATH; returns where it writes its starts. Skips without the real one."""
    found = shutil.which("gcloud") if real else None
    if real and found is None:
        pytest.skip("gcloud is not on PATH: https://cloud.google.com/sdk/docs/install")
    folder.mkdir(exist_ok=True)
    log = folder.parent / "gcloud-calls"
    command = found or f"'{sys.executable}' -IS '{_FAKE}'"
    (folder / "gcloud").write_text(_WRAPPER.format(log=log, command=command), encoding="utf-8")
    (folder / "gcloud").chmod(0o755)
    return log


def environment(server: GceServer, home: Path) -> Mapping[str, str]:
    """What gcloud and the tree's commands need to see; nothing in it leads beyond loopback."""
    return {**server.env(home), "FORCE": ""}


def make_gce(tree: Tree, server: GceServer, *, real: bool = False) -> Gce:
    """Put gcloud first on the tree's PATH."""
    log = install(tree.home.parent / "bin", real=real)
    # The committed catalog knows a larger cloud than the server is.
    return Gce(tree, server, {**environment(server, tree.home), "FORCE": "1"}, log)
