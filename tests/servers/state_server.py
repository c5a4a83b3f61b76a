# SPDX-License-Identifier: MIT
"""A state server for terraform's http backend, on loopback, with locks.

https://developer.hashicorp.com/terraform/language/backend/http
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class States:
    """What the server keeps: {path: state}, and {path: the lock as JSON}."""

    url: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)
    locks: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def serving() -> Iterator[States]:
    """Serve until the block ends."""
    states = States()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path = self.path.partition("?")[0]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, text = 200, b""
            if self.command == "GET":
                code, text = (200, states.kept[path]) if path in states.kept else (404, b"")
            elif self.command == "POST":
                states.kept[path] = body
            elif self.command == "DELETE":
                states.kept.pop(path, None)
            elif self.command == "LOCK":
                held = states.locks.setdefault(path, body)
                code, text = (200, b"") if held == body else (423, held)
            elif self.command == "UNLOCK":
                states.locks.pop(path, None)
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = do_LOCK = do_UNLOCK = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    states.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield states
    finally:
        server.shutdown()
        server.server_close()


def lock(who: str, created: str) -> bytes:
    """A lock as terraform writes it."""
    info = {
        "ID": "4711",
        "Operation": "OperationTypeApply",
        "Who": who,
        "Version": "1.11.4",
        "Created": created,
    }
    return json.dumps(info).encode()
