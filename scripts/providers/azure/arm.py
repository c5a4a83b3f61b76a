# SPDX-License-Identifier: MIT
"""The door to Azure Resource Manager: GETs with az's token, and what ARM's refusals mean.

az answers some refusals (409) by registering a resource provider, which is a write. Here a refusal is told.
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

from __future__ import annotations

import re
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cloudlib.calls.rest import Rest, kind_of
from cloudlib.calls.run import CallLog
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CloudError,
    NoCredentials,
    NotFound,
    ServiceFailed,
    Throttled,
)
from providers.azure import az as azure_az

BASE = "https://management.azure.com"

#: Pattern over `STATUS CODE`, of HTTP and of ARM's error; the error it means; how to say so; what to do. The
#: first that fits is taken.
_MEANINGS: tuple[tuple[str, type[CloudError], str, str], ...] = (
    (
        r"\d+ (?:MissingSubscriptionRegistration|SubscriptionNotRegistered)",
        AccessDenied,
        "the subscription is not registered for Microsoft.Compute",
        "this project changes nothing in a subscription; its owner can run\n"
        "az provider register --namespace Microsoft.Compute",
    ),
    (
        r"\d+ (?:SubscriptionNotFound|InvalidSubscription(?:Id)?)",
        NoCredentials,
        "az has no usable subscription",
        azure_az.ACCOUNT_HINT,
    ),
    (
        r"401 .*|\d+ (?:(?:Expired|Invalid)AuthenticationToken\w*|AuthenticationFailed)",
        NoCredentials,
        "az has no valid credentials",
        "run the command again, for which az renews a token that has expired; or `az login`",
    ),
    (
        r"403 .*|\d+ AuthorizationFailed",
        AccessDenied,
        "",
        "docs/cloud-configuration.md names the role that the query needs",
    ),
    (r"404 .*|\d+ \w*NotFound", NotFound, "", "DEBUG=1 shows every call"),
    (
        r"429 .*|\d+ (?:TooManyRequests|RequestsThrottled)",
        Throttled,
        "",
        "wait a few minutes and run the command again",
    ),
    (r"50[0234] .*", ServiceFailed, "", "try again later; https://azure.status.microsoft tells of outages"),
)


class ResourceManager:
    """Resource Manager, for the subscription that az is set to. Safe to share between threads.

    Making it gets the token, with the errors of azure_az.token. It stays in memory and goes to Resource
    Manager alone. `base` is the URL of the subscription.
    """

    def __init__(self, log: CallLog) -> None:
        subscription, token = azure_az.token(log)
        self.base = f"{BASE}/subscriptions/{subscription}"
        self._log = log
        self._auth = {"Authorization": f"Bearer {token}"}
        self._mine = threading.local()

    def get(self, url: str) -> Any:
        """The JSON at a URL of Resource Manager.

        Raises the errors of Rest.get, with ARM's words; where the token has expired meanwhile, NoCredentials.
        """
        if not url.startswith(f"{BASE}/"):
            raise BadReply(
                f"{urlsplit(url).netloc!r} is not sent az's token", hint="DEBUG=1 shows every call"
            )
        return self._rest().get(url, shown=_shown(url))

    def _rest(self) -> Rest:
        """The session of this thread: its connection is kept, as TLS handshakes cost CPU time."""
        rest: Rest | None = getattr(self._mine, "rest", None)
        if rest is None:
            rest = self._mine.rest = Rest(log=self._log, auth=self._auth, classify=_meaning)
        return rest


def _meaning(shown: str, status: int, body: Any) -> CloudError:
    """{"error": {"code", "message"}} and an HTTP status -> the error that they mean."""
    error = body.get("error") if isinstance(body, dict) else None
    code, message = (
        " ".join(str(error.get(key) or "").split()) if isinstance(error, dict) else ""
        for key in ("code", "message")
    )
    words = ": ".join(filter(None, (f"HTTP {status}", code, message[:300])))
    for pattern, kind, meaning, hint in _MEANINGS:
        if re.fullmatch(pattern, f"{status} {code}"):
            return kind(f"{meaning or shown}: {words}", hint=hint)
    return kind_of(status)(f"{shown}: {words}", hint="DEBUG=1 shows every call")


def _shown(url: str) -> str:
    """A URL as a person wants to see it: `…/Microsoft.Compute/skus, location eq 'eastus'`."""
    parts = urlsplit(url)
    path = re.sub(r".*/(?:providers|subscriptions/[^/]*)/", "…/", parts.path)
    return ", ".join([path, *parse_qs(parts.query).get("$filter", ())])
