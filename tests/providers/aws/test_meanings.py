# SPDX-License-Identifier: MIT
"""What the messages of `aws` mean: logins that ended, ways that are closed, each with its way out."""

from __future__ import annotations

import pytest

from cloudlib.errors import (
    AccessDenied,
    CallFailed,
    CloudError,
    NoCredentials,
    NotSetUp,
    RegionUnavailable,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from providers.aws import calls

_CALL = ["aws", "ec2", "describe-regions"]
_SSO, _LOGIN, _ROLE, _SOURCE, _PROFILE = (
    "aws sso login", "run `aws login`", "trust policy", "aws configure list", "AWS_PROFILE"
)  # fmt: skip


def failed(code: str, operation: str, text: str = "no") -> str:
    return f"An error occurred ({code}) when calling the {operation} operation: {text}"


#: Messages of the kinds that the command prints, and a word of the hint.
LOGINS = [
    ("aws: [ERROR]: " + failed("AccessDeniedException", "CreateOAuth2Token", "The token is old."), _LOGIN),
    (failed("ValidationException", "CreateOAuth2Token", "\nrevoked\n\nerror: INVALID_REQUEST"), _LOGIN),
    ("error: INVALID_REQUEST", _LOGIN),
    ("aws: [ERROR]: Your session is over, or was changed. Reauthenticate using 'aws login'.", _LOGIN),
    ("Error loading the login session token: it is not there", _LOGIN),
    ("Error loading SSO Token: Token for lab does not exist", _SSO),
    ("The SSO session associated with this profile is over or is otherwise invalid.", _SSO),
    ("Error when retrieving token from sso: Token has expired and refresh failed", _SSO),
    (failed("UnauthorizedException", "ListAccounts", "Session token not found"), _SSO),
    (failed("InvalidIdentityToken", "AssumeRoleWithWebIdentity", "No provider found"), _ROLE),
    (failed("ExpiredTokenException", "AssumeRoleWithWebIdentity", "Token expired"), _ROLE),
    (failed("AccessDenied", "AssumeRole", "User x is not authorized to perform: sts:AssumeRole"), _ROLE),
    ("[Errno 2] No such file or directory: '/run/secrets/serviceaccount/token'", _ROLE),
    ("Error when retrieving credentials from custom-process: vault: sealed", _SOURCE),
    ("Error when retrieving credentials from iam-role: Credential refresh failed, no token", _SOURCE),
    ('The source profile "base" must have credentials.', _PROFILE),
    ("Infinite loop in credential configuration detected.", _PROFILE),
    ("Unable to parse config file: ~/.aws/config", _PROFILE),
    ("Missing the following required SSO configuration values: sso_region", _PROFILE),
    ("Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", "aws configure"),
    (
        failed("SignatureDoesNotMatch", "GetCallerIdentity", "Signature expired: 1 is earlier than 2"),
        "date -u",
    ),
]

OTHERS: list[tuple[str, type[CloudError], str, str]] = [
    (
        "SSL validation failed for https://sts.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] no issuer",
        CallFailed, "certificate", "AWS_CA_BUNDLE",
    ),
    ('Failed to connect to proxy URL: "http://proxy:3128"', CallFailed, "proxy", "HTTPS_PROXY"),
    ("Tunnel connection failed: 407 Proxy Authentication Required", CallFailed, "HTTP 407", "NAME:PASSWORD"),
    (
        'Could not connect to the endpoint URL: "https://ec2.us-est-1.amazonaws.com/"',
        ServiceFailed, "cannot be reached", "AWS_ENDPOINT_URL",
    ),
    ("You must specify a region.", NotSetUp, "no usable region", "AWS_REGION"),
    (failed("Blocked", "DescribeRegions"), AccessDenied, "blocked", "support"),
    (failed("PendingVerification", "DescribeRegions"), RegionUnavailable, "", "verifying"),
    (failed("Throttling", "AssumeRole", "Rate exceeded"), Throttled, "", "wait"),
    ('Connect timeout on endpoint URL: "https://oidc.example/token"', TimedOut, "", "network"),
]  # fmt: skip


def meaning(text: str) -> CloudError:
    error = calls.classify(_CALL, 254, f"\n{text}\n")
    assert error is not None
    return error


@pytest.mark.parametrize(("text", "hint"), LOGINS)
def test_a_login_that_ended_is_no_credentials(text: str, hint: str) -> None:
    error = meaning(text)
    assert type(error) is NoCredentials and error.exit_code == 3 and hint in error.hint


@pytest.mark.parametrize(("text", "kind", "what", "hint"), OTHERS)
def test_what_is_not_a_login_is_named(text: str, kind: type[CloudError], what: str, hint: str) -> None:
    error = meaning(text)
    assert type(error) is kind and what in error.what and hint in error.hint


def test_a_role_named_after_single_sign_on_may_lack_a_right() -> None:
    who = "User: arn:aws:sts::1:assumed-role/AWSReservedSSO_View_1/me is not authorized to perform: ec2:X"
    assert type(meaning(failed("AccessDenied", "X", who))) is AccessDenied


def test_a_message_of_several_lines_is_told_whole() -> None:
    text = "usage: none\n" + failed("ValidationException", "CreateOAuth2Token", "\nrevoked\n")
    assert meaning(text).what.endswith("when calling the CreateOAuth2Token operation: revoked")
