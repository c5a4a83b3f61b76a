# SPDX-License-Identifier: MIT
"""Whether an image is not offered because the chosen machine cannot boot it, read from its dependencies.

cloudlib.menus.images makes a switch TERRAFORM_X_BOOTS_MODE for each boot mode of images.
"""

from __future__ import annotations

import kconfiglib

from cloudlib.config import terms

_BOOTS = "_BOOTS_"


def cannot_boot(symbol: kconfiglib.Symbol) -> str:
    """ "the chosen machine boots with V2+NVMe, and it does not"; "" where that is not the reason."""
    for term in terms.unmet(symbol):
        switches = [s for s in terms.symbols(term) if _BOOTS in s.name]
        if switches and _holds_otherwise(term):
            modes = symbol.kconfig.syms.get(f"{switches[0].name.partition(_BOOTS)[0]}_BOOT_MODES")
            how = f"boots with {modes.str_value}, and it does not" if modes else "cannot boot it"
            return f"the chosen machine {how}"
    return ""


def instead(symbol: kconfiglib.Symbol) -> list[str]:
    """The images of its choice that can be booted; where there is none, the distributions that have one."""
    same = [s.name for s in terms.members(symbol) if s.visibility]
    if same:
        return same
    above = [t for t in terms.split(symbol.choice.direct_dep) if isinstance(t, kconfiglib.Symbol)]
    return [s.name for t in above if _choosable(t) for s in terms.members(t) if s.visibility]


def _choosable(symbol: kconfiglib.Symbol) -> bool:
    return symbol.choice is not None and "_DISTRO_" in symbol.name


def _holds_otherwise(expression: object) -> bool:
    """Would a term hold for a machine that boots everything, with all else as it is?"""
    if isinstance(expression, kconfiglib.Symbol):
        return _BOOTS in expression.name or bool(kconfiglib.expr_value(expression))
    if isinstance(expression, tuple) and expression[0] in (kconfiglib.AND, kconfiglib.OR):
        both = [_holds_otherwise(part) for part in expression[1:]]
        return all(both) if expression[0] is kconfiglib.AND else any(both)
    return bool(kconfiglib.expr_value(expression))
