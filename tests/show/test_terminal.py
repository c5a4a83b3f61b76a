# SPDX-License-Identifier: MIT
"""Lines that fit a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.show import table, terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_long_lines_break_between_words_and_keep_their_indent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = Tty()
    print("  next: make cloud-config-aws and then make cloud-update-aws", file=terminal.wrapping(out))
    assert out.getvalue() == "  next: make cloud-config-aws and then\n    make cloud-update-aws\n"
    out = Tty()
    print("\x1b[1m" + "x " * 40, file=terminal.wrapping(out))
    assert out.getvalue().count("\n") == 1, "laid out by somebody else"


def test_what_is_no_terminal_gets_whole_lines() -> None:
    out = io.StringIO()
    assert terminal.wrapping(out) is out


@given(st.text(alphabet="ab -:/\n", max_size=300), st.integers(20, 100))
def test_no_word_is_lost(text: str, width: int) -> None:
    for line in text.split("\n"):
        folded = terminal.folded(line, width)
        assert folded.split() == line.split()
        assert all(len(part) <= width or " " not in part.strip() for part in folded.split("\n"))


def test_a_narrow_terminal_does_without_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setenv("TERM", "xterm")
    out = Tty()
    table.show(
        ("name", "note", "many"), [("aws", "a long note of many words", "7")], out, gives_way=("note",)
    )
    assert "aws   7" in out.getvalue() and "note" not in out.getvalue()
    out = Tty()
    table.show(("name", "many"), [("a" * 30, "7")], out, gives_way=("many",))
    assert "a" * 30 in out.getvalue()
