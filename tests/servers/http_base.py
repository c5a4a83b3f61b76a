# SPDX-License-Identifier: MIT
"""A small loopback HTTP/1.1 server that every provider's test server builds on.

A test server derives from `HttpServer` and implements `reply(request) -> Reply`. The base does the
rest: it listens on a free port of 127.0.0.1, keeps connections alive, logs every request, adds a
fixed latency to each reply, applies injected faults, and ends by itself: after `lifetime` seconds
at the latest, and it answers no more than `max_requests` requests.
"""

from __future__ import annotations

import contextlib
import math
import socket
import socketserver
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from tests.servers.http_wire import Refused, Reply, Request, read_request

__all__ = ["Fault", "HttpServer", "Matcher", "Reply", "Request", "matching"]

#: The delay of a fault that hangs: no answer until the server is closed.
FOREVER = math.inf
"""Longest time in seconds a fault may hold a reply back."""

_Server = TypeVar("_Server", bound="HttpServer")


Matcher = Callable[[Request], bool]


@dataclass(frozen=True)
class Fault:
    """What to do instead of (or before) the server's own reply to the requests that match.

    `delay` seconds come first; then `reset` drops the connection, or `reply` (a Reply, or a function
    of the request; the server's own one if None) is sent, with `cut` only up to the middle of its
    body. `times` is how many requests it applies to, None for all.
    """

    matches: Matcher
    reply: Reply | Callable[[Request], Reply] | None = None
    delay: float = 0.0
    cut: bool = False
    reset: bool = False
    times: int | None = 1


def matching(method: str = "", path: str = "", body: str = "", query: str = "") -> Matcher:
    """A matcher: method equal, path beginning with, body and query containing what is given."""

    def matches(request: Request) -> bool:
        return (
            method in ("", request.method)
            and request.path.startswith(path)
            and body in request.body
            and query in request.query
        )

    return matches


class HttpServer:
    """Threaded loopback server; use it as a context manager, or call `start()` and `close()`."""

    kept_headers: tuple[str, ...] = ("authorization", "content-type", "host", "user-agent")
    """Names, in lower case, of the request headers that a Request keeps."""

    tls: ssl.SSLContext | None = None
    """With one, the server is a proxy too: it ends the TLS of any host a CONNECT asks for, and answers."""

    def __init__(self, *, latency: float = 0.0, lifetime: float = 600.0, max_requests: int = 20_000) -> None:
        self.latency = latency
        self.errors: list[Exception] = []
        self._max_requests = max_requests
        self._lock = threading.Lock()
        self._log: list[Request] = []
        self._refused = 0
        self._faults: list[tuple[Fault, list[int]]] = []
        self._connections: set[socket.socket] = set()
        self._closing = threading.Event()
        self._tcp = _TcpServer(("127.0.0.1", 0), _Connection)
        self._tcp.owner = self
        self._thread = threading.Thread(target=self._tcp.serve_forever, args=(0.05,), daemon=True)
        self._timer = threading.Timer(lifetime, self.close)
        self._timer.daemon = True

    def reply(self, request: Request) -> Reply:
        """The answer to one request; called from many threads at once. Override this."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self._tcp.server_address[1]}"

    @property
    def requests(self) -> list[Request]:
        """All requests so far, faulty ones included, in the order they were read."""
        with self._lock:
            return list(self._log)

    @property
    def refused(self) -> int:
        """How many requests were refused for exceeding `max_requests`."""
        return self._refused

    def clear_log(self) -> None:
        """Forget the requests so far (they still count towards `max_requests`)."""
        with self._lock:
            self._max_requests -= len(self._log)
            self._log.clear()

    def inject(self, *faults: Fault) -> None:
        """Queue faults; of several that match a request the first one not used up applies."""
        with self._lock:
            self._faults += [(fault, [0]) for fault in faults]

    def clear_faults(self) -> None:
        """Behave well from now on."""
        with self._lock:
            self._faults.clear()

    def faulty(self, request: Request) -> bool:
        """Whether a fault would apply to such a request; it is not used up."""
        with self._lock:
            waiting = [fault for fault, used in self._faults if fault.times is None or used[0] < fault.times]
        return any(fault.matches(request) for fault in waiting)

    def start(self: _Server) -> _Server:
        """Begin to serve."""
        self._thread.start()
        self._timer.start()
        return self

    def close(self) -> None:
        """Stop serving, wake every reply that is held back, drop all connections. Idempotent."""
        with self._lock:
            if self._closing.is_set():
                return
            self._closing.set()
        self._timer.cancel()
        if self._thread.is_alive():
            self._tcp.shutdown()
            self._thread.join(60)
        self._tcp.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _hang_up(connection)

    def wait(self) -> None:
        """Block until the server is closed, by its lifetime or by another thread."""
        self._closing.wait()

    def __enter__(self: _Server) -> _Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _respond(self, request: Request, connection: socket.socket) -> bool:
        """Answer one request; whether the connection is still good for another one."""
        if not self._log_request(request):
            connection.sendall(Reply(503, b"the test server's request limit is reached\n").wire)
            return False
        fault = self._fault_for(request)
        pause = self.latency + (fault.delay if fault else 0.0)
        if pause > 0 and self._closing.wait(None if pause == FOREVER else pause):
            return False
        if fault is None:
            connection.sendall(self._own_reply(request).wire)
            return True
        if fault.reset:
            _set_reset(connection)
            return False
        reply = fault.reply if isinstance(fault.reply, Reply) else (fault.reply or self._own_reply)(request)
        if fault.cut:
            connection.sendall(reply.head + reply.body[: len(reply.body) // 2])
            return False
        connection.sendall(reply.wire)
        return True

    def _own_reply(self, request: Request) -> Reply:
        try:
            return self.reply(request)
        except Exception as error:  # a bug in a test server must show in the test, not as a silent hang
            self.errors.append(error)
            return Reply(500, f"test server error: {error!r}\n".encode(), (("Content-Type", "text/plain"),))

    def _log_request(self, request: Request) -> bool:
        with self._lock:
            if len(self._log) >= self._max_requests:
                self._refused += 1
                return False
            self._log.append(request)
            return True

    def _fault_for(self, request: Request) -> Fault | None:
        if not self._faults:
            return None
        with self._lock:
            for fault, used in self._faults:
                if (fault.times is None or used[0] < fault.times) and fault.matches(request):
                    used[0] += 1
                    return fault
        return None


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: HttpServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A bug in the server itself; connections that break are expected and do not come here."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self.owner.errors.append(error)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _TcpServer

    def handle(self) -> None:
        owner = self.server.owner
        with owner._lock:
            owner._connections.add(self.connection)
        try:
            while not owner._closing.is_set() and self._handle_one(owner):
                pass
        except OSError:
            pass  # the other side went away
        finally:
            with owner._lock:
                owner._connections.discard(self.connection)
            self.rfile.close()
            self.connection.close()

    def _tunnel(self, owner: HttpServer, tls: ssl.SSLContext) -> None:
        """Go on over TLS on the same connection, as the host that the client believes to have reached."""
        self.connection.sendall(Reply(200).wire)
        plain = self.connection
        self.rfile.close()
        self.connection = tls.wrap_socket(plain, server_side=True)
        self.rfile = self.connection.makefile("rb")
        with owner._lock:
            owner._connections.discard(plain)
            owner._connections.add(self.connection)

    def _handle_one(self, owner: HttpServer) -> bool:
        try:
            read = read_request(self.rfile, self.connection, owner.kept_headers)
        except Refused as refusal:
            self.connection.sendall(Reply(refusal.status).wire)
            return False
        if read is None:
            return False
        request, keep_alive = read
        if request.method == "CONNECT" and owner.tls is not None:
            self._tunnel(owner, owner.tls)
            return True
        return owner._respond(request, self.connection) and keep_alive


def _set_reset(connection: socket.socket) -> None:
    """Make the coming close() send a TCP reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be gone already
        connection.shutdown(socket.SHUT_RDWR)
