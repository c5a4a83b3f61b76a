# SPDX-License-Identifier: MIT
"""Questions about symbols and dependencies of a parsed tree."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import kconfiglib

_PROVIDERS = "Cloud provider"


def prompted(symbol: kconfiglib.Symbol) -> bool:
    """Can a user set it? Result strings and derived switches have no prompt."""
    return any(node.prompt for node in symbol.nodes)


def prompt(symbol: kconfiglib.Symbol) -> str:
    """What a menu shows of it; "" for what has no prompt."""
    return next((str(node.prompt[0]) for node in symbol.nodes if node.prompt), "")


def title(symbol: kconfiglib.Symbol) -> str:
    """The first column of what a menu shows of it: "m7i.large"."""
    return prompt(symbol).split("  ", 1)[0]


def same(symbol: kconfiglib.Symbol, value: str) -> bool:
    """Does a symbol have the value of a line of .config? Azure's names are the same in any case."""
    if symbol.orig_type == kconfiglib.STRING:
        return same_string(symbol, text(value), symbol.str_value)
    if symbol.orig_type in (kconfiglib.INT, kconfiglib.HEX):
        return bool(value.strip().lstrip("0") == symbol.str_value.lstrip("0"))
    return bool(symbol.str_value == value)


def same_string(symbol: kconfiglib.Symbol, one: str, other: str) -> bool:
    """https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"""
    if symbol.name.startswith("TERRAFORM_AZURE_"):
        return one.casefold() == other.casefold()
    return one == other


def text(value: str) -> str:
    """A string as a line of .config has it, without its quotes."""
    return str(kconfiglib.unescape(value[1:-1])) if value[:1] == '"' == value[-1:] else value


def split(expression: object) -> list[object]:
    """The parts of an expression that all have to hold."""
    return list(kconfiglib.split_expr(expression, kconfiglib.AND))


def unmet(item: kconfiglib.Symbol | kconfiglib.Choice) -> Iterator[object]:
    """The parts of a symbol's dependencies that do not hold, as Kconfiglib's expressions.

    A member of a choice that is not shown at all lacks what the choice lacks.
    """
    for term in split(item.direct_dep):
        if kconfiglib.expr_value(term) != 0:
            continue
        if isinstance(term, kconfiglib.Choice):
            yield from unmet(term)
        else:
            yield term


def needs(item: kconfiglib.Symbol) -> list[str]:
    """`unmet` in words."""
    return [
        shortened([kconfiglib.expr_str(t) for t in kconfiglib.split_expr(term, kconfiglib.OR)])
        for term in unmet(item)
    ]


def shortened(terms: list[str]) -> str:
    """`A_X || A_Y || A_Z` as `one of A_{X, Y, Z}`."""
    start = os.path.commonprefix(terms).rpartition("_")[0] + "_"  # noqa: RUF071 - characters are meant
    if len(terms) < 3 or not start.strip("_"):
        return " || ".join(terms)
    return f"one of {start}{{{', '.join(term.removeprefix(start) for term in terms)}}}"


def symbols(expression: object) -> Iterator[kconfiglib.Symbol]:
    """Every symbol in an expression."""
    for item in kconfiglib.expr_items(expression):
        if isinstance(item, kconfiglib.Symbol):
            yield item


def members(symbol: kconfiglib.Symbol) -> Iterable[kconfiglib.Symbol]:
    """The other members of a symbol's choice; none for one outside a choice."""
    return [s for s in symbol.choice.syms if s is not symbol] if symbol.choice is not None else []


def provider_switches(kconf: kconfiglib.Kconfig) -> list[kconfiglib.Symbol]:
    """TERRAFORM_AWS and its like, in the order of the menu; none for a tree without that choice."""
    for choice in kconf.unique_choices:
        if any(node.prompt and node.prompt[0] == _PROVIDERS for node in choice.nodes):
            return list(choice.syms)
    return []
