# SPDX-License-Identifier: MIT
"""How errors are printed, and what of foreign text reaches the terminal."""

from __future__ import annotations

import io
import unicodedata

import pytest

import aws_api
from cloudlib.config import cost
from cloudlib.config.finding import ERROR, Finding
from cloudlib.config.selection import Selection
from cloudlib.errors import CallFailed, CloudError, message, printable, report, some
from cloudlib.show import summary
from cloudlib.show.summary import Outcome
from tests.support.catalogs import catalog, planted

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


def test_a_line_of_megabytes_is_cut_and_the_rest_is_told() -> None:
    stream = io.StringIO()
    report(CloudError("x" * 5_000_000 + "\nand why", hint="y" * 5_000_000), stream)
    first, second, hint = stream.getvalue().splitlines()
    assert (first[-2:], second, hint[-2:]) == ("x…", "and why", "y…")
    assert len(first) < 1100 > len(hint)
    assert Finding(ERROR, "z" * 2000).text.endswith("z…")


BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def test_nothing_of_a_run_or_a_check_steers_the_terminal() -> None:
    """A vendor's error and notice in a summary; a custom image or type of a .config in a finding."""
    stream = io.StringIO()
    told = planted(catalog().provenance, notices=(ATTACK,), not_reached={"south-1": ATTACK})
    outcomes = [
        Outcome("aws", "published", True, catalog().with_provenance(told), remarks=(ATTACK,)),
        Outcome("azure", "FAILED", False, error=CallFailed(ATTACK, hint=ATTACK)),
    ]
    summary.show(outcomes, stream)
    lines = (
        stream.getvalue(),
        Finding(ERROR, ATTACK, (ATTACK,)).text,
        cost.line(cost.bill(CHOSEN, None, aws_api), None),
    )
    assert [text.count(r"\u001b[2J") for text in lines] == [5, 2, 1]
    assert "\x1b" not in "".join(lines)


def test_errors_in_a_summary_have_the_same_layout() -> None:
    stream = io.StringIO()
    error = CallFailed("azure: denied", unchanged="the azure menus", hint="ask somebody\nor wait")
    summary.show([Outcome("azure", "FAILED", False, error=error)], stream)
    assert stream.getvalue().splitlines()[2:] == [
        "azure: failed: denied",
        "  unchanged: the azure menus",
        "  next: ask somebody",
        "        or wait",
    ]


CHOSEN = Selection(instance_type=ATTACK, region="north-1", zone="", architecture="x86_64", nodes=1, image={})


def test_a_message_of_a_thousand_lines_is_cut_and_the_rest_is_counted() -> None:
    stream = io.StringIO()
    many = "\n".join(f"line {n}" for n in range(1000))
    report(CloudError(many, unchanged=many, hint=many), stream)
    lines = stream.getvalue().splitlines()
    assert len(lines) < 200 and lines.count("  and 940 more lines") == 2
    assert lines[0] == "error: line 0" and "          and 940 more lines" in lines
    assert message("\n".join("ab")) == "a\nb"


def test_a_list_of_names_is_on_one_line() -> None:
    assert some(["a", "b"]) == "a, b" and some("abcdefg", 5) == "a, b, c, d, e and 2 more" and some([]) == ""
    listed = some([ATTACK, "x" * 5_000_000, "a\nb", *map(str, range(1_000_000))])
    assert len(listed) < 1000 and listed.isprintable() and listed.endswith(" and 999997 more")
