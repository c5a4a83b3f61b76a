# SPDX-License-Identifier: MIT
"""Lambda's Cloud API: GETs at the pace that it allows, and what its errors mean.

https://docs.lambda.ai/public-cloud/cloud-api/ describes it; https://cloud.lambda.ai/api/v1/openapi.json is
its machine-readable text. The key goes into a header of the request and nowhere else.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from cloudlib.calls.rest import Rest, kind_of
from cloudlib.errors import BadReply, CallFailed, CloudError, NoCredentials, NotFound
from cloudlib.provider import Request
from providers.lambdalabs.key import SETUP_HINT, base_url, find_key

#: "about one request a second": the rate limit of the API's documentation, in seconds between requests.
SPACING = 1.0


class Client:
    """One after the other, at most one request a second. Use it from one thread."""

    def __init__(self, request: Request) -> None:
        key = find_key()
        self._base = base_url()
        self._secret = key.value
        self._last = -SPACING
        self._rest = Rest(
            log=request.log, auth={"Authorization": f"Bearer {key.value}"}, classify=self._meaning
        )
        if key.warning:
            print(f"warning: {key.warning}", file=sys.stderr)
            request.remarks.append(f"notice: {key.warning}")

    def data(self, what: str) -> Any:
        """The "data" of `GET /what`. Errors are those of Rest.get, with the API's words."""
        time.sleep(max(0.0, self._last + SPACING - time.monotonic()))
        try:
            answer = self._rest.get(self._base + what)
        finally:
            self._last = time.monotonic()
        if isinstance(answer, dict) and "data" in answer:
            return answer["data"]
        raise self._words(answer) or BadReply(
            f"Lambda's answer to {what} holds no data", hint="try again; DEBUG=1 shows every call"
        )

    def _meaning(self, _: str, status: int, body: Any) -> CloudError | None:
        """{"error": {"code", "message", "suggestion"}} and an HTTP status -> the error that it means."""
        kind = kind_of(status)
        known = self._words(body, kind, status)
        if known is None and kind in (NoCredentials, NotFound):
            return kind(f"Lambda's API answered HTTP {status}", hint=SETUP_HINT)
        return known

    def _words(
        self, body: Any, kind: type[CloudError] = CallFailed, status: int | None = None
    ) -> CloudError | None:
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict):
            return None
        message, suggestion, code = (self._clean(error.get(k)) for k in ("message", "suggestion", "code"))
        where = f" (HTTP {status}, {code})" if status else f" ({code})"
        hint = "\n".join(line for line in (suggestion, SETUP_HINT if kind is NoCredentials else "") if line)
        return kind(f"Lambda's API says: {message or 'nothing'}{where}", hint=hint)

    def _clean(self, text: Any) -> str:
        """One line of the vendor's words, without the key should they repeat it."""
        line = " ".join(str(text or "").replace(self._secret, "[redacted]").split())
        return line[:300]
