# SPDX-License-Identifier: MIT
"""Rows of answers that cannot be read, or are not wanted: left out, counted and reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from cloudlib.errors import BadReply, CatalogError, CloudError

#: The hint for an answer that cannot be read.
SEE_CALLS = "run the command again; DEBUG=1 shows every call"

_Row = TypeVar("_Row")
_Read = TypeVar("_Read")


@dataclass
class LeftOut:
    """What was left out of the answers of one run, by what the rows are. Safe to share between threads."""

    _why: dict[str, set[str]] = field(default_factory=dict)
    _twice: dict[str, set[str]] = field(default_factory=dict)
    _skipped: dict[str, set[str]] = field(default_factory=dict)
    _assumed: dict[str, set[str]] = field(default_factory=dict)

    def each(
        self,
        noun: str,
        rows: Iterable[_Row],
        read: Callable[[_Row], _Read],
        *,
        some: bool = True,
    ) -> Iterator[_Read]:
        """`read(row)` of every row that it can read; `noun` is the plural of what a row is.

        A row cannot be read where `read` raises BadReply, or CatalogError from the constructor of a record.
        Raises BadReply where no row at all can be read, but with `some` False: for a short list within a row.
        """
        first: CloudError | None = None
        for row in rows:
            try:
                value = read(row)
            except (BadReply, CatalogError) as error:
                self.note(noun, error)
                first = first or error
            else:
                some = False
                yield value
        if first is not None and some:
            raise BadReply(first.what, hint=SEE_CALLS) from first

    def once(self, noun: str, values: Iterable[_Read], name: Callable[[_Read], str]) -> Iterator[_Read]:
        """The first value of each name; one that is not equal to it is noted, and left out too."""
        first: dict[str, _Read] = {}
        for value in values:
            if first.setdefault(name(value), value) is value:
                yield value
            elif first[name(value)] != value:
                self.differ(noun, name(value))

    def differ(self, noun: str, name: str) -> None:
        """Keep that a name is listed with different figures: twice in an answer, or by two places."""
        self._twice.setdefault(noun, set()).add(name)

    def note(self, noun: str, error: CloudError) -> None:
        """Keep why a row was left out; it counts once, however often it is read."""
        self._why.setdefault(noun, set()).add(error.what)

    def skip(self, what: str, name: str) -> None:
        """Count one of what is known and not wanted: "zones that are down". A name counts once."""
        self._skipped.setdefault(what, set()).add(name)

    def assume(self, what: str, name: str) -> None:
        """Keep what was assumed of one: "machine types without an architecture, taken for x86_64"."""
        self._assumed.setdefault(what, set()).add(name)

    def counts(self) -> dict[str, int]:
        """How many rows of each kind were left out, for whichever reason."""
        unread = {f"{noun} that could not be read": len(why) for noun, why in self._why.items()}
        twice = {f"{noun} listed again with other figures": len(n) for noun, n in self._twice.items()}
        return {**{what: len(names) for what, names in self._skipped.items()}, **unread, **twice}

    def notices(self) -> tuple[str, ...]:
        """A line for each kind of rows: how many were left out or taken for what, and why or which."""
        unread = [
            f"left out, as they could not be read: {len(why)} {noun}; one of them: {min(why)}"
            for noun, why in sorted(self._why.items())
        ]
        twice = [
            f"listed again with other figures, of which the first were used: {len(names)} {noun}; "
            f"one of them: {min(names)}"
            for noun, names in sorted(self._twice.items())
        ]
        assumed = [
            f"{len(names)} {what}; one of them: {min(names)}" for what, names in sorted(self._assumed.items())
        ]
        return (*unread, *twice, *assumed)
