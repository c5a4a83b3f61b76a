# SPDX-License-Identifier: MIT
"""The one door to other programs: an argv list goes in, parsed JSON comes out, or a person watches it work.

A vendor command is started in a group of its own with a closed stdin, is given a time limit, is counted
against a budget, and is killed with its children when the run ends early. A command that a person watches
has no limit, and is never killed: it is asked to end, once, and waited for.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloudlib.errors import (
    BadReply,
    BudgetExceeded,
    CallFailed,
    CliMissing,
    CloudError,
    Interrupted,
    TimedOut,
)
from cloudlib.settings import flag

#: Turns (argv, exit code, stderr) into the error that it means, or None for "no idea".
Classifier = Callable[[Sequence[str], int, str], CloudError | None]


@dataclass
class CallLog:
    """Counts the vendor calls of one run, refuses more than `budget`, and can stop them all.

    Safe to share between threads.
    """

    budget: int | None = None
    calls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _live: set[subprocess.Popen[bytes]] = field(default_factory=set, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def take(self, what: str) -> None:
        """Count one call before it is made."""
        with self._lock:
            self._check_running()
            if self.budget is not None and self.calls >= self.budget:
                raise BudgetExceeded(
                    f"the budget of {self.budget} vendor calls is used up at: {what}",
                    hint="DEBUG=1 shows every call; a cloud that has grown this much needs a larger budget",
                )
            self.calls += 1

    def stop(self) -> None:
        """Kill what runs and refuse what has not started."""
        with self._lock:
            self._stop.set()
            live = list(self._live)
        for process in live:
            _kill(process)

    def pause(self, seconds: float) -> None:
        """Wait before a call is tried again; raises Interrupted as soon as the run is stopped."""
        self._stop.wait(seconds)
        self._check_running()

    def _check_running(self) -> None:
        if self._stop.is_set():
            raise Interrupted("the run was stopped")

    def _start(self, argv: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self._lock:
            self._check_running()
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                start_new_session=True,
            )
            self._live.add(process)
            return process

    def _done(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._live.discard(process)


def run_json(
    argv: Sequence[str],
    *,
    log: CallLog,
    timeout: float,
    env: Mapping[str, str] | None = None,
    classify: Classifier | None = None,
    hint: str = "",
) -> Any:
    """Run a vendor command and return its stdout as JSON.

    `env` is added to the environment; `hint` says how to install a missing command. Raises CliMissing,
    TimedOut, BadReply, whatever `classify` makes of the failure, or CallFailed with the command, its exit
    code and its last words.
    """
    out = run_bytes(argv, log=log, timeout=timeout, env=env, classify=classify, hint=hint)
    try:
        return json.loads(out)
    except ValueError as error:
        raise BadReply(
            f"`{command_line(argv)}` did not answer with whole JSON ({len(out)} bytes: {error})",
            hint="run the command by hand to see what it prints; try again if the connection was cut",
        ) from error


def run_bytes(
    argv: Sequence[str],
    *,
    log: CallLog,
    timeout: float,
    env: Mapping[str, str] | None = None,
    classify: Classifier | None = None,
    hint: str = "",
) -> bytes:
    """Run a vendor command and return its stdout. Errors as for `run_json`, but for BadReply."""
    full_env = {**os.environ, **(env or {})}
    program = shutil.which(argv[0], path=full_env.get("PATH"))
    if program is None:
        raise CliMissing(f"the command `{argv[0]}` is not on PATH", hint=hint)
    log.take(command_line(argv))
    started = time.monotonic()
    try:
        process = log._start([program, *argv[1:]], full_env)
    except OSError as error:
        raise CliMissing(f"the command `{program}` cannot be started: {error.strerror}", hint=hint) from error
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _debug(argv, started, "killed: time limit")
        _kill_group(process)  # also where the command has ended and a child of it holds on to stdout
        raise TimedOut(
            f"`{command_line(argv)}` gave no answer within {timeout:g} s and was stopped",
            hint="CLOUD_CALL_TIMEOUT=SECONDS allows more time",
        ) from None
    finally:
        _kill(process)
        log._done(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    _debug(argv, started, f"exit {process.returncode}, {len(out)} bytes")
    log._check_running()
    if process.returncode != 0:
        raise _failure(argv, process.returncode, err.decode("utf-8", "replace"), classify)
    return out


@dataclass(frozen=True, slots=True)
class Ended:
    """How a watched command ended: its exit code, 128+N for signal N, and whether it was asked to stop."""

    code: int
    interrupted: bool


def run_through(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command with our stdout and stderr, for as long as it takes; raises CliMissing.

    It gets a session of its own, so that Ctrl-C reaches us alone. The first one, or a SIGTERM or SIGHUP, is
    passed on as one SIGINT; terraform takes a second for leave to lose its state, so there is none.
    """
    full_env = {**os.environ, **(env or {})}
    program = shutil.which(argv[0], path=full_env.get("PATH"))
    if program is None:
        raise CliMissing(f"the command `{argv[0]}` is not on PATH")
    sys.stdout.flush()
    started = time.monotonic()
    with _SignalForwarder() as asked:
        try:
            process = subprocess.Popen(
                [program, *argv[1:]], stdin=subprocess.DEVNULL, env=full_env, start_new_session=True
            )
        except OSError as error:
            raise CliMissing(f"the command `{program}` cannot be started: {error.strerror}") from error
        asked.watch(process)
        code = process.wait()
    _debug(argv, started, f"exit {code}")
    return Ended(code if code >= 0 else 128 - code, asked.count > 0)


class _SignalForwarder:
    """Catches what asks this process to end, and passes the first on to the command it waits for."""

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
        """From now on there is somebody to pass it on to; what came before is passed on now."""
        self._process = process
        if self.count:
            self._pass_on()

    def _catch(self, number: int, frame: object) -> None:
        self.count += 1
        if self._process is not None:
            self._pass_on()
        with contextlib.suppress(OSError):  # the terminal may be gone
            print(
                "\nasked it to stop; waiting until it has, so that nothing is lost",
                file=sys.stderr,
                flush=True,
            )

    def _pass_on(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, IndexError):
            self._process.send_signal(self._once.pop())


def command_line(argv: Sequence[str]) -> str:
    """The argv as one readable, redacted line."""
    return redact(" ".join(argv))


_SECRET_NAME = re.compile(r"SECRET|TOKEN|PASSWORD|API_KEY|ACCESS_KEY", re.IGNORECASE)
_SECRET_SHAPE = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?i:bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}")


def redact(text: str) -> str:
    """Text without credentials: known key shapes, and the values of secret-looking variables."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_NAME.search(name):
            text = text.replace(value, "[redacted]")
    return _SECRET_SHAPE.sub("[redacted]", text)


def _failure(argv: Sequence[str], code: int, stderr: str, classify: Classifier | None) -> CloudError:
    stderr = redact(stderr.strip())
    if classify is not None:
        known = classify(argv, code, stderr)
        if known is not None:
            return known
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    last = stderr.splitlines()[-1].strip() if stderr else "it printed no message"
    return CallFailed(f"`{command_line(argv)}` {how}: {last}", hint="DEBUG=1 shows every call")


def _debug(argv: Sequence[str], started: float, end: str) -> None:
    if flag("DEBUG"):
        seconds = time.monotonic() - started
        print(f"debug: {seconds:6.2f} s  {end:24}  {command_line(argv)}", file=sys.stderr, flush=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything it started; harmless when it is gone already."""
    if process.poll() is not None:
        return
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
