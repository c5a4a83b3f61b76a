# SPDX-License-Identifier: MIT
"""Every disk that the menus offer with a machine, in any size, with the figures that the menus propose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kconfiglib
import pytest

import gce_api
from cloudlib.catalog import file as catalogfile
from cloudlib.config import variables
from cloudlib.publish import tier
from providers.gce import disks
from tests.support.chosen import Chooser
from tests.support.kconf import choose, parse_tree, value, visible
from tests.support.sweep import shown
from tests.support.terraform import accepted, environment, needs_terraform, variables_only
from tests.support.tree import ROOT

PREFIX = gce_api.VOLUMES.prefix
#: How many of the machines are tried: every series has some.
_SAMPLE = 60


@pytest.fixture(scope="module")
def chooser() -> Iterator[Chooser]:
    where = tier.folder(ROOT, "gce") / f"{catalogfile.NAME}.{tier.STATIC}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", tier.STATIC)
        yield Chooser(parse_tree(ROOT), gce_api, catalogfile.load_file(where))


def with_disks(kconf: kconfiglib.Kconfig) -> Iterator[str]:
    """Each type of disk that is offered with the chosen machine, in its least and its largest size."""
    kconf.syms[f"{PREFIX}_COUNT"].set_value("1")
    for name in visible(kconf, f"{PREFIX}_TYPE_"):
        choose(kconf, f"{PREFIX}_TYPE_{name}")
        size = kconf.syms[f"{PREFIX}_SIZE_GB"]
        least, most = next((a, b) for a, b, cond in size.ranges if kconfiglib.expr_value(cond))
        for wanted in (size.str_value, least.str_value, "1501", "18433", most.str_value):
            if int(least.str_value) <= int(wanted) <= int(most.str_value):
                size.set_value(wanted)
                yield value(kconf, f"{PREFIX}_TYPE")
        size.unset_value()


def tried(chooser: Chooser) -> Iterator[tuple[str, str, dict[str, Any], list[str]]]:
    """(machine, disk, what terraform gets, what cloud-check refuses) of everything."""
    step = max(1, len(chooser.catalog.instance_types) // _SAMPLE)
    for _, wanted in chooser.machines(step):
        for disk in with_disks(chooser.kconf):
            tfvars = json.loads(variables.collect(chooser.kconf, gce_api, {}, ask=False).tfvars)
            yield wanted.instance_type, disk, tfvars, chooser.errors(chooser.selection())


@pytest.mark.slow
def test_cloud_check_takes_what_the_menus_propose(chooser: Chooser) -> None:
    cells = list(tried(chooser))
    problems = [f"{machine}, {disk}: {error}" for machine, disk, _, errors in cells for error in errors]
    assert not problems, shown(problems)
    assert {disk for _, disk, _, _ in cells} == set(gce_api.VOLUMES.types)


@needs_terraform
@pytest.mark.slow
def test_the_module_takes_what_the_menus_propose(chooser: Chooser, tmp_path: Path) -> None:
    """Each set of figures once, with the first machine that has it."""
    cells: dict[tuple[object, ...], tuple[str, dict[str, Any]]] = {}
    for machine, disk, tfvars, _ in tried(chooser):
        figures = (tfvars[f"gce_data_disk_{name}"] for name in ("size_gb", "iops", "throughput_mbps"))
        cells.setdefault((disk, *figures), (machine, tfvars))
    module = variables_only("gce", tmp_path / "module", environment(tmp_path / "home"))
    answers = accepted(module, [tfvars for _, tfvars in cells.values()], tmp_path / "cells")
    refused = [f"{machine}: {key}" for (key, (machine, _)), good in zip(cells.items(), answers) if not good]
    assert not refused, shown(refused)


def test_the_menus_offer_what_the_table_says(chooser: Chooser) -> None:
    machines = 0
    for _, wanted in chooser.machines(40):
        offered = set(with_disks(chooser.kconf))
        assert offered == {"pd-balanced", *disks.taken(wanted.instance_type)}, wanted.instance_type
        machines += 1
    assert machines > 10
