# SPDX-License-Identifier: MIT
"""What a configuration asks for against what the menus give, because Kconfig drops settings silently."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import kconfiglib

from cloudlib.errors import ConfigRejected
from cloudlib.settings import shown

_SETTING = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.*)\Z")
_OURS = ("TERRAFORM_", "TARGET_ARCH_")
#: How many unknown settings get the names like theirs: each costs half a second over a whole tree, and a
#: configuration of another tree has hundreds.
_NEAREST_FOR = 5
_STATE = "_USE_DYNAMIC_CONFIG"  # tells which menus the tree had; it asks for nothing


@dataclass(frozen=True, slots=True)
class Dropped:
    """A setting that did not take effect: what was asked, why not, and existing names like it."""

    name: str
    value: str
    why: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        near = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        return f"CONFIG_{self.name}={self.value}: {self.why}{near}"


@dataclass(frozen=True, slots=True)
class Switched:
    """An option that was switched on because the configuration names a machine of a previous generation."""

    option: str
    setting: str

    def __str__(self) -> str:
        return f"{self.setting} is of a previous generation: {self.option}=y was set for it"


def settings(text: str) -> dict[str, str]:
    """The `CONFIG_X=value` lines of a configuration, the last one of a name winning."""
    matches = (_SETTING.match(line.strip()) for line in text.splitlines())
    return {m.group(1): m.group(2) for m in matches if m}


def load(kconf: kconfiglib.Kconfig, path: Path) -> list[Switched]:
    """Load a configuration and switch on the previous generation where it names a machine of one.

    So a configuration from the time when that family was current goes on working. Returns what was switched
    on; ConfigRejected where the file cannot be read.
    """
    try:
        kconf.load_config(str(path))
    except (OSError, kconfiglib.KconfigError) as error:
        name = shown(path)
        raise ConfigRejected(
            f"{name} cannot be read: {one_line(error)}",
            unchanged=f"{name}, as it was",
            hint=f"fix it, or move it aside: mv {name} {name}.bad",
        ) from error
    switched = list(dict.fromkeys(_previous_generations(kconf, path)))
    if switched:
        kconf.load_config(str(path))
        for note in switched:
            kconf.syms[note.option].set_value("y")
    return switched


def _previous_generations(kconf: kconfiglib.Kconfig, path: Path) -> Iterator[Switched]:
    """Sets the options that settings of a loaded file lack, for as long as it looks."""
    for name, value in settings(path.read_text(encoding="utf-8")).items():
        symbol = kconf.syms.get(name)
        if value == "y" and symbol is not None and symbol.str_value != "y":
            for term in _unmet(symbol):
                if term.endswith("_PREVIOUS_GENERATION") and kconf.syms[term].set_value("y"):
                    yield Switched(term, name)


def one_line(error: Exception) -> str:
    """The first line of what Kconfiglib says; the others repeat what is in the file."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.strip().splitlines()[0]


def dropped(kconf: kconfiglib.Kconfig, path: Path) -> list[Dropped]:
    """The settings of `path` (loaded already) that the menus did not take.

    Only cloud settings count, and of defined symbols only those a user can set.
    """
    lost: list[Dropped] = []
    for name, value in settings(path.read_text(encoding="utf-8")).items():
        if not name.startswith(_OURS) or name.endswith(_STATE):
            continue
        symbol = kconf.syms.get(name)
        if symbol is None or not symbol.nodes:
            if value != "n":
                near = _nearest(kconf, name) if len(lost) < _NEAREST_FOR else ()
                lost.append(Dropped(name, value, "there is no such setting", near))
        elif any(node.prompt for node in symbol.nodes) and not _same(symbol, value):
            lost.append(Dropped(name, value, _reason(symbol, value), _nearest_offered(kconf, symbol)))
    return lost


def rejected(lost: Sequence[Dropped], what: str, *, unchanged: str) -> ConfigRejected:
    """One error for all that was dropped."""
    lines = "\n".join(f"  {item}" for item in lost)
    return ConfigRejected(
        f"{what} asks for what the menus do not offer:\n{lines}",
        unchanged=unchanged,
        hint="correct these lines, or choose again with `make menuconfig`",
    )


def _same(symbol: kconfiglib.Symbol, value: str) -> bool:
    if symbol.orig_type == kconfiglib.STRING:
        return bool(kconfiglib.unescape(value[1:-1]) == symbol.str_value)
    if symbol.orig_type in (kconfiglib.INT, kconfiglib.HEX):
        return bool(value.strip().lstrip("0") == symbol.str_value.lstrip("0"))
    return bool(symbol.str_value == value)


def _reason(symbol: kconfiglib.Symbol, value: str) -> str:
    unmet = list(_unmet(symbol))
    if unmet:
        return f"it needs {', '.join(unmet)}"
    if symbol.choice is not None and symbol.choice.selection is not None:
        return f"{symbol.choice.selection.name} was chosen instead"
    for low, high, condition in symbol.ranges:
        if kconfiglib.expr_value(condition) > 0:
            return f"it has to be a number from {low.str_value} to {high.str_value}"
    return f"it became {symbol.str_value!r}"


def _unmet(item: kconfiglib.Symbol | kconfiglib.Choice) -> Iterator[str]:
    """The parts of a symbol's dependencies that do not hold, as Kconfig expressions.

    A member of a choice that is not shown at all lacks what the choice lacks.
    """
    for term in kconfiglib.split_expr(item.direct_dep, kconfiglib.AND):
        if kconfiglib.expr_value(term) != 0:
            continue
        if isinstance(term, kconfiglib.Choice):
            yield from _unmet(term)
        else:
            yield _shortened([kconfiglib.expr_str(t) for t in kconfiglib.split_expr(term, kconfiglib.OR)])


def _shortened(terms: list[str]) -> str:
    """`A_X || A_Y || A_Z` as `one of A_{X, Y, Z}`."""
    start = os.path.commonprefix(terms).rpartition("_")[0] + "_"  # noqa: RUF071 - characters are meant
    if len(terms) < 3 or not start.strip("_"):
        return " || ".join(terms)
    return f"one of {start}{{{', '.join(term.removeprefix(start) for term in terms)}}}"


def _nearest_offered(kconf: kconfiglib.Kconfig, symbol: kconfiglib.Symbol) -> tuple[str, ...]:
    """Names like this one that could be chosen instead; nothing for settings outside a choice."""
    if symbol.choice is None:
        return ()
    return _close(symbol.name, [s.name for s in symbol.choice.syms if s.visibility and s is not symbol])


def _nearest(kconf: kconfiglib.Kconfig, name: str) -> tuple[str, ...]:
    names = [s.name for s in kconf.unique_defined_syms if any(node.prompt for node in s.nodes)]
    return _close(name, names)


def _close(name: str, names: list[str]) -> tuple[str, ...]:
    """Up to three names, those with the longest common beginning first among the similar ones."""
    head = name.rpartition("_")[0]
    same_head = [n for n in names if n.startswith(head + "_")]
    close = difflib.get_close_matches(name, same_head, n=3, cutoff=0.0)
    return tuple(close or difflib.get_close_matches(name, names, n=3, cutoff=0.6))
