# SPDX-License-Identifier: MIT
"""What has to be chosen so that something else can be: its provider, architecture, category, family.

Kconfig tells only after the fact what a choice brings along, so options are set, looked at, and taken back
where that does not help or is not wanted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import kconfiglib

from cloudlib.config import terms

#: Rounds of setting what the last round turned out to need: provider, then category, then family and so on.
_ROUNDS = 12
#: How many choices may have to change together where only trying tells how: region and architecture.
_TOGETHER = 2


class Reach:
    """Options that were set so that a condition holds; `holds` says whether it does.

    `changed` are those of them that were off before.
    """

    def __init__(self, kconf: kconfiglib.Kconfig, condition: object) -> None:
        self._before = _Snapshot(kconf)
        self._on = {symbol for symbol in kconf.unique_defined_syms if symbol.str_value == "y"}
        self._set: dict[kconfiglib.Symbol, None] = {}
        for _ in range(_ROUNDS):
            gaps = list(self._gaps(condition))
            plain = [gap for gap in gaps if isinstance(gap, kconfiglib.Symbol) and _is_option(gap)]
            if not plain:
                plain = _members_that_help(kconf, gaps)
            if not plain:
                break
            for symbol in plain:
                self._set[symbol] = None
                symbol.set_value("y")
        self.holds = bool(kconfiglib.expr_value(condition))

    @property
    def changed(self) -> list[kconfiglib.Symbol]:
        """In the order of the menus."""
        every = [symbol for symbol in self._set if symbol not in self._on and symbol.str_value == "y"]
        return [s for s in every[0].kconfig.unique_defined_syms if s in every] if every else []

    def undo(self) -> None:
        """Leave everything as it was."""
        self._before.restore()

    def _gaps(self, expression: object) -> Iterator[object]:
        """The terms that do not hold; of a choice, and of an option that was set already, what they lack."""
        for term in terms.split(expression):
            if kconfiglib.expr_value(term):
                continue
            if isinstance(term, kconfiglib.Choice) or (
                isinstance(term, kconfiglib.Symbol) and term in self._set
            ):
                yield from self._gaps(term.direct_dep)
            else:
                yield term


def _is_option(symbol: kconfiglib.Symbol) -> bool:
    return symbol.orig_type == kconfiglib.BOOL and terms.prompted(symbol)


def _members_that_help(kconf: kconfiglib.Kconfig, gaps: Sequence[object]) -> list[kconfiglib.Symbol]:
    """Members of the choices that terms speak of ("in one of these regions") under which all of them hold."""
    spoken_of = (s.choice for gap in gaps for s in terms.symbols(gap) if s.choice is not None)
    options = [symbol for choice in dict.fromkeys(spoken_of) for symbol in _default_first(choice)]
    before = _Snapshot(kconf)
    for count in range(1, _TOGETHER + 1):
        for tried in itertools.combinations(options, count):
            if len({symbol.choice for symbol in tried}) == count:
                for symbol in tried:
                    symbol.set_value("y")
                helps = all(kconfiglib.expr_value(gap) for gap in gaps)
                before.restore()
                if helps:
                    return list(tried)
    return []


def _default_first(choice: kconfiglib.Choice) -> list[kconfiglib.Symbol]:
    """The members of a choice, its defaults before the others."""
    return list(dict.fromkeys([*(default for default, _ in choice.defaults), *choice.syms]))


class _Snapshot:
    """What was set of a tree."""

    def __init__(self, kconf: kconfiglib.Kconfig) -> None:
        self._values = [(symbol, symbol.user_value) for symbol in kconf.unique_defined_syms]
        self._chosen = [(choice, choice.user_selection) for choice in kconf.unique_choices]

    def restore(self) -> None:
        """Set it again. A member that is set becomes its choice's selection, so the selections come last."""
        for symbol, value in self._values:
            if symbol.user_value != value:
                if value is None:
                    symbol.unset_value()
                else:
                    symbol.set_value(value)
        for choice, selection in self._chosen:
            if choice.user_selection is not selection:
                if selection is None:
                    choice.unset_value()
                else:
                    selection.set_value("y")
