# SPDX-License-Identifier: MIT
"""A tree's committed menus, with only those families that tests and defconfigs speak of.

Reading the whole ones takes most of the time of every command that reads Kconfig, and most tests are about
the command. Those about the committed menus themselves take `whole_tree`, or read the project's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.menus.symbols import symbol
from cloudlib.publish import refresh, tier
from tests.support.tree import ROOT

#: So many families of each category stay in any case, and every one of so small a catalog.
_FEW, _SMALL = 1, 100


def shorten(root: Path) -> None:
    """Rewrite the committed menus of the tree in `root`."""
    spoken_of = _words([ROOT / "tests", ROOT / "defconfigs", ROOT / "docs"])
    for name in cloud_providers.PROVIDER_NAMES:
        provider = cloud_providers.load(name)
        path = tier.folder(root, name) / f"{catalogfile.NAME}.{tier.STATIC}"
        catalog = excerpt(catalogfile.load_file(path), spoken_of)
        for old in tier.tier_files(root, name, tier.STATIC).values():
            old.unlink()
        for file, text in refresh.render(provider, catalog, tier.STATIC).items():
            target = tier.folder(root, name) / f"{file}.{tier.STATIC}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def excerpt(catalog: Catalog, spoken_of: set[str]) -> Catalog:
    """The catalog without the families of which nobody speaks."""
    if len(catalog.instance_types) < _SMALL:
        return catalog
    kept: set[str] = set()
    count: dict[str, int] = {}
    for itype in catalog.instance_types:
        few = itype.family not in kept and count.get(itype.category, 0) < _FEW
        names = {itype.name.upper(), symbol("", itype.name), symbol("", itype.family)}
        if few or names & spoken_of:
            kept.add(itype.family)
            count[itype.category] = count.get(itype.category, 0) + few
    types = tuple(itype for itype in catalog.instance_types if itype.family in kept)
    return replace(catalog, instance_types=types)


def _words(folders: Iterable[Path]) -> set[str]:
    """The names in the files, in upper case, and the ends of symbols: INSTANCE_M7I_XLARGE, M7I_XLARGE."""
    found: set[str] = set()
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        if path.suffix in (".py", ".md", ""):
            for word in set(re.findall(r"[A-Z0-9][A-Z0-9_.-]+", path.read_text(encoding="utf-8").upper())):
                parts = word.rstrip(".-").split("_")
                found |= {word.rstrip(".-"), *("_".join(parts[n:]) for n in range(1, len(parts)))}
    return {word for word in found if len(word) > 2}
