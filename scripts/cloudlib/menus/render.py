# SPDX-License-Identifier: MIT
"""Catalog -> the texts of one tier of a provider's menus. Pure: no clock, no files, no network."""

from __future__ import annotations

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.menus.compute import compute
from cloudlib.menus.images import gpu_images, images
from cloudlib.menus.kconfig import Node, write
from cloudlib.menus.location import location
from cloudlib.menus.names import MenuNames
from cloudlib.menus.symbols import SymbolTable

_HEADER = """\
{title} menus, rendered from catalog.json in the kconfigs directory.
Do not edit: `make cloud-config-{provider}` and `make cloud-update-{provider}` write this file."""


def render(catalog: Catalog, names: MenuNames, folder: str, tier: str) -> dict[str, str]:
    """{file name without the tier's ending: text}, catalog.json included.

    `folder` is the path of these files from the top of the tree; they source each other within the `tier`,
    "generated" or "static". Raises SymbolCollision and CatalogError.
    """
    table = SymbolTable()
    trees: dict[str, tuple[Node, ...]] = {
        "Kconfig.location": location(catalog, names, table),
        **compute(catalog, names, table, folder=folder, tier=tier),
        "Kconfig.images": images(catalog, names, table),
    }
    if names.images.gpu:
        trees["Kconfig.gpu-amis"] = gpu_images(catalog, names, table)
    header = _HEADER.format(title=names.title, provider=names.provider)
    texts = {name: write(nodes, header=header) for name, nodes in trees.items()}
    texts[catalogfile.NAME] = catalogfile.dump(catalog)
    return texts
