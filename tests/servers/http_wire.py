# SPDX-License-Identifier: MIT
"""Requests and replies of the test servers, and the reading of one request from a connection.

The HTTP parsing is deliberately minimal, because the CPU is shared with the CLI being measured.
A request body needs a Content-Length; chunked uploads are answered 411.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from io import BufferedIOBase
from urllib.parse import parse_qsl

_MAX_BODY = 8 << 20
_MAX_HEADERS = 100


@dataclass(frozen=True)
class Request:
    """One request as received. `headers` has lower-case names; `time` is time.monotonic()."""

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    time: float = 0.0

    @cached_property
    def params(self) -> dict[str, str]:
        """The query string, decoded; the last value of a repeated name wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """The body read as application/x-www-form-urlencoded."""
        return dict(parse_qsl(self.body, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """One reply. Return the same object again where you can: its bytes are built only once."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def head(self) -> bytes:
        """The status line and the headers, with the blank line that ends them."""
        phrase = HTTPStatus(self.status).phrase
        lines = [f"HTTP/1.1 {self.status} {phrase}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @cached_property
    def wire(self) -> bytes:
        """The whole reply as sent."""
        return self.head + self.body


class Refused(Exception):
    """A request that is not understood; `status` is the HTTP status to answer it with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read_request(
    stream: BufferedIOBase, connection: socket.socket, kept: tuple[str, ...]
) -> tuple[Request, bool] | None:
    """The next request and whether the client keeps the connection; None at its end."""
    line = stream.readline(65536)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3:
        raise Refused(400)
    method, target, version = words
    headers = _read_headers(stream)
    if "transfer-encoding" in headers:
        raise Refused(411)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _MAX_BODY:
        raise Refused(413)
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = stream.read(int(length)).decode("utf-8", "replace")
    if "://" in target.partition("?")[0]:  # absolute form, as sent to a proxy
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    subset = {name: headers[name] for name in kept if name in headers}
    keep_alive = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return Request(method, path, query, body, subset, time.monotonic()), keep_alive


def _read_headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAX_HEADERS):
        line = stream.readline(65536)
        if line in (b"\r\n", b"\n", b""):
            return headers
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    raise Refused(431)
