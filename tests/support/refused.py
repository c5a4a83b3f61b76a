# SPDX-License-Identifier: MIT
"""A rule of a provider, broken in the menus, in cloud-check and in the module: each of them refuses it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import kconfiglib

from cloudlib.catalog import file as catalogfile
from cloudlib.config import launch, requested, selection, variables
from cloudlib.config.finding import ERROR, Finding
from cloudlib.config.variables import Collected
from cloudlib.provider import Provider
from cloudlib.publish import tier
from tests.support.terraform import accepted, environment, variables_only
from tests.support.tree import ROOT


@dataclass(frozen=True)
class Case:
    """A rule: `good` lines of a configuration, and `bad` ones that break it when they are added.

    `menu` and `check` are in what is said, `nearest` in what is named instead. `menu` is "" where no menu can
    say it, as figures depend on each other. `values` are what `bad` is in extra_vars.yaml.
    """

    good: tuple[str, ...]
    bad: tuple[str, ...]
    menu: str
    check: str
    nearest: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """Cases of one provider, on a parsed tree; `here` are lines that stand before those of every case."""

    provider: Provider
    kconf: kconfiglib.Kconfig
    folder: Path
    here: Sequence[str]

    def good(self, case: Case) -> Collected:
        """What the good lines give; all of them take effect."""
        assert not self._load(case.good).dropped
        return variables.collect(self.kconf, self.provider, {}, ask=False)

    def in_menus(self, case: Case) -> str:
        """What is said of the last bad line, which must not take effect."""
        self.good(case)
        (dropped,) = self._load((*case.good, *case.bad)).dropped[-1:]
        assert f"{dropped.name}={dropped.value}" == case.bad[-1]
        return str(dropped)

    def in_check(self, case: Case) -> Finding:
        """The one error of cloud-check; there is none without the bad values."""
        where = tier.folder(ROOT, self.provider.NAME) / f"{catalogfile.NAME}.{tier.STATIC}"
        catalog, values = catalogfile.load_file(where), self.good(case).values

        def errors(given: Any) -> list[Finding]:
            found = launch.findings(selection.of(given, self.provider), catalog, self.provider)
            return [finding for finding in found if finding.level == ERROR]

        assert errors(values) == []
        (error,) = errors({**values, **case.values})
        return error

    def in_module(self, cases: Iterable[Case]) -> list[bool]:
        """Whether the module accepts the good values, then the bad ones, of each case."""
        rows = []
        for case in cases:
            made = self.good(case)
            for values in ({}, case.values):
                rows.append(json.loads(replace(made, values={**made.values, **values}).tfvars))
        module = variables_only(self.provider.NAME, self.folder / "module", environment(self.folder / "home"))
        return accepted(module, rows, self.folder / "cells")

    def _load(self, lines: Iterable[str]) -> requested.Loaded:
        path = self.folder / "config"
        text = "".join(f"CONFIG_{line}\n" for line in (*self.here, *lines))
        path.write_text(text, encoding="utf-8")
        return requested.load(self.kconf, path)
