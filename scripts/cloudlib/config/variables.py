# SPDX-License-Identifier: MIT
"""A loaded configuration -> the values of extra_vars.yaml and terraform.tfvars.json, by config.exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import kconfiglib
import yaml

from cloudlib.config import exports
from cloudlib.config.exports import Export
from cloudlib.errors import ConfigRejected
from cloudlib.menus.names import TARGET
from cloudlib.provider import Provider, Resolved, Resolver, Value, Variables


@dataclass(frozen=True)
class Collected:
    """The values by their names in extra_vars.yaml, and a sentence about those that a cloud decided.

    `not_applicable` are bools that do not apply: n for Kconfig and a playbook, null for terraform, which
    may have to leave an argument out. `undecided` is True where the type or region is left to the cloud,
    unasked so far.
    """

    provider: Provider
    values: Variables
    not_applicable: frozenset[str]
    note: str = ""
    undecided: bool = False

    @property
    def extra_vars(self) -> str:
        """The text of extra_vars.yaml."""
        comment = f"# {self.note}\n" if self.note else ""
        text = yaml.safe_dump(dict(self.values), sort_keys=False, allow_unicode=True, width=1000)
        return f"---\n{comment}{text}"

    @property
    def tfvars(self) -> str:
        """The text of terraform.tfvars.json, in which terraform takes a string literally: no template."""
        rows = (row for row in exports.of(self.provider.NAME) if row.to == exports.BOTH)
        values = {
            row.variable: None if row.key in self.not_applicable else self.values.get(row.key) for row in rows
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def collect(
    kconf: kconfiglib.Kconfig, provider: Provider, earlier: Variables, *, ask: bool = True
) -> Collected:
    """The values of a loaded configuration; ConfigRejected where a string that applies is empty.

    Where the configuration leaves a choice to the cloud it is asked, unless `ask` is False. `earlier` are the
    variables of the last time; a cloud that is asked may keep to them.
    """
    rows = exports.of(provider.NAME)
    read = [row for row in rows if row not in exports.DERIVED and row.symbol != exports.TARGET_ARCH.symbol]
    found = {row: value(kconf, row) for row in read if applies(kconf, row.symbol)}
    empty = [row.symbol for row, what in found.items() if what == ""]
    if empty:
        raise ConfigRejected(f"the configuration leaves {', '.join(empty)} empty", hint="make menuconfig")
    not_applicable = frozenset(row.key for row in read if row.kind == "bool" and row not in found)
    values: dict[str, Value] = {}
    for row in rows:
        if row.symbol == exports.PROVIDER.symbol:
            values[row.key] = provider.NAME
        elif row.symbol == exports.TARGET_ARCH.symbol:
            values[row.key] = next(a for a, name in TARGET.items() if kconf.syms[name].str_value == "y")
        elif row is exports.NODE_NAMES:
            values[row.key] = node_names(kconf)
        elif row in found:
            values[row.key] = found[row]
        elif row.key in not_applicable:
            values[row.key] = False
    if not isinstance(provider, Resolver) or not provider.leaves_open(values):
        return Collected(provider, values, not_applicable)
    if not ask:
        return Collected(provider, values, not_applicable, undecided=True)
    resolved: Resolved = provider.resolve(values, earlier)
    return Collected(provider, {**values, **resolved.values}, not_applicable, resolved.note)


def node_names(kconf: kconfiglib.Kconfig) -> list[str]:
    """PREFIX-1, PREFIX-2, ...: the names of the machines in the cloud, and the start of those for ssh."""
    prefix = kconf.syms["TERRAFORM_HOSTS_PREFIX"].str_value
    return [f"{prefix}-{n}" for n in range(1, int(kconf.syms["TERRAFORM_NODE_COUNT"].str_value) + 1)]


def applies(kconf: kconfiglib.Kconfig, name: str) -> bool:
    """A symbol that is defined only under an option which is off (the GPU image's) does not apply."""
    symbol = kconf.syms.get(name)
    return symbol is not None and kconfiglib.expr_value(symbol.direct_dep) > 0


def value(kconf: kconfiglib.Kconfig, row: Export) -> Value:
    """A symbol's value in the type that the table promises; ConfigRejected for a number that is none."""
    text: str = kconf.syms[row.symbol].str_value
    if row.kind == "bool":
        return text == "y"
    if row.kind != "int":
        return text
    try:
        return int(text)
    except ValueError:
        raise ConfigRejected(
            f"{row.symbol} is {text!r}, which is no number", hint="make menuconfig"
        ) from None


def parse_extra_vars(text: str) -> Mapping[str, Any]:
    """The variables of an earlier extra_vars.yaml; none where it is no such file."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}
