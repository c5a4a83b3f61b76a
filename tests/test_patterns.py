# SPDX-License-Identifier: MIT
"""No regular expression takes forever over a long text, whoever wrote the text."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support import patterns
from tests.support.tree import ROOT

#: CPU seconds for all texts of one pattern: the linear ones need well below one, a quadratic one many.
_MOST = 4.0
_SECONDS_IN_ALL = 90


def slow(*given: str, seconds: int = _SECONDS_IN_ALL) -> list[str]:
    """The patterns of scripts/, or the given ones, that take too long; all have so many CPU seconds."""
    argv = [sys.executable, "-m", "tests.support.patterns", *given]
    limited = ["sh", "-c", f'ulimit -t {seconds}; exec "$@"', "sh", *argv]
    child = subprocess.run(limited, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    out = child.stdout
    lines = [line.split("\t") for line in out.splitlines()]
    late = [name for name, seconds in lines if not seconds or float(seconds) > _MOST]
    assert child.returncode == 0 or late, out
    return late


@pytest.mark.slow
def test_every_pattern_is_linear() -> None:
    assert slow() == []


@pytest.mark.slow
def test_a_pattern_that_takes_forever_is_seen() -> None:
    """It backtracks over three nested loops, which no machine ends in time."""
    assert slow(r"\d+\d+\d+x ", seconds=30) != []


def test_the_patterns_are_seen() -> None:
    every = patterns.uses()
    where = {use.where.partition(":")[0] for use in every}
    using = {
        str(path.relative_to(patterns.SCRIPTS))
        for path in patterns.SCRIPTS.rglob("*.py")
        if re.search(rf"\bre\.(?:compile|{'|'.join(patterns.METHODS)})\(", path.read_text(encoding="utf-8"))
    }
    assert using - where <= {
        "cloudlib/calls/recording.py",
        "cloud_commit.py",
    }  # of bytes; of our own subjects
    assert len(every) > 250
