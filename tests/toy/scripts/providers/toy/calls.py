# SPDX-License-Identifier: MIT
"""How Toy's API is asked: GET with a key in a header."""

from __future__ import annotations

import os

from cloudlib import settings
from cloudlib.calls.shape import Reader
from cloudlib.errors import NoCredentials
from cloudlib.provider import Request

NAME = "toy"
SETUP_HINT = "set TOY_API_KEY to a key of your account"
_DEFAULT_BASE = "https://toy.example/v1/"


class Client:
    """Asks one list after the other."""

    def __init__(self, request: Request) -> None:
        from cloudlib.calls.rest import Rest  # imports requests, which `toy-cli --offline` has to do without

        key = "replayed" if request.log.replayed else os.environ.get("TOY_API_KEY", "")
        if not key:
            raise NoCredentials("TOY_API_KEY is not set", hint=SETUP_HINT)
        request.log.budget = 15  # three requests, each tried five times at the most
        self._base = request.log.setting("base", _base)
        self._rest = Rest(log=request.log, auth={"Authorization": f"Bearer {key}"})

    def answer(self, what: str) -> Reader:
        """The answer to `GET /what`. Errors are those of Rest.get."""
        return Reader(self._rest.get(self._base + what), vendor=NAME, answer=what)


def _base() -> str:
    return settings.base_url("TOY_API_BASE", _DEFAULT_BASE)
