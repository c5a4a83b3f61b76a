# SPDX-License-Identifier: MIT
"""An aws in a tree, in front of a test server, with every start of it written down.

It is the real one, or says what the real one said to the same question before: tests/fakes/aws.py.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import aws_memory
from tests.servers.aws_server import AwsServer
from tests.support.once import made_once
from tests.support.tree import ROOT, Tree

_REAL = Path(sys.executable).parent / "aws"
#: Writes one line a start, then becomes the real command.
_WRAPPER = '#!/bin/sh\nprintf "%s\\n" "$*" >>"{log}"\nexec {command} "$@"\n'
_FAKE = ROOT / "tests" / "fakes" / "aws.py"


@dataclass
class Aws:
    """A tree whose `aws` is the real one or stands in for it, and whose AWS is `server`."""

    tree: Tree
    server: AwsServer
    env: dict[str, str]
    log: Path

    def calls(self) -> list[str]:
        """The argument lists of every aws process so far."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def config(self, *words: str, check: bool = True, **env: str) -> tuple[int, str]:
        """Run generate_cloud_configs.py --provider aws; (exit code, everything it said)."""
        argv = ("scripts/generate_cloud_configs.py", "--provider", "aws", *words)
        asked = {"FORCE": ""} if "--update" in words else {}
        done = self.tree.python(*argv, check=check, **{**self.env, **asked, **env})
        return done.returncode, done.stdout + done.stderr


def make_aws(tree: Tree, server: AwsServer, *, real: bool = False) -> Aws:
    """Put an aws first on the tree's PATH. Nothing in the environment leads beyond loopback."""
    if not _REAL.exists():
        pytest.skip("the real aws is not beside this Python: install requirements-dev.txt")
    log = tree.home / "aws-calls"
    command = f'"{_REAL}"' if real else f'"{sys.executable}" -S -E "{_FAKE}" "{_REAL}"'
    wrapper = tree.home.parent / "bin" / "aws"
    wrapper.write_text(_WRAPPER.format(log=log, command=command), encoding="utf-8")
    wrapper.chmod(0o755)
    server.memory = made_once(tree.shared / "aws", aws_memory.begin)
    env = {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "testing-key-id",
        "AWS_SECRET_ACCESS_KEY": "testing-secret-value",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",
        "FORCE": "1",  # the committed catalog knows a larger AWS than the server is
    }
    return Aws(tree, server, env, log)
