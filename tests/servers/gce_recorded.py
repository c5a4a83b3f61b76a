# SPDX-License-Identifier: MIT
"""Google Cloud at full scale: gce_regions.csv, gce_zones.csv, gce_machine_types.csv, gce_prices.csv,
gce_images.csv and gce_machine_zones_2026_08.csv of the recorded facts.

Zones, accelerators and disks of a type are those of the last, which is a recording of the API itself. Parts'
prices are solved from those of whole machines: gce_skus.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from tests.servers import gce_skus
from tests.servers.gce_data import GceData, Image, MachineType

Rows = list[dict[str, str]]

#: The recording's word -> accelerator type, and what accelerator-types says of it.
_ACCELERATORS = {
    "a100": ("nvidia-tesla-a100", "NVIDIA A100 40GB"),
    "a100-80gb": ("nvidia-a100-80gb", "NVIDIA A100 80GB"),
    "h100-80gb": ("nvidia-h100-80gb", "NVIDIA H100 80GB"),
    "h100-80gb-mega": ("nvidia-h100-mega-80gb", "NVIDIA H100 80GB MEGA"),
    "h200": ("nvidia-h200-141gb", "NVIDIA H200 141GB"),
    "b200": ("nvidia-b200", "NVIDIA B200"),
    "gb200": ("nvidia-gb200", "NVIDIA GB200"),
    "gb300": ("nvidia-gb300", "NVIDIA GB300"),
    "l4": ("nvidia-l4", "NVIDIA L4"),
    "rtx6000": ("nvidia-rtx-pro-6000", "NVIDIA RTX PRO 6000"),
}
_LARGE_SSD_GIB = (("z3-", "-metal", 6000), ("z3-", "", 3000), ("c4-", "-metal", 3000), ("a4x-", "", 3000))


def recorded(facts: Path) -> GceData:
    """All of it; takes a few seconds, most of them to solve prices."""
    regions = {row["name"]: row for row in _rows(facts / "gce_regions.csv")}
    zones: dict[str, list[str]] = defaultdict(list)
    for row in _rows(facts / "gce_zones.csv"):
        zones[row["region"]].append(row["zone"])
    types = _rows(facts / "gce_machine_types.csv")
    offers = {row["name"]: row for row in _rows(facts / "gce_machine_zones_2026_08.csv")}
    devices = {row["accelerators"].partition(":")[0] for row in offers.values()} - {""}
    return GceData(
        regions={name: row["status"] for name, row in regions.items()},
        zones=dict.fromkeys((z for name in regions for z in zones[name]), "UP"),
        types=tuple(_machine_type(row, offers[row["name"]]) for row in types),
        images=tuple(_image(row) for row in _rows(facts / "gce_images.csv")),
        accelerators={**{name: name for name in devices}, **dict(_ACCELERATORS.values())},
        skus=tuple(
            made
            for region, machines in _machines(types, _rows(facts / "gce_prices.csv")).items()
            for made in _skus(regions[region]["location"], region, machines)
        ),
    )


def _skus(place: str, region: str, machines: list[gce_skus.Machine]) -> list[dict[str, object]]:
    prices = gce_skus.solve(machines)
    gce_skus.split_premium(prices)
    return list(gce_skus.skus(place, region, prices))


def _machines(types: Rows, prices: Rows) -> dict[str, list[gce_skus.Machine]]:
    """The machines with a recorded price, by region."""
    known = {row["name"]: row for row in types}
    found: dict[str, list[gce_skus.Machine]] = defaultdict(list)
    for row in prices:
        kind = known[row["machine_type"]]
        word, _, count = kind["accelerators"].partition(":")
        found[row["region"]].append(
            gce_skus.Machine(
                name=kind["name"],
                vcpus=int(kind["guest_cpus"]),
                gib=int(kind["memory_mb"]) / 1024,
                gpu=_ACCELERATORS[word][0] if word else "",
                gpus=float(count or 0),
                ssd_gib=int(kind["local_ssd_gb"] or 0),
                usd=float(row["usd_per_hour"]),
            )
        )
    return found


def _machine_type(row: dict[str, str], offer: dict[str, str]) -> MachineType:
    device, _, count = offer["accelerators"].partition(":")
    return MachineType(
        name=row["name"],
        guest_cpus=int(row["guest_cpus"]),
        memory_mb=int(row["memory_mb"]),
        zones=tuple(offer["zones"].split("|")),
        architecture=row["architecture"],
        shared=row["shared_cpu"] == "True",
        accelerator=device,
        accelerators=int(count or 0),
        ssd_partitions=int(row["local_ssd_gb"] or 0) // _ssd_gib(row["name"]),
        deprecated=row["deprecated"],
        disks=int(offer["max_persistent_disks"]),
    )


def _ssd_gib(name: str) -> int:
    """GiB of one of its disks: https://cloud.google.com/compute/docs/disks/local-ssd"""
    fitting = (gib for start, end, gib in _LARGE_SSD_GIB if name.startswith(start) and name.endswith(end))
    return next(fitting, 375)


def _image(row: dict[str, str]) -> Image:
    name = row["name"] or f"{row['family']}-v00000000"
    return Image(row["project"], name, row["family"], row["architecture"], row["status"])


def _rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
