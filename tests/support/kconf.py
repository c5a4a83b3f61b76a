# SPDX-License-Identifier: MIT
"""Kconfig texts under Kconfiglib, every warning fatal."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import kconfiglib

from cloudlib.catalog.records import Catalog
from cloudlib.menus import render as menus
from cloudlib.menus.names import MenuNames
from cloudlib.publish import tier

_TARGETS = """\
mainmenu "test"

choice
	prompt "Target architecture"

config TARGET_ARCH_X86_64
	bool "x86_64"

config TARGET_ARCH_ARM64
	bool "arm64"

endchoice

"""


def parse(folder: Path, root: str, texts: Mapping[str, str] = {}) -> kconfiglib.Kconfig:
    """Write `root` as Kconfig and `texts` by their paths below `folder`, and parse; no warning may come."""
    write(folder, root, texts)
    return parse_tree(folder)


def write(folder: Path, root: str, texts: Mapping[str, str]) -> None:
    """Write `root` as Kconfig and `texts` by their paths below `folder`."""
    for name, text in {**texts, "Kconfig": root}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def parse_tree(folder: Path) -> kconfiglib.Kconfig:
    """Parse the tree below `folder` as the config targets do; no warning may come."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        kconf = kconfiglib.Kconfig("Kconfig", warn_to_stderr=False)
    finally:
        os.chdir(here)
    assert kconf.warnings == []
    kconf.warn_assign_undef = False
    return kconf


def parse_menus(folder: Path, catalog: Catalog, names: MenuNames) -> kconfiglib.Kconfig:
    """Render a catalog and parse its menus under a root like the project's."""
    base = tier.KCONFIGS.format(provider=names.provider)
    write_menus(folder, menus.render(catalog, names, base, tier.GENERATED), names)
    return parse_tree(folder)


def write_menus(folder: Path, texts: Mapping[str, str], names: MenuNames) -> None:
    """Write the rendered menus of a provider under a root like the project's."""
    base = tier.KCONFIGS.format(provider=names.provider)
    files = ["Kconfig.location", "Kconfig.compute", "Kconfig.images"]
    files += ["Kconfig.gpu-amis"] if names.images.gpu else []
    lines = [f'source "{base}/{name}.generated"' for name in files]
    root = (
        f"{_TARGETS}config {names.switch}\n\tdef_bool y\n\nif {names.switch}\n"
        + "\n".join(lines)
        + "\nendif\n"
    )
    write(folder, root, {f"{base}/{name}.generated": text for name, text in texts.items()})


def choose(kconf: kconfiglib.Kconfig, *names: str) -> None:
    """Set these symbols to y; each has to take effect."""
    for name in names:
        kconf.syms[name].set_value("y")
    lost = [name for name in names if kconf.syms[name].str_value != "y"]
    assert lost == [], f"did not take effect: {lost}"


def value(kconf: kconfiglib.Kconfig, name: str) -> str:
    """The value of a symbol, as it would stand in .config, without quotes."""
    return str(kconf.syms[name].str_value)


def visible(kconf: kconfiglib.Kconfig, prefix: str) -> list[str]:
    """What comes after `prefix` in the symbols that can be chosen now, in the order of the menus."""
    found = [s for s in kconf.unique_defined_syms if s.name.startswith(prefix) and s.visibility]
    return [s.name[len(prefix) :] for s in found]


def choice_lines(kconf: kconfiglib.Kconfig, prompt: str) -> Sequence[str]:
    """The visible lines of the choice with this prompt: members' prompts, and comments as `--- text`."""
    node = next(c.nodes[0] for c in kconf.unique_choices if c.nodes[0].prompt[0] == prompt)
    lines, item = [], node.list
    while item is not None:
        if item.prompt is not None and kconfiglib.expr_value(item.prompt[1]):
            lines.append(("--- " if item.item is kconfiglib.COMMENT else "") + item.prompt[0])
        item = item.next
    return lines
