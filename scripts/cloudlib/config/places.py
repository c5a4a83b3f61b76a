# SPDX-License-Identifier: MIT
"""Where a machine is offered, read from the dependencies of its symbol."""

from __future__ import annotations

from collections.abc import Iterator

import kconfiglib

from cloudlib.config import terms

_REGION = "_REGION_"


def not_here(symbol: kconfiglib.Symbol) -> str:
    """ "it is not offered in eu-west-1, but in us-east-1"; "" where the region is not the reason."""
    conditions = [term for term in _conditions(symbol) if any(_is_region(s) for s in terms.symbols(term))]
    broken = [s for term in conditions if kconfiglib.expr_value(term) == 0 for s in terms.symbols(term)]
    region = next((s for s in broken if _is_region(s)), None)
    if region is None or region.choice.selection is None:
        return ""
    here = region.choice.selection
    others = [_name(r) for r in region.choice.syms if all(_holds(term, r) for term in conditions)]
    return (
        f"it is not offered in {_name(here)}, but in {', '.join(others)}" if others else "no region offers it"
    )


def chosen_region(machine: kconfiglib.Symbol) -> str:
    """The region that is chosen of the provider of a machine; "" for none."""
    start = f"TERRAFORM_{machine.name.split('_')[1]}{_REGION}"
    for choice in machine.kconfig.unique_choices:
        if choice.syms[0].name.startswith(start) and choice.selection is not None:
            return _name(choice.selection)
    return ""


def offered(symbol: kconfiglib.Symbol) -> bool:
    """Could a machine be chosen as things are, with its family?"""
    return all(kconfiglib.expr_value(term) for term in _conditions(symbol))


def lacking(symbol: kconfiglib.Symbol) -> list[str]:
    """What does not hold for a machine or its family, as Kconfig writes it."""
    return [kconfiglib.expr_str(term) for term in _conditions(symbol) if not kconfiglib.expr_value(term)]


def _is_region(symbol: kconfiglib.Symbol) -> bool:
    return _REGION in symbol.name and symbol.choice is not None and symbol.name.startswith("TERRAFORM_")


def _is_family(term: object) -> bool:
    return (
        isinstance(term, kconfiglib.Symbol)
        and term.choice is not None
        and term.name.startswith("TERRAFORM_")
        and not _is_region(term)
    )


def _name(region: kconfiglib.Symbol) -> str:
    return str(region.nodes[0].prompt[0].split()[0])


def _conditions(item: kconfiglib.Symbol | kconfiglib.Choice) -> Iterator[object]:
    """All that has to hold for a symbol: its own terms, those of its choice, and those of its family."""
    for term in kconfiglib.split_expr(item.direct_dep, kconfiglib.AND):
        if isinstance(term, kconfiglib.Choice) or _is_family(term):
            yield from _conditions(term)
        else:
            yield term


def _holds(expression: object, region: kconfiglib.Symbol) -> bool:
    """Does a term hold in a region, with all else as it is?"""
    if isinstance(expression, kconfiglib.Symbol):
        return expression is region if _is_region(expression) else bool(kconfiglib.expr_value(expression))
    if isinstance(expression, tuple) and expression[0] is kconfiglib.NOT:
        return not _holds(expression[1], region)
    if isinstance(expression, tuple) and expression[0] in (kconfiglib.AND, kconfiglib.OR):
        both = (_holds(expression[1], region), _holds(expression[2], region))
        return all(both) if expression[0] is kconfiglib.AND else any(both)
    return bool(kconfiglib.expr_value(expression))
