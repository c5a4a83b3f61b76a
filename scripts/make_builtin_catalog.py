#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cut a provider's built-in catalog out of its committed one.

    make_builtin_catalog.py PROVIDER [FAMILY]...
    make_builtin_catalog.py --again

The built-in catalog serves a tree without any menus: a few families with their true figures, or all of
them where none is named, in the default region, with every image. What the shipped defconfigs ask for is in
it too, their regions as well. `--again` cuts the families that each provider's has now;
`make static-from-recordings` does so too.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import json
from collections.abc import Collection, Sequence

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Provenance
from cloudlib.config import fragments, requested
from cloudlib.errors import CatalogError
from cloudlib.menus.names import MenuNames
from cloudlib.menus.symbols import symbol
from cloudlib.publish import builtin, tier
from cloudlib.settings import ROOT
from cloudlib.show import command


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    parser = command.Parser(prog="make_builtin_catalog.py", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--again", action="store_true", help="the families that each provider's has now")
    which.add_argument("provider", nargs="?", choices=cloud_providers.PROVIDER_NAMES)
    parser.add_argument("family", nargs="*")
    options = parser.parse_args(argv)
    if options.again:
        for name in cloud_providers.PROVIDER_NAMES:
            _write(name, _families(name))
    else:
        _write(options.provider, options.family)
    return 0


def _families(name: str) -> list[str]:
    """Of the file as it is, which may be of an older format."""
    records = json.loads(builtin.path(name).read_text(encoding="utf-8"))["instance_types"]
    return sorted({record["family"] for record in records})


def _write(name: str, families: Sequence[str]) -> None:
    source = tier.catalog_path(ROOT, name, tier.STATIC)
    settings = {
        setting
        for path in fragments.DEFCONFIGS.glob("*")
        for setting in requested.settings(path.read_text(encoding="utf-8"))
    }
    text = catalogfile.dump(
        cut(catalogfile.load_file(source), families, cloud_providers.load(name).MENU_NAMES, settings)
    )
    builtin.path(name).write_text(text, encoding="utf-8")


def cut(catalog: Catalog, families: Sequence[str], names: MenuNames, settings: Collection[str]) -> Catalog:
    """The records of these families, or of all, in the default region, and of those that settings name."""
    known = catalog.families()
    if families:
        types = {symbol(names.type_prefix, t.name): t.family for t in catalog.instance_types}
        asked = {types[setting] for setting in settings if setting in types}
        families = sorted({*families, *asked})
    families = families or tuple(known)
    missing = [family for family in families if family not in known]
    if missing:
        raise CatalogError(f"{catalog.provider}: the static catalog lacks {', '.join(missing)}")
    regions = {r.name for r in catalog.regions if symbol(names.region_prefix, r.name) in settings}
    regions.add(catalog.default_region)
    return Catalog.build(
        provider=catalog.provider,
        default_region=catalog.default_region,
        regions=(r for r in catalog.regions if r.name in regions),
        zones=(z for z in catalog.zones if z.region in regions),
        instance_types=(
            catalog.within(itype, regions)
            for family in families
            for itype in known[family]
            if regions & {*itype.regions}
        ),
        images=catalog.images,
        provenance=Provenance(source=f"built-in, from: {catalog.provenance.source}"),
    )


if __name__ == "__main__":
    command.start("make_builtin_catalog.py", main)
