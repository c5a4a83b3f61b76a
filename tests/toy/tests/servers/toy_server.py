# SPDX-License-Identifier: MIT
"""A loopback Toy API, for TOY_API_BASE, with two regions and three shapes."""

from __future__ import annotations

import json

from tests.servers.http_base import FOREVER, Fault, HttpServer, matching
from tests.servers.http_wire import Reply, Request

KEY = "toy-key-of-the-tests-0123456789"
_DOMAINS = ("Uocm:PHX-AD-1", "Uocm:PHX-AD-2")
_ANSWERS = {
    "regions": [
        {"name": "phoenix", "title": "US West", "domains": list(_DOMAINS)},
        {"name": "london", "title": "UK South", "domains": ["kIdk:LHR-AD-1"]},
    ],
    "shapes": [
        {
            "name": "VM.Flex", "processor": "x86", "max_cores": 8, "gib_a_core": 8, "usd_a_core": "0.043",
            "domains": [*_DOMAINS, "kIdk:LHR-AD-1"],
        },
        {
            "name": "VM.Dense", "processor": "x86", "max_cores": 4, "gib_a_core": 32, "usd_a_core": "0.09",
            "domains": ["Uocm:PHX-AD-2"],
        },
        {
            "name": "VM.Arm.Flex", "processor": "arm", "max_cores": 16, "gib_a_core": 6, "usd_a_core": "0.01",
            "domains": [*_DOMAINS, "kIdk:LHR-AD-1", "closed:AD-9"],
        },
    ],
    "images": [
        {"os": os, "version": version, "processor": processor}
        for os, version in (("debian", "13"), ("ubuntu", "24.04"))
        for processor in ("x86", "arm")
    ],
}  # fmt: skip


class ToyServer(HttpServer):
    """It checks the key and answers three lists."""

    def reply(self, request: Request) -> Reply:
        """The answer to any request."""
        what = request.path.removeprefix("/v1/")
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _json(401, {"error": "who are you?"})
        return _json(200, _ANSWERS[what]) if what in _ANSWERS else _json(404, {"error": "no such list"})


def denied() -> Fault:
    """The account may not list shapes."""
    return Fault(matching(path="/v1/shapes"), reply=_json(403, {"error": "not yours"}), times=None)


def half() -> Fault:
    """Whole HTTP, half of the JSON."""
    reply = Reply(200, b'[{"name": "VM.Fl', (("Content-Type", "application/json"),))
    return Fault(matching(path="/v1/shapes"), reply=reply, times=None)


def empty() -> Fault:
    """A whole list of no shapes."""
    return Fault(matching(path="/v1/shapes"), reply=_json(200, []), times=None)


def hangs() -> Fault:
    """No answer until the server is closed."""
    return Fault(matching(path="/v1/shapes"), delay=FOREVER, times=None)


def _json(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))
