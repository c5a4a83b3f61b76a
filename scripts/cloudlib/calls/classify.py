# SPDX-License-Identifier: MIT
"""Turns a vendor's error messages into our errors, by tables of patterns.

A command reports an exit code and text, an API a status, a code and text. Each provider has a table for each
of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloudlib.errors import CloudError


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: a regular expression, and the error that text containing it means.

    `what` begins the message; where it is "", the message begins with the call that failed. `hint` says what
    to do next.
    """

    pattern: str
    error: type[CloudError]
    what: str = ""
    hint: str = ""


def classified(table: Iterable[Meaning], text: str, *, call: str = "", said: str = "") -> CloudError | None:
    """The error of the first row whose pattern is found in `text`, None where no row fits.

    Its message is the row's `what`, or else `call`, and then the vendor's message: `said`, or `text`.
    """
    for row in table:
        if re.search(row.pattern, text):
            return row.error(": ".join(filter(None, (row.what or call, said or text))), hint=row.hint)
    return None


def error_words(body: object, *keys: str) -> tuple[str, ...]:
    """The named texts of a body `{"error": {"code": …}}`, each in one line; "" for one that is missing."""
    error = body.get("error") if isinstance(body, Mapping) else None
    fields = error if isinstance(error, Mapping) else {}
    return tuple(" ".join(str(fields.get(key) or "").split()) for key in keys)
