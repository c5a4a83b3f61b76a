# SPDX-License-Identifier: MIT
"""The only way to HTTPS JSON: a GET goes out, parsed JSON comes in.

requests does the work, with a limit on the time that every request takes as a whole and on the size of its
answer. 429, 5xx and connections that break, in the middle of an answer too, are tried again by
cloudlib.calls.retry, which honors Retry-After. Every try is counted in the same log as vendor processes.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util.retry import Retry

from cloudlib.calls.answers import Answer, parsed, too_large
from cloudlib.calls.deadline import within
from cloudlib.calls.debug import redact
from cloudlib.calls.no_answer import no_answer
from cloudlib.calls.retry import retried
from cloudlib.calls.run import CallLog
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CloudError,
    NoCredentials,
    NotFound,
    ServiceFailed,
    Throttled,
)
from cloudlib.settings import answer_limit, call_timeout, debugging, is_loopback

_CONNECT_TIMEOUT = 10.0
_READ_TIMEOUT = 60.0
_MOST_REASON = 200  # characters of a reason phrase
_MOST_ERROR_BYTES = 1 << 20  # of an error's body, which is searched for credentials and shown

#: Turns (the request as messages show it, HTTP status, parsed body or None) into the error that it means, or
#: None for "no idea". The body is free of credentials, should the server have sent them back.
StatusClassifier = Callable[[str, int, Any], CloudError | None]

_KINDS: dict[int, type[CloudError]] = {
    401: NoCredentials,
    403: AccessDenied,
    404: NotFound,
    408: ServiceFailed,
    429: Throttled,
}


def kind_of(status: int) -> type[CloudError]:
    """The error that an HTTP status other than 200 means; those above 511 are of networks before it."""
    if status >= 500:
        return ServiceFailed
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
        self._log.accepted |= bool(self._auth)
        try:
            return parsed(answer.out)
        except ValueError as error:
            page = answer.out.lstrip()[:1] == b"<"
            why = "it is an HTML page, perhaps from a proxy" if page else str(error)
            raise BadReply(f"{shown}: the answer is not whole JSON: {why}", hint="try again") from error

    def _answer(self, url: str, shown: str) -> Answer:
        """Ask, once."""
        self._log.take(shown)
        started = time.monotonic()
        limit, most = call_timeout(_READ_TIMEOUT), answer_limit()
        try:
            answer, body = within(limit, lambda: self._request(url, started + limit, most))
        except _TooMuch:
            _debug(shown, started, "answer too large")
            raise too_large(shown, most) from None
        except (requests.RequestException, HTTPError, OSError) as error:  # OSError: a CA file that is missing
            failure = no_answer(shown, error, limit, self._hide)
            _debug(shown, started, f"no answer ({type(failure).__name__})")
            raise failure from error
        _debug(shown, started, f"HTTP {answer.status_code}")
        wait = None
        with contextlib.suppress(InvalidHeader, ValueError, OverflowError):  # neither seconds nor a date
            wait = Retry().get_retry_after(answer.raw)
        reason = self._hide(answer.reason or "")[:_MOST_REASON]
        return Answer(f"GET {url}", answer.status_code, body, reason, wait=wait)

    def _request(self, url: str, ends: float, most: int) -> tuple[requests.Response, bytes]:
        """The response and its body. Raises requests.Timeout when it `ends`, _TooMuch after `most` bytes."""
        limit = max(0.001, ends - time.monotonic())
        host = urlsplit(url).hostname or ""
        direct = {"no_proxy": host} if url.startswith("http:") or is_loopback(host) else None
        answer = self._session.get(
            url,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
            auth=self._authorize,
            timeout=(min(_CONNECT_TIMEOUT, limit), limit),
            allow_redirects=False,
            stream=True,
            proxies=direct,
        )
        return answer, _body(answer, ends, most)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._auth)
        return request

    def _hide(self, text: str) -> str:
        """Text without this session's credentials, which a server may have sent back, or any other."""
        for word in (word for value in self._auth.values() for word in value.split()):
            text = text.replace(word, "[redacted]") if len(word) >= 8 else text
        return redact(text)

    def _failure(self, shown: str, answer: Answer) -> CloudError:
        try:
            body = parsed(self._hide(_start(answer)).encode("utf-8", "replace"))
        except ValueError:
            body = None
        status = answer.code
        failure = self._classify(shown, status, body) if self._classify else None
        if failure is None:
            failure = kind_of(status)(f"{shown}: HTTP {status} {answer.err}", hint="DEBUG=1 shows every call")
        if isinstance(failure, CallFailed):
            failure.wait = answer.wait
        return failure


class _TooMuch(Exception):
    """The body is larger than it may be."""


def _body(answer: requests.Response, ends: float, most: int) -> bytes:
    """The whole body, decompressed; requests.Timeout at a time of the clock, _TooMuch beyond `most` bytes.

    What is read at a time is bounded after decompression too, and nothing is read beyond the limits.
    """
    parts, size = [], 0
    while part := answer.raw.read1(65536, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most or time.monotonic() > ends:
            answer.close()
            raise _TooMuch if size > most else requests.Timeout
    return b"".join(parts)


def _start(answer: Answer) -> str:
    return answer.out[:_MOST_ERROR_BYTES].decode("utf-8", "replace")


def _debug(shown: str, started: float, end: str) -> None:
    if debugging():
        seconds = time.monotonic() - started
        print(f"debug: {seconds:6.2f} s  {end:24}  {shown}", file=sys.stderr, flush=True)
