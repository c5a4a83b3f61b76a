# SPDX-License-Identifier: MIT
"""What the end of a test run says of skipped tests: a line a reason, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest


def skipped(reports: Iterable[pytest.TestReport | pytest.CollectReport], most: int) -> list[str]:
    """So many lines at most; the last one has what the others have no room for."""
    reasons = Counter(_reason(report) for report in reports).most_common()
    lines = [f"{count} {'test' if count == 1 else 'tests'}: {reason}" for reason, count in reasons]
    if len(lines) <= most:
        return lines
    rest = sum(count for _, count in reasons[most - 1 :])
    why = "; ".join(reason for reason, _ in reasons[most - 1 :])
    return [*lines[: most - 1], f"{rest} tests: {why}"]


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """What the test says: pytest keeps (file, line, "Skipped: reason")."""
    where = report.longrepr
    return str(where[2] if isinstance(where, tuple) else where).removeprefix("Skipped: ")
