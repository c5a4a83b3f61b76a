# SPDX-License-Identifier: MIT
"""What the loopback Azure knows, in the shapes of the real API; `small` is enough to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class ImageSku:
    """A marketplace SKU. `generation` is "" where the API would not say; no `versions`, nothing to start."""

    publisher: str
    offer: str
    sku: str
    architecture: str = "x64"
    generation: str = "V2"
    state: str = "Active"
    versions: int = 1
    features: Mapping[str, str] = field(default_factory=dict)
    plan: Row | None = None


@dataclass(frozen=True)
class AzureData:
    """`sizes` are rows without a location; `offered` maps a location to the sizes there, with overrides."""

    locations: Sequence[Row]
    sizes: Mapping[str, Row]
    offered: Mapping[str, Mapping[str, Row]]
    prices: Mapping[str, Sequence[Row]]
    images: Sequence[ImageSku]
    others: Sequence[Row] = field(default_factory=list)

    def skus(self, location: str) -> list[Row]:
        """The rows of `/skus` for one location: sizes, and a disk, which is not a machine."""
        rows = [
            {
                "resourceType": "virtualMachines",
                "tier": "Standard",
                "size": name.partition("_")[2],
                "locations": [location],
                "restrictions": [],
                **self.sizes[name],
                "locationInfo": [{"location": location, "zones": own.get("zones", [])}],
                **{key: value for key, value in own.items() if key != "zones"},
            }
            for name, own in self.offered.get(location, {}).items()
        ]
        return [*rows, *self.others]


def location(
    name: str, title: str, place: str, group: str, *, zones: Sequence[Row] = (), kind: str = "Physical"
) -> Row:
    """A row of `/locations`; `zones` come from `zone_rows`."""
    return {
        "id": f"/subscriptions/0/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": title,
        "regionalDisplayName": f"({group}) {title}",
        "metadata": {"regionType": kind, "geographyGroup": group, "physicalLocation": place},
        **({"availabilityZoneMappings": list(zones)} if zones else {}),
    }


def zone_rows(name: str, count: int) -> list[Row]:
    """Logical zones 1 to `count` of a location; which physical one each is differs between subscriptions."""
    return [{"logicalZone": str(i), "physicalZone": f"{name}-az{count + 1 - i}"} for i in range(1, count + 1)]


def size(name: str, family: str, vcpus: float, memory_gb: float, **more: str) -> Row:
    """A size: `more` are further capabilities. x64 of both generations unless told otherwise."""
    has = {"vCPUs": f"{vcpus:g}", "MemoryGB": f"{memory_gb:g}", "CpuArchitectureType": "x64", **more}
    has.setdefault("HyperVGenerations", "V1,V2")
    return {
        "name": name,
        "family": family,
        "capabilities": [{"name": key, "value": value} for key, value in has.items()],
    }


def restricted(kind: str, location: str, zones: Sequence[str] = ()) -> Row:
    """`NotAvailableForSubscription` for a location, or for zones of it."""
    info: Row = {"locations": [location], **({"zones": list(zones)} if zones else {})}
    reason = "NotAvailableForSubscription"
    return {"type": kind, "values": [location], "restrictionInfo": info, "reasonCode": reason}


def price(name: str, where: str, usd: float, product: str = "", meter: str = "", **changes: Any) -> Row:
    """A row of the retail price list."""
    series = name.partition("_")[2]
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": usd,
        "unitPrice": usd,
        "armRegionName": where,
        "location": where,
        "productName": product or f"Virtual Machines {series} Series",
        "skuName": meter or series,
        "serviceName": "Virtual Machines",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "armSkuName": name,
        "meterName": meter or series,
        **changes,
    }


def offers(names: Iterable[str], zones: str = "") -> dict[str, Row]:
    """These sizes, in these zones."""
    return {name: {"zones": list(zones)} for name in names}


def small() -> AzureData:
    """Four usable locations, nine sizes in seven families, every oddity that the parser has to know."""
    sizes = [
        size("Standard_B2s", "standardBSFamily", 2, 4, MaxResourceVolumeMB="8192"),
        size("Standard_D4_v3", "standardDv3Family", 4, 16, HyperVGenerations="V1"),
        size("Standard_D4s_v5", "standardDSv5Family", 4, 16, AcceleratedNetworkingEnabled="True"),
        size("Standard_D16s_v5", "standardDSv5Family", 16, 64, AcceleratedNetworkingEnabled="True"),
        size("Standard_E8-2s_v5", "standardESv5Family", 8, 64, vCPUsAvailable="2"),
        size(
            "Standard_D4ps_v5", "standardDPSv5Family", 4, 16, CpuArchitectureType="Arm64",
            HyperVGenerations="V2",
        ),
        size(
            "Standard_L8s_v3", "standardLSv3Family", 8, 64, NvmeDiskSizeInMiB="1831420",
            NvmeSizePerDiskInMiB="1831420", MaxResourceVolumeMB="81920", HyperVGenerations="V2",
        ),
        size("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family", 4, 28, GPUs="1"),
        size("Standard_NV6ads_A10_v5", "StandardNVADSA10v5Family", 6, 55, GPUs="1", HyperVGenerations="V2"),
        {"name": "Standard_Odd", "family": "standardOddFamily", "capabilities": []},
    ]  # fmt: skip
    names = [row["name"] for row in sizes]
    everywhere = [n for n in names if "_N" not in n]
    eastus = offers(names, "123")
    eastus["Standard_NV6ads_A10_v5"]["restrictions"] = [restricted("Location", "eastus")]
    eastus["Standard_NC4as_T4_v3"]["restrictions"] = [restricted("Zone", "eastus", ["1", "3"])]
    eastus["Standard_L8s_v3"]["restrictions"] = [restricted("Zone", "eastus", ["1", "2", "3"])]
    eastus["Standard_D4_v3"].update(
        locations=["EastUS"], locationInfo=[{"location": "EastUS", "zones": ["1"]}]
    )
    disk = {
        "resourceType": "disks", "name": "Premium_LRS", "locations": ["eastus"],
        "locationInfo": [{"location": "eastus", "zones": ["1"]}], "capabilities": [], "restrictions": [],
    }  # fmt: skip
    return AzureData(
        locations=[
            location("eastus", "East US", "Virginia", "US", zones=zone_rows("eastus", 3)),
            location("eastus2", "East US 2", "Virginia", "US", zones=zone_rows("eastus2", 3)),
            location("WestEurope", "West Europe", "Netherlands", "Europe", zones=zone_rows("westeurope", 2)),
            location("westus", "West US", "California", "US"),
            location("eastus2euap", "East US 2 EUAP", "", "US"),
            location("unitedstates", "United States", "", "", kind="Logical"),
        ],
        sizes={row["name"]: row for row in sizes},
        offered={
            "eastus": eastus,
            "eastus2": offers(everywhere, "123"),
            "westeurope": offers(everywhere, "12"),
            "westus": offers([*everywhere, "Standard_NV6ads_A10_v5"]),
        },
        prices={"eastus": _prices("eastus", 1.0), "eastus2": _prices("eastus2", 1.1), "": _LICENSES},
        images=[
            ImageSku("Debian", "debian-12", "12", generation="V1"),
            ImageSku(
                "Debian",
                "debian-12",
                "12-gen2",
                features={
                    "DiskControllerTypes": "SCSI, NVMe",
                    "SecurityType": "TrustedLaunchSupported",
                },
            ),
            ImageSku("Debian", "debian-12", "12-arm64", "Arm64"),
            ImageSku("Debian", "debian-12", "12-backports-gen2"),
            ImageSku("Debian", "debian-12-daily", "12-gen2"),
            ImageSku("Debian", "debian-11", "11-gen2", state="Deprecated"),
            ImageSku("Canonical", "ubuntu-24_04-lts", "server"),
            ImageSku("Canonical", "ubuntu-24_04-lts", "server-gen1", generation="V1"),
            ImageSku("Canonical", "ubuntu-24_04-lts", "server-arm64", "Arm64"),
            ImageSku(
                "Canonical",
                "ubuntu-24_04-lts",
                "cvm",
                features={
                    "SecurityType": "ConfidentialVmSupported",
                },
            ),
            ImageSku("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"),
            ImageSku("RedHat", "RHEL", "810-gen2"),
            ImageSku("RedHat", "RHEL", "9_6", generation="V1"),
            ImageSku("RedHat", "rhel-arm64", "9_6-arm64", "Arm64"),
            ImageSku("SUSE", "sles-15-sp6", "gen2"),
            ImageSku("SUSE", "sles-15-sp6-basic", "gen2"),
            ImageSku("SUSE", "sles-16-0-arm64", "gen2", "Arm64"),
            ImageSku("SUSE", "opensuse-leap-15-6", "gen2"),
            ImageSku("almalinux", "almalinux-x86_64", "9-gen2"),
            ImageSku(
                "resf",
                "rockylinux-x86_64",
                "9-base",
                generation="",
                plan={
                    "publisher": "resf",
                    "product": "rocky",
                    "name": "9",
                },
            ),
            ImageSku("Oracle", "Oracle-Linux", "ol95-lvm-gen2"),
            ImageSku("Oracle", "Oracle-Linux", "ol99-lvm-gen2", versions=0),
        ],
        others=[disk],
    )


#: The license meters of 2 vCPUs, which have no location.
_LICENSES = [
    price("", "", usd, product, meter, serviceName="Virtual Machines Licenses")
    for product, meter, usd in (
        ("Red Hat Enterprise Linux", "2 vCPU VM License", 0.0288),
        ("Red Hat Enterprise Linux with HA", "2 vCPU VM License", 0.0638),
        ("SUSE Linux Enterprise Server Standard", "1-2 vCPU VM Support", 0.065),
        ("SUSE Linux Enterprise Server Priority", "2-4 vCPU VM Support", 0.2),
    )
]


def _prices(where: str, factor: float) -> list[Row]:
    """Rows with prices, and rows of every sort that must not become one."""
    usd = {
        "Standard_B2s": 0.0416, "Standard_D4s_v5": 0.192, "Standard_D16s_v5": 0.768,
        "Standard_D4ps_v5": 0.154, "Standard_NC4as_T4_v3": 0.526,
    }  # fmt: skip
    rows = [price(name, where, round(amount * factor, 4)) for name, amount in usd.items()]
    return [
        *rows,
        price("Standard_D4s_v5", where, 0.376, "Virtual Machines Dsv5 Series Windows"),
        price("Standard_D4s_v5", where, 0.0384, meter="D4s v5 Spot"),
        price("Standard_D4s_v5", where, 0.0385, meter="D4s v5 Low Priority"),
        price("Standard_D4s_v5", where, 0.3, "Dsv5 Series Cloud Services"),
        price("Standard_D4s_v5", where, 900.0, unitOfMeasure="1/Month"),
        price("Standard_D4s_v5", "elsewhere", 0.999),
        price("Standard_D4s_v5", where, 0.1, type="Reservation", reservationTerm="1 Year"),
        price("Standard_D4_v3", where, 0.0),
        price("Standard_L8s_v3", where, 0.624),
        price("Standard_L8s_v3", where, 0.7),
        price("", where, 0.5),
    ]
