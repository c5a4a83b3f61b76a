# SPDX-License-Identifier: MIT
"""Turns a vendor's error messages into our errors, by tables of patterns.

A command reports an exit code and text, an API a status, a code and text. Each provider has a table for each
of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloudlib.errors import CallFailed, CloudError, ServiceFailed


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: a regular expression, and the error that text containing it means.

    `what` begins the message; where it is "", the message begins with the call that failed. `hint` says what
    to do next.
    """

    pattern: str
    error: type[CloudError]
    what: str = ""
    hint: str = ""


def certificates_and_proxies(ca: str) -> tuple[Meaning, ...]:
    """Rows that come first in the table of a command, as such a fault shows up in any of its steps.

    `ca` is how the command is told of a certificate authority. The texts are those of requests, urllib3 and
    OpenSSL, which all three vendors' commands are built on.
    """
    return (
        Meaning(
            r"suitable TLS CA certificate bundle|\[Errno (?:2|13)\] .+: '[^']+\.(?:pem|crt|cer)'",
            CallFailed,
            "the file of certificate authorities cannot be read",
            f"check the path that is set: {ca}",
        ),
        Meaning(
            r"CERTIFICATE_VERIFY_FAILED|[Cc]ertificate verif(?:y|ication) failed|"
            r"certificate has expired|self[- ]signed certificate|unable to get local issuer",
            CallFailed,
            "the server's certificate is not accepted",
            f"check this machine's clock\nbehind a proxy that inspects TLS: {ca}",
        ),
        Meaning(
            r"407 Proxy|failed: 407|Proxy Authentication Required",
            CallFailed,
            "the proxy asks for a user name and password (HTTP 407)",
            "HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT",
        ),
        Meaning(
            r"[Cc]onnect to (?:the )?proxy|ProxyError|ProxyConnection|Tunnel connection failed|Invalid proxy|"
            r"[Nn]ot supported proxy scheme|dependencies for SOCKS|SOCKS version|check proxy URL|"
            r"Proxy URL had",
            CallFailed,
            "the proxy does not pass the call on",
            "check HTTPS_PROXY; NO_PROXY=HOST goes past the proxy",
        ),
        Meaning(
            r"SSL validation failed|SSLError|SSL: |EOF occurred in violation of protocol",
            CallFailed,
            "no TLS connection to the server",
            f"check the network and HTTPS_PROXY, whose own scheme is mostly http; also: {ca}",
        ),
    )


def unreachable(hint: str = "check the network and HTTPS_PROXY, then run the command again") -> Meaning:
    """The row for a host that has no address or does not answer; it comes last in a table."""
    return Meaning(
        r"connect to the endpoint URL|Connection aborted|Connection refused|Connection reset|"
        r"RemoteDisconnected|Max retries exceeded|[Ff]ailed to (?:resolve|establish)|NameResolution|"
        r"Name or service not known|name resolution|Network is unreachable|No route to host|"
        r"Unable to find the server|Unable to connect",
        ServiceFailed,
        "the service cannot be reached",
        hint,
    )


def classified(table: Iterable[Meaning], text: str, *, call: str = "", said: str = "") -> CloudError | None:
    """The error of the first row whose pattern is found in `text`, None where no row fits.

    Its message is the row's `what`, or else `call`, and then the vendor's message: `said`, or `text`.
    """
    for row in table:
        if re.search(row.pattern, text):
            return row.error(": ".join(filter(None, (row.what or call, said or text))), hint=row.hint)
    return None


def error_words(body: object, *keys: str) -> tuple[str, ...]:
    """The named texts of a body `{"error": {"code": …}}`, each in one line; "" for one that is missing."""
    error = body.get("error") if isinstance(body, Mapping) else None
    fields = error if isinstance(error, Mapping) else {}
    return tuple(" ".join(str(fields.get(key) or "").split()) for key in keys)
