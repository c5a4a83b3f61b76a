# SPDX-License-Identifier: MIT
"""A loopback Lambda Cloud API, for LAMBDALABS_API_BASE.

    with LambdaServer(small()) as server:
        run([...], env={"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY})
        assert server.count("instance-types") == 1

It answers GET /instance-types, /images, /regions and /instances, checks the key, and limits nothing.
Faults to inject are below. From the repository's root:
python3 -m tests.servers.lambda_server [--facts DIR] [--lifetime S]
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
from pathlib import Path
from typing import Any

from tests.servers.http_base import FOREVER, Fault, HttpServer, matching
from tests.servers.http_wire import Reply, Request
from tests.servers.lambda_data import LambdaData, recorded, small

KEY = "secret_tests_0123456789abcdef.TestKeyTestKeyTestKey"
"""The only key that the server knows. It opens nothing else."""

_ROOT = "/api/v1/"


class LambdaServer(HttpServer):
    """Lambda with the given data. See HttpServer for latency, lifetime, faults and the log."""

    def __init__(self, data: LambdaData | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.data = small() if data is None else data

    @property
    def base(self) -> str:
        """What LAMBDALABS_API_BASE has to be."""
        return self.url + _ROOT

    def count(self, what: str = "") -> int:
        """How many requests were made for one list, "" for all."""
        return sum(request.path.startswith(_ROOT + what) for request in self.requests)

    def reply(self, request: Request) -> Reply:
        """The answer to any request, an error of the API included."""
        if not _authorized(request.headers.get("authorization", "")):
            return error(401, "global/invalid-api-key", "API key was invalid, expired, or deleted.", _ADVICE)
        what = request.path.removeprefix(_ROOT)
        if request.method != "GET" or what not in ("instance-types", "images", "regions", "instances"):
            return error(404, "global/object-does-not-exist", "Specified path does not exist.")
        if what == "regions" and not self.data.lists_regions:
            return error(404, "global/object-does-not-exist", "Specified path does not exist.")
        return json_reply(200, {"data": self._data(what)})

    def _data(self, what: str) -> Any:
        data = self.data
        if what == "images":
            return list(data.images)
        if what == "instances":
            return list(data.instances)
        if what == "regions":
            return [data.region(name) for name in data.regions]
        return data.offers()


_ADVICE = "Check your API key or create a new one, then try again."


def json_reply(status: int, body: Any, *headers: tuple[str, str]) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, json.dumps(body).encode(), (("Content-Type", "application/json"), *headers))


def error(status: int, code: str, message: str, suggestion: str = "", *headers: tuple[str, str]) -> Reply:
    """An error in the API's form."""
    return json_reply(
        status, {"error": {"code": code, "message": message, "suggestion": suggestion}}, *headers
    )


def to(what: str) -> Any:
    """Matches the requests for one list."""
    return matching(path=_ROOT + what)


def throttled(what: str = "", *, times: int | None = 1, retry_after: str = "0") -> Fault:
    """429, with a Retry-After of so many seconds."""
    reply = error(429, "global/too-many-requests", "Too many requests.", "", ("Retry-After", retry_after))
    return Fault(to(what), reply=reply, times=times)


def broken(what: str = "", *, times: int | None = 1, status: int = 500) -> Fault:
    """An error of the service."""
    return Fault(to(what), reply=error(status, "global/internal-error", "Something failed."), times=times)


def denied(what: str = "") -> Fault:
    """The account may not."""
    reply = error(403, "global/account-inactive", "Your account is inactive.", "Make sure you have a card.")
    return Fault(to(what), reply=reply, times=None)


def web_page(what: str = "") -> Fault:
    """HTML where JSON should be, as a portal of a network sends it."""
    page = Reply(200, b"<html><body>Please log in</body></html>", (("Content-Type", "text/html"),))
    return Fault(to(what), reply=page, times=None)


def empty(what: str) -> Fault:
    """A whole list of nothing."""
    nothing = b'{"data": {}}' if what == "instance-types" else b'{"data": []}'
    return Fault(to(what), reply=Reply(200, nothing, (("Content-Type", "application/json"),)), times=None)


def cut_off(what: str = "") -> Fault:
    """The reply ends in the middle of its body."""
    return Fault(to(what), cut=True, times=None)


def half(what: str = "") -> Fault:
    """Whole HTTP, half of the JSON."""
    return Fault(to(what), reply=Reply(200, b'{"data": {"gpu_1x'), times=None)


def hangs(what: str = "") -> Fault:
    """No answer until the server is closed."""
    return Fault(to(what), delay=FOREVER, times=None)


def _authorized(header: str) -> bool:
    basic = base64.b64encode(f"{KEY}:".encode()).decode()
    return header in (f"Bearer {KEY}", f"Basic {basic}")


def main(argv: list[str] | None = None) -> int:
    """Serve until the lifetime ends or the process is interrupted; the base is the first line of stdout."""
    parser = argparse.ArgumentParser(description="Serve a loopback Lambda Cloud API.")
    parser.add_argument("--facts", type=Path, help="folder of the recorded facts (default: a small Lambda)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each reply")
    parser.add_argument("--lifetime", type=float, default=600.0, help="seconds until it ends by itself")
    options = parser.parse_args(argv)
    data = recorded(options.facts) if options.facts else small()
    with LambdaServer(data, latency=options.latency, lifetime=options.lifetime) as server:
        print(server.base, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
