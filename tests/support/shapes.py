# SPDX-License-Identifier: MIT
"""One answer in many wrong shapes: each value in turn is taken away, or replaced by one of another type."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

_GONE = object()
ODD: tuple[Any, ...] = (_GONE, None, True, -1, 7.5, float("nan"), "", "odd", [], [[]], [None], {}, {"odd": 1})

#: Texts that are code, a path, an option or an escape to somebody, or too much for a pattern.
HOSTILE = (
    "$(shell,touch PWNED)", "${HOME}", "$HOME", "`touch PWNED`", "x;touch PWNED", '"quoted"', "{{ x }}",
    "a\nb: c", "a\tb", "a\0b", "a\rb", "\x1b]0;owned\x07\x1b[2J", "\x9b31m", "\u202ea", "\u2028", "\ud800",
    "../../x9.large", ".x9.large", "/etc/passwd", "x9/large", "x9 large", "#x9", "--endpoint-url=http://x/",
    "file:///etc/passwd", "x" * 300, "1" * 5000, "A" + " " * 200_000 + "(", "1x" * 100_000, "\u0663",
    "inf", "1e400", "1E+30", "1_000", " 4 ", "-1", "0.00000000001", "99999999",
)  # fmt: skip

#: What the message about a record that cannot be begins with.
RECORDS = ("Region '", "Zone '", "Gpu '", "LocalDisks '", "Price '", "InstanceType '", "Image '")


def wrong_shapes(answer: Any) -> Iterator[tuple[str, Any]]:
    """(where and what, the changed answer) for every value of an answer, and every odd or hostile one."""
    for path in _paths(answer):
        for odd in (*ODD, *HOSTILE):
            changed = copy.deepcopy(answer)
            *above, last = path
            holder = changed
            for step in above:
                holder = holder[step]
            if odd is _GONE:
                del holder[last]
            else:
                holder[last] = odd
            yield f"{'.'.join(map(str, path))} = {'gone' if odd is _GONE else repr(odd)[:40]}", changed
    for odd in (*ODD[1:], *HOSTILE):
        yield f"the answer = {odd!r:.40}", odd


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every value within."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (step,)
        yield from ((step, *rest) for rest in _paths(inner))
