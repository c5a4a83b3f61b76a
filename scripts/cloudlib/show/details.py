# SPDX-License-Identifier: MIT
"""`show TYPE`: everything that the catalog knows of one instance type. What it does not know is said so."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.catalog.text import device, disks, dollars, gib
from cloudlib.errors import printable
from cloudlib.menus.names import MenuNames
from cloudlib.provider import Provider
from cloudlib.search import machine
from cloudlib.search.machine import Machine
from cloudlib.show import answering, queries, rows, search_rows, table
from cloudlib.show.remarks import wrapped

_UNKNOWN = "not known"


def run(provider: Provider, options: argparse.Namespace) -> None:
    """Print a block of facts and a table of regions, or a JSON object."""
    catalog, _ = answering.catalog(provider, options, "")
    itype = queries.type_named(catalog, options.type)
    if options.output != "text":
        rows.show_json({"version": rows.VERSION, **options.about, **_json(itype, catalog)})
        return
    print(printable(f"{itype.name}: {_category(itype)}, family {itype.family}"))
    facts = list(_facts(itype, catalog, provider.MENU_NAMES))
    width = max(len(name) for name, _ in facts)
    for name, fact in facts:
        print(printable(f"  {name.ljust(width)}  {fact}"))
    print()
    _show_regions(itype, catalog)
    sources = sorted({price.source for price in itype.prices.values()})
    print()
    said = options.about["source"].partition(";")[0]  # the file of a recording and its digest follow
    about = [f"source: {said}; fetched {options.about['date'] or 'on an unknown date'}"]
    if sources:
        about.append(f"prices: {', '.join(sources)}; USD per hour on demand, for Linux")
    for line in about:
        print(wrapped(line))


def _category(itype: InstanceType) -> str:
    return itype.category if itype.category.isupper() else itype.category[:1].lower() + itype.category[1:]


def _facts(itype: InstanceType, catalog: Catalog, names: MenuNames) -> Iterator[tuple[str, str]]:
    one = _machine(itype, catalog)
    yield "vCPU", str(itype.vcpus)
    yield "memory", f"{gib(itype.memory_mib)} GiB"
    yield "architecture", ", ".join(itype.architectures) or _UNKNOWN
    yield "GPU", ", ".join(map(device, itype.gpus)) or "none"
    if itype.accelerators:
        yield "accelerator", ", ".join(map(device, itype.accelerators))
    yield "local disks", ", ".join(_disks(itype)) or "none"
    yield "network", itype.network or _UNKNOWN
    yield "bare metal", _yes(itype.bare_metal)
    kvm = itype.kvm if itype.kvm or names.states_kvm else None
    yield "KVM guests", _yes(kvm)
    yield "boot", ", ".join(itype.boot_modes) or _UNKNOWN
    current = one.current if one else itype.current_generation
    yield "generation", _UNKNOWN if current is None else "current" if current else "previous"
    most = itype.max_data_volumes
    yield "data volumes", _UNKNOWN if most is None else f"at most {most}"
    if itype.features:
        yield "also", ", ".join(itype.features)
    yield "sold", ", ".join(itype.usage) or _UNKNOWN


def _disks(itype: InstanceType) -> Iterator[str]:
    for local in itype.local_disks:
        unsure = local.kind == "disk" and local.nvme is None
        yield disks(local) + (f" of a kind that is {_UNKNOWN}" if unsure else "")


def _yes(fact: bool | None) -> str:
    return _UNKNOWN if fact is None else "yes" if fact else "no"


def _machine(itype: InstanceType, catalog: Catalog) -> Machine | None:
    return next((m for m in machine.of_catalog(catalog) if m.name == itype.name), None)


def _show_regions(itype: InstanceType, catalog: Catalog) -> None:
    known = {region.name: region for region in catalog.regions}
    zones = {name: _zones(itype, catalog, name) for name in itype.regions}

    def price(name: str) -> str:
        usd = itype.price_in(name)
        return dollars(usd.usd_per_hour) if usd else "unknown"

    some_zones = any(zones.values())
    table.show(
        ["region", "place", "per hour", *(["zones"] if some_zones else [])],
        [
            [name, known[name].long_name, price(name), *([zones[name]] if some_zones else [])]
            for name in queries.cheapest_first(itype, itype.regions)
        ],
        sys.stdout,
        right={"per hour"},
    )


def _zones(itype: InstanceType, catalog: Catalog, region: str) -> str:
    """What the zones of a region are called, less the region's own name."""
    inside = [z for z in itype.zones if catalog.zone_regions[z] == region]
    return " ".join(zone.removeprefix(region).lstrip("-") or zone for zone in inside)


def _json(itype: InstanceType, catalog: Catalog) -> dict[str, Any]:
    one = _machine(itype, catalog)
    zones: dict[str, list[str]] = {}
    for zone in itype.zones:
        zones.setdefault(catalog.zone_regions[zone], []).append(zone)
    return {
        **(search_rows.machine_json(one) if one else {"name": itype.name}),
        "network": itype.network or None,
        "features": list(itype.features),
        "max_data_volumes": itype.max_data_volumes,
        "usage": list(itype.usage) or None,
        "regions": [
            {
                "name": name,
                "usd_per_hour": float(price.usd_per_hour) if (price := itype.price_in(name)) else None,
                "zones": zones.get(name) or None,
            }
            for name in itype.regions
        ],
    }
