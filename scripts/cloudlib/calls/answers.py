# SPDX-License-Identifier: MIT
"""What a vendor answered to one call, as a recording keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudlib import errors
from cloudlib.errors import CloudError

#: Errors of a call that got no answer at all; a recording may name these and no others.
_NO_ANSWER = {
    kind.__name__: kind
    for kind in (errors.TimedOut, errors.ServiceFailed, errors.CallFailed, errors.BadReply)
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`call` is the command line or "GET URL"; `code` the exit code or HTTP status.

    `out` is stdout or the body, `err` stderr or the reason of the status. A call without an answer has
    `failed`, the name of an error, whose words are `err` and `hint`. `wait` is how many seconds the vendor
    wants us to wait before the next try; recordings do not keep it.
    """

    call: str
    code: int = 0
    out: bytes = b""
    err: str = ""
    failed: str = ""
    hint: str = ""
    wait: float | None = None

    @property
    def good(self) -> bool:
        """Is `out` what was asked for, and not the words of an error?"""
        return not self.failed and self.code in (0, 200)

    @staticmethod
    def can_hold(error: CloudError) -> bool:
        """Is it one of the errors that say that no answer came?"""
        return type(error) in _NO_ANSWER.values()

    @classmethod
    def of_failure(cls, call: str, error: CloudError) -> Answer:
        """A call that ended in one of the errors above."""
        return cls(call, err=error.what, failed=type(error).__name__, hint=error.hint)

    def failure(self) -> CloudError:
        """The error that `failed` names."""
        return _NO_ANSWER[self.failed](self.err, hint=self.hint)

    def as_json(self) -> dict[str, Any]:
        """For a line of a recording; what is empty is left out."""
        fields = {"call": self.call, "code": self.code, "out": decoded(self.out), "err": self.err}
        fields |= {"failed": self.failed, "hint": self.hint}
        return {name: value for name, value in fields.items() if value}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Answer:
        """The opposite; ValueError for what is no answer."""
        texts = {name: fields.get(name, "") for name in ("call", "out", "err", "failed", "hint")}
        code = fields.get("code", 0)
        if not all(isinstance(text, str) for text in texts.values()) or type(code) is not int:
            raise ValueError("an entry of another type")
        if not texts["call"] or texts["failed"] not in ("", *_NO_ANSWER):
            raise ValueError("an entry without a call, or with an unknown failure")
        return cls(**{**texts, "out": encoded(texts["out"])}, code=code)


def decoded(body: bytes) -> str:
    """Bytes as text that `encoded` turns into the same bytes, a character cut in half included."""
    return body.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The opposite of `decoded`; ValueError for text that no bytes were decoded to."""
    return text.encode("utf-8", "surrogateescape")
