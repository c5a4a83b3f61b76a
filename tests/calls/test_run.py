# SPDX-License-Identifier: MIT
"""The door to vendor commands, with small scripts as the vendor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cloudlib.calls import run as run_module
from cloudlib.calls.debug import command_line, redact
from cloudlib.calls.run import (
    CallLog,
    run_bytes,
    run_json,
)
from cloudlib.calls.watch import Ended, run_through
from cloudlib.errors import (
    BadReply,
    BudgetExceeded,
    CallFailed,
    CliMissing,
    CloudError,
    Interrupted,
    TimedOut,
    UsageError,
)
from cloudlib.settings import call_timeout

Vendor = Callable[[str], None]


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vendor:
    """Puts a shell script called `vendor` on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")

    def install(script: str) -> None:
        path = tmp_path / "vendor"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    return install


def run(*words: str, timeout: float = 20, log: CallLog | None = None) -> object:
    return run_json(["vendor", *words], log=log or CallLog(), timeout=timeout)


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie that nobody waits for counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for(condition: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)


def test_an_answer(vendor: Vendor) -> None:
    vendor('echo warning >&2; printf \'{"argv": "%s"}\' "$*"')
    assert run("a b", "c") == {"argv": "a b c"}


def test_arguments_are_never_read_by_a_shell(vendor: Vendor, tmp_path: Path) -> None:
    vendor('printf \'"%s"\' "$1"')
    assert run(f"$(touch {tmp_path}/owned); x") == f"$(touch {tmp_path}/owned); x"
    assert not (tmp_path / "owned").exists()


def test_stdin_is_closed(vendor: Vendor) -> None:
    vendor('read line && exit 9; echo "true"')
    assert run() is True


def test_the_command_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    log = CallLog()
    with pytest.raises(CliMissing, match="`vendor` is not on PATH") as caught:
        run(log=log)
    assert caught.value.exit_code == 3 and log.calls == 0


def test_the_command_cannot_be_started(vendor: Vendor, tmp_path: Path) -> None:
    vendor("")
    (tmp_path / "vendor").write_text("#!/no/such/interpreter\n", encoding="utf-8")
    with pytest.raises(CliMissing, match="cannot be started"):
        run()


@pytest.mark.parametrize("text", ["", "{", "[1, 2", "Warning: x\\n[]", "\\377"])
def test_what_is_no_json_is_a_bad_reply(vendor: Vendor, text: str) -> None:
    vendor(f"printf '{text}'")
    with pytest.raises(BadReply, match="did not answer with whole JSON"):
        run("list")


def test_a_time_limit_ends_the_whole_process_group(vendor: Vendor, tmp_path: Path) -> None:
    vendor(f"sleep 1000 & echo $! >{tmp_path}/pids; echo $$ >>{tmp_path}/pids; wait")
    caught = over_time(tmp_path / "pids", 2)
    assert "no answer within" in caught.what and "CLOUD_CALL_TIMEOUT" in caught.hint
    for pid in (tmp_path / "pids").read_text(encoding="utf-8").split():
        wait_for(lambda pid=int(pid): gone(pid))  # type: ignore[misc]


def over_time(path: Path, pids: int) -> TimedOut:
    """The end of the vendor's command by a time limit that let it write so many process ids."""
    for limit in (0.5, 5, 60):
        with pytest.raises(TimedOut) as caught:
            run("slow", timeout=limit)
        if path.exists() and path.read_text(encoding="utf-8").count("\n") == pids:
            return caught.value
    raise AssertionError(f"{path} was not written")


def test_a_child_that_outlives_its_parent_does_not_hold_us(vendor: Vendor, tmp_path: Path) -> None:
    """It keeps stdout open; the time limit ends it."""
    vendor(f"sleep 1000 & echo $! >{tmp_path}/pid; echo []")
    over_time(tmp_path / "pid", 1)
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    wait_for(lambda: gone(pid))


def test_the_budget(vendor: Vendor) -> None:
    vendor("echo 1")
    log = CallLog(budget=2)
    assert [run(log=log), run(log=log)] == [1, 1]
    with pytest.raises(BudgetExceeded, match="2 vendor calls ran out at: vendor third"):
        run("third", log=log)
    assert log.calls == 2 and CallLog().budget is None


def test_stopping_ends_what_runs_and_what_would_start(vendor: Vendor, tmp_path: Path) -> None:
    vendor(f"echo $$ >{tmp_path}/pid; sleep 100")
    log, errors = CallLog(), []

    def call() -> None:
        try:
            run(timeout=300, log=log)
        except CloudError as error:
            errors.append(type(error))

    thread = threading.Thread(target=call)
    thread.start()
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text(encoding="utf-8") != "")
    log.stop()
    thread.join(60)
    assert errors == [Interrupted]
    with pytest.raises(Interrupted):
        run(log=log)


def test_a_failure_tells_command_code_and_last_words(vendor: Vendor) -> None:
    vendor("echo first >&2; echo >&2; echo '  the last words ' >&2; exit 4")
    with pytest.raises(CallFailed) as caught:
        run("do", "it")
    assert caught.value.what == "`vendor do it` failed with exit code 4: the last words"


def test_a_silent_failure_and_a_signal(vendor: Vendor) -> None:
    vendor("exit 1")
    with pytest.raises(CallFailed, match="exit code 1: it printed no message"):
        run()
    vendor("kill -SEGV $$")
    with pytest.raises(CallFailed, match="was killed by signal 11"):
        run()


def test_a_script_whose_program_is_gone(vendor: Vendor) -> None:
    vendor("exec /opt/gone/bin/python3")
    with pytest.raises(CliMissing, match=r"`vendor` cannot be started: .*not found") as caught:
        run()
    assert "install" in caught.value.hint
    vendor("echo 'Traceback:' >&2; echo \"ModuleNotFoundError: No module named 'vendor'\" >&2; exit 1")
    with pytest.raises(CliMissing, match="No module named 'vendor'"):
        run()
    vendor("echo 'From custom-process: Traceback:' >&2; echo \"ImportError: another's\" >&2; exit 1")
    with pytest.raises(CallFailed, match="exit code 1: ImportError: another's"):
        run()


def test_a_failure_is_classified(vendor: Vendor) -> None:
    seen: list[tuple[Sequence[str], int, str]] = []

    def classify(argv: Sequence[str], code: int, stderr: str) -> CloudError | None:
        seen.append((argv, code, stderr))
        return UsageError("known") if "known" in stderr else None

    vendor("echo $1 >&2; exit 7")
    for word, kind in (("known", UsageError), ("new", CallFailed)):
        with pytest.raises(kind):
            run_bytes(["vendor", word], log=CallLog(), timeout=300, classify=classify)
    assert seen == [(["vendor", "known"], 7, "known"), (["vendor", "new"], 7, "new")]


def test_secrets_are_redacted(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/secret")
    monkeypatch.setenv("LAMBDALABS_API_KEY", "llk_123456789")
    for text in ("wJalrXUtnFEMI/secret", "llk_123456789", "AKIA" + "Z" * 16, "Bearer abcdefgh1234"):
        assert redact(f"a {text} b") == "a [redacted] b"
        assert text not in command_line(["vendor", f"--key={text}"])
    vendor('echo "bad key $AWS_SECRET_ACCESS_KEY" >&2; exit 1')
    with pytest.raises(CallFailed, match=r"bad key \[redacted\]"):
        run_json(["vendor"], log=CallLog(), timeout=300, own=("AWS_",))
    assert redact("AKIA is not a key, nor is basic training") != "" and "AKIA" in redact("AKIA is not a key")


def test_debug_shows_every_call(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    vendor('[ "$1" = bad ] && exit 3; echo 1')
    run("quiet")
    monkeypatch.setenv("DEBUG", "1")
    run("good", "AKIAABCDEFGHIJKLMNOP")
    with pytest.raises(CallFailed):
        run("bad")
    out, err = capfd.readouterr()
    assert out == "" and "quiet" not in err and "AKIAABCD" not in err
    first, second = err.splitlines()
    assert "exit 0, 2 bytes" in first and first.endswith("vendor good [redacted]") and " s " in first
    assert "exit 3" in second


def test_the_time_limit_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call_timeout(9) == 9
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "2.5")
    assert call_timeout(9) == 2.5
    for text in ("0", "-1", "soon", "inf", "nan"):
        monkeypatch.setenv("CLOUD_CALL_TIMEOUT", text)
        with pytest.raises(UsageError, match="CLOUD_CALL_TIMEOUT"):
            call_timeout(9)


# --- a command that a person watches ---

#: Counts the signals that reach it, and ends after the first when the test lets it go.
_COUNTS = """
import os, signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda n, f: seen.append(n))
signal.signal(signal.SIGTERM, lambda n, f: seen.append(n))
print("ready", flush=True)
end = time.monotonic() + 120
while time.monotonic() < end and not (seen and os.path.exists(sys.argv[1])):
    time.sleep(0.01)
print("saved", seen, flush=True)
sys.exit(1)
"""
_WATCHES = f"""
import sys
sys.path.insert(0, {str(Path(run_module.__file__).parents[2])!r})
from cloudlib.calls.watch import run_through
ended = run_through([sys.executable, "-c", {_COUNTS!r}, sys.argv[1]])
print("ended", ended.code, ended.interrupted)
"""


class Watched:
    """A process that watches a command, which ends after its first signal when it is let go."""

    def __init__(self, folder: Path, code: str = _WATCHES) -> None:
        self._go, self._err = folder / "go", folder / "err"
        with open(self._err, "wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, str(self._go)], stdout=subprocess.PIPE, stderr=err, text=True,
                start_new_session=True,
            )  # fmt: skip
        assert self.process.stdout is not None and self.process.stdout.readline() == "ready\n"

    def was_asked(self) -> None:
        """Wait until it says that it has passed a signal on."""
        wait_for(lambda: "asked it to stop" in self._err.read_text(encoding="utf-8"))

    def end(self) -> tuple[str, str]:
        """Let the command go; (what both printed, what the watching process said)."""
        self._go.touch()
        out, _ = self.process.communicate(timeout=300)
        return out, self._err.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 3])
def test_a_watched_command_is_asked_once_and_waited_for(
    number: signal.Signals, times: int, tmp_path: Path
) -> None:
    """The whole group is signaled, as a terminal does, however often."""
    watched = Watched(tmp_path)
    for _ in range(times):
        os.killpg(watched.process.pid, number)
        watched.was_asked()
    out, err = watched.end()
    assert out == f"saved [{signal.SIGINT:d}]\nended 1 True\n"
    assert "waiting for it" in err and watched.process.returncode == 0


def test_a_watched_command_without_end_of_its_own_will(vendor: Vendor) -> None:
    vendor("kill -9 $$")
    assert run_through(["vendor"]) == Ended(137, False)
    vendor("exit 7")
    assert run_through(["vendor"]) == Ended(7, False)


def test_a_watched_command_takes_over_no_handler(vendor: Vendor) -> None:
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    vendor("exit 0")
    run_through(["vendor"])
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_watched_command_has_our_output_and_no_input(
    vendor: Vendor, capfd: pytest.CaptureFixture[str]
) -> None:
    vendor('read line && echo "got $line"; echo out; echo err >&2; echo "$EXTRA"')
    assert run_through(["vendor"], env={"EXTRA": "more"}).code == 0
    assert capfd.readouterr() == ("out\nmore\n", "err\n")


def test_nohup_is_heeded(tmp_path: Path) -> None:
    """What the caller ignores stays ignored: a command started with nohup outlives its terminal."""
    watched = Watched(tmp_path, "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + _WATCHES)
    watched.process.send_signal(signal.SIGHUP)
    watched.process.send_signal(signal.SIGTERM)
    watched.was_asked()
    out, err = watched.end()
    assert err.count("asked it to stop") == 1 and "ended 1 True" in out


def test_a_watched_command_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CliMissing):
        run_through(["vendor"])
