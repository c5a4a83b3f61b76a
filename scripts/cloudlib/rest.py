# SPDX-License-Identifier: MIT
"""The one door to HTTPS JSON: a GET goes out, parsed JSON comes in.

requests and urllib3 do the work: time limits on every request, and retries with backoff and jitter of
429 and 5xx that honour Retry-After. Requests are counted in the same log as vendor processes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError
from urllib3.util.retry import Retry

from cloudlib.errors import (
    AccessDenied,
    BadReply,
    CallFailed,
    CloudError,
    NoCredentials,
    Throttled,
    TimedOut,
)
from cloudlib.run import CallLog, call_timeout, redact

_TRIES = 5
_LONGEST_WAIT = 30.0  # seconds; a server that asks for more is given up on
_CONNECT_TIMEOUT = 10.0
_READ_TIMEOUT = 60.0

#: Turns (HTTP status, parsed body or None) into the error that it means, or None for "no idea".
StatusClassifier = Callable[[int, Any], CloudError | None]


class _Retry(Retry):
    """urllib3's, with a bound on how long a server may make us wait, and without a second wait for it."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: Any = None,
    ) -> _Retry:
        if isinstance(error, ReadTimeoutError):
            raise error  # the time limit is the caller's: waiting for it again would not keep it
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response: Any) -> float | None:
        wait = super().get_retry_after(response)
        return None if wait is None else min(wait, _LONGEST_WAIT)


class Rest:
    """A session with one API. `auth` adds the credentials to a request's headers; it is never logged.

    Safe to use from one thread at a time.
    """

    def __init__(
        self, *, log: CallLog, auth: Mapping[str, str] | None = None, classify: StatusClassifier | None = None
    ) -> None:
        self._log, self._auth, self._classify = log, dict(auth or {}), classify
        self._session = requests.Session()
        retry = _Retry(
            total=_TRIES - 1,
            backoff_factor=0.5,
            backoff_jitter=0.5,
            backoff_max=_LONGEST_WAIT,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def get(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON at a URL.

        Raises NoCredentials (401), AccessDenied (403), Throttled (429 after every retry), TimedOut,
        BadReply (no JSON, cut off, redirected), or CallFailed.
        """
        shown = f"GET {urlsplit(url)._replace(query='').geturl()}"
        self._log.take(shown)
        started = time.monotonic()
        limit = call_timeout(_READ_TIMEOUT)
        try:
            answer = self._session.get(
                url,
                params=params,
                headers={"Accept": "application/json"},
                auth=self._authorize,
                timeout=(min(_CONNECT_TIMEOUT, limit), limit),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self._no_answer(shown, error, limit) from error
        retries = len(answer.raw.retries.history) if answer.raw.retries else 0
        self._log.calls += retries
        _debug(shown, started, answer.status_code, retries)
        if answer.status_code != requests.codes.ok:
            raise self._failure(shown, answer)
        try:
            return answer.json()
        except ValueError as error:
            start = self._hide(answer.text)[:60].replace("\n", " ")
            raise BadReply(
                f"{shown}: the answer is no whole JSON; it begins {start!r}", hint="try again"
            ) from error

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._auth)
        return request

    def _hide(self, text: str) -> str:
        """Text without this session's credentials, which a server may have sent back, or any other."""
        for word in (word for value in self._auth.values() for word in value.split()):
            text = text.replace(word, "[redacted]") if len(word) >= 8 else text
        return redact(text)

    def _no_answer(self, shown: str, error: requests.RequestException, limit: float) -> CloudError:
        """What it means that no whole answer came."""
        cut_short = isinstance(error, requests.ConnectionError) and isinstance(
            error.args[:1] and error.args[0], ReadTimeoutError
        )
        if cut_short or isinstance(error, requests.Timeout):
            return TimedOut(
                f"{shown}: no answer within {limit:g} s",
                hint="check the network, then try again; CLOUD_CALL_TIMEOUT=SECONDS allows more time",
            )
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return BadReply(f"{shown}: the answer was cut off", hint="try again")
        if isinstance(error, requests.exceptions.ContentDecodingError):
            return BadReply(f"{shown}: the answer cannot be decoded", hint="try again")
        return CallFailed(
            f"{shown}: {self._hide(_innermost(error))}", hint="check the network, then try again"
        )

    def _failure(self, shown: str, answer: requests.Response) -> CloudError:
        try:
            body = answer.json()
        except ValueError:
            body = None
        known = self._classify(answer.status_code, body) if self._classify else None
        kind = {401: NoCredentials, 403: AccessDenied, 429: Throttled}.get(answer.status_code, CallFailed)
        if 300 <= answer.status_code < 400:
            kind = BadReply
        return known or kind(
            f"{shown}: HTTP {answer.status_code} {answer.reason}", hint="DEBUG=1 shows every call"
        )


def _innermost(error: BaseException) -> str:
    """The cause that a person can act on: requests wraps urllib3, which wraps the socket's error."""
    cause: BaseException = error
    while cause.args and isinstance(cause.args[0], BaseException):
        cause = cause.args[0]
    reason = getattr(cause, "reason", None)
    return str(reason or cause)


def _debug(shown: str, started: float, status: int, retries: int) -> None:
    if os.environ.get("DEBUG", "") not in ("", "0"):
        seconds = time.monotonic() - started
        print(
            f"debug: {seconds:6.2f} s  HTTP {status}, {retries} retries  {shown}", file=sys.stderr, flush=True
        )
