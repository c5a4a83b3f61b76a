# SPDX-License-Identifier: MIT
"""What a process writes, read within a time limit and a size limit."""

from __future__ import annotations

import os
import selectors
import subprocess
import time

_PART = 1 << 16
_MOST_ERR = 1 << 20  # the end of stderr is kept, where a command says why it failed


class TooMuch(Exception):
    """The process wrote more to stdout than it may."""


def read(process: subprocess.Popen[bytes], *, seconds: float, most: int) -> tuple[bytes, bytes]:
    """stdout and the end of stderr of a process, which has ended by then.

    Raises subprocess.TimeoutExpired or TooMuch, with the process still running.
    """
    ends = time.monotonic() + seconds
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as pipes:
        for pipe, text in ((process.stdout, out), (process.stderr, err)):
            assert pipe is not None
            pipes.register(pipe, selectors.EVENT_READ, text)
        while pipes.get_map():
            left = ends - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(process.args, seconds)
            for key, _ in pipes.select(left):
                part = os.read(key.fd, _PART)
                if not part:
                    pipes.unregister(key.fileobj)
                key.data.extend(part)
            if len(out) > most:
                raise TooMuch
            del err[:-_MOST_ERR]
    process.wait(max(0.0, ends - time.monotonic()))
    return bytes(out), bytes(err)
