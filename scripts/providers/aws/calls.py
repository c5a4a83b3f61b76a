# SPDX-License-Identifier: MIT
"""Querying AWS: the `aws` command, what its error messages mean, and the default region."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any

from cloudlib.calls.classify import classified
from cloudlib.calls.run import CallLog, run_bytes, run_json
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.errors import (
    CallFailed,
    CloudError,
    NoCredentials,
    RegionUnavailable,
)
from cloudlib.settings import call_timeout
from providers.aws import ENVIRONMENT, meanings
from providers.aws import images as aws_images
from providers.aws import parse as aws_parse

NAME = "aws"
SETUP_HINT = meanings.SETUP_HINT

TIMEOUT = 90.0  # seconds
_FIRST_REGION = "us-east-1"  # used where neither the environment nor the profile names one

IDENTITY = ("sts", "get-caller-identity")
REGIONS = ("ec2", "describe-regions", "--all-regions")
ZONES = ("ec2", "describe-availability-zones")
OFFERINGS = ("ec2", "describe-instance-type-offerings", "--location-type", "availability-zone")
TYPES = ("ec2", "describe-instance-types")
#: The Price List has few end points; this one knows the prices of every region.
#: https://docs.aws.amazon.com/general/latest/gr/billing.html
PRICING_REGION = "us-east-1"

#: The AWS CLI retries throttling itself, with backoff and jitter, when told to.
_ENV = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "6", "AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off"}
#: The form of messages that the table of meanings knows, whatever the configuration says:
#: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-error-format.html
_MESSAGES = {"AWS_CLI_ERROR_FORMAT": "legacy"}


def run_aws_command(command: Sequence[str], region: str | None = None, *, log: CallLog | None = None) -> Any:
    """Run `aws COMMAND --output json [--region REGION]` and return the parsed answer.

    Raises CliMissing, NoCredentials, AccessDenied, RegionUnavailable, Throttled, TimedOut, BadReply or
    CallFailed; never returns None for a failure.
    """
    argv = ["aws", *command, "--output", "json", *(["--region", region] if region else [])]
    log = log or CallLog()
    return run_json(
        argv,
        log=log,
        timeout=call_timeout(TIMEOUT),
        own=ENVIRONMENT,
        env={**own_environment(), **log.credentials},
        classify=classify,
        hint=meanings.INSTALL_HINT,
    )


def own_environment() -> dict[str, str]:
    """What `aws` gets in its environment; the caller's own settings win, but for the form of messages."""
    return {**{key: value for key, value in _ENV.items() if key not in os.environ}, **_MESSAGES}


def ask(command: Sequence[str], region: str, log: CallLog) -> Reader:
    """The answer of one `aws` command, to be read; errors are those of run_aws_command."""
    answer = run_aws_command(command, region, log=log)
    return Reader(answer, vendor=NAME, answer=command[1], left_out=log.left_out)


def prices_command(region: str, system: str = aws_parse.LINUX) -> list[str]:
    """The command for a system's on-demand prices in a region, to be asked in PRICING_REGION."""
    filters = {"regionCode": region, "operatingSystem": system, **aws_parse.PRICE_FILTERS}
    terms = [f"Type=TERM_MATCH,Field={key},Value={value}" for key, value in filters.items()]
    return ["pricing", "get-products", "--service-code", "AmazonEC2", "--filters", *terms]


def images_command(distros: Sequence[str]) -> list[str]:
    """The command for the images of these distributions."""
    owners, globs = aws_images.query(distros)
    filters = [{"Name": "name", "Values": globs}, {"Name": "state", "Values": ["available"]}]
    return ["ec2", "describe-images", "--owners", *owners, "--filters", json.dumps(filters)]


def default_region(log: CallLog) -> str:
    """AWS_REGION, AWS_DEFAULT_REGION, the profile's region, us-east-1: the order of the AWS CLI."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if os.environ.get(name):
            return os.environ[name]
    try:
        text = _run_text(["aws", "configure", "get", "region"], log)
    except CallFailed as error:
        if type(error) is not CallFailed:  # it timed out, or was refused
            raise
        text = ""  # exit 1 without a message is how it says "not set"
    return text or _FIRST_REGION


def version(log: CallLog) -> str:
    """The version of the AWS CLI."""
    return _run_text(["aws", "--version"], log).partition(" ")[0].rpartition("/")[2]


def region_not_enabled(error: CloudError, region: str, *, asked_for: bool) -> CloudError:
    """The error of the first call, with a hint for a region that is not enabled as well as for bad keys.

    EC2 answers both with AuthFailure, and in a region that an account has not opted in to STS does not know
    its credentials. Other errors are returned as they are.
    """
    if asked_for:
        where = f"if it answers in another region, the account is not opted in to {region}"
    else:
        why = f"the default region, {region}, is not enabled"
        where = f"valid credentials are refused too if {why}: set AWS_REGION"
    if isinstance(error, RegionUnavailable):
        what = f"no valid AWS credentials for {region}: {error.what}"
    elif isinstance(error, NoCredentials) and "InvalidClientTokenId" in error.what:
        what = error.what
    else:
        return error
    return NoCredentials(what, hint=f"{SETUP_HINT}\n{where}")


def _run_text(argv: Sequence[str], log: CallLog) -> str:
    out = run_bytes(
        argv,
        log=log,
        timeout=call_timeout(TIMEOUT),
        own=ENVIRONMENT,
        classify=classify,
        hint=meanings.INSTALL_HINT,
    )
    return out.decode("utf-8", "replace").strip()


def classify(argv: Sequence[str], code: int, stderr: str) -> CloudError | None:
    """The error that a failed `aws` means, None for one that is not known."""
    return classified(
        meanings.MEANINGS, stderr.strip(), call=f"`{' '.join(argv[:3])}` failed", said=_said(stderr)
    )


def _said(stderr: str) -> str:
    """The message, which may have several lines, behind what else is printed; or the last line."""
    lines = stderr.strip().splitlines() or [""]
    begins = [n for n, line in enumerate(lines) if re.match(r"aws: \[ERROR\]|An error occurred ", line)]
    text = " ".join(lines[begins[-1] :] if begins else lines[-1:])
    return limits.line(text.removeprefix("aws: [ERROR]:"), limits.Line(400))
