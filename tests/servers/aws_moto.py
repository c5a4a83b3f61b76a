# SPDX-License-Identifier: MIT
"""A real moto_server beside the test server, to see that both say the same."""

from __future__ import annotations

import http.client
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.servers.http_wire import Reply, Request

# The child ends when its stdin is closed, that is also when its parent dies, or at its time limit.
_CHILD = """
import os, sys, threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
threading.Timer(float(sys.argv[1]), os._exit, [0]).start()
sys.stdin.read()
os._exit(0)
"""


@contextmanager
def moto_server(lifetime: float = 300.0, start_timeout: float = 60.0) -> Iterator[str]:
    """Run moto_server on a free port of 127.0.0.1; yields its URL.

    Raises RuntimeError if it does not come up within `start_timeout` seconds.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(lifetime)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield _first_line(process, start_timeout)
    finally:
        _stop(process)


def forward(url: str, request: Request, timeout: float = 60.0) -> Reply:
    """Pass a request on as it is, and the reply back."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
    try:
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        target = request.path + (f"?{request.query}" if request.query else "")
        connection.request(request.method, target, request.body.encode(), headers)
        answer = connection.getresponse()
        kind = answer.getheader("Content-Type", "text/xml")
        return Reply(answer.status, answer.read(), (("Content-Type", kind),))
    finally:
        connection.close()


def _first_line(process: subprocess.Popen[str], timeout: float) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if selector.select(deadline - time.monotonic()):
                line = process.stdout.readline().strip()
                if line.startswith("http://"):
                    return line
                if not line and process.poll() is not None:
                    break
    raise RuntimeError("moto_server did not start: is moto[ec2,server] installed?")


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    process.stdout.close()
