# SPDX-License-Identifier: MIT
"""Promotion: the static files are made from the generated catalogue, and from nothing else in its folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.errors import CloudError
from cloudlib.publish import refresh, tier
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


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_a_promoted_tier_is_the_catalogue_rendered_for_it(name: str, tree: Tree) -> None:
    catalog = publish(tree, provider=name)
    refresh.promote(cloud_providers.load(name), tree.root, force=False)
    texts = tier.read_tier(tree.root, name, tier.STATIC)
    assert texts == refresh.render(cloud_providers.load(name), catalog, tier.STATIC)
    assert not [file for file, text in texts.items() if re.search(r'^source ".*generated"', text, re.M)]


def test_a_planted_text_is_not_promoted(tree: Tree) -> None:
    """Neither a macro that would run at every parse, nor another image."""
    publish(tree)
    edit(folder(tree) / "Kconfig.images.generated", "\nchoice\n", "\nX := $(shell,touch owned)\n\nchoice\n")
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


def _no_catalogue(here: Path) -> None:
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
    [
        (_link, r"notes\.generated is a link"),
        (_link_of_a_menu, r"Kconfig\.images\.generated is a link"),
        (_stranger, r"notes\.generated does not belong there"),
        (_hole, r"Kconfig\.images\.generated is missing"),
        (_no_catalogue, r"catalog\.json\.generated: No such file"),
        (_record, "digest"),
        (_no_digest, "digest"),
        (_hidden_record, "digest"),
    ],
)
def test_what_a_fetch_did_not_write_is_refused(tree: Tree, spoil: Callable[[Path], None], what: str) -> None:
    """FORCE is about what a catalogue says, not about who wrote it. A new fetch puts it right."""
    publish(tree)
    spoil(folder(tree))
    before = tree.menu_state()
    with pytest.raises(CloudError, match=what) as refused:
        promote(tree)
    assert refused.value.hint == f"make cloud-config-{NAME}" and refused.value.unchanged == "the static files"
    assert tree.menu_state() == before
    publish(tree)
    promote(tree)
