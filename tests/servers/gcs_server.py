# SPDX-License-Identifier: MIT
"""Google Cloud Storage on loopback, as much of it as terraform's gcs backend uses.

    GOOGLE_STORAGE_CUSTOM_ENDPOINT={url}/storage/v1/ GOOGLE_OAUTH_ACCESS_TOKEN={token}

Objects have a generation, and writes and deletions may ask for one: the lock of a state is an object that is
written only where there is none. https://cloud.google.com/storage/docs/json_api/v1,
https://cloud.google.com/storage/docs/request-preconditions
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_JSON, _UPLOAD = "/storage/v1/b/", "/upload/storage/v1/b/"


@dataclass
class Bucket:
    """`kept` are the objects of the one bucket: {name: (generation, content)}."""

    name: str
    token: str
    url: str = ""
    kept: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _generations: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def write(self, name: str, content: bytes) -> None:
        """Write an object."""
        self.kept[name] = (next(self._generations), content)

    def about(self, name: str) -> dict[str, str]:
        """An object's resource."""
        generation, content = self.kept[name]
        return {
            "kind": "storage#object",
            "name": name,
            "bucket": self.name,
            "generation": str(generation),
            "metageneration": "1",
            "size": str(len(content)),
            "md5Hash": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        }

    def answer(self, method: str, url: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        parts = urlsplit(url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path.startswith((_JSON, _UPLOAD)):
            where, _, name = unquote(parts.path.removeprefix("/upload").removeprefix(_JSON)).partition("/o")
            name, media = name[1:] or query.get("name", ""), query.get("alt") == "media"
        else:  # the XML API, for reading
            (where, _, name), media = unquote(parts.path[1:]).partition("/"), True
        generation = self.kept[name][0] if name in self.kept else 0
        if int(query.get("ifGenerationMatch", generation)) != generation:
            return 412, _error(412, "At least one of the pre-conditions you specified did not hold.")
        if method == "POST":
            self.write(name, _content(body))
        elif where == self.name and not name:
            items = [self.about(each) for each in self.kept if each.startswith(query.get("prefix", ""))]
            return 200, json.dumps({"kind": "storage#objects", "items": items}).encode()
        elif where != self.name or not generation:
            return 404, _error(404, f"No such object: {where}/{name}")
        elif method == "DELETE":
            del self.kept[name]
            return 204, b""
        return 200, self.kept[name][1] if media else json.dumps(self.about(name)).encode()


def _content(body: bytes) -> bytes:
    """The second part of multipart/related: the first is JSON about it."""
    boundary = body.partition(b"\r\n")[0]
    part = body.split(boundary)[2]
    return part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")


def _error(code: int, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


@contextmanager
def serving(name: str, token: str) -> Iterator[Bucket]:
    """Serve a bucket until the block ends, to whoever has the token."""
    bucket = Bucket(name, token)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(_chunks(self.rfile))
            code, text = 401, b"{}"
            if self.headers.get("Authorization") == f"Bearer {token}":
                code, text = bucket.answer(self.command, self.path, body)
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()


def _chunks(stream: Any) -> Iterator[bytes]:
    while size := int(stream.readline(), 16):
        yield stream.read(size)
        stream.readline()
    stream.readline()
