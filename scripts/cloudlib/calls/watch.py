# SPDX-License-Identifier: MIT
"""A command that a person watches, such as terraform: it has no time limit and is never killed.

It is asked to end, once, and waited for.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudlib.calls.debug import debug
from cloudlib.errors import CliMissing
from cloudlib.settings import child_environment


@dataclass(frozen=True, slots=True)
class Ended:
    """How a watched command ended: its exit code, 128+N for signal N, and whether it was asked to stop.

    `said` is the end of what it wrote to stderr, where that was to be kept.
    """

    code: int
    interrupted: bool
    said: str = ""


def run_through(
    argv: Sequence[str],
    *,
    own: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    out: int | None = None,
    meanwhile: Callable[[], None] | None = None,
    keep: bool = False,
) -> Ended:
    """Run a command with our stdout and stderr, for as long as it takes; raises CliMissing.

    `out` is a file descriptor in the place of our stdout; `meanwhile` is called while the command works, ten
    times a second, and once when it has ended. With `keep` its stderr passes through us, and its end is kept:
    not for a command that must outlive us.

    It sees the variables that begin with `own`, none of another cloud, and `env`. It gets a session of its
    own, so that Ctrl-C reaches us alone. The first one, or a SIGTERM or SIGHUP, is passed on as one SIGINT;
    terraform takes a second for leave to lose its state, so there is none.
    """
    full_env = child_environment(own, env)
    program = shutil.which(argv[0], path=full_env.get("PATH"))
    if program is None:
        raise CliMissing(f"the command `{argv[0]}` is not on PATH")
    sys.stdout.flush()
    started = time.monotonic()
    with _SignalForwarder() as asked:
        try:
            process = subprocess.Popen(
                [program, *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.PIPE if keep else None,
                env=full_env,
                start_new_session=True,
            )
        except OSError as error:
            raise CliMissing(f"the command `{program}` cannot be started: {error.strerror}") from error
        asked.watch(process)
        copy = _Copy(process)
        code = _wait(process, meanwhile) if meanwhile else process.wait()
        said = copy.end()
    debug(argv, started, f"exit {code}")
    return Ended(code if code >= 0 else 128 - code, asked.count > 0, said)


class _Copy:
    """Copies a command's stderr, where it is a pipe, to ours, and keeps its end."""

    _MOST = 16 << 10

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._pipe = process.stderr
        self._kept = b""
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def _copy(self) -> None:
        while self._pipe is not None and (part := os.read(self._pipe.fileno(), 1 << 16)):
            self._kept = (self._kept + part)[-self._MOST :]
            with contextlib.suppress(OSError):  # the terminal may be gone
                os.write(2, part)

    def end(self) -> str:
        """The text, once the command has ended; a child of it may hold on to the pipe."""
        self._thread.join(5)
        if self._pipe is not None and not self._thread.is_alive():
            self._pipe.close()
        return self._kept.decode("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes], meanwhile: Callable[[], None]) -> int:
    while True:
        try:
            code = process.wait(0.1)
        except subprocess.TimeoutExpired:
            meanwhile()
        else:
            meanwhile()
            return code


class _SignalForwarder:
    """Forwards the first SIGINT, SIGTERM or SIGHUP to the command that it waits for."""

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._once = [signal.SIGINT]  # popping is atomic, also against a signal in the middle of it
        self._earlier: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _SignalForwarder:
        wanted = [n for n in self._SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]  # nohup is heeded
        self._earlier = {number: signal.signal(number, self._catch) for number in wanted}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Start forwarding; a signal that came earlier is forwarded now."""
        self._process = process
        if self.count:
            self._pass_on()

    def _catch(self, number: int, frame: object) -> None:
        self.count += 1
        if self._process is not None:
            self._pass_on()
        with contextlib.suppress(OSError):  # the terminal may be gone
            # not print: a second signal in the middle of it would enter stderr's buffer twice, a RuntimeError
            os.write(2, b"\nasked it to stop; waiting for it, so nothing is lost\n")

    def _pass_on(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, IndexError):
            self._process.send_signal(self._once.pop())
