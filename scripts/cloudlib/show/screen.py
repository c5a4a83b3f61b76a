# SPDX-License-Identifier: MIT
"""Kconfiglib's menuconfig, driven: shorter rows, and a search that ends in a choice.

menuconfig is a module of functions that call each other by name; some are replaced here by ones that call the
original. What it draws, reads and saves stays its own. https://github.com/ulfalizer/Kconfiglib
"""

from __future__ import annotations

import importlib
import locale
import os
import sys
from collections.abc import Sequence
from typing import Any

import kconfiglib

from cloudlib.catalog.text import dollars
from cloudlib.config import headline, reach, terms
from cloudlib.errors import message
from cloudlib.menus import rows
from cloudlib.menus.names import MenuNames

#: The functions that are replaced by methods of Screen without the underscore.
REPLACED = ("_node_str", "_jump_to", "_sorted_sc_nodes", "_draw_jump_to_dialog", "_draw_frame")
_LABEL = "_name_and_val_str"
_SEARCH = "Jump to symbol"
#: Columns of a dialog's text on a screen of 80.
_DIALOG = 72
#: The categories of a locale, each of which may be set by a variable of its own, and locales that draw lines.
_CATEGORIES = ("LC_CTYPE", "LC_COLLATE", "LC_TIME", "LC_MONETARY", "LC_MESSAGES", "LC_NUMERIC")
_INSTEAD = ("C.UTF-8", "en_US.UTF-8")
_QUESTION = "Go on? (Y)es  (N)o"


class Screen:
    """The functions that stand in for those of the module; `providers` are in the order of the menus.

    `known` is False where there is no .config: everything would be marked as new then.
    """

    def __init__(self, kconf: kconfiglib.Kconfig, providers: Sequence[MenuNames], *, known: bool) -> None:
        self._kconf = kconf
        self._providers = providers
        self._known = known
        self._matches = 0
        self._module: Any = importlib.import_module("menuconfig")
        self._original = {name: getattr(self._module, name) for name in (*REPLACED, _LABEL)}

    def run(self) -> None:
        """Show the menu until it is left."""
        self._kconf.headline = lambda: headline.headline(self._kconf, self._providers)
        for name in REPLACED:
            setattr(self._module, name, getattr(self, name.lstrip("_")))
        note = _usable_locale()
        self._module.menuconfig(self._kconf)
        if note:
            print(note, file=sys.stderr)

    def node_str(self, node: kconfiglib.MenuNode) -> str:
        """A row of a menu; of a choice with what is chosen by its name, not with all its figures."""
        text = str(self._original["_node_str"](node))
        chosen = node.item.selection if isinstance(node.item, kconfiglib.Choice) else None
        if chosen is not None and chosen.nodes[0].prompt:
            text = f"{self._short(chosen)}".join(text.rsplit(chosen.nodes[0].prompt[0], 1))
        return text if self._known else text.replace(" (NEW)", "")

    def jump_to(self, node: kconfiglib.MenuNode) -> None:
        """Go to a hit of the search. One that is not offered as things are is offered with what it needs."""
        if self._module._show_all or self._module._visible(node) or self._made_visible(node):
            self._original["_jump_to"](node)

    def sorted_sc_nodes(self) -> list[kconfiglib.MenuNode]:
        """What the search looks through: in the order of the menus, the chosen provider's first."""
        own = next((n.switch for n in self._providers if self._kconf.syms[n.switch].str_value == "y"), "")
        others = tuple(f"{n.switch}_" for n in self._providers if n.switch != own)
        nodes = [node for symbol in self._kconf.unique_defined_syms for node in symbol.nodes]
        nodes += [node for choice in self._kconf.unique_choices for node in choice.nodes]
        return sorted(nodes, key=lambda node: (not node.prompt, _name(node).startswith(others)))

    def draw_jump_to_dialog(self, *arguments: Any) -> None:
        """The list of hits: of a member of a choice the provider and the row, which say more."""
        self._matches = len(arguments[-3])
        setattr(self._module, _LABEL, self._hit)
        try:
            self._original["_draw_jump_to_dialog"](*arguments)
        finally:
            setattr(self._module, _LABEL, self._original[_LABEL])

    def draw_frame(self, win: Any, title: str) -> None:
        """The frame of a dialog; over the search the number of hits."""
        self._original["_draw_frame"](
            win, f"{title}: {self._matches}" if title.startswith(_SEARCH) else title
        )

    def _hit(self, item: Any) -> str:
        if not isinstance(item, kconfiglib.Symbol) or item.choice is None:
            return str(self._original[_LABEL](item))
        title = next((n.title for n in self._providers if item.name.startswith(f"{n.switch}_")), "")
        return f"{'*' if item.str_value == 'y' else ' '} {title}".rstrip()

    def _short(self, chosen: kconfiglib.Symbol) -> str:
        """The name of a member, of a machine with its price in the chosen region."""
        name = terms.title(chosen)
        if rows.figures(chosen.nodes[0].prompt[0]) is None:
            return name
        names = next(n for n in self._providers if chosen.name.startswith(f"{n.switch}_"))
        price = headline.price(chosen, self._kconf.syms[names.results.region].str_value)
        return name if price is None else f"{name}  {dollars(price)}/h"

    def _made_visible(self, node: kconfiglib.MenuNode) -> bool:
        """Offer to choose what a hit needs, and the hit with it; returns whether it can be shown now."""
        if not node.prompt:
            self._tell("Follows from other choices", f"{_name(node)} has no question of its own.")
            return False
        title = node.prompt[0].split("  ", 1)[0]
        tried = reach.Reach(self._kconf, node.prompt[1])
        if not tried.holds:
            tried.undo()
            self._tell("Not offered", f"{title} cannot be chosen, whatever else is.")
            return False
        needed = [_described(symbol) for symbol in tried.changed]
        tried.undo()
        lines = [f"Choosing {title} changes:", "", *needed, "", _QUESTION]
        said = self._module._key_dialog(
            "Not offered as things are", "\n".join(n[:_DIALOG] for n in lines), "yn\n"
        )
        if said not in ("y", "\n"):
            return False
        reach.Reach(self._kconf, node.prompt[1])
        if isinstance(node.item, kconfiglib.Symbol) and node.item.choice is not None:
            node.item.set_value("y")
        self._module._conf_changed = True
        return True

    def _tell(self, title: str, text: str) -> None:
        self._module._msg(title, text)


def _name(node: kconfiglib.MenuNode) -> str:
    return str(getattr(node.item, "name", None) or "")


def _described(symbol: kconfiglib.Symbol) -> str:
    """ "  Instance type category: GPU", or the text of an option."""
    choice = f"{symbol.choice.nodes[0].prompt[0]}: " if symbol.choice is not None else ""
    return f"  {choice}{terms.title(symbol)}"


def _usable_locale() -> str:
    """Replace a locale that is not installed, which curses could not use; returns a note of that, or ""."""
    missing = dict.fromkeys(
        _variable(category) for category in _CATEGORIES if not _installed(getattr(locale, category), "")
    )
    if not missing:
        return ""
    usable = next((name for name in _INSTEAD if _installed(locale.LC_ALL, name)), "C")
    os.environ["LC_ALL"] = usable
    which = f"locale {', '.join(missing)} is" if len(missing) == 1 else f"locales {', '.join(missing)} are"
    return message(f"note: the {which} not installed: the menu was shown in {usable}")


def _installed(category: int, name: str) -> bool:
    """Can a locale be used for a category? "" is the one that the environment names."""
    try:
        locale.setlocale(category, name)
    except locale.Error:
        return False
    return True


def _variable(category: str) -> str:
    """`LC_TIME=xx`: the variable that sets a category, in POSIX's order."""
    return next((f"{n}={os.environ[n]}" for n in ("LC_ALL", category, "LANG") if os.environ.get(n)), category)
