# SPDX-License-Identifier: MIT
"""The only way to vendors' commands: an argv list goes in, parsed JSON comes out.

A command is started in a group of its own with a closed stdin, is given a time limit, is counted against a
budget, and is killed with its children when the run ends early. What a person watches is run by
cloudlib.calls.watch.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from cloudlib.calls import pipes
from cloudlib.calls.answers import Answer, parsed, too_large
from cloudlib.calls.debug import command_line, debug, keep_out, redact
from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.recording import Recorder, Recording
from cloudlib.errors import (
    BadReply,
    BudgetExceeded,
    CallFailed,
    CliMissing,
    CloudError,
    Interrupted,
    TimedOut,
)
from cloudlib.settings import answer_limit, child_environment

#: What a shell exits with where it cannot start a program: `aws`, `az` and `gcloud` may be scripts for one;
#: and what a Python prints that lacks a part of them. The traceback of a command that they call, such as a
#: credential process, stands behind words of theirs.
_CANNOT_START = (126, 127)
_NOT_WHOLE = re.compile(r"(?:(?!.*Traceback).*\n)*Traceback(?s:.*)\n(?:ModuleNotFound|Import)Error: .*\Z")

#: Turns (argv, exit code, stderr) into the error that it means, or None for "no idea".
Classifier = Callable[[Sequence[str], int, str], CloudError | None]


@dataclass
class CallLog:
    """Counts the vendor calls of one run, refuses more than `budget`, and can stop them all.

    `provider` is whose calls they are. `tape` is where their answers are recorded, or what answers in the
    vendor's place; `left_out` has the rows of answers that cannot be read. `waiting` shows a text for as long
    as the context that it gives lasts. `credentials` are variables for the environment of its commands;
    `accepted` is True once the vendor has taken our credentials. Safe to share between threads.
    """

    provider: str = ""
    budget: int | None = None
    calls: int = 0
    tape: Recorder | Recording | None = None
    left_out: LeftOut = field(default_factory=LeftOut)
    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    waiting: Callable[[str], AbstractContextManager[object]] = nullcontext
    accepted: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _live: set[subprocess.Popen[bytes]] = field(default_factory=set, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def take(self, what: str) -> None:
        """Count one call before it is made."""
        with self._lock:
            self._check_running()
            if self.budget is not None and self.calls >= self.budget:
                raise BudgetExceeded(
                    f"the budget of {self.budget} vendor calls ran out at: {what}",
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
        """Wait before the next call, of a vendor; raises Interrupted as soon as the run is stopped."""
        if self.replayed is None:
            self._stop.wait(seconds)
        self._check_running()

    @property
    def replayed(self) -> Recording | None:
        """What answers in the vendor's place, None where the vendor does."""
        return self.tape if isinstance(self.tape, Recording) else None

    def setting(self, name: str, found: Callable[[], str]) -> str:
        """A setting of this machine that decides what is asked; recordings store and replay it."""
        if self.replayed is not None:
            return self.replayed.setting(name, found)
        value = found()
        if isinstance(self.tape, Recorder):
            self.tape.keep_setting(name, value)
        return value

    def ask(self, call: str, shown: str, vendor: Callable[[], Answer]) -> Answer:
        """The answer to a call: the recorded one, or what `vendor` says, which is kept.

        `vendor` counts the call itself; `shown` is how messages call it. Raises what either raises where no
        answer came.
        """
        if self.replayed is not None:
            answer = self.replayed.answer(call)
            self.take(shown)
            if answer.failed:
                raise answer.failure()
            return answer
        try:
            answer = vendor()
        except CallFailed as error:
            if isinstance(self.tape, Recorder) and Answer.can_hold(error):
                self.tape.keep(Answer.of_failure(call, error))
            raise
        if isinstance(self.tape, Recorder):
            self.tape.keep(answer)
        return answer

    def keep_out(self, secret: str) -> None:
        """This must not be in a recording, nor in a message."""
        keep_out(secret)
        if isinstance(self.tape, Recorder):
            self.tape.keep_out(secret)

    def _check_running(self) -> None:
        if self._stop.is_set():
            raise Interrupted("the run was stopped")

    def _start(self, argv: Sequence[str], env: Mapping[str, str], asks: bool) -> subprocess.Popen[bytes]:
        with self._lock:
            self._check_running()
            process = subprocess.Popen(
                list(argv),
                stdin=None if asks else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                start_new_session=not asks,  # a terminal answers its own session alone
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
    own: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    classify: Classifier | None = None,
    hint: str = "",
) -> Any:
    """Run a vendor command and return its stdout as JSON.

    The command sees the variables that begin with `own`, none of another cloud, and `env`; `hint` says how
    to install it. Raises CliMissing,
    TimedOut, BadReply, whatever `classify` makes of the failure, or CallFailed with the command, its exit
    code and its last words.
    """
    out = run_bytes(argv, log=log, timeout=timeout, own=own, env=env, classify=classify, hint=hint)
    try:
        return parsed(out)
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
    own: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    classify: Classifier | None = None,
    hint: str = "",
) -> bytes:
    """Run a vendor command and return its stdout. Errors as for `run_json`, but for BadReply."""
    call = shlex.join(argv)
    full_env = child_environment(own, env)
    try:
        answer = log.ask(call, command_line(argv), lambda: _answer(call, argv, log, timeout, full_env))
    except CliMissing as error:
        error.hint = hint
        raise
    if answer.code != 0:
        raise _failure(argv, answer.code, answer.err, classify)
    return answer.out


def run_secret(
    argv: Sequence[str],
    *,
    log: CallLog,
    timeout: float,
    own: Sequence[str],
    env: Mapping[str, str],
    classify: Classifier,
) -> bytes:
    """Run a command that answers with credentials and may ask for a code on the terminal; return its stdout.

    The answer is in no recording, and none is asked for it. Errors as for `run_bytes`.
    """
    answer = _answer(shlex.join(argv), argv, log, timeout, child_environment(own, env), asks=True)
    if answer.code != 0:
        raise _failure(argv, answer.code, answer.err, classify)
    return answer.out


def _answer(
    call: str,
    argv: Sequence[str],
    log: CallLog,
    timeout: float,
    env: Mapping[str, str],
    *,
    asks: bool = False,
) -> Answer:
    """Run a vendor command to its end, whatever its exit code. Raises CliMissing or TimedOut.

    One that `asks` keeps our terminal and stdin.
    """
    program = shutil.which(argv[0], path=env.get("PATH"))
    if program is None:
        raise CliMissing(f"the command `{argv[0]}` is not on PATH")
    log.take(command_line(argv))
    most = answer_limit()
    started = time.monotonic()
    try:
        process = log._start([program, *argv[1:]], env, asks)
    except OSError as error:
        raise CliMissing(f"the command `{program}` cannot be started: {error.strerror}") from error
    try:
        out, err = pipes.read(process, seconds=timeout, most=most)
    except subprocess.TimeoutExpired:
        debug(argv, started, "killed: time limit")
        _kill_group(process)  # also where the command has ended and a child of it holds on to stdout
        raise TimedOut(
            f"`{command_line(argv)}` gave no answer within {timeout:g} s and was stopped",
            hint="CLOUD_CALL_TIMEOUT=SECONDS allows more time",
        ) from None
    except pipes.TooMuch:
        debug(argv, started, "killed: answer too large")
        _kill_group(process)
        raise too_large(f"`{command_line(argv)}`", most) from None
    finally:
        _kill(process)
        log._done(process)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    debug(argv, started, f"exit {process.returncode}, {len(out)} bytes")
    log._check_running()
    words = "" if process.returncode == 0 else err.decode("utf-8", "replace")  # a warning is no answer
    return Answer(call, process.returncode, out, words)


def _failure(argv: Sequence[str], code: int, stderr: str, classify: Classifier | None) -> CloudError:
    stderr = redact(stderr.strip())
    last = stderr.splitlines()[-1].strip() if stderr else "it printed no message"
    if code in _CANNOT_START or _NOT_WHOLE.match(stderr):
        return CliMissing(f"the command `{argv[0]}` cannot be started: {last}", hint="install it again")
    if classify is not None:
        known = classify(argv, code, stderr)
        if known is not None:
            return known
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return CallFailed(f"`{command_line(argv)}` {how}: {last}", hint="DEBUG=1 shows every call")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything it started; harmless when it is gone already."""
    if process.poll() is not None:
        return
    _kill_group(process)
    process.kill()  # one that asks is in our own group
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
