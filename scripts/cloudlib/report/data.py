# SPDX-License-Identifier: MIT
"""What the page shows, as compact JSON: lists in place of objects, regions by number, each price once.

The names of the fields of a machine's list are in FIELDS, for page.js to read them by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cloudlib.catalog.text import device, disks
from cloudlib.menus.names import MenuNames
from cloudlib.search.machine import Machine, Market

#: A machine's list. `prices` is [[USD per hour, source, [region, ...]], ...], cheapest first, in numbers of
#: regions and sources of its provider. null is a figure that the catalog does not know.
FIELDS = (
    *("name", "family", "category", "vcpus", "memory", "arch", "gpu", "gpus", "gpu_memory"),
    *("disks", "nvme_gb", "network", "kvm", "metal", "boot", "current", "regions", "prices"),
)


@dataclass(frozen=True)
class Section:
    """One provider on the page. `tier` is "static" or "generated"; all `machines` are of one market."""

    title: str
    names: MenuNames
    tier: str
    market: Market
    machines: Sequence[Machine]


def payload(sections: Sequence[Section]) -> dict[str, Any]:
    """All data of the page, JSON values alone."""
    return {"fields": FIELDS, "providers": [_provider(section) for section in sections]}


def _provider(section: Section) -> dict[str, Any]:
    market = section.market
    places = {name: number for number, name in enumerate(market.places)}
    sources: dict[str, int] = {}
    results = section.names.results
    return {
        "name": market.provider,
        "title": section.title,
        "tier": section.tier,
        "source": market.provenance.source,
        "fetched": market.provenance.fetched_at[:10],
        "symbols": {"region": results.region, "type": results.instance_type},
        "regions": [[place.name, place.long_name, place.area] for place in market.places.values()],
        "machines": [_machine(machine, places, sources) for machine in section.machines],
        "sources": list(sources),
    }


def _machine(machine: Machine, places: Mapping[str, int], sources: dict[str, int]) -> list[Any]:
    nvme = machine.nvme
    row = {
        "name": machine.name,
        "family": machine.family,
        "category": machine.category,
        "vcpus": machine.vcpus,
        "memory": _number(machine.memory_mib / 1024),
        "arch": "+".join(machine.architectures),
        "gpu": ", ".join(device(gpu) for gpu in (*machine.gpus, *machine.accelerators)),
        "gpus": _number(float(machine.gpu_count)),
        "gpu_memory": None if machine.gpu_memory_gib is None else _number(machine.gpu_memory_gib),
        "disks": ", ".join(disks(local) for local in machine.local_disks),
        "nvme_gb": None if nvme is None else nvme[1],
        "network": machine.record.network,
        "kvm": machine.kvm,
        "metal": machine.bare_metal,
        "boot": ", ".join(sorted(machine.boot)),
        "current": machine.current,
        "regions": [places[name] for name in machine.regions if name in places],
        "prices": _prices(machine, places, sources),
    }
    return [row[field] for field in FIELDS]


def _prices(machine: Machine, places: Mapping[str, int], sources: dict[str, int]) -> list[Any]:
    regions: dict[tuple[Decimal, str], list[int]] = {}
    for name, price in machine.prices.items():
        if name in places and name in machine.regions:
            regions.setdefault((price.usd_per_hour, price.source), []).append(places[name])
    return [
        [float(usd), sources.setdefault(source, len(sources)), sorted(numbers)]
        for (usd, source), numbers in sorted(regions.items(), key=lambda item: item[0])
    ]


def _number(figure: float) -> float | int:
    """Two decimals, and none where they say nothing."""
    rounded = round(figure, 2)
    return int(rounded) if rounded == int(rounded) else rounded
