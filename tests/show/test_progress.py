# SPDX-License-Identifier: MIT
"""Live progress: what a person sees on a terminal, and what a log gets."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyte
import pytest

from cloudlib.calls.progress import FAILED, SKIPPED, Progress
from cloudlib.show.progress_rows import Rows, shown_on
from tests.support.tree import ROOT


def steps(progress: Progress) -> None:
    """One step that was complete, one that failed, and one still running with all its parts there."""
    good, bad, silent = (progress.step("aws", title, 2) for title in ("zones", "prices", "types"))
    for step in (good, silent, silent):
        step.advance()
    good.done("4 zones in 2 regions")
    bad.failed("denied [by the policy]")


@contextmanager
def terminal(
    monkeypatch: pytest.MonkeyPatch, **env: str
) -> Iterator[tuple[io.TextIOWrapper, Callable[[], list[str]]]]:
    """A stream on a terminal, and what it shows."""
    for name, value in {"TERM": "xterm", "COLUMNS": "110", "LINES": "20", **env}.items():
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    screen = pyte.Screen(110, 20)
    output = bytearray()

    def read() -> None:
        while not output.endswith(b"THE END"):
            output.extend(os.read(ours, 4096))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()

    def lines() -> list[str]:
        print("THE END", end="", file=stream, flush=True)
        reader.join(30)
        pyte.ByteStream(screen).feed(bytes(output.removesuffix(b"THE END")))
        return [line.rstrip() for line in screen.display if line.strip()]

    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        yield stream, lines
    os.close(ours)


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_rows_on_a_terminal(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    with terminal(monkeypatch) as (stream, shown):
        try:
            with shown_on(stream) as progress:
                steps(progress)
                if ends == "badly":
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            assert ends == "badly"
        zones, prices, types = shown()
    assert zones.startswith("✓ aws         zones") and zones.endswith("4 zones in 2 regions")
    assert prices.startswith("✗ aws         prices") and prices.endswith("denied [by the policy]")
    assert types.startswith("- aws         types"), "it never ended: neither tick nor cross nor spinner"


@pytest.mark.parametrize("color", ["", "1"])
def test_bars_can_be_read_without_color(monkeypatch: pytest.MonkeyPatch, color: str) -> None:
    with terminal(monkeypatch, NO_COLOR=color) as (stream, shown):
        with shown_on(stream) as progress:
            for parts in range(3):
                step = progress.step("aws", f"{parts} of 2", 2)
                for _ in range(parts):
                    step.advance()
        bars = [
            next(word for word in line.split() if {*word} <= {*"#-"} and len(word) > 1) for line in shown()
        ]
    assert bars == ["-" * 12, "#" * 6 + "-" * 6, "#" * 12]


def test_a_provider_that_failed_or_was_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row of it runs on; one that was skipped before its first step has a row."""
    with terminal(monkeypatch) as (stream, shown):
        with shown_on(stream) as progress:
            done = progress.step("aws", "regions", 1)
            done.done("2 regions")
            for title in ("zones", "types"):
                progress.step("aws", title, 2)
            progress.end("aws", FAILED, "denied\nfor good")
            progress.end("azure", SKIPPED, "`az` is not on PATH")
        rows = shown()
    assert [row[0] for row in rows] == ["✓", "✗", "✗", "-"]
    assert rows[1].endswith("denied") and "denied" not in rows[2]
    assert rows[3].startswith("- azure") and rows[3].endswith("`az` is not on PATH")


def test_a_pause_is_seen_on_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the newest running step, while it lasts; of pauses side by side the one that goes on."""
    with terminal(monkeypatch) as (stream, shown), shown_on(stream) as progress:
        progress.step("aws", "regions", 1).done("2 regions")
        prices = progress.step("aws", "prices", 2)
        progress.step("gce", "zones", 2)
        with progress.waiting("aws", "waiting 9 s \x1b[2J"):
            with progress.waiting("aws", "waiting 3 s"):
                assert prices.waits == ["waiting 9 s \x1b[2J", "waiting 3 s"]
            assert isinstance(progress, Rows)
            progress._live.refresh()  # it does so ten times a second by itself
            rows = shown()
    assert rows[1].endswith(r"waiting 9 s \u001b[2J") and "waiting" not in rows[0] + rows[2]
    assert prices.waits == []


def test_a_pause_is_over_when_the_step_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as (stream, shown):
        with shown_on(stream) as progress:
            progress.step("aws", "prices", 2)
            with progress.waiting("aws", "waiting 9 s"):
                pass
        assert "waiting" not in shown()[0]


def test_pauses_as_lines() -> None:
    """Each once, also before the first step of a provider."""
    stream = io.StringIO()
    with shown_on(stream) as progress:
        with progress.waiting("gce", "waiting 2 s\nand more"):
            step = progress.step("aws", "prices", 1)
        with progress.waiting("aws", "waiting \x1b[2J 5 s"):
            pass
        step.done("4 prices")
    assert stream.getvalue().splitlines() == [
        "gce: waiting 2 s",
        r"aws         prices: waiting \u001b[2J 5 s",
        "aws         prices: 4 prices",
    ]


@pytest.mark.parametrize("debug", ["", "1"])
def test_lines_elsewhere(monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    monkeypatch.setenv("DEBUG", debug)
    stream = io.StringIO()
    with shown_on(stream) as progress:
        steps(progress)
        progress.end("azure", SKIPPED, "`az` \x1b[2J is not on PATH")
    assert stream.getvalue().splitlines() == [
        "aws         zones: 4 zones in 2 regions",
        "aws         prices: FAILED: denied [by the policy]",
        r"azure: SKIPPED: `az` \u001b[2J is not on PATH",
    ]


def test_nothing_elsewhere_when_quiet() -> None:
    stream = io.StringIO()
    with shown_on(stream, quiet=True) as progress:
        steps(progress)
    assert stream.getvalue() == ""


def test_rich_is_not_imported_where_it_is_not_seen() -> None:
    code = (
        "import io, sys\nsys.path.insert(0, 'scripts')\n"
        "from cloudlib.show import cli, progress_rows, summary, table\n"
        "with progress_rows.shown_on(io.StringIO()) as p: p.step('aws', 'zones', 1).done('1')\n"
        "assert not [name for name in sys.modules if name.startswith('rich')]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
