# SPDX-License-Identifier: MIT
"""Vendor name -> Kconfig symbol, the only place where names are mangled."""

from __future__ import annotations

import re
from functools import lru_cache

from cloudlib.errors import SymbolCollision


@lru_cache(maxsize=4096)  # regions are asked for once a type
def symbol(prefix: str, name: str) -> str:
    """`symbol("TERRAFORM_AWS_INSTANCE_", "m7i-flex.2xlarge")` -> TERRAFORM_AWS_INSTANCE_M7I_FLEX_2XLARGE.

    Letters are upper-cased, every other character outside A-Z and 0-9 becomes an underscore.
    """
    return prefix + re.sub(r"[^A-Z0-9]", "_", name.upper())


class SymbolTable:
    """Every symbol of one provider's menus with the vendor name it stands for.

    Mangling loses information (`a.b` and `a-b` are one symbol), so a second name for a symbol is an
    error: if one of the two silently won, the menu would start the wrong machine.
    """

    def __init__(self) -> None:
        self._origin: dict[str, str] = {}

    def claim(self, prefix: str, name: str) -> str:
        """The symbol for a vendor name; raises SymbolCollision where another name has it."""
        made = symbol(prefix, name)
        self.reserve(made, name)
        return made

    def reserve(self, made: str, origin: str) -> None:
        """Take a symbol by its full name, such as that of a result string."""
        holder = self._origin.setdefault(made, origin)
        if holder != origin:
            raise SymbolCollision(
                f"{holder!r} and {origin!r} would both become the Kconfig symbol {made}",
                hint="this needs a change in scripts/cloudlib/menus/symbols.py; please report both names",
            )
