# SPDX-License-Identifier: MIT
"""Promotion: the static files are made from the generated catalog, and from nothing else in its folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cloud_providers
from cloudlib.catalog import everybody
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Provenance
from cloudlib.errors import CatalogError, CloudError
from cloudlib.publish import refresh, tier
from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.tree import Tree

NAME = "lambdalabs"
PROVIDER = cloud_providers.load(NAME)


def folder(tree: Tree) -> Path:
    return tier.folder(tree.root, NAME)


def promote(tree: Tree) -> refresh.Promoted:
    return refresh.promote(PROVIDER, tree.root, force=True)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", mostly_slow(reversed(cloud_providers.PROVIDER_NAMES)))
def test_a_promoted_tier_is_the_catalog_rendered_for_it(name: str, tree: Tree) -> None:
    old = catalogfile.load_file(tier.folder(tree.root, name) / "catalog.json.static")
    catalog = everybody.for_everybody(publish(tree, provider=name), old)
    refresh.promote(cloud_providers.load(name), tree.root, force=False)
    texts = tier.read_tier(tree.root, name, tier.STATIC)
    assert texts == refresh.render(cloud_providers.load(name), catalog, tier.STATIC)
    assert not [file for file, text in texts.items() if re.search(r'^source ".*generated"', text, re.M)]


def test_a_planted_text_is_not_promoted(tree: Tree) -> None:
    """Neither a macro that would run at every parse, nor another image."""
    publish(tree)
    edit(folder(tree) / "Kconfig.location.generated", "\nchoice\n", "\nX := $(shell,touch owned)\n\nchoice\n")
    edit(folder(tree) / "Kconfig.compute.generated", 'default "gpu_1x_a10"', 'default "gpu_8x_other"')
    promote(tree)
    static = tier.read_tier(tree.root, NAME, tier.STATIC)
    assert not [file for file, text in static.items() if "shell," in text or "gpu_8x_other" in text]
    assert not (tree.root / "owned").exists()


def _link(here: Path) -> None:
    (here / "notes.generated").symlink_to(here.parents[2] / "Makefile")


def _link_of_a_menu(here: Path) -> None:
    path = here / "Kconfig.images.generated"
    path.rename(here / "elsewhere")
    path.symlink_to(here / "elsewhere")


def _stranger(here: Path) -> None:
    (here / "notes.generated").write_text("a secret\n", encoding="utf-8")


def _hole(here: Path) -> None:
    (here / "Kconfig.images.generated").unlink()


def _no_catalog(here: Path) -> None:
    (here / "catalog.json.generated").unlink()


def _record(here: Path) -> None:
    edit(here / "catalog.json.generated", '"1.29"', '"0.01"')


def _hidden_record(here: Path) -> None:
    """One on a line that does not begin as the lines of records do."""
    path = here / "catalog.json.generated"
    text = path.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith('{"name":"gpu_1x_a10"')]
    planted = line.replace("gpu_1x_a10", "gpu_1x_planted").rstrip(",")
    path.write_text(text.replace(line, f" {planted},\n{line}", 1), encoding="utf-8")


def _no_digest(here: Path) -> None:
    path = here / "catalog.json.generated"
    path.write_text(re.sub(r',"digest":"\w+"', "", path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "what"),
    mostly_slow(
        [
            (_link, r"notes\.generated is a link"),
            (_link_of_a_menu, r"Kconfig\.images\.generated is a link"),
            (_stranger, r"notes\.generated does not belong there"),
            (_hole, r"Kconfig\.images\.generated is missing"),
            (_no_catalog, r"catalog\.json\.generated: No such file"),
            (_record, "digest"),
            (_no_digest, "digest"),
            (_hidden_record, "digest"),
        ],
        2,
    ),
)
def test_what_a_fetch_did_not_write_is_refused(tree: Tree, spoil: Callable[[Path], None], what: str) -> None:
    """FORCE is about what a catalog says, not about who wrote it. A new fetch puts it right."""
    publish(tree)
    spoil(folder(tree))
    before = tree.menu_state()
    with pytest.raises(CloudError, match=what) as refused:
        promote(tree)
    assert refused.value.hint == f"make cloud-config-{NAME}" and refused.value.unchanged == "the static files"
    assert tree.menu_state() == before
    publish(tree)
    promote(tree)


# --- what is not plausible ---


def fewer(catalog: Catalog) -> Catalog:
    """Without four types that no defconfig asks for: a sixth of all."""
    gone = {"gpu_2x_a6000", "gpu_4x_a6000", "gpu_2x_b200_sxm6", "gpu_4x_b200_sxm6"}
    return replace(catalog, instance_types=tuple(t for t in catalog.instance_types if t.name not in gone))


def committed(tree: Tree, name: str = NAME) -> Provenance:
    return catalogfile.load_file(tier.folder(tree.root, name) / "catalog.json.static").provenance


def test_force_is_noted(tree: Tree) -> None:
    """Refused with the reasons, then promoted with them; the note stays until other records come."""
    publish(tree, fewer)
    before = tree.menu_state()
    with pytest.raises(CatalogError) as refused:
        refresh.promote(PROVIDER, tree.root, force=False)
    assert refused.value.what.splitlines()[0] == f"{NAME}: the generated catalog is not plausible:"
    (reason,) = refused.value.what.splitlines()[1:]
    assert reason.startswith("  4 of 25 instance types are no longer offered (limit 10 %")
    assert refused.value.unchanged == "the static files" and tree.menu_state() == before
    assert reason.strip() in tree.python("scripts/cloud_diff.py").stdout
    promote(tree)
    assert committed(tree).forced == (reason.strip(),)
    assert not refresh.promote(PROVIDER, tree.root, force=False).news
    assert committed(tree).forced == (reason.strip(),)
    status = tree.python("scripts/cloud_status.py").stdout
    assert f"{NAME}: static: promoted with FORCE=1 despite: {reason.strip()}" in status
    publish(tree, lambda c: replace(c, instance_types=c.instance_types[:-1]))
    refresh.promote(PROVIDER, tree.root, force=False)
    assert committed(tree).forced == ()


def test_force_promotes_in_spite_of_a_defconfig_and_names_it(tree: Tree) -> None:
    def without(catalog: Catalog) -> Catalog:
        return replace(
            catalog,
            instance_types=tuple(t for t in catalog.instance_types if t.name != "gpu_8x_h100_sxm5"),
        )

    publish(tree, without)
    with pytest.raises(CatalogError, match="lambdalabs-gpu-8x-h100") as refused:
        refresh.promote(PROVIDER, tree.root, force=False)
    assert "FORCE=1 promotes in spite of a defconfig" in refused.value.hint
    done = promote(tree)
    assert any("lambdalabs-gpu-8x-h100" in line for line in done.lost)
    assert set(done.lost) <= set(committed(tree).forced)


def test_what_is_closed_to_this_account_alone_is_promoted_as_last_known(tree: Tree) -> None:
    """A defconfig that asks for it keeps working, and nothing is forced."""
    name = "gpu_8x_h100_sxm5"

    def closed(catalog: Catalog) -> Catalog:
        types = tuple(t for t in catalog.instance_types if t.name != name)
        places = {r.name: name for r in catalog.regions}
        return replace(catalog, instance_types=types, provenance=replace(catalog.provenance, closed=places))

    publish(tree, closed)
    done = refresh.promote(PROVIDER, tree.root, force=False)
    (kept,) = [t for t in done.catalog.instance_types if t.name == name]
    assert kept.last_known == kept.regions != () and everybody.CLOSED in committed(tree).known_since
    assert committed(tree).closed == {} and done.lost == ()


def test_an_unknown_publisher_is_never_promoted(tree: Tree) -> None:
    def other_owner(catalog: Catalog) -> Catalog:
        debian = next(i for i in catalog.images if i.distro == "debian")
        other = replace(debian, coordinates={**debian.coordinates, "AMI_OWNER": "666666666666"})
        return replace(catalog, images=tuple(other if i == debian else i for i in catalog.images))

    publish(tree, other_owner, provider="aws")
    before = tree.menu_state()
    with pytest.raises(CatalogError, match=r"1 of \d+ images have other publishers: debian .*666666666666"):
        refresh.promote(cloud_providers.load("aws"), tree.root, force=True)
    assert tree.menu_state() == before
    assert "will refuse: 1 of " in tree.python("scripts/cloud_diff.py").stdout


def test_a_first_promotion_is_looked_at_too(tree: Tree) -> None:
    publish(tree, days_ago=-3)
    for path in tier.tier_files(tree.root, NAME, tier.STATIC).values():
        path.unlink()
    with pytest.raises(CatalogError, match="fetched in the future"):
        refresh.promote(PROVIDER, tree.root, force=False)


# --- nothing new ---


def test_a_date_alone_changes_nothing(tree: Tree) -> None:
    publish(tree, days_ago=40)
    assert promote(tree).news
    before = tree.menu_state()
    publish(tree, lambda c: c.with_provenance(replace(c.provenance, calls=9, tools={"x": "2"})))
    done = refresh.promote(PROVIDER, tree.root, force=False)
    assert not done.news and done.changed == 0
    same = {path: text for path, text in tree.menu_state().items() if not path.endswith(".generated")}
    assert same == {path: text for path, text in before.items() if not path.endswith(".generated")}
    said = tree.make(f"cloud-update-{NAME}").stdout
    assert f"{NAME}: nothing has changed since {committed(tree).fetched_at[:10]}: the committed files" in said
    assert "next: make cloud-commit" not in said


@pytest.mark.parametrize(
    "change",
    mostly_slow(
        [
            {"source": "another"},
            {"notices": ("no images",)},
            {"not_reached": {"us-west-1": "timed out"}},
            {"unanswered": {"us-west-1": 2}},
        ]
    ),
)
def test_more_than_a_date_is_promoted(tree: Tree, change: dict[str, Any]) -> None:
    publish(tree)
    promote(tree)
    publish(tree, lambda c: c.with_provenance(replace(c.provenance, **change)))
    assert refresh.promote(PROVIDER, tree.root, force=False).news


def test_menus_of_another_version_are_promoted(tree: Tree) -> None:
    publish(tree)
    promote(tree)
    edit(folder(tree) / "Kconfig.compute.static", "config ", "\nconfig ")
    assert refresh.promote(PROVIDER, tree.root, force=False).changed == 1
