# SPDX-License-Identifier: MIT
"""A tree's committed menus, with only what defconfigs and tests in trees name, and a little of the rest.

Reading the whole ones takes most of the time of every command that reads Kconfig, and most tests are about
the command. Those about the committed menus themselves take `whole_tree`, or read the project's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Image
from cloudlib.menus.symbols import symbol
from cloudlib.publish import refresh, tier
from tests.support.tree import ROOT

#: So many families of each category and releases of each distribution stay in any case, and all of so small
#: a catalog.
_FAMILIES, _RELEASES, _SMALL = 1, 7, 100


def shorten(root: Path) -> None:
    """Rewrite the committed menus of the tree in `root`."""
    named = _names(_speakers())
    for name in cloud_providers.PROVIDER_NAMES:
        provider = cloud_providers.load(name)
        path = tier.folder(root, name) / f"{catalogfile.NAME}.{tier.STATIC}"
        catalog = excerpt(catalogfile.load_file(path), named)
        for old in tier.tier_files(root, name, tier.STATIC).values():
            old.unlink()
        for file, text in refresh.render(provider, catalog, tier.STATIC).items():
            target = tier.folder(root, name) / f"{file}.{tier.STATIC}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def excerpt(catalog: Catalog, named: set[str]) -> Catalog:
    """The catalog without the families, regions and releases that nobody names."""
    if len(catalog.instance_types) < _SMALL:
        return catalog

    def is_named(name: str) -> bool:
        return bool({name.upper(), symbol("", name)} & named)

    regions = {r.name for r in catalog.regions if is_named(r.name) or r.name == catalog.default_region}
    regions |= {z.region for z in catalog.zones if is_named(z.name)}
    types = [catalog.within(itype, regions) for itype in catalog.instance_types]
    newest = {i.distro: _releases(catalog.images, i.distro)[-_RELEASES:] for i in catalog.images}
    families = _families(replace(catalog, instance_types=tuple(t for t in types if t.regions)), is_named)
    return replace(
        catalog,
        regions=tuple(r for r in catalog.regions if r.name in regions),
        zones=tuple(z for z in catalog.zones if z.region in regions),
        instance_types=tuple(t for t in types if t.regions and t.family in families),
        images=tuple(
            i for i in catalog.images if is_named(f"{i.distro}-{i.release}") or i.release in newest[i.distro]
        ),
    )


def _releases(images: Iterable[Image], distro: str) -> list[str]:
    """The releases of a distribution, in the order of the images: oldest first."""
    return list(dict.fromkeys(image.release for image in images if image.distro == distro))


def _families(catalog: Catalog, is_named: Callable[[str], bool]) -> set[str]:
    """The named ones, those of named types, and a few of each category."""
    kept: set[str] = set()
    count: dict[str, int] = {}
    for itype in catalog.instance_types:
        few = itype.family not in kept and count.get(itype.category, 0) < _FAMILIES
        if few or is_named(itype.name) or is_named(itype.family):
            kept.add(itype.family)
            count[itype.category] = count.get(itype.category, 0) + few
    return kept


def _speakers() -> Iterator[str]:
    """The texts of defconfigs, and of the tests and their helpers that work in a tree."""
    yield from (path.read_text(encoding="utf-8") for path in (ROOT / "defconfigs").iterdir())
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "Tree" in text:
            yield text


def _names(texts: Iterable[str]) -> set[str]:
    """The names in the texts, in upper case, and the ends of symbols: INSTANCE_M7I_XLARGE, M7I_XLARGE."""
    names: set[str] = set()
    for text in texts:
        for word in set(re.findall(r"[A-Z0-9][A-Z0-9_.-]+", text.upper())):
            parts = word.rstrip(".-").split("_")
            names |= {word.rstrip(".-"), *("_".join(parts[n:]) for n in range(1, len(parts)))}
    return {name for name in names if len(name) > 2}
