# SPDX-License-Identifier: MIT
"""The door to HTTPS JSON, against a loopback server: retries, limits, and what an error may say."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from cloudlib.calls import retry
from cloudlib.calls.rest import Rest, kind_of
from cloudlib.calls.run import CallLog
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    BudgetExceeded,
    CallFailed,
    CloudError,
    Interrupted,
    NoCredentials,
    NotFound,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from tests.servers.http_base import FOREVER, Fault, HttpServer, Reply, Request, matching

SECRET = "made-up-secret-0123456789"
ANY = matching()


class Api(HttpServer):
    """Answers every path with a little JSON."""

    def reply(self, request: Request) -> Reply:
        return Reply(200, b'{"data": [1, 2]}', (("Content-Type", "application/json"),))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Api() as running:
        yield running
        assert running.errors == []


@pytest.fixture
def waits(mocker: MockerFixture) -> list[float]:
    """The seconds that retries would have waited; they do not."""
    made: list[float] = []
    mocker.patch.object(CallLog, "pause", side_effect=made.append)
    return made


def client(log: CallLog | None = None, **more: Any) -> Rest:
    return Rest(log=log or CallLog(), auth={"Authorization": f"Bearer {SECRET}"}, **more)


def failure(server: HttpServer, kind: type[CloudError], path: str = "/x", **more: Any) -> CloudError:
    with pytest.raises(kind) as caught:
        client(**more).get(server.url + path)
    assert SECRET not in caught.value.what + caught.value.hint
    return caught.value


def status(code: int, body: bytes = b"{}", *headers: tuple[str, str], times: int | None = None) -> Fault:
    return Fault(ANY, reply=Reply(code, body, headers), times=times)


def test_json_comes_back_and_the_call_is_counted(server: Api) -> None:
    log = CallLog()
    assert client(log).get(f"{server.url}/x", {"page": "2"}) == {"data": [1, 2]}
    assert log.calls == 1 and server.requests[0].params == {"page": "2"}
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504, 508])
def test_retries_are_counted(server: Api, waits: list[float], code: int) -> None:
    server.inject(status(code, times=2))
    log = CallLog()
    assert client(log).get(f"{server.url}/x")
    assert log.calls == 3 == len(server.requests)
    assert [low <= wait <= low + 1 for wait, low in zip(waits, (1, 2))] == [True, True]


def test_retry_after_is_honored(server: Api, waits: list[float]) -> None:
    server.inject(status(429, b"{}", ("Retry-After", "7"), times=1))
    client().get(f"{server.url}/x")
    assert len(waits) == 1 and 7 <= waits[0] <= 8


def test_a_date_to_come_back_at_is_honored(server: Api, waits: list[float]) -> None:
    date = formatdate(time.time() + 20, usegmt=True)
    server.inject(status(429, b"{}", ("Retry-After", date), times=1))
    client().get(f"{server.url}/x")
    assert len(waits) == 1 and 15 <= waits[0] <= 21


def test_a_retry_after_that_is_neither(server: Api, waits: list[float]) -> None:
    server.inject(status(429, b"{}", ("Retry-After", "soon"), times=1))
    client().get(f"{server.url}/x")
    assert len(waits) == 1 and 1 <= waits[0] <= 2


def test_a_long_retry_after_is_bounded(server: Api, waits: list[float]) -> None:
    server.inject(status(503, b"{}", ("Retry-After", "86400"), times=1))
    client().get(f"{server.url}/x")
    assert len(waits) == 1 and 30 <= waits[0] <= 31


def test_throttled_for_ever(server: Api, waits: list[float]) -> None:
    server.inject(status(429))
    log = CallLog()
    failure(server, Throttled, log=log)
    assert log.calls == len(server.requests) == 5


def test_a_server_that_stays_broken(server: Api, waits: list[float]) -> None:
    server.inject(status(500, b"<html>oops</html>"))
    assert "HTTP 500" in failure(server, ServiceFailed).what
    assert len(server.requests) == 5


def test_statuses_of_the_networks_before_a_service() -> None:
    assert {kind_of(code) for code in (520, 522, 524, 530)} == {ServiceFailed}


@pytest.mark.parametrize(
    ("code", "kind"), [(401, NoCredentials), (403, AccessDenied), (404, NotFound), (409, CallFailed)]
)
def test_refusals_are_not_repeated(server: Api, code: int, kind: type[CloudError]) -> None:
    server.inject(status(code))
    failure(server, kind)
    assert len(server.requests) == 1


def test_redirects_are_refused(server: Api) -> None:
    with Api() as other:
        server.inject(status(302, b"", ("Location", f"{other.url}/steal")))
        failure(server, BadReply)
        assert len(server.requests) == 1 and other.requests == []


@pytest.mark.parametrize("code", [200, 400, 401, 500])
def test_a_server_that_repeats_the_key(
    server: Api,
    waits: list[float],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    code: int,
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    server.inject(status(code, f"<p>{SECRET} is what you sent, Bearer {SECRET}</p>".encode()))
    failure(server, CloudError, path=f"/x?key={SECRET}")
    told = capfd.readouterr()
    assert "GET http" in told.err and SECRET not in told.err + told.out


def test_netrc_is_not_used(server: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    Rest(log=CallLog()).get(f"{server.url}/x")
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b"", b'{"data": [1, 2'])
def test_no_json(server: Api, body: bytes) -> None:
    server.inject(status(200, body))
    assert "not whole JSON" in failure(server, BadReply).what


@pytest.mark.parametrize("fault", [{"cut": True}, {"reset": True}], ids=["cut off", "reset"])
def test_a_connection_that_breaks(server: Api, waits: list[float], fault: dict[str, bool]) -> None:
    """The same request may work: it is made again, in the middle of a body too."""
    server.inject(Fault(ANY, times=2, **fault))
    log = CallLog()
    assert client(log).get(f"{server.url}/x") == {"data": [1, 2]}
    assert log.calls == 3 == len(server.requests) and len(waits) == 2
    server.inject(Fault(ANY, times=None, **fault))
    said = failure(server, ServiceFailed).what
    assert "cut off" in said or "reset" in said
    assert len(server.requests) == 8


def test_a_stopped_run_does_not_wait(server: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_LONGEST_WAIT", 3600.0)
    log = CallLog()
    server.inject(status(429, b"{}", ("Retry-After", "3600")))
    threading.Timer(0.3, log.stop).start()
    started = time.monotonic()
    with pytest.raises(Interrupted):
        client(log).get(f"{server.url}/x")
    assert time.monotonic() - started < 300 and len(server.requests) == 1


def test_a_server_that_hangs_is_asked_once(server: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.3")
    server.inject(Fault(ANY, delay=FOREVER, times=None))
    assert "within 0.3 s" in failure(server, TimedOut).what
    assert len(server.requests) <= 1, "none where the time is over before the server has read it"


def test_an_answer_that_stalls_half_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.3")
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(300)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                done.wait(60)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(TimedOut):
            client().get(f"http://127.0.0.1:{listener.getsockname()[1]}/x")
        done.set()
        thread.join(60)


def test_an_answer_that_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each read is in time, and the whole of it never."""
    monkeypatch.setenv("CLOUD_CALL_TIMEOUT", "0.5")
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(300)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not done.wait(0.05):
                    connection.sendall(b" ")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(TimedOut, match=r"no answer within 0\.5 s"):
            client().get(f"http://127.0.0.1:{listener.getsockname()[1]}/x")
        done.set()
        thread.join(60)


def test_a_compressed_answer(server: Api) -> None:
    data = {"data": ["x" * 200_000, os.urandom(200_000).hex()]}  # the one shrinks, the other does not
    body = gzip.compress(json.dumps(data).encode())
    server.inject(Fault(ANY, reply=Reply(200, body, (("Content-Encoding", "gzip"),))))
    assert client().get(server.url + "/x") == data


def test_a_compressed_answer_that_is_damaged(server: Api) -> None:
    server.inject(Fault(ANY, reply=Reply(200, b"not gzip", (("Content-Encoding", "gzip"),))))
    assert "cannot be decoded" in failure(server, BadReply).what


def test_a_ca_file_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(missing))
    with pytest.raises(CallFailed, match=r"ca\.pem") as caught:
        client().get("https://127.0.0.1:1/x")
    assert not isinstance(caught.value, ServiceFailed), "it is not tried again"
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'4\r\n{"a"\r\n5\r\n: 12}\r\n0\r\n\r\n', {"a": 12}),
        (b'4\r\n{"a"\r\n5\r\n: 1', None),
        (b'4\r\n{"a"\r\n', None),
        (b'4\r\n{"a"\r\nnonsense\r\n', None),
    ],
    ids=["whole", "cut in a chunk", "cut between chunks", "no length"],
)
def test_a_chunked_answer(waits: list[float], body: bytes, expected: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(300)

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(CHUNKED + body)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        if expected is None:
            with pytest.raises(ServiceFailed, match="cut off"):
                client().get(url)
        else:
            assert client().get(url) == expected


def test_nobody_listens(waits: list[float]) -> None:
    with Api() as server:
        url = server.url
    with pytest.raises(CallFailed, match="refused"):
        client().get(f"{url}/x")


def test_the_budget_holds(server: Api) -> None:
    log = CallLog(budget=1)
    session = client(log)
    session.get(f"{server.url}/x")
    with pytest.raises(BudgetExceeded):
        session.get(f"{server.url}/x")
    assert len(server.requests) == 1


def test_a_classifier_speaks_first(server: Api) -> None:
    server.inject(status(400, b'{"why": "because"}'))

    def classify(shown: str, code: int, body: Any) -> CloudError:
        return AccessDenied(f"{shown.rsplit('/', maxsplit=1)[-1]}: {code} {body['why']}")

    assert failure(server, AccessDenied, classify=classify).what == "x: 400 because"


def test_a_classifier_is_not_shown_the_key(server: Api) -> None:
    server.inject(status(403, f'{{"why": "{SECRET} is not good"}}'.encode()))

    def classify(shown: str, code: int, body: Any) -> CloudError:
        return AccessDenied(body["why"])

    assert failure(server, AccessDenied, classify=classify).what == "[redacted] is not good"


def test_what_a_classifier_calls_passing_is_tried_again(server: Api, waits: list[float]) -> None:
    server.inject(status(400, b"{}", ("Retry-After", "3"), times=1))
    rest = client(classify=lambda shown, code, body: Throttled(shown))
    assert rest.get(f"{server.url}/x") and len(waits) == 1 and 3 <= waits[0] <= 4


def test_a_name_stands_for_the_url(
    server: Api, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    server.inject(status(404))
    with pytest.raises(NotFound, match="GET the list: HTTP 404"):
        client().get(f"{server.url}/x", shown="the list")
    assert "GET the list\n" in capfd.readouterr().err
