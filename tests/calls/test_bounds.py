# SPDX-License-Identifier: MIT
"""No answer takes more memory or time than it may, whatever it says, and none leads a request astray."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from cloudlib.calls import answers
from cloudlib.calls.rest import Rest
from cloudlib.calls.run import CallLog, run_bytes, run_json
from cloudlib.calls.shape import Reader
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CloudError,
    ServiceFailed,
    TimedOut,
    UsageError,
)
from cloudlib.settings import answer_limit
from tests.servers.http_base import Fault, HttpServer, Reply, Request, matching
from tests.servers.tls import authority

SECRET = "made-up-secret-0123456789"
GZIP = ("Content-Encoding", "gzip")
DEEP = b"[" * 100_000 + b"]" * 100_000
PROXIES = [
    name for scheme in ("http", "https", "all") for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
]


class Api(HttpServer):
    """Answers every path, also those of other hosts, as a proxy is asked for them."""

    def reply(self, request: Request) -> Reply:
        return Reply(200, b"[]")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Api]:
    with Api() as running:
        yield running
        assert running.errors == []


@pytest.fixture
def waits(mocker: MockerFixture) -> list[float]:
    """The seconds that retries would have waited; they do not."""
    made: list[float] = []
    mocker.patch.object(CallLog, "pause", side_effect=made.append)
    return made


def client() -> Rest:
    return Rest(log=CallLog(), auth={"Authorization": f"Bearer {SECRET}"})


def failure(url: str, kind: type[CloudError]) -> CloudError:
    with pytest.raises(kind) as caught:
        client().get(url)
    assert SECRET not in caught.value.what + caught.value.hint
    assert type(caught.value) is kind
    return caught.value


def answers_with(server: Api, body: bytes, *headers: tuple[str, str], code: int = 200) -> None:
    server.inject(Fault(matching(), reply=Reply(code, body, headers), times=None))


# --- size ---


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_an_answer_that_is_too_large(server: Api, monkeypatch: pytest.MonkeyPatch, layers: int) -> None:
    """Bounded after decompression, also where the compressed text was compressed again."""
    monkeypatch.setenv("CLOUD_ANSWER_MIB", "1")
    body = b"0" * ((1 << 20) + 1) if layers == 0 else b" " * (64 << 20)
    for _ in range(layers):
        body = gzip.compress(body)
    headers = [("Content-Encoding", ", ".join(["gzip"] * layers))] if layers else []
    answers_with(server, body, *headers)
    tracemalloc.start()
    said = failure(server.url, BadReply)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "more than 1 MiB" in said.what and "CLOUD_ANSWER_MIB" in said.hint
    assert peak < 8 << 20, f"{peak >> 20} MiB"
    assert len(server.requests) == 1, "it is not asked for again"


def test_an_answer_that_is_as_large_as_it_may_be(server: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_ANSWER_MIB", "1")
    body = json.dumps("x" * ((1 << 20) - 2)).encode()
    answers_with(server, gzip.compress(body), GZIP)
    assert len(body) == 1 << 20 and client().get(server.url) == json.loads(body)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "1" * 6])
def test_the_limit_is_a_whole_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert answer_limit() == 64 << 20
    monkeypatch.setenv("CLOUD_ANSWER_MIB", text)
    with pytest.raises(UsageError, match="CLOUD_ANSWER_MIB"):
        answer_limit()


def command(folder: Path, script: str) -> list[str]:
    path = folder / "vendor"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return [str(path)]


def test_a_command_that_prints_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUD_ANSWER_MIB", "1")
    with pytest.raises(BadReply, match="more than 1 MiB"):
        run_bytes(command(tmp_path, "exec cat /dev/zero"), log=CallLog(), timeout=300)


def test_a_command_that_complains_without_end(tmp_path: Path) -> None:
    """Its last words are what counts."""
    argv = command(tmp_path, "head -c 20000000 /dev/zero >&2; echo >&2; echo sorry >&2; exit 3")
    tracemalloc.start()
    with pytest.raises(CallFailed, match="exit code 3: sorry"):
        run_bytes(argv, log=CallLog(), timeout=300)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20, f"{peak >> 20} MiB"


# --- shape ---


@pytest.mark.parametrize("code", [200, 403])
@pytest.mark.parametrize(
    ("body", "what"),
    [
        (DEEP, "nested"),
        (b"[" + b"[]," * 50 + b"0]", "objects and lists"),
        ('["é"]'.encode("utf-16"), "utf-8"),
    ],
    ids=["deep", "wide", "utf-16"],
)
def test_what_is_not_read_as_json(
    server: Api, mocker: MockerFixture, body: bytes, what: str, code: int
) -> None:
    mocker.patch.object(answers, "_MOST_VALUES", 200_000 if what == "nested" else 50)
    answers_with(server, body, code=code)
    said = failure(server.url, BadReply if code == 200 else AccessDenied).what
    assert (what in said) if code == 200 else said.endswith("HTTP 403 Forbidden")


def test_a_command_whose_json_is_nested_too_deeply(tmp_path: Path) -> None:
    (tmp_path / "deep").write_bytes(DEEP)
    with pytest.raises(BadReply, match="nested too deeply"):
        run_json(command(tmp_path, f"cat {tmp_path}/deep"), log=CallLog(), timeout=300)


def test_json_within_json_that_is_nested_too_deeply() -> None:
    with pytest.raises(BadReply, match="not JSON"):
        Reader(DEEP.decode(), vendor="aws", answer="get-products").decoded()


def test_a_byte_order_mark_is_no_part_of_it(server: Api) -> None:
    answers_with(server, b"\xef\xbb\xbf[1]")
    assert client().get(server.url) == [1]


# --- time ---

HEAD = b"HTTP/1.1 200 OK\r\n"
#: What a server sends at once, and then, a bit at a time, for ever.
DRIPS = {
    "nothing": (b"", b""),
    "status": (b"", b"HTTP/1.1 " + b"2" * 60_000),
    "headers": (HEAD, b"X: y\r\n" * 90 + b"Y: " + b"z" * 60_000),
    "body": (HEAD + b"Content-Length: 1000000\r\n\r\n", b" " * 100_000),
    "chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 60_000),
    "no output": (
        HEAD + b"Content-Encoding: deflate\r\nContent-Length: 1000000\r\n\r\n" + b"\x78\x9c",
        b"\x00\x00\x00\xff\xff" * 20_000,
    ),
}


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """HOST:PORT where every connection is handed to `serve`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(300)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("drip", DRIPS)
def test_a_call_ends_however_slowly_its_answer_comes(monkeypatch: pytest.MonkeyPatch, drip: str) -> None:
    """Each read is in time, and the whole of it never."""
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.6")
    at_once, slowly = DRIPS[drip]
    done = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(at_once)
        for byte in slowly:
            if done.wait(0.05):
                return
            connection.sendall(bytes([byte]))
        done.wait(60)

    with listening(serve) as where:
        started = time.monotonic()
        assert "no answer within 0.6 s" in failure(f"http://{where}/x", TimedOut).what
        assert time.monotonic() - started < 300
        done.set()


def test_a_stream_without_output_is_what_it_says() -> None:
    """The drip above is valid, and empty."""
    at_once, slowly = DRIPS["no output"]
    assert zlib.decompressobj().decompress(at_once[-2:] + slowly) == b""


@pytest.mark.parametrize(
    "value",
    [
        "9" * 5000,
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Fri, 99 Xyz 2026 99:99:99",
        "-5",
        "1e400",
        "nan",
        "٣",
        "",
    ],
)
def test_an_odd_time_to_come_back_at(server: Api, waits: list[float], value: str) -> None:
    """It counts as none, or as the longest pause."""
    header = ("Retry-After", value.encode().decode("latin-1"))
    server.inject(Fault(matching(), reply=Reply(429, b"{}", (header,)), times=1))
    assert client().get(server.url) == []
    assert len(waits) == 1 and 0 <= waits[0] <= 31


# --- astray ---


def test_a_key_in_the_reason_phrase(waits: list[float]) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(f"HTTP/1.1 409 {SECRET} {'x' * 1000}\r\nContent-Length: 0\r\n\r\n".encode())

    with listening(serve) as where:
        said = failure(f"http://{where}/x", CallFailed).what
    assert "HTTP 409 [redacted] xxx" in said and len(said) < 300


@pytest.mark.parametrize("name", PROXIES)
def test_a_loopback_address_is_never_asked_of_a_proxy(
    server: Api, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Api() as proxy:
        monkeypatch.setenv(name, proxy.url)
        client().get(f"{server.url}/x")
        assert proxy.requests == [] and len(server.requests) == 1


def test_a_loopback_address_with_tls_is_neither(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, waits: list[float]
) -> None:
    with Api() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        failure("https://127.0.0.1:1/x", ServiceFailed)
        assert proxy.requests == []


@pytest.mark.parametrize(
    ("answer", "kind", "what"),
    [
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            CallFailed,
            "asks for a user name and password",
        ),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", CallFailed, "the proxy refuses"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", ServiceFailed, "the proxy does not pass it on"),
    ],
)
def test_a_proxy_that_refuses(
    monkeypatch: pytest.MonkeyPatch, waits: list[float], answer: bytes, kind: type[CloudError], what: str
) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with listening(serve) as where:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hidden-password@{where}")
        error = failure("https://cloud.example/x", kind)
    assert what in error.what and "HTTPS_PROXY" in error.hint
    assert "hidden-password" not in error.what + error.hint


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hidden-password@127.0.0.1:1")
    error = failure("https://cloud.example/x", ServiceFailed)
    assert "proxy" in error.what and "HTTPS_PROXY" in error.hint and "hidden-password" not in error.what


def test_a_certificate_that_nobody_vouches_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, waits: list[float]
) -> None:
    context, ca = authority(tmp_path, ["localhost"])

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as stream:
            stream.recv(65536)
            stream.sendall(HEAD + b"Content-Length: 2\r\n\r\n[]")

    with listening(serve) as where:
        url = f"https://localhost:{where.rpartition(':')[2]}/x"
        error = failure(url, CallFailed)
        assert "certificate is not accepted: unable to get local issuer" in error.what, error.what
        assert "REQUESTS_CA_BUNDLE" in error.hint and "_ssl.c" not in error.what
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))
        assert client().get(url) == []
