# SPDX-License-Identifier: MIT
"""The table of exports against what it speaks of: Kconfig, the terraform modules, the docs."""

from __future__ import annotations

import re
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.config import exports
from cloudlib.config.exports import DERIVED
from cloudlib.provider import BOTH, EXTRA_VARS, Export
from tests.support.kconf import parse_tree
from tests.support.tree import ROOT

_VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_TERRAFORM_TYPES = {"string": "string", "int": "number", "bool": "bool", "list": "list(string)"}
_KCONFIG_TYPES = {"string": kconfiglib.STRING, "int": kconfiglib.INT, "bool": kconfiglib.BOOL}

PROVIDERS = cloud_providers.PROVIDER_NAMES
EXPORTS = {name: cloud_providers.load(name).EXPORTS for name in PROVIDERS}
ROWS = [(name, row) for name in PROVIDERS for row in EXPORTS[name]]


@pytest.fixture(scope="module")
def kconf() -> kconfiglib.Kconfig:
    return parse_tree(ROOT)


def module(provider: str) -> dict[str, str]:
    """{file name: text} of a provider's terraform module."""
    found = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "terraform" / provider).glob("*.tf")}
    assert found, f"terraform/{provider} has no module"
    return found


def declared(provider: str) -> dict[str, str]:
    """{variable: the text of its block}, wherever in the module it stands."""
    blocks = {m.group(1): m.group(2) for text in module(provider).values() for m in _VARIABLE.finditer(text)}
    names = [
        n for text in module(provider).values() for n in re.findall(r'^variable "(\w+)"', text, re.MULTILINE)
    ]
    assert sorted(blocks) == sorted(names), "a variable block that this test cannot read"
    return blocks


def test_one_rule_names_everything() -> None:
    row = Export("TERRAFORM_AWS_INSTANCE_TYPE", "string")
    assert (row.key, row.variable) == ("terraform_aws_instance_type", "aws_instance_type")
    assert (exports.TARGET_ARCH.key, exports.TARGET_ARCH.variable) == ("target_arch", "target_arch")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_name_twice(provider: str) -> None:
    rows = EXPORTS[provider]
    assert len({r.key for r in rows}) == len({r.variable for r in rows}) == len(rows)
    assert {r.kind for r in rows} <= set(_TERRAFORM_TYPES) and {r.to for r in rows} <= {BOTH, EXTRA_VARS}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_variable_has_a_source(provider: str) -> None:
    sources = {row.variable for row in EXPORTS[provider] if row.to == BOTH}
    given = {"account", "stamp"}  # by bringup: terraform/run.py, machines/stamp.py
    assert set(declared(provider)) - sources - given == set()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_export_is_declared_and_read(provider: str) -> None:
    sources = {row.variable for row in EXPORTS[provider] if row.to == BOTH}
    assert sorted(sources - set(declared(provider))) == []
    texts = "\n".join(module(provider).values())

    def read(name: str) -> bool:
        """Outside its own block, which reads it in its validations."""
        others = re.sub(rf'^variable "{name}" {{\n.*?^}}\n', "", texts, flags=re.MULTILINE | re.DOTALL)
        return re.search(rf"\bvar\.{name}\b", others) is not None

    assert [name for name in sorted(sources) if not read(name)] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_types_of_variables(provider: str) -> None:
    blocks = declared(provider)
    for row in (r for r in EXPORTS[provider] if r.to == BOTH):
        (found,) = re.findall(r"^\s*type\s*=\s*(.+)$", blocks[row.variable], re.MULTILINE)
        assert found.strip() == _TERRAFORM_TYPES[row.kind], row.variable


@pytest.mark.parametrize("provider, row", ROWS, ids=lambda v: v.symbol if isinstance(v, Export) else v)
def test_every_symbol_is_defined_with_its_type(kconf: kconfiglib.Kconfig, provider: str, row: Export) -> None:
    if row.symbol in {d.symbol for d in DERIVED}:
        return
    symbol = kconf.syms.get(row.symbol)
    assert symbol is not None and symbol.nodes, "no such symbol"
    assert symbol.orig_type == _KCONFIG_TYPES[row.kind]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_result_is_exported(provider: str) -> None:
    """What the menus make for terraform leaves Kconfig."""
    names = cloud_providers.load(provider).MENU_NAMES
    exported = {row.symbol for row in EXPORTS[provider]}
    assert {*names.result_symbols, names.is_gpu} - exported == set()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_module_says_which_terraform_it_needs(provider: str) -> None:
    found = re.findall(r'required_version\s*=\s*">=\s*([0-9.]+)"', "\n".join(module(provider).values()))
    assert len(found) == 1


def test_the_docs_hold_the_table() -> None:
    page = Path(ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert markdown() in page, f"docs/reference.md lacks this table:\n{markdown()}"


def markdown() -> str:
    """The table of docs/reference.md, what all providers share first."""
    providers: dict[Export, list[str]] = {}
    for name, row in ROWS:
        providers.setdefault(row, []).append(name)
    lines = ["| extra_vars.yaml | terraform | type | providers |", "|---|---|---|---|"]
    for row, names in sorted(providers.items(), key=lambda pair: -len(pair[1])):
        variable = f"`{row.variable}`" if row.to == BOTH else ""
        who = "all" if len(names) == len(PROVIDERS) else ", ".join(names)
        lines.append(f"| `{row.key}` | {variable} | {row.kind} | {who} |")
    return "\n".join(lines) + "\n"
