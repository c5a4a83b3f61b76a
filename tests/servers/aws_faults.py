# SPDX-License-Identifier: MIT
"""What goes wrong with AWS, as faults to inject: `server.inject(throttled("DescribeRegions"))`.

Every constructor takes the action to fail (None: all actions), the region ("" or None: all) and how
many times (None: for ever), and answers in the form of the service that was asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.aws_wire import AwsError, call_of, ec2_reply, error_reply, json_reply
from tests.servers.http_base import FOREVER, Fault, Matcher
from tests.servers.http_wire import Reply, Request

#: Action -> how EC2 calls its list.
_SETS = {
    "DescribeAvailabilityZones": "availabilityZoneInfo",
    "DescribeImages": "imagesSet",
    "DescribeInstanceTypeOfferings": "instanceTypeOfferingSet",
    "DescribeInstanceTypes": "instanceTypeSet",
}
_THROTTLED = {
    "ec2": AwsError("RequestLimitExceeded", "Request limit exceeded.", 503),
    "sts": AwsError("Throttling", "Rate exceeded"),
    "pricing": AwsError("ThrottlingException", "Rate exceeded"),
}
_DENIED = {
    "ec2": AwsError("UnauthorizedOperation", "You are not authorized to perform this operation.", 403),
    "sts": AwsError("AccessDenied", "User is not authorized to perform this operation", 403),
    "pricing": AwsError("AccessDeniedException", "User is not authorized to perform: pricing:GetProducts"),
}
_EXPIRED = {
    "ec2": AwsError("RequestExpired", "Request has expired."),
    "sts": AwsError("ExpiredToken", "The security token included in the request is expired", 403),
    "pricing": AwsError("ExpiredTokenException", "The security token included in the request is expired"),
}
_BAD_KEYS = {
    "ec2": AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    "sts": AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
    "pricing": AwsError(
        "UnrecognizedClientException", "The security token included in the request is invalid."
    ),
}
_BROKEN = {
    "ec2": AwsError("InternalError", "An internal error has occurred", 500),
    "sts": AwsError("InternalFailure", "An internal error has occurred", 500),
    "pricing": AwsError("InternalErrorException", "An internal error has occurred", 500),
}


def to(action: str | None, region: str | None = None) -> Matcher:
    """Matches the calls of one action (None: any) signed for one region (None: any)."""

    def matches(request: Request) -> bool:
        call = call_of(request)
        return action in (None, call.action) and (not region or region == call.region)

    return matches


def throttled(action: str | None, region: str | None = None, times: int | None = 3) -> Fault:
    """Too many calls, `times` times."""
    return _failing(_THROTTLED, action, region, times)


def throttled_forever(action: str | None, region: str | None = None) -> Fault:
    """Too many calls, whatever the caller does."""
    return _failing(_THROTTLED, action, region, None)


def denied(action: str | None, region: str | None = None) -> Fault:
    """The account's policy does not allow the action."""
    return _failing(_DENIED, action, region, None)


def expired(action: str | None = None, region: str | None = None) -> Fault:
    """The session's keys have expired."""
    return _failing(_EXPIRED, action, region, None)


def bad_keys(action: str | None = None, region: str | None = None) -> Fault:
    """No such access key."""
    return _failing(_BAD_KEYS, action, region, None)


def broken(action: str | None, region: str | None = None, times: int | None = None) -> Fault:
    """An internal error of the service (500)."""
    return _failing(_BROKEN, action, region, times)


def empty(action: str, region: str | None = None) -> Fault:
    """A whole list of nothing."""

    def reply(request: Request) -> Reply:
        call = call_of(request)
        if call.service == "pricing":
            return json_reply({"FormatVersion": "aws_v1", "PriceList": []})
        return ec2_reply(call.action, _SETS[call.action], ())

    return Fault(to(action, region), reply=reply, times=None)


def hangs(action: str | None, region: str | None = None) -> Fault:
    """No answer until the server is closed."""
    return Fault(to(action, region), delay=FOREVER, times=None)


def cut_off(action: str | None, region: str | None = None, times: int | None = None) -> Fault:
    """The reply ends in the middle of its body."""
    return Fault(to(action, region), cut=True, times=times)


def resets(action: str | None, region: str | None = None, times: int | None = None) -> Fault:
    """The connection is reset instead of a reply."""
    return Fault(to(action, region), reset=True, times=times)


def _failing(
    errors: Mapping[str, AwsError], action: str | None, region: str | None, times: int | None
) -> Fault:
    replies = {service: error_reply(service, error) for service, error in errors.items()}

    def reply(request: Request) -> Reply:
        return replies.get(call_of(request).service, replies["ec2"])

    return Fault(to(action, region), reply=reply, times=times)
