# SPDX-License-Identifier: MIT
"""Credentials are looked for once a run, and nobody but `aws` sees them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from cloudlib.calls import debug
from cloudlib.calls.recording import Header, Recorder, read
from cloudlib.calls.run import CallLog
from cloudlib.calls.scrub import Known
from cloudlib.errors import CallFailed, CliMissing, NoCredentials
from providers.aws import calls, credentials
from tests.servers.aws_data import small
from tests.servers.aws_server import AwsServer
from tests.support.aws import make_aws
from tests.support.tree import ROOT, Tree

Put = Callable[[str], None]

KEY, SECRET, TOKEN = "ASIAABCDEFPLANTED000", "planted/secret+value/of/forty/characters", "planted-token=="
ANSWER = {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": TOKEN}
#: Answers with credentials, and to every other question with what it was given of them.
EXPORTS = """case "$*" in
"configure export-credentials --format process") echo '{answer}' ;;
*) printf '["%s", "%s", "%s"]' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN" ;;
esac"""


@pytest.fixture(autouse=True)
def _nothing_is_kept_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(debug, "_KEPT_OUT", set())
    yield


def exports(**changes: object) -> str:
    """The script of an `aws` that has these credentials."""
    fields = {**ANSWER, **changes}
    return EXPORTS.format(answer=json.dumps({k: v for k, v in fields.items() if v is not None}))


def test_every_call_of_a_run_gets_them(put_aws: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a token of other keys")
    put_aws(exports())
    log = CallLog()
    credentials.hand_on(log)
    given = calls.run_aws_command(("ec2", "describe-regions"), "us-east-1", log=log)
    assert given == [KEY, SECRET, TOKEN] and log.calls == 2
    put_aws(exports(SessionToken=None))
    without_token = CallLog()
    credentials.hand_on(without_token)
    given = calls.run_aws_command(("ec2", "describe-regions"), "us-east-1", log=without_token)
    assert given == [KEY, SECRET, ""], "a token of other keys is not mixed in"
    assert calls.run_aws_command(("ec2", "describe-regions"))[1] == "", "another run gets none"
    assert os.environ.get("AWS_SECRET_ACCESS_KEY") is None


def test_keys_of_the_environment_need_no_call(put_aws: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put_aws("exit 97")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    log = CallLog()
    credentials.hand_on(log)
    assert (log.calls, log.credentials) == (0, {})


def test_the_code_of_a_second_factor_is_asked_for_on_the_terminal(put_aws: Put) -> None:
    """`aws` asks on /dev/tty, which only a process of the terminal's own session has."""
    ask = 'printf "Enter MFA code: " >/dev/tty; read code </dev/tty; [ "$code" = 123456 ] || exit 9'
    put_aws(f"""case "$*" in *export-credentials*) {ask} ;; esac\n{exports()}""")
    program = (
        "from cloudlib.calls.run import CallLog; from providers.aws import credentials; log = CallLog(); "
        "credentials.hand_on(log); print('handed on:', sorted(log.credentials))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    with pexpect.spawn(sys.executable, ["-c", program], env=env, timeout=300, encoding="utf-8") as child:
        child.expect("Enter MFA code: ")
        child.sendline("123456")
        child.expect(r"handed on: \['AWS_ACCESS_KEY_ID'")


ELSEWHERE: list[tuple[str, str]] = [
    ("aws: error: argument subcommand: Invalid choice, valid choices are:", "exit 2"),
    ("whatever", "exit 1"),
    ("has an unexpected form", "echo '{}'"),
    ("has an unexpected form", "echo nothing"),
    ("has an unexpected form", f"""echo '{{"AccessKeyId": ["{SECRET}"], "SecretAccessKey": "{SECRET}"}}'"""),
    ("no plain text", f"""echo '{{"AccessKeyId": "a\\u0000", "SecretAccessKey": "{SECRET}"}}'"""),
    ("gave no answer", "exec sleep 60"),
]


@pytest.mark.parametrize(("said", "script"), ELSEWHERE)
def test_where_it_cannot_each_call_looks_itself(
    put_aws: Put,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    said: str,
    script: str,
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.5" if "sleep" in script else "60")
    put_aws(f"echo '{said}' >&2; {script}")
    log = CallLog()
    credentials.hand_on(log)
    told = capfd.readouterr().err
    assert log.credentials == {} and "each call looks for credentials itself" in told and said in told
    assert SECRET not in told


def test_without_the_command_the_first_call_says_so(put_aws: Put) -> None:
    log = CallLog()
    credentials.hand_on(log)
    with pytest.raises(CliMissing):
        calls.run_aws_command(("ec2", "describe-regions"), log=log)


NONE = "Unable to retrieve credentials: "


@pytest.mark.parametrize(
    "script",
    [
        f"echo '{NONE}no credentials found' >&2; exit 253",
        f"echo '{NONE}Error loading SSO Token: Token for x does not exist' >&2; exit 253",
        f"echo '{NONE}Error when retrieving token from sso: Token has expired' >&2; exit 253",
        "echo 'The config profile (lab) could not be found' >&2; exit 255",
        "echo 'An error occurred (AccessDenied) when calling the AssumeRole operation' >&2; exit 253",
        "echo 'Maximum recursive credential process resolution reached' >&2; exit 253",
        exports(Expiration="2020-01-01T00:00:00+00:00"),
    ],
)
def test_no_credentials_end_the_run(put_aws: Put, script: str) -> None:
    put_aws(script)
    with pytest.raises(NoCredentials) as caught:
        credentials.hand_on(CallLog())
    assert "`aws sts get-caller-identity` must answer" in caught.value.hint
    assert SECRET not in caught.value.what


def test_credentials_that_expire_on_the_way(put_aws: Put) -> None:
    put_aws(exports(Expiration="2999-01-01T00:00:00Z"))
    log = CallLog()
    credentials.hand_on(log)
    put_aws(f"echo 'An error occurred (RequestExpired): {SECRET} has expired' >&2; exit 254")
    with pytest.raises(NoCredentials) as caught:
        calls.run_aws_command(("ec2", "describe-regions"), log=log)
    assert "[redacted] has expired" in caught.value.what


def test_no_message_and_no_recording_has_them(
    put_aws: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    put_aws(exports())
    log = CallLog(tape=Recorder("aws"))
    credentials.hand_on(log)
    calls.run_aws_command(("ec2", "describe-regions", "--filters", TOKEN), log=log)
    put_aws(f"echo 'no: {KEY} {SECRET} {TOKEN}' >&2; exit 1")
    with pytest.raises(CallFailed) as caught:
        calls.run_aws_command(("ec2", "describe-zones"), log=log)
    assert isinstance(log.tape, Recorder)
    packed = log.tape.packed(Header("aws", "2026-01-01"), Known())
    (tmp_path / "aws.jsonl.gz").write_bytes(packed)
    recorded = read(tmp_path / "aws.jsonl.gz", name="aws")
    assert len(recorded.lines) == 2 and not any("export-credentials" in call for call in recorded.lines)
    everything = b"".join(recorded.lines.values()).decode() + capfd.readouterr().err
    everything += repr(log) + caught.value.what + caught.value.hint
    assert not [secret for secret in (KEY, SECRET, TOKEN) if secret in everything]


def test_a_replay_needs_none() -> None:
    recording = read(ROOT / "recordings" / "aws.jsonl.gz", name="aws")
    log = CallLog(tape=recording)
    credentials.hand_on(log)
    assert log.calls == 0


@pytest.mark.slow
@pytest.mark.real_aws
def test_the_real_aws_takes_them_from_its_environment(tree: Tree) -> None:
    """Single sign-on of the tests: the wrapper answers export-credentials, the rest is the real command."""
    with AwsServer(small()) as server:
        aws = make_aws(tree, server, real=True)
        wrapper = aws.tree.home.parent / "bin" / "aws"
        lines = wrapper.read_text().splitlines()
        script = f"""case "$*" in *export-credentials*) echo '{json.dumps(ANSWER)}'; exit ;; esac"""
        wrapper.write_text("\n".join([*lines[:2], script, *lines[2:]]) + "\n")
        env = {**aws.env, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "DEBUG": "1"}
        done = tree.python("scripts/aws-cli", "--output", "json", "images", "list", **env)
        signed = [request.headers.get("authorization", "") for request in server.requests]
        tokens = {request.headers.get("x-amz-security-token") for request in server.requests}
    assert json.loads(done.stdout) and len(signed) == 4
    assert all(f"Credential={KEY}/" in text for text in signed) and tokens == {TOKEN}
    asked = aws.calls()
    assert [call for call in asked if "credentials" in call] == [
        "configure export-credentials --format process"
    ]
    told = done.stdout + done.stderr + "".join(asked)
    files = [p for p in tree.root.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]
    assert "export-credentials" in done.stderr and files == []
    assert not [secret for secret in (KEY, SECRET, TOKEN) if secret in told]
