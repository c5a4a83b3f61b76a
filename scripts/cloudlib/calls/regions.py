# SPDX-License-Identifier: MIT
"""Regions that fail: which of them a fetch goes on without, and when that is too many."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from cloudlib.errors import AccessDenied, CallFailed, RegionUnavailable

_T = TypeVar("_T")


@dataclass
class RegionResults:
    """Which of the asked regions answered. `not_reached` maps the others to why."""

    default_region: str
    asked: Sequence[str]
    not_reached: dict[str, str] = field(default_factory=dict)
    _hints: dict[str, str] = field(default_factory=dict)
    _faults: set[str] = field(default_factory=set)

    def collect(self, tasks: Mapping[str, Future[_T]]) -> dict[str, _T]:
        """The answers by region, without the regions that failed, which are noted.

        The default region has to answer. Faults in more than a quarter of the regions are not a per-region
        problem, and end the fetch; being denied or not opted in is an answer, not a fault. Any error other
        than a CallFailed ends it too: a used-up call budget, a missing command, an interrupt.
        """
        answers = {}
        for region, task in tasks.items():
            try:
                answers[region] = task.result()
            except CallFailed as error:
                if region == self.default_region:
                    raise
                self._note(region, error)
        return answers

    def notices(self) -> tuple[str, ...]:
        """What to do about the regions that were not reached: one line for each hint."""
        regions: dict[str, list[str]] = {}
        for region, hint in sorted(self._hints.items()):
            regions.setdefault(" ".join(hint.split()), []).append(region)
        return tuple(f"to reach {', '.join(names)}: {hint}" for hint, names in regions.items())

    def _note(self, region: str, error: CallFailed) -> None:
        if region not in self.not_reached:
            self.not_reached[region] = error.what
            if error.hint:
                self._hints[region] = error.hint
        if isinstance(error, (AccessDenied, RegionUnavailable)):
            return
        self._faults.add(region)
        if len(self._faults) > max(1, len(self.asked) // 4):
            many = copy.copy(error)  # of the same class, with its hint and its wait
            count = f"{len(self._faults)} of {len(self.asked)} regions failed"
            many.what = f"{count}, {region} with: {error.what}"
            many.args = (many.what,)
            raise many from error
