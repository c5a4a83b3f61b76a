# SPDX-License-Identifier: MIT
"""A defconfig that says everything about the machines, so that it means the same under other defaults.

Kconfig's own minimal configuration leaves out what equals a default, and the defaults of region, family and
image move with the catalog.
"""

from __future__ import annotations

import re

import kconfiglib

from cloudlib.config import nearest, terms

_STATE = "_USE_DYNAMIC_CONFIG"
#: Title of a group, what the names of its settings hold, and whether defaults are written too. The first
#: that fits is taken; what fits none is about the machine.
_GROUPS = (
    ("Architecture and provider", re.compile(r"TARGET_ARCH_|TERRAFORM_[A-Z]+\Z"), True),
    ("Nodes and SSH", re.compile(r"TERRAFORM_(NODE|HOSTS|SSH)_"), False),
    ("Disks", re.compile(r"_DATA_(VOLUME|DISK)_|TERRAFORM_ROOT_VOLUME"), True),
    ("Image", re.compile(r"_DISTRO_|_AMI\b|_AMI_|_IMAGE_|_CUSTOM_"), True),
    ("Place", re.compile(r"_REGION_|_ZONE_"), True),
)
_MACHINE = "Machine"
_ORDER = ("Architecture and provider", "Place", _MACHINE, "Image", "Disks", "Nodes and SSH")


def text(kconf: kconfiglib.Kconfig, title: str = "") -> str:
    """The text of the defconfig of a loaded tree; `title` becomes its first line, else the machine does."""
    groups: dict[str, list[str]] = {name: [] for name in _ORDER}
    for symbol in kconf.unique_defined_syms:
        if not terms.prompted(symbol) or not symbol.visibility or symbol.name.endswith(_STATE):
            continue
        group, always = _group(symbol.name)
        if line := _line(symbol, always):
            groups[group].append(line)
    blocks = [f"# {name}\n" + "".join(lines) for name, lines in groups.items() if lines]
    return f"# {title or machine(kconf)}\n" + "\n".join(["", *blocks])


def machine(kconf: kconfiglib.Kconfig) -> str:
    """A line about the chosen machine, for `make help`: "m7i.4xlarge: 16 vCPU, 64 GiB." """
    if known := nearest.chosen(kconf):
        gpu = f", {known.gpu}" if known.gpu else ""
        return f"{known.name}: {known.vcpus:g} vCPU, {known.memory:g} GiB{gpu}."
    return "A machine that the cloud chooses."


def _group(name: str) -> tuple[str, bool]:
    return next(((title, always) for title, holds, always in _GROUPS if holds.search(name)), (_MACHINE, True))


def _line(symbol: kconfiglib.Symbol, always: bool) -> str:
    """The line of a setting; "" for one that need not stand there: off by default, or not chosen."""
    if not always and symbol.str_value == symbol._str_default():
        return ""
    if symbol.choice is not None:
        return str(symbol.config_string) if symbol.str_value == "y" else ""
    off = symbol.orig_type == kconfiglib.BOOL and symbol.str_value == "n"
    return "" if off and symbol._str_default() == "n" else str(symbol.config_string)
