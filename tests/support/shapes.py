# SPDX-License-Identifier: MIT
"""One answer in many wrong shapes: each value in turn is taken away, or replaced by one of another type."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

_GONE = object()
ODD: tuple[Any, ...] = (_GONE, None, True, -1, 7.5, float("nan"), "", "odd", [], [[]], [None], {}, {"odd": 1})


def wrong_shapes(answer: Any) -> Iterator[tuple[str, Any]]:
    """(where and what, the changed answer) for every value of an answer and every odd value."""
    for path in _paths(answer):
        for odd in ODD:
            changed = copy.deepcopy(answer)
            *above, last = path
            holder = changed
            for step in above:
                holder = holder[step]
            if odd is _GONE:
                del holder[last]
            else:
                holder[last] = odd
            yield f"{'.'.join(map(str, path))} = {'gone' if odd is _GONE else odd!r}", changed
    for odd in ODD[1:]:
        yield f"the answer = {odd!r}", odd


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every value within."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (step,)
        yield from ((step, *rest) for rest in _paths(inner))
