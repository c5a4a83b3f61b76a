# SPDX-License-Identifier: MIT
"""What a configuration asks for against what the menus give, because Kconfig drops settings silently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import kconfiglib

from cloudlib.config import implied, save, terms
from cloudlib.config.dropped import Dropped
from cloudlib.errors import ConfigRejected
from cloudlib.menus import rows
from cloudlib.settings import config_file, existing_config, shown

_SETTING = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.*)\Z")
_OURS = ("TERRAFORM_", "TARGET_ARCH_")
#: Settings of kdevops that say something about the machines all the same; cloudlib.config.aliases has them.
_OTHERS = ("KDEVOPS_NODES", "KDEVOPS_HOSTS_PREFIX", "KDEVOPS_BASELINE_AND_DEV")
_STATE = "_USE_DYNAMIC_CONFIG"  # tells which menus the tree had; it asks for nothing


@dataclass(frozen=True)
class Loaded:
    """What came of loading a file: notes on what was taken otherwise than written, and what was not taken.

    `completed` is True where something was set that the file does not say.
    """

    notes: Sequence[str] = ()
    dropped: Sequence[Dropped] = ()
    completed: bool = False


@dataclass(frozen=True)
class Request:
    """The settings that are to take effect, and the lines that they come from, where the file says others."""

    settings: Mapping[str, str]
    origin: Mapping[str, str] = field(default_factory=dict)


def settings(text: str) -> dict[str, str]:
    """The `CONFIG_X=value` lines of a configuration, the last one of a name winning."""
    matches = (_SETTING.match(line.strip()) for line in text.splitlines())
    return {m.group(1): m.group(2) for m in matches if m}


def load(kconf: kconfiglib.Kconfig, path: Path) -> Loaded:
    """Load a configuration, in the names of this tree or in others that cloudlib.config.aliases has.

    Where something of it did not take effect, it is looked at again: other names are translated, result
    strings become choices, and what a setting needs is switched on where the file says nothing of it, the
    previous generation of families for one. ConfigRejected where it cannot be read, or names no cloud.

    In a .config whose choices were edited since it was saved, the result strings are those of before. Where
    neither was, but the menus have changed, a note says what became of a string.
    """
    text = read(path)
    try:
        kconf.load_config(str(path))
    except (OSError, kconfiglib.KconfigError) as error:
        raise _unreadable(path, error) from error
    asked = settings(text)
    notes: list[str] = []
    if path == config_file() and (edits := save.edits(text)) != save.STRINGS:
        old = (
            {name: asked.pop(name) for name in list(asked) if _is_result(kconf.syms.get(name))}
            if edits
            else {}
        )
        notes = list(_moved(kconf, old)) if edits == save.NOTHING else []
    if not _lost(kconf, Request(asked)) and not any(name in asked for name in _OTHERS):
        _names_a_cloud(kconf, asked, path)
        said = tuple(notes if path == config_file() else _default_machine(kconf, asked))
        return Loaded(tuple(said), completed=bool(said))
    return _translated(kconf, asked, path)


def read(path: Path) -> str:
    """The text of a configuration. Raises ConfigRejected."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ConfigRejected:
    name = shown(path)
    return ConfigRejected(
        f"{name} cannot be read: {one_line(error)}",
        unchanged=name,
        hint=f"fix it, or move it aside: mv {name} {name}.bad",
    )


def _moved(kconf: kconfiglib.Kconfig, old: Mapping[str, str]) -> Iterator[str]:
    for name, value in old.items():
        if value != '""' and kconf.syms[name].str_value and not terms.same(kconf.syms[name], value):
            yield f"the menus have changed: CONFIG_{name} is {kconf.syms[name].str_value!r}, it was {value}"


def _translated(kconf: kconfiglib.Kconfig, asked: Mapping[str, str], path: Path) -> Loaded:
    from cloudlib.config import aliases, results  # a file in our own names needs neither

    made = aliases.translate(asked, lambda name: name in kconf.syms and bool(kconf.syms[name].nodes))
    for name, value in {**made.weak, **made.settings}.items():
        symbol = kconf.syms.get(name)
        if symbol is not None and name not in asked:
            symbol.set_value(terms.text(value))
    notes = implied.imply(kconf, made.settings)
    chosen = results.choose(kconf, made.settings, free_text=path != config_file())
    wanted = {**made.settings, **chosen.settings}
    for name in {o.name for s in chosen.settings for o in terms.members(kconf.syms[s])}:
        wanted.pop(name, None)
    notes += implied.imply(kconf, wanted)
    request = Request(wanted, {**made.origin, **chosen.origin})
    refused = [*made.refused, *chosen.refused]
    reasons = {item.name: item.why for item in refused}
    lost = [replace(i, why=reasons.pop(i.name, i.why)) for i in dropped(kconf, request)]
    lost = [item for item in refused if item.name in reasons] + lost
    said = [*made.notes, *chosen.notes, *(str(item) for item in notes if item.telling)]
    if not lost:
        _names_a_cloud(kconf, wanted, path)
    if not lost and path != config_file():
        said += _default_machine(kconf, wanted)
    return Loaded(tuple(said), tuple(lost), completed=bool(said or notes))


def _names_a_cloud(kconf: kconfiglib.Kconfig, asked: Mapping[str, str], path: Path) -> None:
    """Raise ConfigRejected for a file that asks for no machine of any provider, instead of a default one."""
    switches = [symbol.name for symbol in terms.provider_switches(kconf)]
    names = [name for name, value in asked.items() if value not in ("n", '""')]
    off = asked.get("TERRAFORM") == "n"
    if switches and (off or not any(n == s or n.startswith(f"{s}_") for n in names for s in switches)):
        what = "sets CONFIG_TERRAFORM=n: it asks for no cloud machine" if off else "names no cloud provider"
        raise ConfigRejected(
            f"{shown(path)} {what}",
            unchanged=existing_config(),
            hint="\n".join(
                ["add one of", *(f"  CONFIG_{s}=y" for s in switches), "make alldefconfig: the defaults"]
            ),
        )


def _default_machine(kconf: kconfiglib.Kconfig, asked: Mapping[str, str]) -> Iterator[str]:
    """What a file gets that names a provider, or a family, and no machine."""
    named = [kconf.syms[name] for name, value in asked.items() if value == "y" and name in kconf.syms]
    if not any(rows.figures(terms.prompt(symbol)) for symbol in named if symbol.choice is not None):
        from cloudlib.config import nearest  # most files name a machine, and are loaded faster without

        machine = nearest.chosen(kconf)
        if machine is not None and f'"{machine.name}"' not in asked.values():
            yield f"no machine is named: it is {machine.label}, the default of these menus"


def one_line(error: Exception) -> str:
    """The first line of what Kconfiglib says; the others repeat what is in the file."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.strip().splitlines()[0]


def _lost(kconf: kconfiglib.Kconfig, request: Request) -> list[tuple[str, str]]:
    """The settings that did not take effect. Of other settings than the cloud's nothing is known."""
    lost = []
    for name, value in request.settings.items():
        if not name.startswith(_OURS) or name.endswith(_STATE):
            continue
        symbol = kconf.syms.get(name)
        if symbol is None or not symbol.nodes:
            if value != "n":
                lost.append((name, value))
        elif not terms.same(symbol, value) and _asks(symbol, value):
            lost.append((name, value))
    return lost


def _is_result(symbol: kconfiglib.Symbol | None) -> bool:
    """Is it a result string of this tree?"""
    return symbol is not None and symbol.orig_type == kconfiglib.STRING and not terms.prompted(symbol)


def _asks(symbol: kconfiglib.Symbol, value: str) -> bool:
    """Is a line a request? Of what has no prompt only strings are: a derived switch follows them."""
    return terms.prompted(symbol) or (_is_result(symbol) and value != '""')


def dropped(kconf: kconfiglib.Kconfig, request: Request) -> list[Dropped]:
    """The settings that the menus did not take, with the reason and the nearest ones."""
    lost = _lost(kconf, request)
    if not lost:
        return []
    lost.sort(key=lambda item: item[0] in kconf.syms and not terms.prompted(kconf.syms[item[0]]))
    from cloudlib.config import nearest

    near = nearest.Nearest(kconf)
    items = []
    for name, value in lost:
        symbol, line = kconf.syms.get(name), request.origin.get(name, "")
        if symbol is None or not symbol.nodes:
            items.append(Dropped(name, value, near.unknown(name), near.named_like(name), line))
        elif terms.prompted(symbol):
            items.append(Dropped(name, value, _reason(symbol, value), near.offered_like(symbol), line))
        else:
            near_it = near.valued_like(symbol, terms.text(value))
            items.append(Dropped(name, value, f"it became {symbol.str_value!r}", near_it, line))
    return near.without_repeats(items)


def rejected(lost: Sequence[Dropped], what: str) -> ConfigRejected:
    """One error for all that was dropped."""
    lines = "\n".join(f"  {item}" for item in lost)
    return ConfigRejected(
        f"{what} asks for what the menus do not offer:\n{lines}",
        unchanged=existing_config(),
        hint="correct these lines, or choose again with `make menuconfig`",
    )


def _reason(symbol: kconfiglib.Symbol, value: str) -> str:
    from cloudlib.config import bootable, places

    needs = terms.needs(symbol)
    instead = symbol.choice.selection if symbol.choice is not None else None
    if elsewhere := places.not_here(symbol):
        return elsewhere
    if why := bootable.cannot_boot(symbol):
        return why
    if instead is not None and (not needs or (instead.user_value and all("_CATEGORY_" in n for n in needs))):
        return f"{instead.name} was chosen instead"
    if needs:
        return f"it needs {', '.join(needs)}"
    for low, high, condition in symbol.ranges:
        if kconfiglib.expr_value(condition) > 0:
            return f"it must be a number from {low.str_value} to {high.str_value}"
    return f"it became {symbol.str_value!r}"
