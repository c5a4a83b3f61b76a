# SPDX-License-Identifier: MIT
"""Reads a vendor's JSON, through typed methods that name the vendor and the field when they fail.

An answer of another shape than the documented one is a BadReply such as "aws: the answer to describe-regions
has no Regions[0].RegionName", never a KeyError or TypeError. Three faults are told apart: a field is missing,
it is empty, or it is of the wrong type. A field that may be missing has a default and is still checked where
it is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NoReturn, TypeVar

from cloudlib.errors import BadReply

#: What to do about an answer that nobody can read.
SEE_CALLS = "run the command again; DEBUG=1 shows every call"

#: A decimal number in ASCII digits, of a length that a price or a size can have; no NaN, no infinity.
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")

_T = TypeVar("_T")


class _Missing:
    """The type of MISSING, which no JSON value is."""


MISSING = _Missing()


class Reader:
    """A value within one answer, and where in the answer it stands.

    `vendor` and `answer` (the call, such as "describe-regions") begin every message. With `null_is_missing`
    a field that is null counts as one that is not there. Paths are put together only for a message.
    """

    __slots__ = ("_above", "_answer", "_null_is_missing", "_step", "_vendor", "value")

    def __init__(
        self,
        value: object,
        *,
        vendor: str = "",
        answer: str = "",
        null_is_missing: bool = False,
        _above: Reader | None = None,
        _step: str | int = "",
    ) -> None:
        self.value = value
        self._above, self._step = _above, _step
        if _above is None:
            self._vendor, self._answer, self._null_is_missing = vendor, answer, null_is_missing
        else:
            self._vendor, self._answer = _above._vendor, _above._answer
            self._null_is_missing = _above._null_is_missing

    # --- objects and lists ---

    def at(self, key: str) -> Reader:
        """The object under a key."""
        return self._checked_object(self._field(key))

    def maybe_at(self, key: str) -> Reader:
        """The object under a key; an empty one where the key is missing."""
        field = self._field(key)
        return self._below({}, key) if field.value is MISSING else self._checked_object(field)

    def rows(self, key: str = "", *, empty: bool = True) -> list[Reader]:
        """The objects of the list under a key, or of this list. `empty` False refuses a list of none."""
        return [self._checked_object(item) for item in self.items(key, empty=empty)]

    def maybe_rows(self, key: str) -> list[Reader]:
        """The objects of the list under a key; none where the key is missing."""
        return [] if self._field(key).value is MISSING else self.rows(key)

    def items(self, key: str = "", *, empty: bool = True) -> list[Reader]:
        """The values of the list under a key, or of this list, whatever they are."""
        field = self._field(key) if key else self
        if not isinstance(field.value, list):
            field._refuse("a list")
        if not field.value and not empty:
            field._refuse("a list")
        return [field._below(value, number) for number, value in enumerate(field.value)]

    def entries(self, key: str = "") -> Iterator[tuple[str, Reader]]:
        """(name, object) of the object of objects under a key, or of this one."""
        field = self._checked_object(self._field(key) if key else self)
        assert isinstance(field.value, Mapping)
        for name, value in field.value.items():
            yield str(name), self._checked_object(field._below(value, str(name)))

    def maybe_entries(self, key: str) -> Iterator[tuple[str, Reader]]:
        """(name, object) of the object of objects under a key; none where the key is missing."""
        return iter(()) if self._field(key).value is MISSING else self.entries(key)

    def decoded(self) -> Reader:
        """The object that this text holds as JSON, or this object itself: AWS sends prices in either form."""
        if not isinstance(self.value, str):
            return self._checked_object(self)
        try:
            return self._checked_object(self._below(json.loads(self.value), ""))
        except ValueError:
            self._refuse("JSON")

    # --- single values ---

    def text(self, key: str) -> str:
        """A text that is not empty."""
        field = self._field(key)
        if not isinstance(field.value, str) or not field.value:
            field._refuse("a text")
        return field.value

    def maybe_text(self, key: str, default: str = "") -> str:
        """A text, which may be empty; the default where the key is missing."""
        return self._of_type(key, str, "a text", default)

    def texts(self, key: str) -> list[str]:
        """A list of texts, none of them empty; none where the key is missing."""
        if self._field(key).value is MISSING:
            return []
        found = []
        for item in self.items(key):
            if not isinstance(item.value, str) or not item.value:
                item._refuse("a text")
            found.append(item.value)
        return found

    def whole(self, key: str) -> int:
        """A whole number, 0 or more."""
        field = self._field(key)
        if not isinstance(field.value, int) or isinstance(field.value, bool) or field.value < 0:
            field._refuse("a whole number")
        return field.value

    def maybe_whole(self, key: str) -> int | None:
        """A whole number, 0 or more; None where the key is missing."""
        return None if self._field(key).value is MISSING else self.whole(key)

    def decimal(self, key: str) -> Decimal:
        """A number of either form, 0.096 or "0.0960000000", without trailing zeros."""
        field = self._field(key)
        value = field.value
        text = str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
        if not _DECIMAL.fullmatch(text):
            field._refuse("a number")
        amount = Decimal(text)
        return amount.normalize() if amount else Decimal(0)

    def maybe_decimal(self, key: str) -> Decimal | None:
        """A number of either form; None where the key is missing."""
        return None if self._field(key).value is MISSING else self.decimal(key)

    def flag(self, key: str, default: bool) -> bool:
        """True or false; the default where the key is missing."""
        return self._of_type(key, bool, "true or false", default)

    def has(self, key: str) -> bool:
        """Is the key there?"""
        return self._field(key).value is not MISSING

    # --- within ---

    def _field(self, key: str) -> Reader:
        """The value under a key of this object, MISSING where it is not there."""
        if not isinstance(self.value, Mapping):
            self._refuse("an object")
        value = self.value.get(key, MISSING)
        return self._below(MISSING if value is None and self._null_is_missing else value, key)

    def _of_type(self, key: str, wanted: type[_T], noun: str, default: _T) -> _T:
        field = self._field(key)
        if field.value is MISSING:
            return default
        if not isinstance(field.value, wanted):
            field._refuse(noun)
        return field.value

    def _below(self, value: object, step: str | int) -> Reader:
        return Reader(value, _above=self, _step=step)

    @staticmethod
    def _checked_object(field: Reader) -> Reader:
        if not isinstance(field.value, Mapping):
            field._refuse("an object")
        return field

    def _refuse(self, wanted: str) -> NoReturn:
        """Raise the BadReply that says which of the three faults this value has."""
        answer = f"{self._vendor}: the answer to {self._answer}"
        path = self._path()
        if self.value is MISSING:
            what = f"{answer} has no {path}"
        elif self.value == "" or (self.value == [] and wanted == "a list"):
            what = f"{answer} has an empty {path}" if path else f"{answer} is empty"
        else:
            what = f"{answer} has {_noun(self.value)} for {path}, not {wanted}" if path else ""
            what = what or f"{answer} is {_noun(self.value)}, not {wanted}"
        raise BadReply(what, hint=SEE_CALLS)

    def _path(self) -> str:
        """Where this value stands: `Regions[0].RegionName`, "" for the answer itself."""
        above = self._above._path() if self._above is not None else ""
        if isinstance(self._step, int):
            return f"{above}[{self._step}]"
        return f"{above}.{self._step}" if above and self._step else above or self._step


def _noun(value: object) -> str:
    """A value of the wrong type as a message shows it, short enough for a line and without line breaks."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else ascii(value)[:40]
