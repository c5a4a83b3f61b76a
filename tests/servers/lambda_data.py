# SPDX-License-Identifier: MIT
"""What the test server's Lambda offers: a small one to read, and a full one from recorded facts.

Types, prices and regions of both are true ones. Image families are those that Lambda documents
(https://docs.lambda.ai/public-cloud/on-demand/): Lambda Stack and GPU Base of Ubuntu 22.04 and 24.04 for
x86_64 and arm64, plain Ubuntu 24.04. Image ids are made up; capacity of the small one is, too.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_FAMILIES = (
    ("lambda-stack-22-04", ("x86_64", "arm64")),
    ("lambda-stack-24-04", ("x86_64", "arm64")),
    ("gpu-base-22-04", ("x86_64", "arm64")),
    ("gpu-base-24-04", ("x86_64", "arm64")),
    ("ubuntu-24-04", ("x86_64",)),
)


@dataclass(frozen=True)
class LambdaData:
    """`types` maps a name to its instance_type, `capacity` to the regions that have some.

    `lists_regions` False answers 404 to /regions, as the API did before version 1.10.
    """

    types: Mapping[str, Json]
    regions: Mapping[str, str]
    capacity: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    images: tuple[Json, ...] = ()
    instances: tuple[Json, ...] = ()
    lists_regions: bool = True

    def region(self, name: str) -> Json:
        """A region as every answer shows it."""
        return {"name": name, "description": self.regions[name]}

    def offers(self) -> Json:
        """The data of /instance-types."""
        return {
            name: {
                "instance_type": itype,
                "regions_with_capacity_available": [self.region(r) for r in self.capacity.get(name, ())],
            }
            for name, itype in self.types.items()
        }


def running(name: str, identity: str, status: str = "active", region: str = "us-east-1") -> Json:
    """A machine of the account, as /instances lists it."""
    return {
        "id": identity,
        "name": name,
        "ip": "192.0.2.7",
        "status": status,
        "region": {"name": region, "description": region},
        "instance_type": instance_type("gpu_1x_a10", "1x A10", "A10 (24 GB PCIe)", 30, 200, 1, 129),
    }


def small() -> LambdaData:
    """Six types in four regions. gpu_1x_a6000 and cpu_4x_general have no capacity anywhere."""
    regions = {
        "us-east-1": "Virginia, USA",
        "us-west-1": "California, USA",
        "us-south-2": "North Texas, USA",
        "europe-central-1": "Germany",
    }
    itypes = (
        instance_type("cpu_4x_general", "4x CPU General (16 GiB)", "N/A", 4, 16, 0, 20),
        instance_type("gpu_1x_a10", "1x A10 (24 GB PCIe)", "A10 (24 GB PCIe)", 30, 200, 1, 129, 1400),
        instance_type("gpu_1x_a6000", "1x A6000 (48 GB)", "A6000 (48 GB)", 14, 100, 1, 109),
        instance_type("gpu_1x_gh200", "1x GH200 (96 GB)", "GH200 (96 GB)", 64, 432, 1, 229, 4096),
        instance_type("gpu_8x_h100_sxm5", "8x H100 (80 GB SXM5)", "H100 (80 GB SXM5)", 208, 1800, 8, 3192),
        instance_type("gpu_8x_v100", "8x Tesla V100 (16 GB)", "Tesla V100 (16 GB)", 92, 448, 8, 632),
    )
    return LambdaData(
        types={itype["name"]: itype for itype in itypes},
        regions=regions,
        capacity={
            "gpu_1x_a10": ("us-west-1", "us-east-1"),
            "gpu_1x_gh200": ("us-east-1",),
            "gpu_8x_h100_sxm5": ("us-south-2",),
            "gpu_8x_v100": ("us-south-2",),
        },
        images=images(regions),
    )


def recorded(facts: Path) -> LambdaData:
    """lambda_instance_types.csv and lambda_regions.csv; capacity as of 2026-07-30 where it is known."""
    rows = _rows(facts / "lambda_instance_types.csv")
    regions = {row["name"]: row["description"] for row in _rows(facts / "lambda_regions.csv")}
    itypes = [
        instance_type(
            row["name"],
            row["description"],
            row["gpu_description"] or "N/A",
            int(row["vcpus"]),
            int(row["memory_gib"]),
            int(row["gpus"]),
            int(row["price_cents_per_hour"]),
            _storage_gib(row),
        )
        for row in rows
    ]
    known = {row["name"]: row["regions_with_capacity_2026_07_30"] for row in rows}
    return LambdaData(
        types={itype["name"]: itype for itype in itypes},
        regions=regions,
        capacity={n: tuple(text.split("|")) for n, text in known.items() if text not in ("", "unknown")},
        images=images(regions),
    )


def instance_type(  # noqa: PLR0917 - a row of the tables reads better without names
    name: str,
    description: str,
    gpu_description: str,
    vcpus: int,
    memory_gib: int,
    gpus: int,
    cents: int,
    storage_gib: int | None = None,
) -> Json:
    """An instance_type of the API; where no source tells the storage, it is left out."""
    specs = {"vcpus": vcpus, "memory_gib": memory_gib, "gpus": gpus}
    return {
        "name": name,
        "description": description,
        "gpu_description": gpu_description,
        "price_cents_per_hour": cents,
        "specs": specs if storage_gib is None else {**specs, "storage_gib": storage_gib},
    }


def images(regions: Mapping[str, str]) -> tuple[Json, ...]:
    """Every family in every region."""
    return tuple(
        {
            "id": f"image-{family}-{architecture}-{region}",
            "name": family,
            "description": "",
            "family": family,
            "version": "1",
            "architecture": architecture,
            "region": {"name": region, "description": description},
        }
        for family, architectures in _FAMILIES
        for architecture in architectures
        for region, description in regions.items()
    )


def _storage_gib(row: Mapping[str, str]) -> int | None:
    """The figure, or what is quoted in TiB ("22 TiB SSD"), or None: no source tells it."""
    if row["storage_gib"]:
        return int(row["storage_gib"])
    quoted = row["storage_quoted"].partition(" TiB")[0]
    return round(float(quoted) * 1024) if quoted else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
