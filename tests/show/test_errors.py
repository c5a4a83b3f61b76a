# SPDX-License-Identifier: MIT
"""How errors are printed, and what of foreign text reaches the terminal."""

from __future__ import annotations

import io
import unicodedata

import pytest

from cloudlib.errors import CloudError, printable, report

ATTACK = "\x1b]0;owned\x07\x1b[2J"


def test_layout() -> None:
    stream = io.StringIO()
    report(
        CloudError("no answer", unchanged="every file", hint="try again\nor do not"), stream, who="aws-cli"
    )
    assert stream.getvalue().splitlines() == [
        "aws-cli: error: no answer",
        "  unchanged: every file",
        "  next: try again",
        "        or do not",
    ]


def test_no_part_of_an_error_steers_the_terminal() -> None:
    stream = io.StringIO()
    report(CloudError(f"{ATTACK}a\nb", unchanged=ATTACK, hint=f"{ATTACK}\n{ATTACK}"), stream)
    assert stream.getvalue().count(r"\u001b]0;owned\u0007\u001b[2J") == 4 and "\x1b" not in stream.getvalue()
    assert stream.getvalue().splitlines()[1] == "b", "messages of several lines stay so"


@pytest.mark.parametrize("text", ["São Paulo", "東京", "$0.10 - 5 €", "two\nlines"])
def test_honest_text_is_left_alone(text: str) -> None:
    assert printable(text) == text


def test_no_control_character_is_left_over() -> None:
    """All of Unicode's controls, line separators, marks of direction and lone surrogates but the newline."""
    every = map(chr, range(0x110000))
    steering = [c for c in every if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") and c != "\n"]
    steering += [c for c in map(chr, range(0x110000)) if unicodedata.bidirectional(c) in BIDI]
    text = "".join(steering)
    shown = printable(text)
    assert shown.isascii() and shown.isprintable()


BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
