# SPDX-License-Identifier: MIT
"""What a vendor answered to one call, as a recording keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudlib import errors
from cloudlib.errors import BadReply, CloudError

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
        """Is `out` the requested data, not an error message?"""
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
        """The inverse; ValueError if it is not an answer."""
        texts = {name: fields.get(name, "") for name in ("call", "out", "err", "failed", "hint")}
        code = fields.get("code", 0)
        if not all(isinstance(text, str) for text in texts.values()) or type(code) is not int:
            raise ValueError("an entry of another type")
        if not texts["call"] or texts["failed"] not in ("", *_NO_ANSWER):
            raise ValueError("an entry without a call, or with an unknown failure")
        return cls(**{**texts, "out": encoded(texts["out"])}, code=code)


#: The most objects and lists that one answer may have. The largest of AWS has a hundred thousand; `[],` costs
#: 27 times its bytes in memory, so that the bytes alone are no bound.
_MOST_VALUES = 2_000_000


def parsed(body: bytes) -> Any:
    """The JSON value of an answer, in UTF-8. ValueError where it is not one, or has too many parts."""
    if body.count(b"[") + body.count(b"{") > _MOST_VALUES:
        raise ValueError(f"more than {_MOST_VALUES} objects and lists")
    try:
        return json.loads(body.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def too_large(call: str, limit: int) -> BadReply:
    """The error of an answer larger than `limit` bytes."""
    return BadReply(
        f"{call}: the answer has more than {limit >> 20} MiB; the rest was not read",
        hint="check what answers there: the largest known answer is 6 MiB\nCLOUD_ANSWER_MIB=N allows more",
    )


def decoded(body: bytes) -> str:
    """Bytes as text that `encoded` turns into the same bytes, a character cut in half included."""
    return body.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The opposite of `decoded`; ValueError for text that no bytes were decoded to."""
    return text.encode("utf-8", "surrogateescape")
