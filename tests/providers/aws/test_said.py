# SPDX-License-Identifier: MIT
"""The committed answers of the real aws CLI, tests/fakes/aws-said.json.gz: of this version, and true."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.servers import aws_memory
from tests.servers.aws_data import small
from tests.servers.aws_server import AwsServer
from tests.support.tree import ROOT

AGAIN = "`SAID_UPDATE=1 make test` asks the real aws again"
FAKE = ROOT / "tests" / "fakes" / "aws.py"


def test_they_are_of_the_release_that_is_pinned() -> None:
    assert aws_memory.said()[0] == version("awscli"), AGAIN


def test_a_question_of_a_fetch_starts_no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SAID_UPDATE", raising=False)
    entry = next(entry for entry in aws_memory.said()[1] if "describe-regions" in entry.words)
    aws_memory.begin(tmp_path)
    with AwsServer(small()) as server:
        server.memory = tmp_path
        done = ask("/bin/false", entry, server)
        assert server.calls("ec2", "DescribeRegions") == 1
    assert (done.returncode, done.stdout) == (0, entry.output), AGAIN


def ask(aws: Path | str, entry: aws_memory.Said, server: AwsServer) -> subprocess.CompletedProcess[str]:
    """The stand-in's answer to that call; `aws` is what it starts for one that it does not know."""
    env = {"PATH": os.defpath, **entry.settings, "AWS_ENDPOINT_URL": server.url}
    words = [sys.executable, FAKE, aws, *entry.words]
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.real_aws
def test_the_real_aws_says_the_same(tmp_path: Path) -> None:
    """To what the small AWS serves; answers of other data are passed over."""
    aws = Path(sys.executable).parent / "aws"
    alike = 0
    with AwsServer(small()) as server:
        server.memory = tmp_path
        for entry in aws_memory.said()[1]:
            done = ask(aws, entry, server)
            if (tmp_path / entry.key).exists():  # kept under the same name: the same data
                assert done.stdout == entry.output, f"{entry.words}: {AGAIN}"
                alike += 1
    assert alike > 20
