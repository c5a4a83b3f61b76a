# SPDX-License-Identifier: MIT
"""The tests can be started with nohup or `&`: what they start can still be interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.support.signals import catch_ignored

ASK = "import signal; print([signal.getsignal(n) == signal.SIG_IGN for n in (signal.SIGINT, signal.SIGHUP)])"


def test_what_a_test_starts_ignores_no_signal() -> None:
    numbers = (signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        catch_ignored()
        done = subprocess.run([sys.executable, "-S", "-c", ASK], capture_output=True, text=True, check=True)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    assert done.stdout == "[False, False]\n"
