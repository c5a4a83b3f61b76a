# SPDX-License-Identifier: MIT
"""What goes wrong with Google Cloud, as faults to inject: `server.inject(throttled("machineTypes"))`.

A list is named as the API does ("regions", "zones", "machineTypes", "acceleratorTypes", "images"), or
"skus" or "token"; inside a batch request the one request that matches fails. `times` None is for ever.
"""

from __future__ import annotations

from tests.servers.gce_server import error, json_reply
from tests.servers.http_base import FOREVER, Fault, Matcher
from tests.servers.http_wire import Reply, Request

_TOO_MANY = "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'."


def to(what: str, scope: str = "", page: bool = False) -> Matcher:
    """Matches the requests for one list, in one zone or project; with `page` those for a later page."""

    def matches(request: Request) -> bool:
        return (
            request.path.rpartition("/")[2] == what
            and (not scope or f"/{scope}/" in request.path)
            and (not page or "pageToken" in request.query)
        )

    return matches


def throttled(what: str, scope: str = "", *, times: int | None = 1, retry_after: str = "0") -> Fault:
    """429, with a Retry-After of so many seconds."""
    reply = error(429, _TOO_MANY, "rateLimitExceeded", ("Retry-After", retry_after))
    return Fault(to(what, scope), reply=reply, times=times)


def broken(what: str, scope: str = "", *, times: int | None = None, page: bool = False) -> Fault:
    """503, on a later page only if `page`."""
    reply = error(503, "The service is currently unavailable.", "backendError")
    return Fault(to(what, scope, page), reply=reply, times=times)


def denied(what: str, scope: str = "") -> Fault:
    """The account lacks the permission."""
    message = f"Required 'compute.{what}.list' permission for 'projects/tests-project'"
    return Fault(to(what, scope), reply=error(403, message, "forbidden"), times=None)


def not_enabled(what: str, service: str = "compute.googleapis.com") -> Fault:
    """The API was never enabled in the project: what makes gcloud offer to enable it."""
    url = f"https://console.developers.google.com/apis/api/{service}/overview?project=tests-project"
    message = (
        f"{service.partition('.')[0].title()} API has not been used in project tests-project before or it is "
        f"disabled. Enable it by visiting {url} then retry."
    )
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {"consumer": "projects/tests-project", "service": service},
    }
    return Fault(to(what), reply=error(403, message, "accessNotConfigured", details=[info]), times=None)


def no_such_project(what: str) -> Fault:
    """404."""
    message = "The resource 'projects/tests-project' was not found"
    return Fault(to(what), reply=error(404, message, "notFound"), times=None)


def expired() -> Fault:
    """The login is no longer good: the token end point refuses."""
    body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    return Fault(to("token"), reply=json_reply(400, body), times=None)


def token_down() -> Fault:
    """Nobody answers where tokens come from."""
    return Fault(to("token"), reset=True, times=None)


def empty(what: str, scope: str = "") -> Fault:
    """A whole list of nothing."""
    return Fault(to(what, scope), reply=json_reply(200, {"kind": "compute#list"}), times=None)


def empty_region(region: str) -> Fault:
    """No machine type in any zone of a region."""

    def matches(request: Request) -> bool:
        return f"/zones/{region}-" in request.path and request.path.endswith("/machineTypes")

    return Fault(matches, reply=json_reply(200, {"kind": "compute#list"}), times=None)


def looping(what: str) -> Fault:
    """Every page names the same next page."""
    body = {"kind": "compute#list", "items": [], "skus": [], "nextPageToken": "p0"}
    return Fault(to(what), reply=json_reply(200, body), times=None)


def web_page(what: str) -> Fault:
    """HTML where JSON should be, as a portal of a network sends it."""
    page = Reply(200, b"<html><body>Please log in</body></html>", (("Content-Type", "text/html"),))
    return Fault(to(what), reply=page, times=None)


def cut_off(what: str, times: int | None = None) -> Fault:
    """The reply ends in the middle of its body."""
    return Fault(to(what), cut=True, times=times)


def hangs(what: str) -> Fault:
    """No answer until the server is closed."""
    return Fault(to(what), delay=FOREVER, times=None)
