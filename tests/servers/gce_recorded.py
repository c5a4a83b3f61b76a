# SPDX-License-Identifier: MIT
"""Google Cloud at full scale: gce_regions.csv, gce_zones.csv, gce_machine_types.csv, gce_prices.csv and
gce_images.csv of the recorded facts.

A type of which the recording knows a region but none of its zones is served in all of the region's zones.
Accelerators of types are what the recording says and, for A3 Ultra, A4 and A4X, what Google's page on GPU
machine types does: https://cloud.google.com/compute/docs/gpus. A fraction of a GPU, which the API has no
form for, is served as no accelerator. Parts' prices are solved from those of whole machines: gce_skus.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

from tests.servers import gce_skus
from tests.servers.gce_data import GceData, Image, MachineType, region_of

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
    "l4": ("nvidia-l4", "NVIDIA L4"),
    "rtx6000": ("nvidia-rtx-pro-6000", "NVIDIA RTX PRO 6000"),
}
_DOCUMENTED = {
    "a3-ultragpu-8g": "h200:8",
    "a3-ultragpu-8g-nolssd": "h200:8",
    "a4-highgpu-8g": "b200:8",
    "a4x-highgpu-4g": "gb200:4",
}
_LARGE_SSD_GIB = (("z3-", "-metal", 6000), ("z3-", "", 3000), ("c4-", "-metal", 3000), ("a4x-", "", 3000))


def recorded(facts: Path) -> GceData:
    """All of it; takes a few seconds, most of them to solve prices."""
    regions = {row["name"]: row for row in _rows(facts / "gce_regions.csv")}
    zones: dict[str, list[str]] = defaultdict(list)
    for row in _rows(facts / "gce_zones.csv"):
        zones[row["region"]].append(row["zone"])
    types = _rows(facts / "gce_machine_types.csv")
    return GceData(
        regions={name: row["status"] for name, row in regions.items()},
        zones=dict.fromkeys((z for name in regions for z in zones[name]), "UP"),
        types=tuple(_machine_type(row, zones) for row in types),
        images=tuple(_image(row) for row in _rows(facts / "gce_images.csv")),
        accelerators=dict(_ACCELERATORS.values()),
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


def _machine_type(row: dict[str, str], zones: dict[str, list[str]]) -> MachineType:
    name = row["name"]
    word, _, count = (row["accelerators"] or _DOCUMENTED.get(name, "")).partition(":")
    whole = count.isdigit()
    return MachineType(
        name=name,
        guest_cpus=int(row["guest_cpus"]),
        memory_mb=int(row["memory_mb"]),
        zones=_zones(row, zones),
        architecture=row["architecture"],
        shared=row["shared_cpu"] == "True",
        accelerator=_ACCELERATORS[word][0] if whole else "",
        accelerators=int(count) if whole else 0,
        ssd_partitions=int(row["local_ssd_gb"] or 0) // _ssd_gib(name),
        deprecated=row["deprecated"],
    )


def _zones(row: dict[str, str], zones: dict[str, list[str]]) -> tuple[str, ...]:
    """The recorded zones, and every zone with a plain letter of a region of which none is recorded."""
    known = row["zones"].split("|") if row["zones"] else []
    dark = set(row["regions"].split("|")) - {region_of(z) for z in known}
    return (*known, *(z for r in sorted(dark) for z in zones[r] if re.search(r"-[a-z]\Z", z)))


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
