# SPDX-License-Identifier: MIT
"""How the `aws` command is called, and what its error messages mean, with a command of the tests."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import aws_api
from cloudlib.calls.run import CallLog
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CliMissing,
    CloudError,
    NoCredentials,
    RegionUnavailable,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from providers.aws import calls

Put = Callable[[str], None]


def test_the_command_line(put_aws: Put) -> None:
    put_aws("""printf '["%s", "%s"]' "$*" "$AWS_MAX_ATTEMPTS $AWS_PAGER"; exec cat""")
    plain = aws_api.run_aws_command(["ec2", "describe-regions"])
    assert plain == ["ec2 describe-regions --output json", "6 "]
    there = aws_api.run_aws_command(("ec2", "describe-zones"), "eu-west-1")
    assert there[0] == "ec2 describe-zones --output json --region eu-west-1"


def test_the_callers_own_settings_win(put_aws: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put_aws("""printf '"%s"' "$AWS_MAX_ATTEMPTS $AWS_CLI_ERROR_FORMAT" """)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("AWS_CLI_ERROR_FORMAT", "json")  # of which the table of messages knows nothing
    assert aws_api.run_aws_command(["sts", "get-caller-identity"]) == "2 legacy"


def test_every_call_is_counted(put_aws: Put) -> None:
    put_aws("echo {}")
    log = CallLog()
    assert calls.ask(("ec2", "describe-regions"), "us-east-1", log).value == {} and log.calls == 1


def test_without_the_command(put_aws: Put) -> None:
    with pytest.raises(CliMissing) as caught:
        aws_api.run_aws_command(["ec2", "describe-regions"])
    assert caught.value.hint.startswith("install the AWS CLI: https://")
    assert caught.value.hint.endswith(f"\nthen {aws_api.SETUP_HINT}")


MESSAGES: list[tuple[str, type[CloudError], str]] = [
    ("An error occurred (UnauthorizedOperation) when calling X", AccessDenied, "IAM policy"),
    ("An error occurred (AccessDeniedException) when calling X", AccessDenied, "IAM policy"),
    ("An error occurred (RequestLimitExceeded) when calling X", Throttled, "wait"),
    ("An error occurred (ThrottlingException) when calling X", Throttled, "wait"),
    ("An error occurred (AuthFailure) when calling X", RegionUnavailable, "enable the region"),
    ("An error occurred (OptInRequired) when calling X", RegionUnavailable, "enable the region"),
    ("An error occurred (InvalidClientTokenId) when calling X", NoCredentials, "aws configure"),
    ("An error occurred (ExpiredTokenException) when calling X", NoCredentials, "aws configure"),
    ("Unable to locate credentials. You can configure credentials", NoCredentials, "aws configure"),
    ("The config profile (lab) could not be found", NoCredentials, "aws configure"),
    ("Error when retrieving token from sso: Token has expired", NoCredentials, "aws configure"),
    ("Connect timeout on endpoint URL: x", TimedOut, "CLOUD_CALL_TIMEOUT"),
    ("Connection was closed before we received a valid response", BadReply, "DEBUG=1"),
    ("An error occurred (InternalError) when calling X", ServiceFailed, "later"),
    ("An error occurred (OddThing) when calling X", CallFailed, "DEBUG=1"),
]


@pytest.mark.parametrize(("message", "kind", "hint"), MESSAGES)
def test_messages(put_aws: Put, message: str, kind: type[CloudError], hint: str) -> None:
    put_aws(f"echo >&2; echo 'usage: none'  >&2; echo '{message}' >&2; exit 254")
    with pytest.raises(CloudError) as caught:
        aws_api.run_aws_command(["ec2", "describe-regions", "--all-regions"])
    assert type(caught.value) is kind and message in caught.value.what and hint in caught.value.hint
    assert "usage" not in caught.value.what


def test_the_default_region(put_aws: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put_aws("exit 1")
    assert calls.default_region(CallLog()) == "us-east-1"
    put_aws("""test "$*" = "configure get region" && echo eu-west-1""")
    assert calls.default_region(CallLog()) == "eu-west-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert calls.default_region(CallLog()) == "eu-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert calls.default_region(CallLog()) == "eu-west-3"


def test_a_default_region_that_cannot_be_read_is_not_guessed(
    put_aws: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_aws("exec sleep 60")
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.3")
    with pytest.raises(TimedOut):
        calls.default_region(CallLog())
    put_aws("echo 'The config profile (lab) could not be found' >&2; exit 255")
    monkeypatch.delenv("CLOUD_CALL_TIMEOUT")
    with pytest.raises(NoCredentials):
        calls.default_region(CallLog())


def test_a_region_that_is_not_enabled_looks_like_bad_keys() -> None:
    refused = RegionUnavailable("(AuthFailure)", hint="enable")
    for asked_for, words in (
        (True, "not opted in to eu-x"),
        (False, "the default region, eu-x, is not enabled"),
    ):
        error = calls.region_not_enabled(refused, "eu-x", asked_for=asked_for)
        assert (
            type(error) is NoCredentials and words in error.hint and error.hint.startswith(calls.SETUP_HINT)
        )
    expired = NoCredentials("(ExpiredToken)")
    assert calls.region_not_enabled(expired, "eu-x", asked_for=True) is expired


def test_commands_of_prices_and_images() -> None:
    command = calls.prices_command("eu-west-1")
    assert "Type=TERM_MATCH,Field=regionCode,Value=eu-west-1" in command
    *_, owners, _, filters = calls.images_command(["debian"])
    assert owners == "136693071363" and json.loads(filters)[0] == {"Name": "name", "Values": ["debian-*"]}
