# SPDX-License-Identifier: MIT
"""The only way to HTTPS JSON: a GET goes out, parsed JSON comes in.

requests does the work, with a time limit on every request, however slowly its answer comes in. 429, 5xx and
connections that break, in the middle of an answer too, are tried again by cloudlib.calls.retry, which honours
Retry-After. Every try is counted in the same log as vendor processes.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from urllib3.exceptions import DecodeError, HTTPError, InvalidHeader, ProtocolError, ReadTimeoutError
from urllib3.util.retry import Retry

from cloudlib.calls.answers import Answer
from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog, redact
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CloudError,
    NoCredentials,
    NotFound,
    ServiceFailed,
    Throttled,
    TimedOut,
)
from cloudlib.settings import call_timeout, flag

_CONNECT_TIMEOUT = 10.0
_READ_TIMEOUT = 60.0

#: Turns (the request as messages show it, HTTP status, parsed body or None) into the error that it means, or
#: None for "no idea". The body is free of credentials, should the server have sent them back.
StatusClassifier = Callable[[str, int, Any], CloudError | None]

_KINDS: dict[int, type[CloudError]] = {
    401: NoCredentials,
    403: AccessDenied,
    404: NotFound,
    429: Throttled,
    **dict.fromkeys((500, 502, 503, 504), ServiceFailed),
}


def kind_of(status: int) -> type[CloudError]:
    """The error that an HTTP status other than 200 means."""
    return _KINDS.get(status, BadReply if 300 <= status < 400 else CallFailed)


class Rest:
    """A session with one API. `auth` adds the credentials to a request's headers; it is never logged.

    Safe to use from one thread at a time.
    """

    def __init__(
        self, *, log: CallLog, auth: Mapping[str, str] | None = None, classify: StatusClassifier | None = None
    ) -> None:
        self._log, self._auth, self._classify = log, dict(auth or {}), classify
        self._session = requests.Session()
        for word in (word for value in self._auth.values() for word in value.split() if len(word) >= 8):
            log.keep_out(word)

    def get(self, url: str, params: Mapping[str, str] | None = None, *, shown: str = "") -> Any:
        """The JSON at a URL, which messages call `shown`, or the URL without its query.

        Raises Throttled (429) or ServiceFailed (5xx, broken connection) after the last try; at once
        NoCredentials (401), AccessDenied (403), NotFound (404), TimedOut, BadReply (no JSON, redirected), or
        CallFailed.
        """
        name = f"GET {shown or urlsplit(url)._replace(query='').geturl()}"
        return retried(lambda: self._get_once(url, params, name), self._log)

    def _get_once(self, url: str, params: Mapping[str, str] | None, shown: str) -> Any:
        whole = f"{url}?{urlencode(params)}" if params else url
        answer = self._log.ask(f"GET {whole}", shown, lambda: self._answer(whole, shown))
        if answer.code != requests.codes.ok:
            raise self._failure(shown, answer)
        try:
            return json.loads(answer.out)
        except ValueError as error:
            start = self._hide(_text(answer))[:60].replace("\n", " ")
            raise BadReply(
                f"{shown}: the answer is no whole JSON; it begins {start!r}", hint="try again"
            ) from error

    def _answer(self, url: str, shown: str) -> Answer:
        """Ask, once."""
        self._log.take(shown)
        started = time.monotonic()
        limit = call_timeout(_READ_TIMEOUT)
        try:
            answer = self._session.get(
                url,
                headers={"Accept": "application/json"},
                auth=self._authorize,
                timeout=(min(_CONNECT_TIMEOUT, limit), limit),
                allow_redirects=False,
                stream=True,
            )
            body = _body(answer, started + limit)
        except (requests.RequestException, HTTPError, OSError) as error:  # OSError: a CA file that is missing
            failure = self._no_answer(shown, error, limit)
            _debug(shown, started, f"no answer ({type(failure).__name__})")
            raise failure from error
        _debug(shown, started, f"HTTP {answer.status_code}")
        wait = None
        with contextlib.suppress(InvalidHeader):  # neither seconds nor a date
            wait = Retry().get_retry_after(answer.raw)
        return Answer(f"GET {url}", answer.status_code, body, answer.reason or "", wait=wait)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._auth)
        return request

    def _hide(self, text: str) -> str:
        """Text without this session's credentials, which a server may have sent back, or any other."""
        for word in (word for value in self._auth.values() for word in value.split()):
            text = text.replace(word, "[redacted]") if len(word) >= 8 else text
        return redact(text)

    def _no_answer(self, shown: str, error: Exception, limit: float) -> CloudError:
        """What it means that no whole answer came: requests asks, urllib3 reads the body."""
        if isinstance(error, (requests.Timeout, ReadTimeoutError)):
            return TimedOut(
                f"{shown}: no answer within {limit:g} s",
                hint="check the network, then try again; CLOUD_CALL_TIMEOUT=SECONDS allows more time",
            )
        if isinstance(error, ProtocolError):
            return ServiceFailed(f"{shown}: the answer was cut off", hint="try again")
        if isinstance(error, DecodeError):
            return BadReply(f"{shown}: the answer cannot be decoded", hint="try again")
        what = f"{shown}: {self._hide(_innermost(error))}"
        if isinstance(error, requests.exceptions.SSLError) or not isinstance(error, requests.ConnectionError):
            return CallFailed(what, hint="check the network and REQUESTS_CA_BUNDLE, then try again")
        return ServiceFailed(what, hint="check the network and HTTPS_PROXY, then try again")

    def _failure(self, shown: str, answer: Answer) -> CloudError:
        try:
            body = json.loads(self._hide(_text(answer)))
        except ValueError:
            body = None
        status = answer.code
        failure = self._classify(shown, status, body) if self._classify else None
        if failure is None:
            failure = kind_of(status)(f"{shown}: HTTP {status} {answer.err}", hint="DEBUG=1 shows every call")
        if isinstance(failure, CallFailed):
            failure.wait = answer.wait
        return failure


def _body(answer: requests.Response, ends: float) -> bytes:
    """The whole body, as it comes in; requests.Timeout where that is not done by a time of the clock.

    The limit that requests has is for each read alone, and a server may send a byte at a time for ever.
    """
    parts = []
    while part := answer.raw.read1(65536, decode_content=True):
        parts.append(part)
        if time.monotonic() > ends:
            answer.close()
            raise requests.Timeout
    return b"".join(parts)


def _text(answer: Answer) -> str:
    return answer.out.decode("utf-8", "replace")


def _innermost(error: BaseException) -> str:
    """The cause that a person can act on: requests wraps urllib3, which wraps the socket's error."""
    cause: BaseException = error
    while cause.args and isinstance(cause.args[0], BaseException):
        cause = cause.args[0]
    reason = getattr(cause, "reason", None) or cause
    return str(getattr(reason, "original_error", reason))


def _debug(shown: str, started: float, end: str) -> None:
    if flag("DEBUG"):
        seconds = time.monotonic() - started
        print(f"debug: {seconds:6.2f} s  {end:24}  {shown}", file=sys.stderr, flush=True)
