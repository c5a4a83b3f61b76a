# SPDX-License-Identifier: MIT
"""Answers of vendors in which a part of the values is replaced by hostile texts, each of them in turn."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import threading
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from tests.servers.http_base import Reply
from tests.support.shapes import HOSTILE

#: Rows that stay: the default region, without which there is no answer, and machines of shipped defconfigs.
_NEEDED = ("us-east-1", "eastus", "us-central1", "gpu_8x_h100", "gpu_1x_a10")
#: One value in so many is replaced. Of a large answer fewer: one that lacks a tenth of what is known is not
#: believed.
_EVERY, _EVERY_OF_MANY, _MANY = 29, 1009, 300_000
_ELEMENT = re.compile(r"(?<=>)[^<>]+(?=</)")
#: aws itself refuses other texts in place of these.
_NOT_TEXT = re.compile(r"[\d.]+|true|false")
_XML_CANNOT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


class Spoiler:
    """Replaces values of rows, one in `every`; which ones depends on the order of the calls."""

    def __init__(self, every: int = 0, texts: Sequence[str] = HOSTILE) -> None:
        self._texts = itertools.cycle(texts)
        self._count = itertools.count()
        self.replaced = 0
        self._fixed = self._every = every
        self._lock = threading.Lock()

    def body(self, out: bytes) -> bytes:
        """An answer with some of its values replaced; one answer at a time."""
        with self._lock:
            self._every = self._fixed or (_EVERY if len(out) < _MANY else _EVERY_OF_MANY)
            return self._body(out.decode()).encode("utf-8", "replace")

    def reply(self, reply: Reply) -> Reply:
        """The same of a reply; an error and a token stay."""
        token = b"token" in reply.body[:200].lower()
        return reply if reply.status != 200 or token else Reply(200, self.body(reply.body), reply.headers)

    def _body(self, text: str) -> str:
        if text.startswith("<"):
            listed = "<regionName>" not in text and "Identity" not in text  # without regions nothing is asked
            return _ELEMENT.sub(self._element, text) if listed else text
        try:
            return json.dumps(self._value(json.loads(text), in_row=False))
        except ValueError:
            rows = [self._row(row) for row in csv.reader(io.StringIO(text))]
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        return written.getvalue() if len(rows) > 1 else text

    def _element(self, match: re.Match[str]) -> str:
        if _NOT_TEXT.fullmatch(match[0]):
            return match[0]
        text = str(self._text(match[0]))
        return match[0] if text == match[0] else escape(_XML_CANNOT.sub("", text))

    def _row(self, row: list[str]) -> list[str]:
        needed = any(name in "".join(row) for name in _NEEDED)
        return row if needed else [self._text(cell) for cell in row]

    def _value(self, value: Any, *, in_row: bool) -> Any:
        if isinstance(value, list):
            return [self._value(item, in_row=True) for item in value]
        if in_row and any(name in str(value) for name in _NEEDED):
            return value
        if isinstance(value, dict):
            # Lambda's types are an object of objects, by name.
            rows = in_row or (len(value) > 3 and all(isinstance(inner, dict) for inner in value.values()))
            return {key: self._value(inner, in_row=rows) for key, inner in value.items()}
        if isinstance(value, str) and value.startswith("{"):
            return json.dumps(self._value(json.loads(value), in_row=True))
        return self._text(value) if in_row else value

    def _text(self, value: Any) -> Any:
        if next(self._count) % self._every:
            return value
        self.replaced += 1
        return next(self._texts)
