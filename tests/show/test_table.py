# SPDX-License-Identifier: MIT
"""The one table: aligned, never cut off, colored only on a terminal; and the figures that it shows."""

from __future__ import annotations

import io
import sys

import pytest

from cloudlib.show import table
from cloudlib.show.figures import Figures, figures
from tests.support.catalogs import catalog, itype

COLUMNS = ("provider", "n", "note")
ROWS = (("aws", "1234", "a"), ("azure", "5", "a long \x1b[31mnote [red]"))


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_text_is_aligned_and_numbers_end_flush() -> None:
    stream = io.StringIO()
    table.show(COLUMNS, ROWS, stream, right=("n",))
    assert stream.getvalue().splitlines() == [
        "provider     n  note",
        "aws       1234  a",
        r"azure        5  a long \u001b[31mnote [red]",
    ]


@pytest.mark.parametrize("color", ["", "1"])
def test_a_terminal_gets_colors_unless_it_wants_none(monkeypatch: pytest.MonkeyPatch, color: str) -> None:
    for name, value in (("TERM", "xterm"), ("COLUMNS", "80"), ("NO_COLOR", color)):
        monkeypatch.setenv(name, value)
    stream = Terminal()
    table.show(COLUMNS, ROWS, stream, styles=("green", "red"))
    text = stream.getvalue()
    assert ("\x1b[32m" in text) == (color == "")
    assert "[red]" in text and r"\u001b[31m" in text


def test_a_narrow_terminal_loses_columns_that_may_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("TERM", "xterm"), ("COLUMNS", "20"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    stream = Terminal()
    table.show(COLUMNS, ROWS, stream)
    assert any(r"a long \u001b[31mnote [red]" in line for line in stream.getvalue().splitlines())
    for gives_way, there in (((COLUMNS[-1],), False), ((), True)):
        stream = Terminal()
        table.show(COLUMNS, ROWS, stream, gives_way=gives_way)
        assert (COLUMNS[-1] in stream.getvalue()) == there


def test_figures() -> None:
    assert figures(catalog()) == Figures(
        regions=2, zones=3, types=9, offered=8, current=7,
        not_offered={"boot no Linux on x86_64 or arm64": 1},
        families=6, images=6, supported=6, priced=5, prices="$0.08 - $0.4032",
    )  # fmt: skip
    assert figures(catalog([itype("m7.large")])).prices == "unknown"


def test_without_rich_a_terminal_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a bare Python the CLIs answer too."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    stream = Terminal()
    table.show(COLUMNS, ROWS, stream, styles=("green", "red"))
    assert (
        stream.getvalue().splitlines()[0].split() == ["provider", "n", "note"]
        and "\x1b" not in stream.getvalue()
    )
