# SPDX-License-Identifier: MIT
"""The machine that is chosen, in one line: the title of a menu. Read from the menus alone, no catalog."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import kconfiglib

from cloudlib.catalog.text import dollars
from cloudlib.menus import help_texts, rows
from cloudlib.menus.names import MenuNames
from cloudlib.menus.symbols import symbol

_COUNT = "TERRAFORM_NODE_COUNT"


def headline(kconf: kconfiglib.Kconfig, providers: Iterable[MenuNames]) -> str:
    """ "AWS: 3 x m7i.large in us-east-1, $0.3024/h", or what of it is known."""
    names = next((n for n in providers if kconf.syms[n.switch].str_value == "y"), None)
    if names is None:
        return "No cloud provider is chosen"
    for option, text in names.left_open.items():
        if option in kconf.syms and kconf.syms[option].str_value == "y":
            return f"{names.title}: {text}"
    machine, region = (kconf.syms[n].str_value for n in (names.results.instance_type, names.results.region))
    chosen = kconf.syms.get(symbol(names.type_prefix, machine))
    if chosen is None or not is_machine(chosen):
        return f"{names.title}: {machine or 'no machine'}"
    count = int(kconf.syms[_COUNT].str_value or 1) if _COUNT in kconf.syms else 1
    each = price(chosen, region)
    cost = "price not known" if each is None else f"{dollars(each * count)}/h"
    return f"{names.title}: {f'{count} x ' if count > 1 else ''}{machine} in {region}, {cost}"


def is_machine(candidate: kconfiglib.Symbol) -> bool:
    """Does a symbol stand for a type? Its row then has the figures of one."""
    node = candidate.nodes[0] if candidate.nodes else None
    return bool(node is not None and node.prompt and rows.figures(node.prompt[0]))


def price(machine: kconfiglib.Symbol, region: str) -> Decimal | None:
    """USD per hour in a region by the row and the help of a type; None where these have none."""
    node = machine.nodes[0] if machine.nodes else None
    row = rows.figures(node.prompt[0]) if node is not None and node.prompt else None
    if node is None or row is None:
        return None
    if rows_of(node) not in ("", region):
        return help_texts.price_elsewhere(node.help or "", region)
    return None if row.price is None else Decimal(str(row.price))


def rows_of(node: kconfiglib.MenuNode) -> str:
    """The region whose prices the rows of a list show; "" where they hold for all."""
    first = node.parent.list
    return rows.priced_region(first.prompt[0]) if first.item is kconfiglib.COMMENT else ""
