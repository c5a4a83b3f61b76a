# SPDX-License-Identifier: MIT
"""savedefconfig says everything: it means the same machine under other defaults and newer families."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.catalog.records import Catalog
from cloudlib.config import complete, requested, session, variables
from cloudlib.provider import Variables
from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.tree import ROOT, make_tree

DEFCONFIGS = sorted((ROOT / "defconfigs").iterdir())
RANDOM = 100


def another(catalog: Catalog) -> Catalog:
    """The catalog of somebody in another region, when the vendor has a newer family of everything."""
    home = max((r.name for r in catalog.regions if r.name in catalog.offered_in), key=lambda n: (len(n), n))
    newer = [
        replace(t, name="x99" + t.name, family="x99" + t.family)
        for t in catalog.instance_types
        if t.category == "General purpose"
    ]
    fields = {n: getattr(catalog, n) for n in ("provider", "regions", "zones", "images", "provenance")}
    types = (*newer, *catalog.instance_types)
    return Catalog.build(default_region=home, instance_types=types, **fields)


@contextmanager
def parsed(menus: Path, folder: Path) -> Iterator[list[kconfiglib.Kconfig]]:
    """The project's menus, and those that another catalog makes of `menus`, each parsed once."""
    here = Path.cwd()
    other = make_tree(menus, folder)
    for name in cloud_providers.PROVIDER_NAMES:
        publish(other, another, provider=name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", "static")
        ours = session.parse(cloud_providers)
        patch.setenv("CLOUD_TIER", "generated")
        yield [ours, session.parse(cloud_providers, other.root)]
    os.chdir(here)


@pytest.fixture(scope="module")
def trees(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[kconfiglib.Kconfig]]:
    """The other catalog is an excerpt, in which all is that defconfigs name."""
    with parsed(template, tmp_path_factory.mktemp("other")) as both:
        yield both


def values(kconf: kconfiglib.Kconfig) -> Variables:
    provider = session.chosen_provider(kconf, cloud_providers)
    return variables.collect(kconf, provider, {}, ask=False).values


def choose_at_random(kconf: kconfiglib.Kconfig, chance: random.Random) -> None:
    """Every choice that is shown gets a member that is shown, from the top of the menus down."""
    kconf.load_config(os.devnull)
    for choice in kconf.unique_choices:
        if choice.syms[0].name.startswith("TERRAFORM_BACKEND_"):
            continue  # needs the name of a bucket and the like
        if members := [s for s in choice.syms if choice.visibility and s.visibility]:
            chance.choice(members).set_value("y")
    for name in ("AWS_DATA_VOLUME_COUNT", "AZURE_DATA_DISK_COUNT", "GCE_DATA_DISK_COUNT", "NODE_COUNT"):
        kconf.syms[f"TERRAFORM_{name}"].set_value(str(chance.randint(1, 4)))
    for choice in kconf.unique_choices:
        if "_TYPE_" in choice.syms[0].name and choice.visibility and "DATA" in choice.syms[0].name:
            chance.choice([s for s in choice.syms if s.visibility]).set_value("y")


def same_everywhere(trees: list[kconfiglib.Kconfig], saved: Path) -> None:
    before = values(trees[0])
    saved.write_text(complete.text(trees[0]), encoding="utf-8")
    for kconf in trees:
        assert requested.load(kconf, saved) == requested.Loaded(), saved.read_text()
        assert values(kconf) == before


@pytest.mark.parametrize("path", mostly_slow(DEFCONFIGS, 4), ids=lambda path: path.name)
def test_every_defconfig_comes_back(trees: list[kconfiglib.Kconfig], path: Path, tmp_path: Path) -> None:
    session.load_checked(trees[0], path)
    same_everywhere(trees, tmp_path / "saved")


@pytest.mark.slow
def test_random_configurations_come_back(whole_template: Path, tmp_path: Path) -> None:
    with parsed(whole_template, tmp_path) as trees:
        for seed in range(RANDOM):
            choose_at_random(trees[0], random.Random(seed))
            same_everywhere(trees, tmp_path / f"saved-{seed}")


def test_the_other_catalog_has_other_defaults(trees: list[kconfiglib.Kconfig]) -> None:
    for kconf in trees:
        kconf.load_config(os.devnull)
    ours, others = (values(kconf) for kconf in trees)
    assert ours["terraform_aws_region"] != others["terraform_aws_region"]
    assert str(others["terraform_aws_instance_type"]).startswith("x99")


def test_it_is_read_by_a_person(trees: list[kconfiglib.Kconfig]) -> None:
    session.load_checked(trees[0], ROOT / "defconfigs" / "aws-gpu-large")
    first, *lines = complete.text(trees[0]).splitlines()
    assert first == "# g6e.12xlarge: 48 vCPU, 384 GiB, 4x L40S 44.7G."
    titles = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    assert titles == ["Architecture and provider", "Place", "Machine", "Image", "Disks"]
    assert "CONFIG_TERRAFORM_AWS_AV_ZONE_US_EAST_1B=y" in lines


@pytest.mark.parametrize("path", DEFCONFIGS, ids=lambda path: path.name)
def test_every_shipped_defconfig_names_its_region(path: Path) -> None:
    assert "_REGION_" in path.read_text(encoding="utf-8")
