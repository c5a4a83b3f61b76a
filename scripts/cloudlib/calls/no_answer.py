# SPDX-License-Identifier: MIT
"""Why a request got no complete answer: whose fault it is, and the way out."""

from __future__ import annotations

import re
from collections.abc import Callable

import requests
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError

from cloudlib.errors import BadReply, CallFailed, ServiceFailed, TimedOut


def no_answer(shown: str, error: Exception, limit: float, hide: Callable[[str], str]) -> CallFailed:
    """The error of a request: requests asks, urllib3 reads the body. `hide` takes credentials out of a text.

    ServiceFailed, which is tried again, is what may pass by itself.
    """
    if isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError)):
        return TimedOut(
            f"{shown}: no answer within {limit:g} s",
            hint="check the network, then try again; CLOUD_CALL_TIMEOUT=SECONDS allows more time",
        )
    if isinstance(error, ProtocolError):
        return ServiceFailed(f"{shown}: the answer was cut off", hint="try again")
    if isinstance(error, DecodeError):
        return BadReply(f"{shown}: the answer cannot be decoded", hint="try again")
    return _no_connection(shown, error, hide(_innermost(error)))


def _no_connection(shown: str, error: Exception, cause: str) -> CallFailed:
    if isinstance(error, requests.exceptions.ProxyError):
        return _proxy_failure(shown, cause)
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        return CallFailed(
            f"{shown}: the server's certificate is not accepted: {_certificate_fault(cause)}",
            hint="check this machine's clock\n"
            "behind a proxy that inspects TLS: REQUESTS_CA_BUNDLE=/path/to/its/ca.pem",
        )
    if isinstance(error, requests.exceptions.SSLError) or not isinstance(error, requests.ConnectionError):
        hint = "check the network and REQUESTS_CA_BUNDLE, then try again"
        return CallFailed(f"{shown}: {cause}", hint=hint)
    return ServiceFailed(f"{shown}: {cause}", hint="check the network and HTTPS_PROXY, then try again")


def _proxy_failure(shown: str, cause: str) -> CallFailed:
    """The proxy did not pass the request on. Its address is not shown, as it may hold a password."""
    if "failed: 407" in cause:
        hint = "HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
        return CallFailed(f"{shown}: the proxy asks for a user name and password (HTTP 407)", hint=hint)
    hint = "check HTTPS_PROXY; NO_PROXY=HOST goes past the proxy"
    if "failed: 4" in cause:
        return CallFailed(f"{shown}: the proxy refuses: {cause}", hint=hint)
    return ServiceFailed(f"{shown}: the proxy does not pass it on: {cause}", hint=hint)


def _certificate_fault(cause: str) -> str:
    """`certificate has expired` of OpenSSL's `[SSL: …] certificate verify failed: … (_ssl.c:1006)`."""
    return re.sub(r" \(_ssl\.c:\d+\)", "", cause.partition("verify failed: ")[2]) or cause


def _innermost(error: BaseException) -> str:
    """The cause that a person can act on: requests wraps urllib3, which wraps the socket's error."""
    cause: BaseException = error
    while cause.args and isinstance(cause.args[0], BaseException):
        cause = cause.args[0]
    reason = getattr(cause, "reason", None) or cause
    return str(getattr(reason, "original_error", reason))
