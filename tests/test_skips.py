# SPDX-License-Identifier: MIT
"""The end of a test run says in three lines at most what was skipped."""

from __future__ import annotations

import pytest

from tests.support.skips import skipped


def report(reason: str) -> pytest.TestReport:
    where = ("tests/test_x.py", 7, f"Skipped: {reason}")
    return pytest.TestReport("x", ("x", 7, "x"), {}, "skipped", where, "setup")


def test_nothing_skipped() -> None:
    assert skipped([], 3) == []


def test_a_line_a_reason() -> None:
    reports = [report("no gcloud"), report("no conf"), report("no conf")]
    assert skipped(reports, 3) == ["2 tests: no conf", "1 test: no gcloud"]


def test_never_more_than_so_many_lines() -> None:
    reports = [report(f"no {name}") for name in ("conf", "conf", "az", "az", "gcloud", "root")]
    assert skipped(reports, 3) == ["2 tests: no conf", "2 tests: no az", "2 tests: no gcloud; no root"]
