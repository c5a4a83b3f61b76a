# SPDX-License-Identifier: MIT
"""What goes wrong with Azure, to be injected into an AzureServer. Texts are those of Resource Manager."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from tests.servers.azure_server import error, json_reply
from tests.servers.http_base import FOREVER, Fault, Matcher
from tests.servers.http_wire import Reply, Request

SKUS, LOCATIONS, OFFERS, PRICES, TOKEN = "/skus", "/locations", "/offers", "/api/retail/prices", "/msi/token"


def to(path: str, query: str = "") -> Matcher:
    """Requests whose path ends so, or begins so, and whose decoded query holds `query`."""

    def matches(request: Request) -> bool:
        return (request.path.endswith(path) or request.path.startswith(path)) and query in unquote(
            request.query
        )

    return matches


def at(location: str) -> str:
    """The filter that a query for one location has."""
    return f"location eq '{location}'"


def throttled(path: str = SKUS, query: str = "", *, times: int | None = 1, seconds: int = 0) -> Fault:
    """429, whose text and header ask to wait so many seconds."""
    words = f"The request was throttled. Please try again after '{seconds}' seconds."
    reply = error(429, "TooManyRequests", words, ("Retry-After", str(seconds)))
    return Fault(to(path, query), reply=reply, times=times)


def broken(path: str = SKUS, query: str = "", *, times: int | None = None, status: int = 503) -> Fault:
    """An error of the service."""
    reply = error(status, "ServerBusy", "The service is unavailable.")
    return Fault(to(path, query), reply=reply, times=times)


def denied(path: str = SKUS, query: str = "") -> Fault:
    """The right to this one call is missing."""
    words = (
        "The client 'x' with object id 'y' does not have authorization to perform action "
        "'Microsoft.Compute/skus/read' over scope '/subscriptions/0'."
    )
    return Fault(to(path, query), reply=error(403, "AuthorizationFailed", words), times=None)


def missing(path: str = SKUS, query: str = "") -> Fault:
    """404."""
    reply = error(404, "ResourceNotFound", "The resource was not found.")
    return Fault(to(path, query), reply=reply, times=None)


def expired(path: str = LOCATIONS) -> Fault:
    """The token is refused."""
    words = "The access token expiry UTC time '1/1/2026' is earlier than current UTC time."
    return Fault(to(path), reply=error(401, "ExpiredAuthenticationToken", words), times=None)


def not_registered(path: str = SKUS) -> Fault:
    """The subscription never used virtual machines."""
    words = "The subscription is not registered to use namespace 'Microsoft.Compute'."
    return Fault(to(path), reply=error(409, "MissingSubscriptionRegistration", words), times=None)


def no_subscription(path: str = LOCATIONS) -> Fault:
    """The subscription of the profile is gone."""
    reply = error(404, "SubscriptionNotFound", "The subscription '0' could not be found.")
    return Fault(to(path), reply=reply, times=None)


def web_page(path: str = SKUS, query: str = "") -> Fault:
    """HTML where JSON should be, as a portal of a network sends it."""
    page = Reply(
        200, b"<html><body>Please log in to the network</body></html>", (("Content-Type", "text/html"),)
    )
    return Fault(to(path, query), reply=page, times=None)


def cut_off(path: str = SKUS, query: str = "") -> Fault:
    """Whole HTTP, half of the JSON."""
    return Fault(to(path, query), reply=Reply(200, b'{"value": [{"name": "Standard_D'), times=None)


def broken_off(path: str = SKUS, query: str = "", *, times: int | None = None) -> Fault:
    """The connection ends in the middle of the body."""
    return Fault(to(path, query), cut=True, times=times)


def resets(path: str = SKUS, query: str = "", *, times: int | None = None) -> Fault:
    """The connection is dropped before an answer."""
    return Fault(to(path, query), reset=True, times=times)


def hangs(path: str = SKUS, query: str = "") -> Fault:
    """No answer until the server is closed."""
    return Fault(to(path, query), delay=FOREVER, times=None)


def empty(path: str = SKUS, query: str = "") -> Fault:
    """A whole list of nothing."""
    reply = json_reply(200, {"value": [], "Items": []})
    return Fault(to(path, query), reply=reply, times=None)


def links_to(url: str, path: str = SKUS, query: str = "") -> Fault:
    """A page whose next one is said to be at `url`; "" for the page itself, a loop."""

    def reply(request: Request) -> Reply:
        host = request.headers.get("host", "").partition(":")[0]
        following = url or f"https://{host}{request.path}?{request.query}"
        body: dict[str, Any] = {"value": [], "nextLink": following}
        if path == PRICES:
            body = {"Items": [], "NextPageLink": following}
        return json_reply(200, body)

    return Fault(to(path, query), reply=reply, times=None)
