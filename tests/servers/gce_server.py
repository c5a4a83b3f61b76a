# SPDX-License-Identifier: MIT
"""A loopback Google Cloud, for the real gcloud: Compute Engine, the billing catalog, an OAuth token.

    with GceServer(small()) as server:
        run(["gcloud", "compute", "regions", "list"], env=server.env(tmp_path))
        assert server.count("regions") == 1

It serves regions, zones, machine and accelerator types (of a zone and aggregated, paged), images of a
project, several of these in one batch request, the SKUs of Compute Engine, and the tokens of a service
account whose key `env` makes. From the repository's root:

    python3 -m tests.servers.gce_server [--facts DIR] [--latency S] [--lifetime S]

prints the environment to export.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shlex
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.servers import gce_key
from tests.servers.gce_data import GceData, Json
from tests.servers.gce_small import small
from tests.servers.http_base import HttpServer
from tests.servers.http_wire import Reply, Request

PROJECT = "tests-project"
TOKEN = "ya29.tests-only-token-0123456789"
"""The only bearer token that the server knows. It opens nothing else."""

_PAGE = 500
_COMPUTE = re.compile(
    r"(?:/compute/v1)?/projects/(?P<project>[^/]+)/"
    r"(?:(?P<zoned>zones/(?P<zone>[^/]+)/|aggregated/|global/)?)(?P<what>[A-Za-z]+)\Z"
)
_SKUS = "/v1/services/6F81-5844-456A/skus"
_INNER = re.compile(r"Content-ID: <(?P<id>[^>]*)>.*?\n\r?\n?(?P<method>[A-Z]+) (?P<target>\S+)", re.DOTALL)


class GceServer(HttpServer):
    """Google Cloud with the given data. See HttpServer for latency, lifetime, faults and the log."""

    def __init__(self, data: GceData | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._kept_lock = threading.Lock()
        self.use(small() if data is None else data)

    def use(self, data: GceData) -> None:
        """Serve other data from now on."""
        with self._kept_lock:
            self.data = data
            self._kept: dict[str, list[str]] = {}

    def env(self, folder: Path) -> dict[str, str]:
        """The environment in which gcloud talks to this server alone, logged in by a throw-away key."""
        key = gce_key.write(folder / "key.json", self.url + "/token", PROJECT)
        return {
            "CLOUDSDK_CONFIG": str(folder / "gcloud"),
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": self.url + "/compute/v1/",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING": self.url + "/",
            "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": str(key),
            "CLOUDSDK_AUTH_TOKEN_HOST": self.url + "/token",
            "CLOUDSDK_CORE_PROJECT": PROJECT,
            "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
            "CLOUDSDK_METRICS_ENVIRONMENT": "test",
            "HTTPS_PROXY": "http://127.0.0.1:9",  # nobody listens: what is not for this server fails here
            "NO_PROXY": "127.0.0.1",
        }

    def count(self, what: str = "", zone: str = "") -> int:
        """How many requests were made for one list: "regions", "images", "skus", "token", "batch"…"""
        return sum(n for (w, z), n in self.counts().items() if what in ("", w) and (not zone or zone == z))

    def counts(self) -> Counter[tuple[str, str]]:
        """{(list, zone): requests}; a list inside a batch counts like one outside."""
        found: Counter[tuple[str, str]] = Counter()
        for request in self.requests:
            targets = [request.path]
            if request.path.startswith("/batch"):
                found["batch", ""] += 1
                targets = [m["target"].partition("?")[0] for m in _INNER.finditer(request.body)]
            for path in targets:
                match = _COMPUTE.match(path)
                found[(match["what"], match["zone"] or "") if match else (path.rpartition("/")[2], "")] += 1
        return found

    def reply(self, request: Request) -> Reply:
        """The answer to any request, an error of the API included."""
        if request.path == "/token":
            token = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
            return json_reply(200, token)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")
        if request.path.startswith("/batch/compute/"):
            return self._batch(request)
        if request.path == _SKUS:
            return self._skus(request.params)
        return self._compute(request.path, request.params)

    def _batch(self, request: Request) -> Reply:
        """multipart/mixed in, multipart/mixed out: https://cloud.google.com/compute/docs/api/how-tos/batch"""
        parts = []
        for match in _INNER.finditer(request.body):
            path, _, query = match["target"].partition("?")
            inner = Request("GET", path, query, "", request.headers)
            reply = self._faulty(inner) or self._compute(path, dict(parse_qsl(query)))
            parts.append(
                "--batch_tests\r\nContent-Type: application/http\r\n"
                f"Content-ID: <response-{match['id']}>\r\n\r\n"
                f"HTTP/1.1 {reply.status} X\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(reply.body)}\r\n\r\n{reply.body.decode()}\r\n"
            )
        body = "".join(parts) + "--batch_tests--\r\n"
        return Reply(200, body.encode(), (("Content-Type", "multipart/mixed; boundary=batch_tests"),))

    def _faulty(self, inner: Request) -> Reply | None:
        """A fault may be meant for one request of a batch."""
        fault = self._fault_for(inner)
        return fault.reply if fault is not None and isinstance(fault.reply, Reply) else None

    def _compute(self, path: str, params: dict[str, str]) -> Reply:
        match = _COMPUTE.match(unquote(path))
        if match is None:
            return error(404, f"The requested URL {path} was not found on this server.", "notFound")
        what, zone = match["what"], match["zone"]
        if zone and zone not in self.data.zones:
            return error(400, f"Invalid value for field 'zone': '{zone}'. Unknown zone.", "invalid")
        if (match["zoned"] or "").startswith("aggregated"):
            return self._aggregated(what, params)
        rows = self._rows(f"{what} {zone or match['project']}")
        page, token = _page(rows, params)
        tail = f',"nextPageToken":"{token}"' if token else ""
        items = f',"items":[{",".join(page)}]' if page else ""
        return Reply(200, f'{{"kind":"compute#list"{items}{tail}}}'.encode(), _JSON)

    def _aggregated(self, what: str, params: dict[str, str]) -> Reply:
        """Every zone's rows, paged over the zones, with the note that the API has for a zone without any."""
        every = [(z, row) for z in self.data.zones for row in self._rows(f"{what} {z}")]
        page, token = _page(every, params)
        scopes: dict[str, list[str]] = {}
        for zone, row in page:
            scopes.setdefault(zone, []).append(row)
        items = ",".join(f'"zones/{z}":{{"{what}":[{",".join(rows)}]}}' for z, rows in scopes.items())
        tail = f',"nextPageToken":"{token}"' if token else ""
        return Reply(200, f'{{"kind":"compute#aggregatedList","items":{{{items}}}{tail}}}'.encode(), _JSON)

    def _rows(self, key: str) -> list[str]:
        """The rows of one list as JSON texts; "machineTypes us-central1-a", "images debian-cloud"."""
        with self._kept_lock:
            if key not in self._kept:
                what, _, scope = key.partition(" ")
                self._kept[key] = [json.dumps(row) for row in self._resources(what, scope)]
            return self._kept[key]

    def _resources(self, what: str, scope: str) -> list[Json]:
        data, link = self.data, f"{self.url}/compute/v1/projects/{PROJECT}"
        if what == "regions":
            return [_region(name, status, data, link) for name, status in data.regions.items()]
        if what == "zones":
            return [_zone(name, status, link) for name, status in data.zones.items()]
        if what == "machineTypes":
            kinds = (k.row() for k in data.types if scope in k.zones)
            return [_placed(row, what, scope, link) for row in kinds]
        if what == "acceleratorTypes":
            names = {k.accelerator for k in data.types if scope in k.zones} & set(data.accelerators)
            rows = [{"name": n, "description": data.accelerators[n]} for n in sorted(names)]
            return [_placed(row, what, scope, link) for row in rows]
        return [i.row(self.url) for i in data.images if i.project == scope]

    def _skus(self, params: dict[str, str]) -> Reply:
        size = min(int(params.get("pageSize", "5000")), 5000)
        page, token = _page(self.data.skus, {**params, "maxResults": str(size)}, limit=5000)
        return json_reply(200, {"skus": list(page), "nextPageToken": token})


_JSON = (("Content-Type", "application/json; charset=UTF-8"),)


def _page(rows: Any, params: dict[str, str], limit: int = _PAGE) -> tuple[Any, str]:
    """One page of rows, and the token of the next page, "" at the end."""
    size = min(int(params.get("maxResults", str(limit))), limit)
    start = int(params.get("pageToken", "p0")[1:])
    return rows[start : start + size], f"p{start + size}" if start + size < len(rows) else ""


def _region(name: str, status: str, data: GceData, link: str) -> Json:
    zones = [f"{link}/zones/{z}" for z in data.zones if z.rpartition("-")[0] == name]
    own = f"{link}/regions/{name}"
    return {"kind": "compute#region", "name": name, "description": name, "status": status, "zones": zones,
            "selfLink": own}  # fmt: skip


def _zone(name: str, status: str, link: str) -> Json:
    region = f"{link}/regions/{name.rpartition('-')[0]}"
    return {"kind": "compute#zone", "name": name, "description": name, "status": status, "region": region,
            "selfLink": f"{link}/zones/{name}"}  # fmt: skip


def _placed(row: Json, what: str, zone: str, link: str) -> Json:
    """Machine types name their zone, accelerator types its URL: so does the API."""
    where = zone if what == "machineTypes" else f"{link}/zones/{zone}"
    return {**row, "zone": where, "selfLink": f"{link}/zones/{zone}/{what}/{row['name']}"}


def json_reply(status: int, body: Any, *headers: tuple[str, str]) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, json.dumps(body).encode(), (*_JSON, *headers))


def error(
    status: int, message: str, reason: str, *headers: tuple[str, str], details: list[Json] | None = None
) -> Reply:
    """An error in the form of Google's APIs."""
    body: Json = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": reason}],
        "status": reason,
    }
    return json_reply(status, {"error": {**body, **({"details": details} if details else {})}}, *headers)


def main(argv: list[str] | None = None) -> int:
    """Serve until the lifetime ends or the process is interrupted; prints what to export."""
    from tests.servers.gce_recorded import recorded

    parser = argparse.ArgumentParser(description="Serve a loopback Google Cloud for gcloud.")
    parser.add_argument("--facts", type=Path, help="folder of the recorded facts (default: a small cloud)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each reply")
    parser.add_argument("--lifetime", type=float, default=600.0, help="seconds until it ends by itself")
    options = parser.parse_args(argv)
    data = recorded(options.facts) if options.facts else small()
    with (
        tempfile.TemporaryDirectory() as folder,
        GceServer(data, latency=options.latency, lifetime=options.lifetime) as server,
    ):
        for name, value in server.env(Path(folder)).items():
            print(f"export {name}={shlex.quote(value)}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
