# SPDX-License-Identifier: MIT
"""Azure at full scale, from the recorded facts: azure_locations, _vm_skus, _vm_caps, _vm_zones, _prices,
_prices_2026_08_delta and _images.csv.

What the recording does not say is left out, as the API would leave it out, but for what Azure documents: an
Arm64 image is of generation 2, an image SKU or offer that names a generation or Arm64 is of it, and pages
list the systems with drivers for NVMe and those for Trusted Launch, and the publishers whose images have a
plan. Where a size is offered comes from both lists; its zones are the recorded ones, or those of the location
where only the older list has it.
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
    usd = {
        (row["location"], row["size"]): float(row["usd_per_hour"])
        for name in ("azure_prices.csv", "azure_prices_2026_08_delta.csv")  # the newer list has the last word
        for row in _rows(facts / name)
    }
    prices: dict[str, list[dict[str, Any]]] = {}
    for (where, name), amount in sorted(usd.items()):
        prices.setdefault(where, []).append(price(name, where, amount))
    return AzureData(
        locations=[
            location(
                row["name"], row["display_name"], row["physical_location"], row["geography_group"],
                zones=[{"logicalZone": zone} for zone in zones[row["name"]]], kind=row["region_type"],
            )
            for row in locations
        ],
        sizes={row["name"]: _size(row) for row in _rows(facts / "azure_vm_caps.csv")},
        offered=_offered(facts, zones),
        prices=prices,
        images=list(_images(_rows(facts / "azure_images.csv"))),
    )  # fmt: skip


def committed(path: Path) -> AzureData:
    """The figures of a catalog file of this project, as Azure would serve them: full scale."""
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
            **_boots(itype["boot_modes"]),
            "AcceleratedNetworkingEnabled": str("accelerated-networking" in itype.get("features", [])),
            "PremiumIO": str("premium-disks" in itype.get("features", [])),
            **({} if "trusted-launch" in itype.get("features", []) else {"TrustedLaunchDisabled": "True"}),
            **({"MaxDataDiskCount": str(n)} if (n := itype.get("max_data_volumes")) is not None else {}),
            **({"GPUs": str(itype["gpus"][0]["count"])} if "gpus" in itype else {}),
        }
        sizes[name] = size(name, itype["family"], itype["vcpus"], itype["memory_mib"] / 1024, **more)
        for where, ends in itype["offered"].items():
            offered.setdefault(where, {})[name] = {"zones": [end.lstrip("-") for end in ends.split()]}
        for amounts in itype.get("prices", {}).values():
            for usd, names in amounts.items():
                where = itype["offered"] if names == "*" else names.split()
                prices += [price(name, place, float(usd)) for place in where]
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
                {"x86_64": "x64", "arm64": "Arm64"}[i["architecture"]],
                _boots(i["boot_modes"])["HyperVGenerations"] if "boot_modes" in i else "",
                features=_stated(i),
                plan=None if (plan := i["coordinates"]["PLAN"]) == "none"
                else dict(zip(("publisher", "product", "name"), plan.split("/"))),
            )
            for i in data["images"]
        ],
    )  # fmt: skip


def _boots(modes: list[str]) -> dict[str, str]:
    """The capabilities of a size that are read as these boot modes."""
    generations = ",".join(sorted({mode.partition("+")[0] for mode in modes}))
    controllers = ("SCSI,NVMe" if len(modes) > 1 else "NVMe") if "V2+NVMe" in modes else ""
    return {
        "HyperVGenerations": generations,
        **({"DiskControllerTypes": controllers} if controllers else {}),
        **({"ConfidentialComputingType": "SNP"} if "V2+CVM" in modes else {}),
    }


def _stated(image: dict[str, Any]) -> dict[str, str]:
    """The features of an image version that are read as an image of a catalog."""
    modes = image.get("boot_modes", [])
    trusted = "TrustedLaunchSupported" if "trusted-launch" in image.get("features", []) else ""
    security = "ConfidentialVM" if modes == ["V2+CVM"] else trusted
    return {
        **({"DiskControllerTypes": "SCSI, NVMe"} if "V2+NVMe" in modes else {}),
        **({"SecurityType": security} if security else {}),
    }


def _offered(facts: Path, zones: dict[str, list[str]]) -> dict[str, dict[str, dict[str, Any]]]:
    """{location: {size: its zones there}}"""
    offered: dict[str, dict[str, dict[str, Any]]] = {where: {} for where in zones}
    for row in _rows(facts / "azure_vm_skus.csv"):
        for where in filter(None, row["locations"].split("|")):
            offered[where][row["name"]] = {"zones": zones[where]}
    for row in _rows(facts / "azure_vm_zones.csv"):
        if row["location"] in offered:  # one location of these is in no list of locations
            known = row["zones"].split("|") if row["zones"] else []
            offered[row["location"]][row["name"]] = {"zones": known}
    return offered


#: Capabilities that azure_vm_caps.csv has under the API's own names, beside those that `size` sets. Lists are
#: joined by `|` there, by commas in the API.
_CAPABILITIES = (
    *("MaxResourceVolumeMB", "NvmeDiskSizeInMiB", "NvmeSizePerDiskInMiB", "DiskControllerTypes"),
    *("MaxDataDiskCount", "AcceleratedNetworkingEnabled", "ConfidentialComputingType"),
    *("TrustedLaunchDisabled", "HyperVGenerations", "CpuArchitectureType", "GPUs", "vCPUsAvailable"),
    *("MaxNetworkInterfaces", "PremiumIO", "EphemeralOSDiskSupported", "RdmaEnabled", "RetirementDateUtc"),
)


def _size(row: dict[str, str]) -> dict[str, Any]:
    more = {name: row[name].replace("|", ",") for name in _CAPABILITIES if row[name]}
    return size(row["name"], row["family"], float(row["vCPUs"]), float(row["MemoryGB"]), **more)


def _images(rows: Rows) -> Iterator[ImageSku]:
    for row in rows:
        names = f"{row['offer']} {row['sku']}"
        named = re.search(r"(?:\b|_|\d)gen([12])\b", names)
        architecture = "Arm64" if "arm64" in names else row["architecture"]
        generation = row["generation"] or (f"V{named[1]}" if named else "")
        if architecture == "Arm64" or row["sku"] == "cvm":
            generation = "V2"
        yield ImageSku(
            row["publisher"], row["offer"], row["sku"], architecture, generation,
            features=_features(row, generation), plan=_plan(row),
        )  # fmt: skip


#: What Microsoft's pages say of systems: their publisher, and the releases as offers or SKUs begin with them.
#: https://learn.microsoft.com/azure/virtual-machines/enable-nvme-interface
_KNOW_NVME = (
    ("almalinux", r"(?:8|9)"),
    ("Canonical", r"(?:18|20|22|24)_04"),
    ("Debian", r"debian-1[12]"),
    ("Oracle", r"(?:79|8[5-9]|810|8|9\d?)"),
    ("RedHat", r"(?:79|8_?[6-9]|8_?10|8-lvm|9_?\d?|10_?\d)"),
    ("SUSE", r"sles-1(?:5-sp[4-9]|6-\d)"),
)
#: https://learn.microsoft.com/azure/virtual-machines/trusted-launch#operating-systems-supported
_KNOW_TRUSTED_LAUNCH = (
    ("almalinux", r"(?:8|9)"),
    ("Canonical", r"(?:18|20|22)_04|ubuntu_23_04"),
    ("Debian", r"debian-1[12]"),
    ("Oracle", r"(?:8[3-8]|8|9|91)"),
    ("RedHat", r"(?:8_?6|8_?8|8_?10|9_?[4-6]|[89]-lvm)"),
    ("SUSE", r"sles-15-sp[345]"),
)


def _features(row: dict[str, str], generation: str) -> dict[str, str]:
    """The features of an image that pages state, as the API has them. Both need generation 2."""
    if row["sku"] == "cvm":
        # https://learn.microsoft.com/azure/confidential-computing/confidential-vm-overview
        return {"SecurityType": "ConfidentialVmSupported"}
    if generation != "V2":
        return {}
    nvme = {"DiskControllerTypes": "SCSI, NVMe"} if _known(row, _KNOW_NVME) else {}
    return {
        **nvme,
        **({"SecurityType": "TrustedLaunchSupported"} if _known(row, _KNOW_TRUSTED_LAUNCH) else {}),
    }


def _known(row: dict[str, str], table: tuple[tuple[str, str], ...]) -> bool:
    """Is the release in a page's list? It is in the offer, or begins the SKU."""
    parts = (row["offer"], row["sku"])
    return any(
        row["publisher"] == publisher
        and any(re.match(rf"(?:.*[a-z]-|ol|ubuntu-)?{release}(?!\d)", part) for part in parts)
        for publisher, release in table
    )


#: Publishers whose images have a plan: https://rockylinux.org/download, https://www.flatcar.org/docs/latest.
_WITH_PLAN = ("erockyenterprisesoftwarefoundationinc1653071250513", "kinvolk", "resf")


def _plan(row: dict[str, str]) -> dict[str, str] | None:
    """The plan of an image, whose parts are named like those of the image."""
    if row["publisher"] not in _WITH_PLAN:
        return None
    return {"publisher": row["publisher"], "product": row["offer"], "name": row["sku"]}


def _rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
