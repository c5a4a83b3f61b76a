# SPDX-License-Identifier: MIT
"""What a configuration leaves out but implies: a size names its family, that its category and provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import kconfiglib

from cloudlib.config import terms


@dataclass(frozen=True, slots=True)
class Implied:
    """An option that was switched on because a setting needs it and nothing in the file mentions it."""

    option: str
    setting: str

    @property
    def telling(self) -> bool:
        """Is it worth a note? The category of a family is not: it only says where the family stands."""
        return "_CATEGORY_" not in self.option

    def __str__(self) -> str:
        if self.option.endswith("_PREVIOUS_GENERATION"):
            return f"{self.setting} is of a previous generation: {self.option}=y was set for it"
        return f"{self.setting} needs {self.option}=y, which was set for it"


def imply(kconf: kconfiglib.Kconfig, asked: Mapping[str, str]) -> list[Implied]:
    """Switch on what the settings of a loaded file need, where only one option can be meant.

    What the file says itself is never touched; a choice is made once.
    """
    made: list[Implied] = []
    wanted = dict(asked)
    decided: set[kconfiglib.Choice] = set()
    while True:
        new = list(_round(kconf, wanted, decided))
        if not new:
            return made
        made += new
        wanted |= {item.option: "y" for item in new}


def _round(
    kconf: kconfiglib.Kconfig, asked: Mapping[str, str], decided: set[kconfiglib.Choice]
) -> Iterator[Implied]:
    for name, value in asked.items():
        symbol = kconf.syms.get(name)
        if symbol is None or value in ("n", '""') or not terms.prompted(symbol) or terms.same(symbol, value):
            continue
        for term in list(terms.unmet(symbol)):
            if not (isinstance(term, kconfiglib.Symbol) and _open(term, asked, decided)):
                continue
            if term.str_value != "y" and term.set_value("y"):
                if term.choice is not None:
                    decided.add(term.choice)
                yield Implied(term.name, name)


def _open(term: kconfiglib.Symbol, asked: Mapping[str, str], decided: set[kconfiglib.Choice]) -> bool:
    """May an option be switched on? Not where the file decides it, or its choice, itself."""
    if term.orig_type != kconfiglib.BOOL or not terms.prompted(term) or term.name in asked:
        return False
    if term.choice is None:
        return term.user_value is None
    return term.choice not in decided and not any(asked.get(s.name) == "y" for s in terms.members(term))
