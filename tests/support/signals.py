# SPDX-License-Identifier: MIT
"""Signals that this process ignores, and what it starts must not."""

from __future__ import annotations

import signal


def catch_ignored() -> None:
    """Catch, and pass over, what nohup or `&` made this process ignore.

    A process that is started inherits an ignored signal, but not a handler: with one it can be interrupted.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
