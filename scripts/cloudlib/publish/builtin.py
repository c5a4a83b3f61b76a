# SPDX-License-Identifier: MIT
"""The built-in menus, for a tree that has no menus at all: a few families of the default region."""

from __future__ import annotations

import sys
from pathlib import Path

from cloudlib.catalog.records import Catalog
from cloudlib.errors import CatalogError
from cloudlib.provider import Provider, Registry
from cloudlib.publish import tier
from cloudlib.settings import ROOT

#: Folder of the built-in catalogs: small, real, and rendered by the same code as live data.
BUILTIN = ROOT / "scripts" / "builtin"


def path(name: str) -> Path:
    """The file of one provider's built-in catalog."""
    return BUILTIN / f"{name}-catalog.json"


def catalog(name: str) -> Catalog:
    """The built-in catalog of a provider; CatalogError where it is damaged."""
    from cloudlib.catalog import file as catalogfile

    loaded = catalogfile.load_file(path(name))
    if loaded.provider != name:
        raise CatalogError(f"{path(name)}: is the catalog of {loaded.provider}, not of {name}")
    return loaded


def ensure(root: Path, registry: Registry) -> None:
    """Write the built-in menus, loudly, for each provider with neither static nor generated ones."""
    missing = [
        name
        for name in registry.PROVIDER_NAMES
        if not any((tier.folder(root, name) / f"Kconfig.compute.{t}").is_file() for t in tier.TIERS)
    ]
    if not missing:
        return
    with tier.lock(root):
        for name in missing:
            publish(registry.load(name), root)
            print(
                f"WARNING: {name} has neither committed nor generated menus. Built-in ones were written:\n"
                f"         a few families. `git checkout terraform/{name}` restores the committed ones,\n"
                f"         `make cloud-config-{name}` queries the provider.",
                file=sys.stderr,
            )


def publish(provider: Provider, root: Path) -> None:
    """Write the built-in menus as generated ones, without a marker."""
    from cloudlib.publish import refresh  # here, as every config target asks for `ensure` alone

    texts = refresh.render(provider, catalog(provider.NAME), tier.GENERATED)
    tier.publish(root, provider.NAME, tier.GENERATED, texts, mark=False)
