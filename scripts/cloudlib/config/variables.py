# SPDX-License-Identifier: MIT
"""A loaded configuration -> the values of extra_vars.yaml and terraform.tfvars.json, by config.exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import kconfiglib

from cloudlib.config import checks, exports
from cloudlib.errors import ConfigRejected
from cloudlib.menus.names import TARGET
from cloudlib.provider import BOTH, Export, Provider, ReservesUsers, Resolved, Resolver, Value, Variables


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
        """The text of extra_vars.yaml. The note quotes the cloud's answer, so it is kept to one line."""
        import yaml  # here, as config targets write no YAML and start faster without it

        note = "".join(c if c.isprintable() else " " for c in self.note)
        comment = f"# {note}\n" if note else ""
        text = yaml.safe_dump(dict(self.values), sort_keys=False, allow_unicode=True, width=1000)
        return f"---\n{comment}{text}"

    @property
    def tfvars(self) -> str:
        """The text of terraform.tfvars.json, in which terraform takes a string literally: no template."""
        rows = (row for row in self.provider.EXPORTS if row.to == BOTH)
        values = {
            row.variable: None if row.key in self.not_applicable else self.values.get(row.key) for row in rows
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def collect(
    kconf: kconfiglib.Kconfig, provider: Provider, earlier: Variables, *, ask: bool = True
) -> Collected:
    """The values of a loaded configuration; ConfigRejected for one that terraform or Ansible must not get.

    Where the configuration leaves a choice to the cloud it is asked, unless `ask` is False. `earlier` are the
    variables of the last time; a cloud that is asked may keep to them.
    """
    made = _decided(kconf, provider)
    if isinstance(provider, Resolver) and provider.leaves_open(made.values):
        if ask:
            resolved: Resolved = provider.resolve(made.values, earlier)
            made = replace(made, values={**made.values, **resolved.values}, note=resolved.note)
        else:
            made = replace(made, undecided=True)
    checks.check(made.values)
    if isinstance(provider, ReservesUsers):
        checks.check_user(made.values, provider.RESERVED_USERS, provider.TITLE)
    return made


def _decided(kconf: kconfiglib.Kconfig, provider: Provider) -> Collected:
    """The values that the configuration itself has."""
    derived = {row.symbol for row in exports.DERIVED}
    read = [row for row in provider.EXPORTS if row.symbol not in derived]
    given = {row: value(kconf, row) for row in read if applies(kconf, row.symbol)}
    empty = [row.symbol for row, what in given.items() if what == ""]
    if empty:
        raise ConfigRejected(f"the configuration leaves {', '.join(empty)} empty", hint="make menuconfig")
    not_applicable = frozenset(row.key for row in read if row.kind == "bool" and row not in given)
    values: dict[str, Value] = {}
    for row in provider.EXPORTS:
        if row.symbol == exports.PROVIDER.symbol:
            values[row.key] = provider.NAME
        elif row.symbol == exports.TARGET_ARCH.symbol:
            values[row.key] = next(a for a, name in TARGET.items() if kconf.syms[name].str_value == "y")
        elif row.symbol == exports.NODE_NAMES.symbol:
            values[row.key] = node_names(kconf)
        elif row in given:
            values[row.key] = given[row]
        elif row.key in not_applicable:
            values[row.key] = False
    return Collected(provider, values, not_applicable)


def node_names(kconf: kconfiglib.Kconfig) -> list[str]:
    """PREFIX-1, PREFIX-2, ...: host names of the machines; their names for ssh begin with them."""
    prefix = kconf.syms["TERRAFORM_HOSTS_PREFIX"].str_value
    return [f"{prefix}-{n}" for n in range(1, int(kconf.syms["TERRAFORM_NODE_COUNT"].str_value) + 1)]


def applies(kconf: kconfiglib.Kconfig, name: str) -> bool:
    """A symbol that is defined only under an option which is off (the GPU image's) does not apply."""
    symbol = kconf.syms.get(name)
    return symbol is not None and kconfiglib.expr_value(symbol.direct_dep) > 0


def value(kconf: kconfiglib.Kconfig, row: Export) -> Value:
    """A symbol's value in the type that its row promises; ConfigRejected for a number that cannot be read."""
    text: str = kconf.syms[row.symbol].str_value
    if row.kind == "bool":
        return text == "y"
    if row.kind != "int":
        return text
    try:
        return int(text)
    except ValueError:
        raise ConfigRejected(f"{row.symbol} is {text!r}, not a number", hint="make menuconfig") from None


def parse_extra_vars(text: str) -> Mapping[str, Any]:
    """The variables of an earlier extra_vars.yaml; none where the text is not one."""
    import yaml

    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):  # ValueError: a date that there is not
        return {}
    return values if isinstance(values, dict) else {}
