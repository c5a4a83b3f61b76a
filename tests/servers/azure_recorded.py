# SPDX-License-Identifier: MIT
"""Azure at full scale, from the recorded facts (azure_locations, _vm_skus, _prices, _images.csv).

What the recording does not say is left out, as the API would leave it out, but for three rules that Azure
documents: an Arm64 image is of generation 2, a size called E8-2s has two of eight vCPUs, and an image SKU or
offer that names a generation or Arm64 is of it. Zones of a size are those of its location.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.azure_data import AzureData, ImageSku, location, price, size

Rows = list[dict[str, str]]


def recorded(facts: Path) -> AzureData:
    """All of it; takes about a second."""
    locations = _rows(facts / "azure_locations.csv")
    zones = {row["name"]: row["zones"].split("|") if row["zones"] else [] for row in locations}
    sizes = _rows(facts / "azure_vm_skus.csv")
    offered: dict[str, dict[str, Any]] = {}
    for row in sizes:
        for where in filter(None, row["locations"].split("|")):
            offered.setdefault(where, {})[row["name"]] = {"zones": zones.get(where, [])}
    prices: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(facts / "azure_prices.csv"):
        made = price(row["size"], row["location"], float(row["usd_per_hour"]))
        prices.setdefault(row["location"], []).append(made)
    return AzureData(
        locations=[
            location(
                row["name"], row["display_name"], row["physical_location"], row["geography_group"],
                zones=[{"logicalZone": zone} for zone in zones[row["name"]]], kind=row["region_type"],
            )
            for row in locations
        ],
        sizes={row["name"]: _size(row) for row in sizes},
        offered=offered,
        prices=prices,
        images=list(_images(_rows(facts / "azure_images.csv"))),
    )  # fmt: skip


def committed(path: Path) -> AzureData:
    """The figures of a catalogue file of this project, as Azure would serve them: full scale."""
    data = json.loads(path.read_text(encoding="utf-8"))
    zones: dict[str, list[dict[str, Any]]] = {}
    for zone in data["zones"]:
        zones.setdefault(zone["region"], []).append({"logicalZone": zone["short"]})
    sizes: dict[str, dict[str, Any]] = {}
    offered: dict[str, dict[str, dict[str, Any]]] = {}
    prices: list[dict[str, Any]] = []
    for itype in data["instance_types"]:
        name = itype["name"]
        more = {
            "CpuArchitectureType": {"x86_64": "x64", "arm64": "Arm64"}[itype["architectures"][0]],
            "HyperVGenerations": ",".join(itype["boot_modes"]),
            **({"GPUs": str(itype["gpus"][0]["count"])} if "gpus" in itype else {}),
        }
        sizes[name] = size(name, itype["family"], itype["vcpus"], itype["memory_mib"] / 1024, **more)
        for where, ends in itype["offered"].items():
            offered.setdefault(where, {})[name] = {"zones": [end.lstrip("-") for end in ends.split()]}
        prices += [price(name, where, float(usd)) for where, (usd, _) in itype.get("prices", {}).items()]
    return AzureData(
        locations=[
            location(
                r["name"], r["long_name"], "", r.get("geography", ""), zones=zones.get(r["name"], []),
            )
            for r in data["regions"]
        ],
        sizes=sizes,
        offered=offered,
        prices={data["default_region"]: prices},
        images=[
            ImageSku(
                i["coordinates"]["PUBLISHER"], i["coordinates"]["OFFER"], i["coordinates"]["SKU"],
                {"x86_64": "x64", "arm64": "Arm64"}[i["architecture"]], "".join(i.get("boot_modes", "")),
            )
            for i in data["images"]
        ],
    )  # fmt: skip


def _size(row: dict[str, str]) -> dict[str, Any]:
    more = {"CpuArchitectureType": row["architecture"], "HyperVGenerations": row["hyperv_generations"]}
    if row["gpus"] not in ("", "0"):
        more["GPUs"] = row["gpus"]
    constrained = re.match(r"Standard_[A-Z]+\d+-(\d+)", row["name"])
    if constrained:
        more["vCPUsAvailable"] = constrained[1]
    return size(row["name"], row["family"], float(row["vcpus"]), float(row["memory_gb"]), **more)


def _images(rows: Rows) -> Iterator[ImageSku]:
    for row in rows:
        names = f"{row['offer']} {row['sku']}"
        named = re.search(r"(?:\b|_|\d)gen([12])\b", names)
        architecture = "Arm64" if "arm64" in names else row["architecture"]
        generation = row["generation"] or (f"V{named[1]}" if named else "")
        if architecture == "Arm64":
            generation = "V2"
        yield ImageSku(row["publisher"], row["offer"], row["sku"], architecture, generation)


def _rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
