# SPDX-License-Identifier: MIT
"""Configurations in parts: `make defconfig-aws-large+my-ssh`, and personal settings in local.config.

Parts are looked for in defconfigs/, in the folders of KDEVOPS_CONFIG_PATH, and in ~/.config/kdevops/. A later
part wins over an earlier one, line by line and choice by choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import kconfiglib

from cloudlib.config import requested, results, terms
from cloudlib.errors import UsageError
from cloudlib.settings import ROOT, config_folders, flag, shown

DEFCONFIGS = ROOT / "defconfigs"
#: Settings of a person for every defconfig; git ignores it.
LOCAL = ROOT / "local.config"
#: What the name of a defconfig may be, as it is part of the name of a make target.
NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass
class Merged:
    """The settings of some parts, `source` naming the part of each, and sentences about what gave way."""

    settings: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As the lines of a configuration."""
        return "".join(f"CONFIG_{name}={value}\n" for name, value in self.settings.items())


def names() -> list[str]:
    """The shipped configurations, as `make defconfig-NAME` takes them."""
    return sorted(p.name for p in DEFCONFIGS.glob("*") if p.is_file() and NAME.fullmatch(p.name))


def new_path(name: str, typed: str) -> Path:
    """defconfigs/NAME, to be written. `typed` is how it was asked for: `NAME=my-box`.

    UsageError for what is not a file name, and, without FORCE=1, for a defconfig that is there.
    """
    path = DEFCONFIGS / name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UsageError(f"{typed} is not a file name", hint="letters, digits, . _ and -: my-box")
    if path.exists() and not flag("FORCE"):
        raise UsageError(
            f"{shown(path)} exists", unchanged=shown(path), hint="choose another name; FORCE=1 replaces it"
        )
    return path


def parts(name: str) -> list[Path]:
    """The files of `aws-large+my-ssh`; UsageError for one that is nowhere."""
    return [_find(part) for part in name.split("+")]


def _find(name: str) -> Path:
    folders = [DEFCONFIGS, *config_folders()]
    plain = NAME.fullmatch(name) is not None
    for path in (folder / file for folder in folders if plain for file in (name, f"{name}.config")):
        if path.is_file():
            return path
    from cloudlib.catalog.alike import alike  # what is right is loaded faster without

    looked = ", ".join(shown(folder) for folder in folders)
    near = alike(name, names(), 3)
    ways = [f"make defconfig-{n}" for n in near or names()]
    rule = f" in {looked}" if plain or not name else ": a name is made of letters, digits and . _ + -"
    raise UsageError(
        f"there is no defconfig {name!r}{rule}",
        hint="\n".join([*ways, *(["`make help` lists them all"] if near else [])]),
    )


def merge(kconf: kconfiglib.Kconfig, paths: Sequence[Path]) -> Merged:
    """Put configurations together, later ones over earlier ones. ConfigRejected for an unreadable one."""
    merged = Merged()
    for path in paths:
        new = _choices(kconf, requested.settings(requested.read(path)), merged.notes)
        for by, value in new.items():
            gone = dict.fromkeys(old for old in _displaced(kconf, by, value, merged) if old not in new)
            if gone:
                merged.notes.append(_replaced(f"CONFIG_{by}={value} of {shown(path)}", list(gone), merged))
            for old in gone:
                del merged.settings[old]
        for name, value in new.items():
            before = merged.settings.get(name, value)
            if before != value:
                merged.notes.append(
                    f"CONFIG_{name}={value} of {shown(path)} replaces {before} of {merged.source[name]}"
                )
            merged.settings[name] = value
            merged.source[name] = shown(path)
    return merged


def _choices(kconf: kconfiglib.Kconfig, new: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """The settings of a part, with choices for its result strings: these win over the choices of other parts.

    A string that names nothing, or that the part itself contradicts, stays: it is refused when all is loaded.
    Beside its choices, as in a .config, it says nothing new.
    """
    settings = dict(new)
    for name in new:
        options = dict.fromkeys(results.meant(kconf, name, new), "y")
        if not options:
            continue
        value = settings.pop(name)
        if options.items() - new.items():
            notes.append(f"CONFIG_{name}={value} chooses {' and '.join(options)}")
            settings |= options
    return settings


def _replaced(by: str, gone: Sequence[str], merged: Merged) -> str:
    """A sentence: what gave way, and how much went with it."""
    lines = [f"CONFIG_{old}={merged.settings[old]} of {merged.source[old]}" for old in gone]
    if len(lines) > 2:
        lines[1:] = [f"{len(lines) - 1} settings that go with it"]
    return f"{by} replaces {' and '.join(lines)}"


def _displaced(kconf: kconfiglib.Kconfig, name: str, value: str, merged: Merged) -> Iterator[str]:
    """The earlier settings that a new one rules out: other members of its choice, what depends on these.

    Of the choices that it needs too: a family chooses its category, a zone its region. A provider is never
    chosen this way.
    """
    symbol = kconf.syms.get(name)
    if symbol is None or value != "y" or symbol.choice is None:
        return
    providers = terms.provider_switches(kconf)
    needed = [term for term in _needed(symbol) if term.choice is not None and term not in providers]
    for other in (o for chosen in (symbol, *needed) for o in terms.members(chosen)):
        if merged.settings.get(other.name) == "y":
            yield other.name
            for earlier in merged.settings:
                if earlier in kconf.syms and _depends(kconf.syms[earlier], other):
                    yield earlier


def _needed(item: kconfiglib.Symbol | kconfiglib.Choice) -> Iterator[kconfiglib.Symbol]:
    """The options that it needs in so many words."""
    for term in kconfiglib.split_expr(item.direct_dep, kconfiglib.AND):
        if isinstance(term, kconfiglib.Choice):
            yield from _needed(term)
        elif isinstance(term, kconfiglib.Symbol):
            yield term


def _depends(item: kconfiglib.Symbol | kconfiglib.Choice, on: kconfiglib.Symbol) -> bool:
    """Does it need the option in so many words? A size needs its family, a zone its region."""
    return any(term is on for term in _needed(item))
