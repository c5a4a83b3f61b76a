# SPDX-License-Identifier: MIT
"""Result strings as requests: TERRAFORM_AWS_INSTANCE_TYPE="p5.48xlarge" -> the choices that yield it.

A result string has no prompt: Kconfig works it out from the choices and ignores what a file says of it. Its
defaults tell the way back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import kconfiglib

from cloudlib.config import implied, terms
from cloudlib.config.dropped import Dropped


@dataclass
class Chosen:
    """What was chosen for the strings of a file, sentences about it, and what could not be chosen.

    `origin` maps a symbol that was set to the line of the file that it was set for.
    """

    settings: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refused: list[Dropped] = field(default_factory=list)


@dataclass(frozen=True)
class _Way:
    """The options that yield a string; `custom` is the free text besides, under "Custom image"."""

    options: tuple[kconfiglib.Symbol, ...]
    custom: kconfiglib.Symbol | None = None

    def cost(self) -> int:
        """How far it is from what is chosen now: the options that are off, and what these lack."""
        off = [option for option in self.options if option.str_value != "y"]
        return len(off) + sum(len(list(terms.unmet(option))) for option in off)


def differing(kconf: kconfiglib.Kconfig, asked: Mapping[str, str]) -> list[kconfiglib.Symbol]:
    """The result strings of a file of which the loaded tree makes other values, in the order of the menus."""
    names = {name for name, value in asked.items() if value[:1] == '"' and value != '""'}
    return [
        symbol
        for symbol in kconf.unique_defined_syms
        if symbol.name in names
        and symbol.orig_type == kconfiglib.STRING
        and not terms.prompted(symbol)
        and not terms.same(symbol, asked[symbol.name])
    ]


def meant(kconf: kconfiglib.Kconfig, name: str, asked: Mapping[str, str]) -> list[str]:
    """The choices that a result string of a file stands for, but for its provider; [] where not one way."""
    symbol = kconf.syms.get(name)
    if symbol is None or symbol.orig_type != kconfiglib.STRING or terms.prompted(symbol):
        return []
    every = [
        way for way in _ways(symbol, terms.text(asked[name])) if not way.custom and not _against(way, asked)
    ]
    providers = terms.provider_switches(kconf)
    return [o.name for way in every for o in way.options if o not in providers] if len(every) == 1 else []


def choose(kconf: kconfiglib.Kconfig, asked: Mapping[str, str], *, free_text: bool) -> Chosen:
    """Make the choices that yield the strings of a loaded file, where nothing else in it decides them.

    With `free_text` an image that the menus do not have is set as a custom one.
    """
    chosen = Chosen()
    pending = differing(kconf, asked)
    while pending:
        left = [s for s in pending if not terms.same(s, asked[s.name])]
        done = [s for s in left if _choose(kconf, s, asked, chosen)]
        if not done:
            break
        pending = [s for s in left if s not in done]
    for symbol in [s for s in pending if not terms.same(s, asked[s.name])]:
        if not (free_text and _as_custom(kconf, symbol, asked, chosen)):
            _refuse(symbol, asked, chosen)
    return chosen


def _choose(
    kconf: kconfiglib.Kconfig, symbol: kconfiglib.Symbol, asked: Mapping[str, str], chosen: Chosen
) -> bool:
    """Take the one way to a string that is nearest to what is chosen; False where several are, or none."""
    both = {**asked, **chosen.settings}
    ways = [way for way in _ways(symbol, terms.text(asked[symbol.name])) if not way.custom]
    ways = [way for way in ways if not _against(way, both)]
    costs = sorted(way.cost() for way in ways)
    if not ways or (len(costs) > 1 and costs[0] == costs[1]):
        return False
    way = min(ways, key=_Way.cost)
    line = f"CONFIG_{symbol.name}={asked[symbol.name]}"
    new = [option.name for option in way.options if option.str_value != "y"]
    for option in way.options:
        option.set_value("y")
        chosen.settings[option.name] = "y"
        chosen.origin.setdefault(option.name, line)
    implied.imply(kconf, {**asked, **chosen.settings})
    if new:
        chosen.notes.append(f"{line} chooses {' and '.join(dict.fromkeys(new))}")
    return True


def _ways(symbol: kconfiglib.Symbol, wanted: str) -> Iterator[_Way]:
    for value, condition in symbol.defaults:
        parts = kconfiglib.split_expr(condition, kconfiglib.AND)
        options = tuple(p for p in parts if isinstance(p, kconfiglib.Symbol) and terms.prompted(p))
        if value.is_constant:
            if terms.same_string(symbol, value.str_value, wanted):
                yield _Way(options)
        elif terms.prompted(value):
            yield _Way(options, value)
        else:
            yield from (_Way((*options, *way.options), way.custom) for way in _ways(value, wanted))


def _against(way: _Way, asked: Mapping[str, str]) -> str:
    """The setting of a file that rules a way out; "" for none."""
    for option in way.options:
        if asked.get(option.name) == "n":
            return str(option.name)
        for other in terms.members(option):
            if asked.get(other.name) == "y":
                return str(other.name)
    return ""


def _as_custom(
    kconf: kconfiglib.Kconfig, symbol: kconfiglib.Symbol, asked: Mapping[str, str], chosen: Chosen
) -> bool:
    """Set a string as free text, with all others of the same custom image; False where one is not told."""
    way = next((way for way in _ways(symbol, "") if way.custom), None)
    if way is None:
        return False
    switch = way.options[0]
    group = {
        other: value
        for other in kconf.unique_defined_syms
        if other.orig_type == kconfiglib.STRING and not terms.prompted(other)
        for value, condition in other.defaults
        if not value.is_constant and switch in kconfiglib.split_expr(condition, kconfiglib.AND)
    }
    if not all(other.name in asked for other in group):
        return False
    for option in way.options:
        option.set_value("y")
    for other, custom in group.items():
        custom.set_value(terms.text(asked[other.name]))
        chosen.origin[custom.name] = f"CONFIG_{other.name}={asked[other.name]}"
    implied.imply(kconf, {**asked, switch.name: "y"})
    chosen.settings[switch.name] = "y"
    if not any(switch.name in note for note in chosen.notes):
        chosen.notes.append(
            f"CONFIG_{symbol.name}={asked[symbol.name]} is not an image in the menus: {switch.name}=y"
        )
    return True


def _refuse(symbol: kconfiglib.Symbol, asked: Mapping[str, str], chosen: Chosen) -> None:
    wanted = terms.text(asked[symbol.name])
    ways = [way for way in _ways(symbol, wanted) if not way.custom]
    against = {_against(way, asked): way for way in ways}
    other = next((name for name in against if name), "")
    free = next((way.custom.name for way in _ways(symbol, wanted) if way.custom), "")
    nearest: tuple[str, ...] = ()
    if other:
        options = " and ".join(dict.fromkeys(o.name for o in against[other].options if o.str_value != "y"))
        gives = f"gives {symbol.str_value!r}" if symbol.str_value else "rules it out"
        why = f"CONFIG_{other} {gives}; delete the wrong line; its choice is {options}"
    elif len(ways) > 1:
        why = "several choices give it; name one"
        nearest = tuple(dict.fromkeys(way.options[0].name for way in ways))[:3]
    elif free:
        why = f"the menus have no such image; {free} takes any; without this line it is {symbol.str_value!r}"
    elif ways:
        why = (
            "; ".join(f"it needs {n}" for o in ways[0].options for n in terms.needs(o)) or "it is not offered"
        )
    else:
        why = "the menus have no such name"
    chosen.refused.append(Dropped(symbol.name, asked[symbol.name], why, nearest))
