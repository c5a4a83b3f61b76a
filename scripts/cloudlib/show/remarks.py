# SPDX-License-Identifier: MIT
"""What an answer says besides its rows, on stderr: what is not known, and what is nearest to nothing."""

from __future__ import annotations

import textwrap

from cloudlib.errors import counted, printable
from cloudlib.search.answer import Answer, Nothing
from cloudlib.search.question import Question
from cloudlib.show import lookup


def remarks(told: Answer, shown: int, asked: Question, more: str) -> list[str]:
    """What the rows do not say; `more` is how to see more of them, "" where there are no more."""
    lines = []
    if more and shown < len(told.rows):
        lines.append(f"{shown} of {len(told.rows)} machines; {more}")
    if told.unpriced:
        lines.append(f"{told.unpriced} of {len(told.rows)} have no known price and come last")
    for option, number in told.unknown.items():
        if option == asked.said.get("max_price", f"--max-price {asked.max_price}"):
            continue  # those without a price
        who = sorted({r.machine.provider for r in told.rows if option in r.unknown})
        lines.append(f"{number} may not meet {option}: {', '.join(who)} do{'es' * (len(who) == 1)} not say")
    return [*lines, *(why(told.nothing) if told.nothing else [])]


def why(nothing: Nothing | None) -> list[str]:
    """Why nothing is known to fit, and what is nearest."""
    if nothing is None or nothing.nearest is None:
        return []
    lines = []
    if nothing.without:
        lines.append(f"without {nothing.costly}: {counted(nothing.without, 'machine')}")
    else:
        lines.append(f"most are left out by {nothing.costly}")
    lines.append(f"nearest: {lookup.described(nothing.nearest)}")
    would = f"; it would do with {' '.join(nothing.would)}" if nothing.would else ""
    return [*lines, f"it misses {', '.join(nothing.misses)}{would}"]


def wrapped(line: str) -> str:
    """A line of foreign words for a person, on as many lines as an error has room for."""
    return "\n".join(textwrap.wrap(printable(line), 72, subsequent_indent="  ", break_on_hyphens=False))
