# SPDX-License-Identifier: MIT
"""Calls side by side, and their end when one of them ends the fetch."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from cloudlib.calls.parallel import Pool
from cloudlib.calls.progress import Progress
from cloudlib.calls.recording import Header, Recording
from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.errors import CallFailed, UsageError
from cloudlib.settings import job_count
from tests.support.tree import ROOT


def test_calls_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_JOBS", "3")
    together = threading.Barrier(3, timeout=300)
    with Pool(CallLog()) as pool:
        assert all(task.result() in (0, 1, 2) for task in [pool.start(together.wait) for _ in range(3)])


def test_no_more_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_JOBS", "2")
    lock, now, most = threading.Lock(), [0], [0]
    two = threading.Barrier(2, timeout=300)

    def work() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        two.wait()
        with lock:
            now[0] -= 1

    with Pool(CallLog()) as pool:
        for task in [pool.start(work) for _ in range(10)]:
            task.result()
    assert most[0] == 2


def test_a_recording_answers_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_JOBS", "30")
    log = CallLog(tape=Recording("a recording", "", Header("demo", ""), {}))
    with Pool(log) as pool:
        threads = [pool.start(threading.get_ident).result() for _ in range(5)]
    assert len(set(threads)) == 1


def test_a_step_advances_with_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_JOBS", "1")
    step, go = Progress().step("demo", "numbers", 7), threading.Event()
    with pytest.raises(ValueError), Pool(CallLog()) as pool:
        for task in [pool.start(int, step=step) for _ in range(5)]:
            task.result()
        failed = pool.start(int, "no number", step=step)
        pool.start(go.wait, 60)  # holds the only thread, or is given up itself
        given_up = pool.start(int, step=step)
        failed.result()
    go.set()
    assert given_up.cancelled() and step.completed == 5


def test_a_failure_stops_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    vendor.write_text("#!/bin/sh\nsleep 1000\n", encoding="utf-8")
    vendor.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setenv("CLOUD_JOBS", "2")
    log = CallLog()

    def slow() -> bytes:
        return run_bytes(["vendor"], log=log, timeout=600)

    started = time.monotonic()
    with pytest.raises(CallFailed, match="the first"), Pool(log) as pool:
        tasks = [pool.start(slow) for _ in range(6)]
        while log.calls < 2:
            time.sleep(0.01)
        raise CallFailed("the first")
    assert time.monotonic() - started < 300 and log.calls == 2
    assert sum(task.cancelled() for task in tasks) >= 4


def test_a_failure_waits_for_no_thread_that_hangs() -> None:
    hangs = threading.Event()
    started = time.monotonic()
    with pytest.raises(CallFailed, match="the first"), Pool(CallLog()) as pool:
        task = pool.start(hangs.wait, 600)
        while not task.running():
            time.sleep(0.01)
        raise CallFailed("the first")
    assert time.monotonic() - started < 300
    hangs.set()


def test_neither_does_the_end_of_a_command() -> None:
    program = (
        "import threading\nfrom cloudlib.calls.parallel import exit_without_joining\n"
        "threading.Thread(target=threading.Event().wait, args=(600,)).start()\n"
        "print('data')\nexit_without_joining(3)\n"
    )
    argv = [sys.executable, "-c", program]
    done = subprocess.run(
        argv, cwd=ROOT / "scripts", capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "data\n", "")


def test_the_number_of_jobs(monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture) -> None:
    cores = mocker.patch("os.cpu_count", return_value=2)
    assert job_count() == 8
    cores.return_value = 64
    assert job_count() == 16
    monkeypatch.setenv("CLOUD_JOBS", "3")
    assert job_count() == 3
    for text in ("0", "65", "many", "-1", "²"):
        monkeypatch.setenv("CLOUD_JOBS", text)
        with pytest.raises(UsageError, match="CLOUD_JOBS"):
            job_count()
