# SPDX-License-Identifier: MIT
"""Reads a vendor's JSON, through typed methods that name the vendor and the field when they fail.

An answer of another shape than the documented one is a BadReply such as "aws: the answer to describe-regions
has no Regions[0].RegionName", never a KeyError or TypeError. Three faults are told apart: a field is missing,
it is empty, or it is of the wrong type. A field that may be missing has a default and is still checked where
it is there. Names, texts and figures have to be within `catalog.limits`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from cloudlib.calls.left_out import SEE_CALLS, LeftOut
from cloudlib.catalog import limits
from cloudlib.errors import BadReply

_Read = TypeVar("_Read")


class _Missing:
    """The type of MISSING, which no JSON value is."""


MISSING = _Missing()


class Reader:
    """A value within one answer, and where in the answer it stands.

    `vendor` and `answer` (the call, such as "describe-regions") begin every message. With `null_is_missing`
    a field that is null counts as one that is not there. `left_out` takes rows that cannot be read. Paths are
    put together only for a message: a run reads some millions of fields.
    """

    __slots__ = ("_above", "_answer", "_null_is_missing", "_step", "left_out", "value")
    _above: Reader | None
    _step: str | int

    def __init__(
        self,
        value: object,
        *,
        vendor: str = "",
        answer: str = "",
        null_is_missing: bool = False,
        left_out: LeftOut | None = None,
    ) -> None:
        self.value = value
        self._above, self._step = None, ""
        self._answer = f"{vendor}: the answer to {answer}"
        self._null_is_missing = null_is_missing
        self.left_out = LeftOut() if left_out is None else left_out

    # --- objects and lists ---

    def at(self, key: str) -> Reader:
        """The object under a key."""
        return self._object(self._get(key), key)

    def maybe_at(self, key: str) -> Reader:
        """The object under a key; an empty one where the key is missing."""
        value = self._get(key)
        return self._object({} if value is MISSING else value, key)

    def rows(self, key: str = "", *, empty: bool = True) -> list[Reader]:
        """The objects of the list under a key, or of this list. `empty` False refuses a list of none."""
        return [item._mapping() for item in self.items(key, empty=empty)]

    def each(
        self, noun: str, key: str, read: Callable[[Reader], _Read], *, some: bool = True
    ) -> Iterator[_Read]:
        """`read(row)` of the objects under a key; LeftOut.each handles those that it cannot read."""
        rows = self.items(key)
        return self.left_out.each(noun, rows, lambda row: read(row._mapping()), some=some)

    def maybe_rows(self, key: str) -> list[Reader]:
        """The objects of the list under a key; none where the key is missing."""
        value = self._get(key)
        return [] if value is MISSING else self._below(value, key).rows()

    def items(self, key: str = "", *, empty: bool = True) -> list[Reader]:
        """The values of the list under a key, or of this list, whatever they are."""
        field = self._below(self._get(key), key) if key else self
        values = field._numbered()
        if not (field.value or empty):
            field._refuse("a list")
        return [field._below(value, number) for number, value in values]

    def entries(self, key: str = "") -> Iterator[tuple[str, Reader]]:
        """(name, value) of the object under a key, or of this one."""
        field = self.at(key) if key else self._mapping()
        assert isinstance(field.value, dict)
        for name, value in field.value.items():
            yield str(name), field._below(value, str(name))

    def maybe_entries(self, key: str) -> Iterator[tuple[str, Reader]]:
        """(name, value) of the object under a key; none where the key is missing."""
        return self.entries(key) if self.has(key) else iter(())

    def decoded(self) -> Reader:
        """The object that this text holds as JSON, or this object itself: AWS sends prices in either form."""
        if not isinstance(self.value, str):
            return self._mapping()
        try:
            value = json.loads(self.value)
        except (RecursionError, ValueError):
            self._refuse("JSON")
        return self._object(value, "")

    # --- single values ---

    def text(self, key: str) -> str:
        """A text that is not empty, of at most limits.TEXT characters."""
        return self._text(self._get(key), key)

    def maybe_text(self, key: str, default: str = "", *, most: int = limits.TEXT) -> str:
        """A text of at most `most` characters, which may be empty; the default where the key is missing."""
        value = self._get(key)
        if value is MISSING:
            return default
        return value if value == "" else self._text(value, key, most)

    def texts(self, key: str) -> list[str]:
        """A list of texts, none of them empty; none where the key is missing."""
        listed = self._get(key)
        if listed is MISSING:
            return []
        field = self._below(listed, key)
        return [field._text(value, number) for number, value in field._numbered()]

    def name(self, key: str, form: limits.Form = limits.NAME) -> str:
        """A name of that form: what may be a word of a command line, or a part of a URL or of a path."""
        value = self.text(key)
        return value if form.fits(value) else self._refuse_field(value, key, form.noun)

    def names(self, key: str, form: limits.Form = limits.NAME) -> list[str]:
        """A list of names of that form; none where the key is missing."""
        listed = self._get(key)
        if listed is MISSING:
            return []
        field, fits = self._below(listed, key), form.fits
        return [
            value if fits(value) else field._refuse_field(value, number, form.noun)
            for number, value in field._numbered()
        ]

    def prose(self, key: str) -> str:
        """A text for people, made one printable line of limits.PROSE; "" where the key is missing."""
        return limits.line(self.maybe_text(key, most=100 * limits.TEXT))

    def whole(self, key: str) -> int:
        """A whole number, 0 or more."""
        value = self._get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        return self._refuse_field(value, key, "a whole number")

    def maybe_whole(self, key: str) -> int | None:
        """A whole number, 0 or more; None where the key is missing."""
        return self.whole(key) if self.has(key) else None

    def decimal(self, key: str) -> Decimal:
        """A number of either form, 0.096 or "0.0960000000", 0 or more, without trailing zeros."""
        value = self._get(key)
        text = str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
        amount = limits.decimal(text)
        if amount is None:
            self._refuse_field(value, key, "a number of 0 or more")
        return amount.normalize() if amount else Decimal(0)

    def maybe_decimal(self, key: str) -> Decimal | None:
        """A number of either form; None where the key is missing."""
        return self.decimal(key) if self.has(key) else None

    def flag(self, key: str, default: bool) -> bool:
        """True or false; the default where the key is missing."""
        value = self._get(key)
        if value is MISSING:
            return default
        return value if isinstance(value, bool) else self._refuse_field(value, key, "true or false")

    def has(self, key: str) -> bool:
        """Is the key there?"""
        return self._get(key) is not MISSING

    # --- within ---

    def _get(self, key: str) -> object:
        """The value under a key of this object, MISSING where it is not there."""
        if not isinstance(self.value, dict):
            self._refuse("an object")
        value = self.value.get(key, MISSING)
        return MISSING if value is None and self._null_is_missing else value

    def _object(self, value: object, step: str) -> Reader:
        return self._below(value, step)._mapping()

    def _mapping(self) -> Reader:
        return self if isinstance(self.value, dict) else self._refuse("an object")

    def _numbered(self) -> Iterator[tuple[int, Any]]:
        """(number, value) of this list."""
        return enumerate(self.value) if isinstance(self.value, list) else self._refuse("a list")

    def _text(self, value: object, step: str | int, most: int = limits.TEXT) -> str:
        if not isinstance(value, str) or not value:
            self._refuse_field(value, step, "a text")
        if len(value) > most:
            self._refuse_field(value, step, f"a text of at most {most} characters")
        return value

    def _refuse_field(self, value: object, step: str | int, wanted: str) -> NoReturn:
        self._below(value, step)._refuse(wanted)

    def _below(self, value: object, step: str | int) -> Reader:
        below = Reader.__new__(Reader)
        below.value, below._above, below._step = value, self, step
        below.left_out, below._answer = self.left_out, self._answer
        below._null_is_missing = self._null_is_missing
        return below

    def _refuse(self, wanted: str) -> NoReturn:
        """Raise the BadReply that says which of the three faults this value has."""
        answer, path = self._answer, self._path()
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
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else ascii(value)[:40]
