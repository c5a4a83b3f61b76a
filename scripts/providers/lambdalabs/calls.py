# SPDX-License-Identifier: MIT
"""Querying Lambda's Cloud API: the key, GETs at the permitted rate, and what its errors mean.

https://docs.lambda.ai/public-cloud/cloud-api/ describes it; https://cloud.lambda.ai/api/v1/openapi.json is
its machine-readable text. The key goes into a header of the request and nowhere else.
"""

from __future__ import annotations

import configparser
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cloudlib import settings
from cloudlib.calls.classify import error_words
from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.shape import Reader
from cloudlib.errors import CallFailed, CloudError, NoCredentials, NotFound
from cloudlib.provider import Request

if TYPE_CHECKING:
    from cloudlib.calls.rest import Rest  # imports requests, which `lambda-cli --offline` has to do without

SETUP_HINT = (
    "make a key at https://cloud.lambda.ai/api-keys/cloud-api, then set LAMBDA_API_KEY,\n"
    "or write it into ~/.lambdalabs/credentials and run `chmod 600 ~/.lambdalabs/credentials`"
)
DEFAULT_BASE = "https://cloud.lambda.ai/api/v1/"

_KEY_FILE = "~/.lambdalabs/credentials"
_KEY_VARIABLES = ("LAMBDA_API_KEY", "LAMBDALABS_API_KEY")
_KEY_NAMES = ("lambdalabs_api_key", "lambda_api_key", "api_key")

#: The code of an error that is about the key, whatever its HTTP status.
_INVALID_KEY = "global/invalid-api-key"
#: "about one request a second": the rate limit of the API's documentation, in seconds between requests.
SPACING = 1.0


@dataclass(frozen=True)
class Key:
    """An API key; `warning` says what is wrong with the place where it was found."""

    value: str = field(repr=False)
    warning: str = ""


def find_key() -> Key:
    """LAMBDA_API_KEY, LAMBDALABS_API_KEY, then ~/.lambdalabs/credentials; NoCredentials without a key."""
    for name in _KEY_VARIABLES:
        value = os.environ.get(name, "").strip()
        if value:
            return Key(_checked(value, name))
    path = Path(_KEY_FILE).expanduser()
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NoCredentials(
            f"no Lambda API key: neither {' nor '.join(_KEY_VARIABLES)} is set, and there is no {_KEY_FILE}",
            hint=SETUP_HINT,
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise NoCredentials(f"{_KEY_FILE} cannot be read: {why}", hint=SETUP_HINT) from None
    warning = ""
    if mode & 0o077:
        warning = f"{_KEY_FILE} is open to other users (mode {mode:04o}): run `chmod 600 {_KEY_FILE}`"
    return Key(_checked(_key_in(text), _KEY_FILE), warning)


def base_url() -> str:
    """LAMBDALABS_API_BASE or the API's own address, with a slash at the end; UsageError for an unsafe one."""
    return settings.base_url("LAMBDALABS_API_BASE", DEFAULT_BASE)


class Client:
    """One request after the other, at most one a second. Use it from one thread."""

    def __init__(self, key: Key, request: Request) -> None:
        from cloudlib.calls.rest import Rest

        self._log = request.log
        self._base = request.log.setting("base", base_url)
        self._secret = key.value
        self._last = -SPACING
        self._rest: Rest = Rest(
            log=request.log, auth={"Authorization": f"Bearer {key.value}"}, classify=self._error
        )

    def answer(self, what: str) -> Reader:
        """The answer to `GET /what`, which has "data". Errors are those of Rest.get, with the API's words."""
        self._log.pause(max(0.0, self._last + SPACING - time.monotonic()))
        try:
            body = self._rest.get(self._base + what)
        finally:
            self._last = time.monotonic()
        answer = Reader(
            body, vendor="lambdalabs", answer=what, null_is_missing=True, left_out=self._log.left_out
        )
        if not answer.has("data") and answer.has("error"):
            raise self._said(body, CallFailed) or CallFailed(f"{what}: Lambda's API failed", hint=SEE_CALLS)
        return answer

    def _error(self, shown: str, status: int, body: object) -> CloudError | None:
        """{"error": {"code", "message", "suggestion"}} and an HTTP status -> the error that it means."""
        from cloudlib.calls.rest import kind_of

        error = NoCredentials if error_words(body, "code") == (_INVALID_KEY,) else kind_of(status)
        known = self._said(body, error, status)
        if known is None and error in (NoCredentials, NotFound):
            return error(f"Lambda's API answered HTTP {status}", hint=SETUP_HINT)
        return known

    def _said(self, body: object, error: type[CloudError], status: int | None = None) -> CloudError | None:
        """The error in the API's words, without the key should they repeat it; None where there are none."""
        texts = error_words(body, "message", "suggestion", "code")
        message, suggestion, code = (t.replace(self._secret, "[redacted]")[:300] for t in texts)
        if not (message or code):
            return None
        where = f" (HTTP {status}, {code})" if status else f" ({code})"
        hint = "\n".join(filter(None, (suggestion, SETUP_HINT if error is NoCredentials else "")))
        return error(f"Lambda's API says: {message or 'nothing'}{where}", hint=hint or SEE_CALLS)


def client(request: Request) -> Client:
    """A client with the key that `find_key` finds; a warning about its place is printed and noted."""
    key = Key("replayed") if request.log.replayed else find_key()
    if key.warning:
        print(f"warning: {key.warning}", file=sys.stderr)
        request.remarks.append(f"notice: {key.warning}")
    return Client(key, request)


def _checked(value: str, where: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise NoCredentials(
            f"{where} does not hold an API key: one word of ASCII characters", hint=SETUP_HINT
        )
    return value


def _key_in(text: str) -> str:
    """The key of a credentials file: the only line, or an ini's entry; "" where there is none.

    Parser errors quote the file, so none of them may get out of here.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] not in "#;"]
    if len(lines) == 1 and not re.match(r"\[|\w+\s*[=:]", lines[0]):
        return lines[0]
    if lines and not lines[0].startswith("["):
        lines.insert(0, "[default]")
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        ini.read_string("\n".join(lines))
    except configparser.Error:
        return ""
    for section in ("default", ini.default_section, *ini.sections()):
        for name in _KEY_NAMES:
            if section in ini and ini[section].get(name):
                return ini[section][name].strip().strip("\"'")
    return ""
