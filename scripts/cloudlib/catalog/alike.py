# SPDX-License-Identifier: MIT
"""Which of the names that exist may be meant by one that does not. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

_SLIP = 0.7  # of 1.0; below it, two names have some letters in common and no more


def plain(text: str) -> str:
    """A name without case and blanks, as people type it: `East US` is eastus."""
    return "".join(text.casefold().split())


def alike(text: str, names: Iterable[str] | Mapping[str, str], most: int = 5) -> list[str]:
    """The names that one may be a slip for, or a part of, best first; [] where none is like it.

    `names` may also map what is compared to the name that is given.
    """
    known = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
    known = {plain(compared): given for compared, given in known.items()}
    wanted = plain(text)
    close = difflib.get_close_matches(wanted, known, n=most, cutoff=_SLIP)
    close.sort(key=lambda name: sorted(name) != sorted(wanted))  # two letters exchanged: first of all
    having = [name for name in known if wanted in name] if len(wanted) > 1 else []
    return list(dict.fromkeys(known[name] for name in (*close, *having)))[:most]


def nearest(text: str, names: Iterable[str] | Mapping[str, str], otherwise: str) -> str:
    """The hint for a name that does not exist: `nearest: m7i.large`, or something else to do."""
    names_like_it = alike(text, names)
    return f"nearest: {', '.join(names_like_it)}" if names_like_it else otherwise
