# SPDX-License-Identifier: MIT
"""Questions on the terminal."""

from __future__ import annotations

import io

import pytest

from cloudlib.show import ask


@pytest.mark.parametrize(
    ("typed", "answer"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_a_yes(typed: str, answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one is Ctrl-D."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert ask.yes("Go on?") is answer
