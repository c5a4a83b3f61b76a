# SPDX-License-Identifier: MIT
"""Amazon Web Services: asks the `aws` CLI what EC2 offers and what it costs.

One fetch makes at most 3 calls a usable region plus 10. It needs ec2:DescribeRegions,
DescribeAvailabilityZones, DescribeInstanceTypes, DescribeImages and sts:GetCallerIdentity;
ec2:DescribeInstanceTypeOfferings and pricing:GetProducts add zones of types and prices, and are done
without, with a notice, where they are denied.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from cloudlib.calls.parallel import Pool
from cloudlib.calls.run import CallLog, call_timeout, run_bytes, run_json
from cloudlib.catalog.records import Catalog, Image, Region, Zone
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CliMissing,
    CloudError,
    NoCredentials,
    RegionUnavailable,
    Throttled,
    TimedOut,
)
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import Request
from providers.aws.fetch import Fetch

NAME = "aws"
TITLE = "AWS"
SETUP_HINT = (
    "install the AWS CLI (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html),\n"
    "then run `aws configure`, or set AWS_PROFILE; `aws sts get-caller-identity` must answer"
)
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_AWS",
    region_prefix="TERRAFORM_AWS_REGION_",
    zone_prefix="TERRAFORM_AWS_AV_ZONE_",
    zone_noun="availability zone",
    family_prefix="TERRAFORM_AWS_INSTANCE_TYPE_",
    type_prefix="TERRAFORM_AWS_INSTANCE_",
    results=Results("TERRAFORM_AWS_REGION", "TERRAFORM_AWS_INSTANCE_TYPE", "TERRAFORM_AWS_AV_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_AWS_",
        distro_prefix="TERRAFORM_AWS_DISTRO_",
        release_prefix="TERRAFORM_AWS_AMI_",
        coordinates={"AMI_OWNER": "self", "NS": "*"},
        gpu="GPU_AMI",
        gpu_coordinates=("NAME", "OWNER"),
    ),
    extra_results=("TERRAFORM_AWS_GPU_AMI_NAME", "TERRAFORM_AWS_GPU_AMI_OWNER"),
)

_TIMEOUT = 90.0

#: The AWS CLI retries throttling itself, with backoff and jitter, when told to.
_ENV = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "6", "AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off"}

_CREDENTIAL_WORDS = re.compile(
    r"Unable to locate credentials|Partial credentials|config profile \(.*\) could not be found|SSO|"
    r"Token has expired|refresh failed|\((?:InvalidClientTokenId|UnrecognizedClientException|ExpiredToken\w*|"
    r"RequestExpired|SignatureDoesNotMatch|InvalidToken|MissingAuthenticationToken\w*|IncompleteSignature)\)"
)
_CODES: tuple[tuple[str, type[CloudError]], ...] = (
    (r"\((?:UnauthorizedOperation|AccessDenied\w*|UnauthorizedAccess)\)", AccessDenied),
    (r"\((?:RequestLimitExceeded|Throttl\w+|TooManyRequests\w*|SlowDown)\)|Rate exceeded", Throttled),
    (r"\((?:AuthFailure|OptInRequired)\)", RegionUnavailable),
    (r"Connect timeout|Read timeout|timed out", TimedOut),
    (r"Unable to parse response|no element found|Connection was closed|IncompleteRead", BadReply),
)


def run_aws_command(command: Sequence[str], region: str | None = None, *, log: CallLog | None = None) -> Any:
    """Run `aws COMMAND --output json [--region REGION]` and return the parsed answer.

    Raises CliMissing, NoCredentials, AccessDenied, RegionUnavailable, Throttled, TimedOut, BadReply or
    CallFailed; never returns None for a failure.
    """
    argv = ["aws", *command, "--output", "json", *(["--region", region] if region else [])]
    env = {key: value for key, value in _ENV.items() if key not in os.environ}
    try:
        return run_json(
            argv, log=log or CallLog(), timeout=call_timeout(_TIMEOUT), env=env, classify=_classify
        )
    except CliMissing as error:
        raise CliMissing(error.what, hint=SETUP_HINT) from None


def _classify(argv: Sequence[str], code: int, stderr: str) -> CloudError | None:
    last = stderr.splitlines()[-1].strip() if stderr else ""
    if _CREDENTIAL_WORDS.search(stderr):
        return NoCredentials(f"aws has no valid credentials: {last}", hint=SETUP_HINT)
    for pattern, kind in _CODES:
        if re.search(pattern, stderr):
            return kind(f"`{' '.join(argv[:3])}` failed: {last}", hint=_HINTS.get(kind, ""))
    return None


_HINTS: dict[type[CloudError], str] = {
    AccessDenied: "docs/cloud-configuration.md lists the IAM policy that the query needs",
    Throttled: "wait a few minutes and run the command again; AWS_MAX_ATTEMPTS raises the number of tries",
    RegionUnavailable: "enable the region in the account settings, or leave it: the others are not affected",
    TimedOut: "CLOUD_CALL_TIMEOUT=SECONDS allows more time; check the network",
    BadReply: "run the command again; DEBUG=1 shows every call",
}


def default_region(log: CallLog) -> str:
    """AWS_REGION, AWS_DEFAULT_REGION, the profile's region, us-east-1: the order of the AWS CLI."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if os.environ.get(name):
            return os.environ[name]
    try:
        text = _run_text(["aws", "configure", "get", "region"], log)
    except CallFailed:  # exit 1 and no words is how it says "not set"
        text = ""
    return text or "us-east-1"


def _version(log: CallLog) -> str:
    return _run_text(["aws", "--version"], log).partition(" ")[0].rpartition("/")[2]


def _run_text(argv: Sequence[str], log: CallLog) -> str:
    try:
        out = run_bytes(argv, log=log, timeout=call_timeout(_TIMEOUT), classify=_classify)
    except CliMissing as error:
        raise CliMissing(error.what, hint=SETUP_HINT) from None
    return out.decode("utf-8", "replace").strip()


def fetch(request: Request) -> Catalog:
    """Everything EC2 offers, or with `request.regions` what it offers there."""
    with Pool(request.log) as pool:
        return _job(request, pool).run()


def list_regions(request: Request) -> tuple[tuple[Region, ...], tuple[Zone, ...]]:
    """Regions and their zones, without types: one call a region and two more."""
    with Pool(request.log) as pool:
        return _job(request, pool).regions_and_zones()


def list_images(request: Request) -> tuple[Image, ...]:
    """The image streams of the default region: two calls, and two to get there."""
    with Pool(request.log) as pool:
        return _job(request, pool).images()


def _job(request: Request, pool: Pool) -> Fetch:
    home = request.regions[0] if request.regions else default_region(request.log)

    def ask(command: Sequence[str], region: str) -> Any:
        return run_aws_command(command, region, log=request.log)

    try:
        return Fetch(request, pool, ask=ask, version=lambda: _version(request.log), home=home)
    except RegionUnavailable as error:  # EC2's word for bad keys, and for a region that is not enabled
        raise NoCredentials(
            f"aws has no valid credentials for {home}: {error.what}",
            hint=f"{SETUP_HINT}\n{_closed(request, home)}",
        ) from None
    except NoCredentials as error:
        if "InvalidClientTokenId" not in error.what:
            raise
        raise NoCredentials(error.what, hint=f"{SETUP_HINT}\n{_closed(request, home)}") from None


def _closed(request: Request, home: str) -> str:
    """A region that an account is not opted in to does not know its credentials."""
    if request.regions:
        return f"If it answers elsewhere, the account is not opted in to {home}"
    return f"good credentials are refused too where the default region, {home}, is not enabled: AWS_REGION"
