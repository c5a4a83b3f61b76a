# SPDX-License-Identifier: MIT
"""Cases of tests that cost seconds each: a few of them with `make test`, the others with `make test-slow`."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet


def mostly_slow(cases: Iterable[object], quick: int = 1) -> list[ParameterSet]:
    """The parameters of a test, a tuple for each row of several; all but the first `quick` are slow."""
    rows = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [
        pytest.param(*row, marks=() if number < quick else pytest.mark.slow)
        for number, row in enumerate(rows)
    ]
