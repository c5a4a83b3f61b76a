# SPDX-License-Identifier: MIT
"""What the messages of `aws` mean: logins that ended, ways that are closed, each with its way out."""

from __future__ import annotations

import pytest

from cloudlib.errors import (
    AccessDenied,
    BadReply,
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
    ('The credential source "Ec2" referenced in profile "lab" is not valid.', _PROFILE),
    (failed("InvalidClientException", "CreateToken", ""), _SSO),
    ('The specified sso-session does not exist: "lab"', _SSO),
    ("Error when retrieving credentials from custom-process: the vault timed out", _SOURCE),
    ("Error when retrieving credentials from container-role: Connect timeout on endpoint URL", _SOURCE),
    ("Credential process resolution detected an infinite recursion: lab", _SOURCE),
    ("Expecting value: line 1 column 1 (char 0)", _SOURCE),  # a credential process that writes no JSON
    ("[Errno 2] No such file or directory: '/opt/aws-vault'", "credential_process"),
    ("Enter MFA code for arn:aws:iam::123456789012:mfa/me: ", "in this terminal first"),
    ("Cannot refresh credentials: MFA token required.", "in this terminal first"),
    ("Unable to locate authorization token", "aws configure"),
    (failed("InvalidSignatureException", "GetProducts", "it does not match"), "aws configure"),
    (failed("IncompleteSignatureException", "GetProducts"), "aws configure"),
    (failed("SubscriptionRequiredException", "GetProducts", "needs a subscription"), "aws configure"),
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
    (
        "SSL validation failed for https://sts.amazonaws.com/ [SSL: WRONG_VERSION_NUMBER] wrong version",
        CallFailed, "no TLS connection", "HTTPS_PROXY",
    ),
    ("Please check proxy URL. It is malformed and could be missing the host.", CallFailed, "proxy", "HTTPS"),
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
    (failed("429", "DescribeRegions", "Too Many Requests"), Throttled, "", "wait"),
    (failed("BandwidthLimitExceeded", "DescribeRegions"), Throttled, "", "wait"),
    ('Connect timeout on endpoint URL: "https://oidc.example/token"', TimedOut, "", "network"),
    (failed("RegionDisabledException", "AssumeRole", "not activated"), RegionUnavailable, "", "enable"),
    (failed("403", "DescribeRegions", "Forbidden"), AccessDenied, "", "IAM"),
    (failed("Unavailable", "DescribeRegions (reached max retries: 5)"), ServiceFailed, "", "later"),
    (failed("InternalErrorException", "GetProducts"), ServiceFailed, "", "later"),
    (failed("502", "DescribeRegions (reached max retries: 5)", "Bad Gateway"), ServiceFailed, "", "later"),
    ("12 read, but total bytes expected is 99.", BadReply, "", "DEBUG=1"),
    ("Error during pagination: The same next token was received twice", BadReply, "", "DEBUG=1"),
    ("Unable to construct an endpoint for ec2 in region None", NotSetUp, "no usable region", "AWS_REGION"),
    ('Invalid value provided to "mode": "x" must be one of: legacy', NotSetUp, "setting", "AWS_"),
    ("invalid literal for int() with base 10: 'many'", NotSetUp, "setting", "AWS_"),
    ("Missing Dependency: needs botocore[crt]", NotSetUp, "lacks a part", "install"),
    ("[Errno 2] No such file or directory: '/etc/own.pem'", CallFailed, "authorities", "AWS_CA_BUNDLE"),
    (
        "An HTTP Client raised an unhandled exception: Not supported proxy scheme socks5",
        CallFailed, "proxy", "HTTPS_PROXY",
    ),
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


@pytest.mark.parametrize("code", ["", "An error occurred (NoCredentials): "])
def test_a_way_to_log_in_that_is_proposed_is_not_one_that_ended(code: str) -> None:
    """The command of 2026 proposes `aws login` to whoever has no credentials at all."""
    error = meaning(f'aws: [ERROR]: {code}Unable to locate credentials. You can run "aws login".')
    assert type(error) is NoCredentials and error.what.startswith("no valid AWS credentials: ")


def test_a_code_that_was_typed_is_not_one_that_is_missing() -> None:
    asked = "Enter MFA code for arn:aws:iam::1:mfa/me: \n"
    assert type(meaning(asked + failed("UnauthorizedOperation", "DescribeRegions"))) is AccessDenied


@pytest.mark.parametrize("name", ["AWSReservedSSO_View_1", "sso-admin", "web-identity-ci"])
def test_a_role_named_after_a_login_may_lack_a_right(name: str) -> None:
    who = f"User: arn:aws:sts::1:assumed-role/{name}/me is not authorized to perform: pricing:GetProducts"
    assert type(meaning(failed("AccessDeniedException", "GetProducts", who))) is AccessDenied


def test_a_message_of_several_lines_is_told_whole() -> None:
    text = "usage: none\n" + failed("ValidationException", "CreateOAuth2Token", "\nrevoked\n")
    assert meaning(text).what.endswith("when calling the CreateOAuth2Token operation: revoked")
