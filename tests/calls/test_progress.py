# SPDX-License-Identifier: MIT
"""Live progress: what a person sees on a terminal, and what a log gets."""

from __future__ import annotations

import io
import os
import pty

import pyte
import pytest

from cloudlib.calls.progress import Progress, shown_on


def said(progress: Progress) -> None:
    """One step that was complete, one that was not, and one that never said, though all its parts came in."""
    good, bad, silent = (progress.step("aws", title, 2) for title in ("zones", "prices", "types"))
    for step in (good, silent, silent):
        step.advance()
    good.done("4 zones in 2 regions")
    bad.failed("denied [by the policy]")


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_rows_on_a_terminal(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    for name, value in (("TERM", "xterm"), ("COLUMNS", "110"), ("LINES", "20")):
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        try:
            with shown_on(stream) as progress:
                said(progress)
                if ends == "badly":
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            assert ends == "badly"
        stream.flush()
        screen = pyte.Screen(110, 20)
        pyte.ByteStream(screen).feed(os.read(ours, 1 << 16))
    os.close(ours)
    zones, prices, types = (line.rstrip() for line in screen.display[:3])
    assert zones.startswith("✓ aws         zones") and zones.endswith("2/2 4 zones in 2 regions")
    assert prices.startswith("✗ aws         prices") and prices.endswith("0/2 denied [by the policy]")
    assert "aws         types" in types and types.endswith("2/2") and types[0] not in "✓✗"


@pytest.mark.parametrize("debug", ["", "1"])
def test_lines_elsewhere(monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    monkeypatch.setenv("DEBUG", debug)
    stream = io.StringIO()
    with shown_on(stream) as progress:
        said(progress)
    assert stream.getvalue().splitlines() == [
        "aws         zones: 4 zones in 2 regions",
        "aws         prices: FAILED: denied [by the policy]",
    ]
