# SPDX-License-Identifier: MIT
"""What the test server's Google Cloud offers, in the terms of its APIs.

https://cloud.google.com/compute/docs/reference/rest/v1/machineTypes
https://cloud.google.com/billing/docs/reference/rest/v1/services.skus
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]

OLD_STATES = ("DEPRECATED", "OBSOLETE", "DELETED")


@dataclass(frozen=True)
class MachineType:
    """A machine type and the zones that have it. `deprecated` is a state, "" for none."""

    name: str
    guest_cpus: int
    memory_mb: int
    zones: tuple[str, ...]
    architecture: str = "X86_64"
    shared: bool = False
    accelerator: str = ""
    accelerators: int = 0
    ssd_partitions: int = 0
    deprecated: str = ""
    disks: int = 128

    def row(self) -> Json:
        """The resource, but for the fields that name its zone."""
        return {
            "kind": "compute#machineType",
            "name": self.name,
            "description": f"{self.guest_cpus} vCPUs, {self.memory_mb} MB RAM",
            **({"guestCpus": self.guest_cpus} if self.guest_cpus else {}),
            **({"memoryMb": self.memory_mb} if self.memory_mb else {}),
            "imageSpaceGb": 0,
            "maximumPersistentDisks": self.disks,
            "maximumPersistentDisksSizeGb": "263168",
            "isSharedCpu": self.shared,
            **({"architecture": self.architecture} if self.architecture else {}),
            **({"deprecated": {"state": self.deprecated}} if self.deprecated else {}),
            **(
                {
                    "accelerators": [
                        {
                            "guestAcceleratorType": self.accelerator,
                            "guestAcceleratorCount": self.accelerators,
                        }
                    ]
                }
                if self.accelerator
                else {}
            ),
            **(
                {"bundledLocalSsds": {"defaultInterface": "NVME", "partitionCount": self.ssd_partitions}}
                if self.ssd_partitions
                else {}
            ),
        }


@dataclass(frozen=True)
class Image:
    """One public image."""

    project: str
    name: str
    family: str
    architecture: str = "X86_64"
    deprecated: str = ""
    status: str = "READY"

    def row(self, host: str) -> Json:
        """The resource."""
        return {
            "kind": "compute#image",
            "name": self.name,
            "selfLink": f"{host}/compute/v1/projects/{self.project}/global/images/{self.name}",
            **({"family": self.family} if self.family else {}),
            "architecture": self.architecture,
            "status": self.status,
            "diskSizeGb": "10",
            **({"deprecated": {"state": self.deprecated}} if self.deprecated else {}),
        }


@dataclass(frozen=True)
class GceData:
    """Regions and zones map a name to its status; a zone's name is its region's, "-" and a letter or more.

    `accelerators` maps an accelerator type to its description.
    """

    regions: Mapping[str, str]
    zones: Mapping[str, str]
    types: tuple[MachineType, ...]
    images: tuple[Image, ...]
    accelerators: Mapping[str, str] = field(default_factory=dict)
    skus: tuple[Json, ...] = ()

    def with_types(self, *types: MachineType) -> GceData:
        """The same with these types in place of those of the same names, or added."""
        names = {kind.name for kind in types}
        return replace(self, types=(*(k for k in self.types if k.name not in names), *types))

    def with_skus(self, *skus: Json) -> GceData:
        """The same with more SKUs."""
        return replace(self, skus=(*self.skus, *skus))

    def type(self, name: str) -> MachineType:
        """One machine type."""
        return next(kind for kind in self.types if kind.name == name)


def region_of(zone: str) -> str:
    """The region of a zone."""
    return zone.rpartition("-")[0]


def sku(
    description: str,
    regions: Sequence[str],
    usd: str | int,
    group: str = "CPU",
    *,
    family: str = "Compute",
    unit: str = "h",
    usage: str = "OnDemand",
) -> Json:
    """One SKU of the billing catalog, at `usd` for one `unit`."""
    units, _, decimals = str(usd).partition(".")
    return {
        "name": f"services/6F81-5844-456A/skus/{_sku_id(description)}",
        "description": description,
        "category": {
            "serviceDisplayName": "Compute Engine",
            "resourceFamily": family,
            "resourceGroup": group,
            "usageType": usage,
        },
        "serviceRegions": list(regions),
        "pricingInfo": [
            {
                "summary": "",
                "pricingExpression": {
                    "usageUnit": unit,
                    "displayQuantity": 1,
                    "tieredRates": [
                        {
                            "startUsageAmount": 0,
                            "unitPrice": {
                                "currencyCode": "USD",
                                "units": units,
                                "nanos": int(decimals.ljust(9, "0")[:9]),
                            },
                        }
                    ],
                },
                "currencyConversionRate": 1,
            }
        ],
        "serviceProviderName": "Google",
    }


def _sku_id(description: str) -> str:
    digits = hashlib.sha256(description.encode()).hexdigest()[:12].upper()
    return "-".join(digits[i : i + 4] for i in (0, 4, 8))


def rates(  # noqa: PLR0917 - a row of the tables reads better without names
    name: str, place: str, regions: Sequence[str], core: str, ram: str, group: str = ""
) -> list[Json]:
    """The two SKUs of a series: `rates("N2 Instance", "Americas", …)`; `group` is one group for both."""
    return [
        sku(f"{name} Core running in {place}", regions, core, group or "CPU"),
        sku(f"{name} Ram running in {place}", regions, ram, group or "RAM", unit="GiBy.h"),
    ]
