# SPDX-License-Identifier: MIT
"""The built-in menus: small, whole, and enough for every shipped defconfig."""

from __future__ import annotations

from pathlib import Path

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CatalogError
from cloudlib.publish import builtin, tier
from tests.support.kconf import parse_menus, value
from tests.support.tree import ROOT, Tree


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_it_renders_and_parses(name: str, tmp_path: Path) -> None:
    catalog = builtin.catalog(name)
    names = cloud_providers.load(name).MENU_NAMES
    assert catalog.default_region in [r.name for r in catalog.regions]
    kconf = parse_menus(tmp_path, catalog, names)
    assert value(kconf, names.results.region) == catalog.default_region
    assert value(kconf, names.results.instance_type) in {t.name for t in catalog.instance_types}


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_its_figures_are_the_committed_ones(name: str) -> None:
    """Cut with scripts/make_builtin_catalog.py after the last refresh of these families."""
    small = builtin.catalog(name)
    full = catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.{tier.STATIC}")
    here = {region.name for region in small.regions}
    committed = {t.name: full.within(t, here) for t in full.instance_types}
    assert [t.name for t in small.instance_types if committed[t.name] != t] == []
    assert small.default_region == full.default_region and small.images == full.images


def test_a_tree_without_menus_takes_every_shipped_defconfig(tree: Tree) -> None:
    """Each of them gives what it gives with the committed menus; `check` says what was lost."""
    for name in cloud_providers.PROVIDER_NAMES:
        for path in tier.tier_files(tree.root, name, tier.STATIC).values():
            path.unlink()
    done = tree.python("scripts/kconfig_tools.py", "check")
    assert done.stdout == "" and done.stderr.count("WARNING: ") == len(cloud_providers.PROVIDER_NAMES)
    assert tree.make("defconfig-aws-gpu-large", "CLOUD_TIER=generated").stderr == ""
    assert tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.12xlarge"


def test_the_catalog_of_another_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = cloud_providers.PROVIDER_NAMES[:2]
    monkeypatch.setattr(builtin, "BUILTIN", tmp_path)
    builtin.path(first).write_text(catalogfile.dump(builtin_of(second)), encoding="utf-8")
    with pytest.raises(CatalogError, match=f"is the catalog of {second}, not of {first}"):
        builtin.catalog(first)


def builtin_of(name: str) -> Catalog:
    return catalogfile.load_file(ROOT / "scripts" / "builtin" / f"{name}-catalog.json")
