# SPDX-License-Identifier: MIT
"""JSON values to the fields of a record, each of the type that the record declares.

Python would take `true` for a number of vCPUs and a string for a list of architectures. Nothing is
converted here: a value of another type is a ValueError that names the field and says what belongs there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import UnionType
from typing import Any, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
#: A JSON value -> the value of a field. Raises ValueError.
Decoder: TypeAlias = Callable[[Any], Any]

_NOUNS = {str: "a string", int: "a whole number", bool: "true or false"}


def _exactly(cls: type[Any]) -> Decoder:
    def decode_value(value: Any) -> Any:
        if type(value) is not cls:  # `isinstance` would take a bool for an int
            raise ValueError(f"{_shown(value)} is not {_NOUNS[cls]}")
        return value

    return decode_value


#: A string.
text = _exactly(str)


def record(cls: type[_T], data: Any, made: Mapping[str, Any] | None = None) -> _T:
    """A record of a JSON object. `made` has the fields that are written in another form, decoded already."""
    decoders, required = _fields(cast(Any, cls))  # mypy: a type[_T] is hashable too
    if type(data) is not dict:
        raise ValueError(f"{_shown(data)} is not an object")
    values: dict[str, Any] = {}
    key = ""
    try:
        for key, value in data.items():
            values[key] = decoders[key](value)
    except KeyError:
        raise ValueError(f"unknown field {key!r}") from None
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
    if made:
        if clash := made.keys() & values.keys():
            raise ValueError(f"unknown field {min(clash)!r}")
        values.update(made)
    if not required <= values.keys():
        raise ValueError(f"{min(required - values.keys())} is missing")
    return cls(**values)


def named(name: str, decode: Decoder, value: Any) -> Any:
    """`decode(value)`; a ValueError of it begins with the field's name."""
    try:
        return decode(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def listed(decode: Decoder) -> Decoder:
    """A list, each item decoded, as a tuple."""

    def decode_list(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise ValueError(f"{_shown(value)} is not a list")
        return tuple([decode(item) for item in value])

    return decode_list


def mapped(decode: Decoder) -> Decoder:
    """An object, each value decoded, as a dict."""

    def decode_object(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValueError(f"{_shown(value)} is not an object")
        key = ""
        try:
            return {(key := name): decode(item) for name, item in value.items()}
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None

    return decode_object


@cache
def _fields(cls: Any) -> tuple[Mapping[str, Decoder], frozenset[str]]:
    """{field: decoder} of a dataclass, and the fields without a default."""
    hints = get_type_hints(cls)
    required = (f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING)
    return {f.name: _decoder(hints[f.name]) for f in fields(cls)}, frozenset(required)


def _decoder(hint: Any) -> Decoder:
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:  # `int | None`: None is left out of the file
        return _decoder(args[0])
    if origin is tuple:
        return listed(_decoder(args[0]))
    if origin is not None:
        return mapped(_decoder(args[1]))
    return _exactly(hint) if hint in _NOUNS else lambda value: record(hint, value)


def _shown(value: Any) -> str:
    """The value, cut to a readable length."""
    return repr(value) if len(repr(value)) <= 40 else repr(value)[:40] + "..."
