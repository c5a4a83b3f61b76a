# SPDX-License-Identifier: MIT
"""Regions that fail: which of them a fetch goes on without, and when that is too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloudlib.calls.parallel import Task
from cloudlib.errors import AccessDenied, CallFailed, RegionUnavailable


@dataclass
class RegionResults:
    """Which of the asked regions answered. `not_reached` maps the others to why."""

    home: str
    asked: Sequence[str]
    not_reached: dict[str, str] = field(default_factory=dict)
    _faults: set[str] = field(default_factory=set)

    def answers(self, tasks: Mapping[str, Task]) -> dict[str, Any]:
        """The answers by region, without the regions that failed, which are noted.

        The default region has to answer. Faults in more than a quarter of the regions are no matter of
        single regions, and end the fetch; being denied or not opted in is an answer, not a fault.
        """
        found = {}
        for region, task in tasks.items():
            try:
                found[region] = task.result()
            except CallFailed as error:
                if region == self.home:
                    raise
                self.not_reached.setdefault(region, error.what)
                if not isinstance(error, (AccessDenied, RegionUnavailable)):
                    self._faults.add(region)
                if len(self._faults) > max(1, len(self.asked) // 4):
                    many = f"{len(self._faults)} of {len(self.asked)} regions failed, {region} with"
                    raise type(error)(f"{many}: {error.what}", hint=error.hint) from error
        return found
