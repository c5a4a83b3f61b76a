# SPDX-License-Identifier: MIT
"""The oldest versions of the vendors' command line tools that this project is tested with."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: By the names of `Provenance.tools`. docs/administrators.md states the same under "Prerequisites".
OLDEST: Mapping[str, str] = {"aws": "1.45", "azure-cli": "2.91", "gcloud": "528"}

_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")


def outdated(tools: Mapping[str, str]) -> list[str]:
    """A notice for each of these tools that is older than its row of OLDEST; none for an unknown version."""
    return [
        f"{tool} {tools[tool]} is older than {oldest}, the oldest version that is tested; please update it"
        for tool, oldest in OLDEST.items()
        if tool in tools and () < _numbers(tools[tool]) < _numbers(oldest)
    ]


def _numbers(version: str) -> tuple[int, ...]:
    """2.9.1 as (2, 9, 1), without what follows, such as "rc1"; () for what begins with no number."""
    match = _VERSION.match(version)
    return tuple(map(int, match.group().split("."))) if match else ()
