# SPDX-License-Identifier: MIT
"""Regions that fail: which of them a fetch goes on without, and when that is too many."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from cloudlib.calls.expected import Expected
from cloudlib.catalog import merge
from cloudlib.errors import AccessDenied, CallFailed, CloudError, RegionUnavailable, ShortAnswer

_Answer = TypeVar("_Answer")
_T = TypeVar("_T")


@dataclass
class RegionResults:
    """Which of the asked regions answered, and which other parts of the catalog did.

    Of a cloud whose zones answer one by one, `asked` are zones. `noun` is the plural of what is asked.
    """

    expected: Expected
    asked: Sequence[str]
    noun: str = "regions"
    _errors: dict[str, CloudError] = field(default_factory=dict)
    _faults: set[str] = field(default_factory=set)

    @property
    def not_reached(self) -> dict[str, str]:
        """Why each part that failed did so."""
        return {part: error.what for part, error in sorted(self._errors.items())}

    def collect(
        self, tasks: Mapping[str, Future[_Answer]], read: Callable[[_Answer, str], _T]
    ) -> dict[str, _T]:
        """What `read` makes of each answer and its region, without the regions that failed, which are noted.

        The default region has to answer. Faults in more than a quarter of the regions are not a per-region
        problem, and end the fetch; being denied or not opted in is an answer, not a fault. Any error other
        than a CallFailed ends it too: a used-up call budget, a missing command, an interrupt.
        """
        answers = {}
        for region, task in tasks.items():
            try:
                answers[region] = read(task.result(), region)
            except CallFailed as error:
                self.fail(region, error)
        return answers

    def fail(self, region: str, error: CallFailed) -> None:
        """Note that a region failed; raises the error where the fetch cannot go on without it."""
        if region == self.expected.home:
            raise error.about(region) if isinstance(error, ShortAnswer) else error
        self.miss(region, error)
        if isinstance(error, (AccessDenied, RegionUnavailable)):
            return
        self._faults.add(region)
        if len(self._faults) > max(1, len(self.asked) // 4):
            many = copy.copy(error)  # of the same class, with its hint and its wait
            count = f"{len(self._faults)} of {len(self.asked)} {self.noun} failed"
            many.what = f"{count}, {region} with: {error.what}"
            many.args = (many.what,)
            raise many from error

    def miss(self, part: str, error: CloudError) -> None:
        """Note that a part has no answer; the first reason stays."""
        self._errors.setdefault(part, error)

    def merge_into_region(self, region: str, zones: Sequence[str]) -> None:
        """Where no zone of a region answered, the region did not: raises for the default region."""
        lost = [self._errors[zone] for zone in zones if zone in self._errors]
        if not lost or len(lost) < len(zones):
            return
        if region == self.expected.home:
            raise lost[0].about(region) if isinstance(lost[0], ShortAnswer) else lost[0]
        for zone in zones:
            del self._errors[zone]
        self.miss(region, lost[0])

    def notices(self) -> tuple[str, ...]:
        """What to do about the parts that were not reached, one line for each hint; what FORCE=1 let pass."""
        parts: dict[str, list[str]] = {}
        for part, error in sorted(self._errors.items()):
            if error.hint:
                parts.setdefault(" ".join(error.hint.split()), []).append(part)
        hints = (f"to reach {merge.in_words(names)}: {hint}" for hint, names in parts.items())
        return (*hints, *self.expected.notices)
