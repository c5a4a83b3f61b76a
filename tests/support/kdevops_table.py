# SPDX-License-Identifier: MIT
"""The table of tests/config/kdevops: what each configuration means, and what it gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import kconfiglib

from cloudlib.config import requested, terms
from cloudlib.errors import ConfigRejected

#: Two first lines of a file: what it is, and what has to come of it.
_HEAD = re.compile(r"# (?P<about>.*)\n# (?P<kind>gives|refused): (?P<rest>.*)\n")
_MACHINE = re.compile(r"(?:INSTANCE_TYPE|VM_SIZE|MACHINE_TYPE|REGION_SMART_CHEAPEST)=(\S+)")
#: A setting that names a machine, for those that are refused.
_SETTING = re.compile(r"^CONFIG_TERRAFORM_(\w+_(?:INSTANCE|VM|MACHINE)_\w+=.+)$", re.MULTILINE)
_RESULTS = ("INSTANCE_TYPE", "VM_SIZE", "MACHINE_TYPE", "REGION", "LOCATION")
_CHEAPEST = "the cheapest with capacity"


def table(kconf: kconfiglib.Kconfig, paths: Sequence[Path]) -> str:
    """The table, and a line of sums above it. Every file is loaded into the parsed tree."""
    rows = [_row(kconf, path) for path in paths]
    taken = [row for row in rows if row[2] == "taken"]
    named = [row for row in taken if row[3]]
    same = [row for row in named if row[3] in row[4]]
    sums = (
        f"{len(rows)} configurations: {len(taken)} taken, {len(rows) - len(taken)} refused; "
        f"of {len(named)} that name a machine {len(same)} get exactly that one.\n"
    )
    heading = ("configuration", "written for", "outcome", "machine meant", "machine given, or why none")
    return f"{sums}\n" + "".join(_lines([heading, tuple("---" for _ in heading), *rows]))


def _row(kconf: kconfiglib.Kconfig, path: Path) -> tuple[str, ...]:
    text = path.read_text(encoding="utf-8")
    head = _HEAD.match(text)
    assert head, path
    meant = _MACHINE.search(head["rest"]) if head["kind"] == "gives" else None
    named = (meant[1] if meant[1] != "y" else _CHEAPEST) if meant else ""
    try:
        lost = requested.load(kconf, path).dropped
        why = lost[0].why if lost else ""
    except ConfigRejected as error:
        why = error.what.partition(" ")[2]
    if why:
        settings = _SETTING.findall(text)
        return path.name, head["about"], "refused", settings[-1] if settings else "", why.replace("|", "\\|")
    return path.name, head["about"], "taken", named, _given(kconf)


def _given(kconf: kconfiglib.Kconfig) -> str:
    if kconf.syms["TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST"].str_value == "y":
        return _CHEAPEST
    switch = next(s.name for s in terms.provider_switches(kconf) if s.str_value == "y")
    results = (kconf.syms.get(f"{switch}_{name}") for name in _RESULTS)
    return " in ".join(symbol.str_value for symbol in results if symbol is not None and symbol.nodes)


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(row)} |\n"
