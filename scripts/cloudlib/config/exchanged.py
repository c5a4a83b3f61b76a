# SPDX-License-Identifier: MIT
"""What a menu exchanged unasked: a machine that the new region lacks becomes the default one, without a word.

Kconfig keeps what was chosen beside what holds now; where the two differ nobody chose the latter.
"""

from __future__ import annotations

from collections.abc import Iterator

import kconfiglib

from cloudlib.config import nearest, places, terms


def lines(kconf: kconfiglib.Kconfig, before: nearest.Machine | None) -> list[str]:
    """What is not as it was chosen; `before` is the machine that was loaded, as `nearest.chosen` gives it."""
    provider = [s for s in terms.provider_switches(kconf) if s.str_value == "y"]
    if before is None or not any(before.symbol.name.startswith(f"{s.name}_") for s in provider):
        return []  # the provider was changed, which nobody does in passing
    return [*_machine(kconf, before), *_choices(kconf), *_options(kconf)]


def _machine(kconf: kconfiglib.Kconfig, before: nearest.Machine) -> Iterator[str]:
    now = nearest.chosen(kconf)
    if now is None or now.symbol is before.symbol or places.offered(before.symbol):
        return
    if not any(_unasked(choice) and _is_machines(choice) for choice in kconf.unique_choices):
        return
    why = places.not_here(before.symbol).partition(", but in ")[0].removeprefix("it is ")
    why = why or f"not offered, it needs {', '.join(places.lacking(before.symbol))}"
    like = ", ".join(machine.label for machine in nearest.like(before, kconf))
    yield f"{before.name} is {why}; the machine is now {now.label}; nearest: {like or 'none'}"


def _choices(kconf: kconfiglib.Kconfig) -> Iterator[str]:
    for choice in kconf.unique_choices:
        if _unasked(choice) and not _is_machines(choice) and choice.selection is not None:
            was, now = terms.title(choice.user_selection), terms.title(choice.selection)
            yield f"{choice.nodes[0].prompt[0]}: {was} cannot be chosen now; it is {now}"


def _options(kconf: kconfiglib.Kconfig) -> Iterator[str]:
    for symbol in kconf.unique_defined_syms:
        wanted = symbol.orig_type == kconfiglib.BOOL and symbol.choice is None and symbol.user_value == 2
        if wanted and symbol.str_value != "y" and terms.prompted(symbol):
            yield f"{terms.title(symbol)}: off now, it needs {', '.join(terms.needs(symbol))}"


def _unasked(choice: kconfiglib.Choice) -> bool:
    """Does a choice that is shown have another member than the one that was chosen?"""
    chosen = choice.user_selection
    return bool(chosen is not None and choice.visibility and choice.selection is not chosen)


def _is_machines(choice: kconfiglib.Choice) -> bool:
    """Is it the choice of a machine, of its family or of its category?"""
    prompt = choice.nodes[0].prompt[0]
    return prompt.endswith((" category", " family")) or nearest.machine(choice.syms[0]) is not None
