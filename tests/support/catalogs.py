# SPDX-License-Identifier: MIT
"""Hand-made catalogs of a cloud that does not exist, small enough to read in a golden file."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import (
    Catalog,
    Gpu,
    Image,
    InstanceType,
    LocalDisks,
    Price,
    Provenance,
    Region,
    Zone,
)
from cloudlib.menus.names import ImageNames, MenuNames, Results

_Record = TypeVar("_Record")

HOME, FAR, CLOSED = "north-1", "south-1", "west-1"
SOURCE = "a price list"

FAMILIES = MenuNames(
    provider="demo",
    title="Demo",
    switch="TERRAFORM_DEMO",
    region_prefix="TERRAFORM_DEMO_REGION_",
    zone_prefix="TERRAFORM_DEMO_ZONE_",
    family_prefix="TERRAFORM_DEMO_FAMILY_",
    type_prefix="TERRAFORM_DEMO_TYPE_",
    results=Results("TERRAFORM_DEMO_REGION", "TERRAFORM_DEMO_TYPE", "TERRAFORM_DEMO_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_DEMO_IMAGE_",
        distro_prefix="TERRAFORM_DEMO_DISTRO_",
        release_prefix="TERRAFORM_DEMO_RELEASE_",
        coordinates={"NAME": "*"},
        gpu="GPU_IMAGE",
        gpu_coordinates=("NAME",),
    ),
)
FLAT = MenuNames(
    provider="flat",
    title="Flat",
    switch="TERRAFORM_FLAT",
    region_prefix="TERRAFORM_FLAT_REGION_",
    type_prefix="TERRAFORM_FLAT_TYPE_",
    results=Results("TERRAFORM_FLAT_REGION", "TERRAFORM_FLAT_TYPE"),
    images=ImageNames(
        prefix="TERRAFORM_FLAT_IMAGE_",
        distro_prefix="TERRAFORM_FLAT_DISTRO_",
        release_prefix="TERRAFORM_FLAT_RELEASE_",
        coordinates={"NAME": "*"},
    ),
)


def itype(name: str, vcpus: int = 2, gib: float = 8, usd: str = "", **changes: Any) -> InstanceType:
    """An x86_64 machine of the general purpose family before its dot, in both regions and all zones."""
    regions = changes.pop("regions", (HOME, FAR))
    fields: dict[str, Any] = {
        "family": name.partition(".")[0],
        "category": "General purpose",
        "architectures": ("x86_64",),
        "zones": tuple(z.name for z in ZONES if z.region in regions),
        "prices": {HOME: Price(Decimal(usd), SOURCE)} if usd and HOME in regions else {},
        **changes,
    }
    return InstanceType(name=name, vcpus=vcpus, memory_mib=int(gib * 1024), regions=tuple(regions), **fields)


def image(distro: str, release: str, architecture: str, title: str = "", **changes: Any) -> Image:
    """An operating system image, to be found by a name built from the same words."""
    fields = {"coordinates": {"NAME": f"{distro}-{release}-{architecture}-*"}, **changes}
    return Image(distro, release, title or f"{distro.title()} {release}", architecture, **fields)


def catalog(itypes: Iterable[InstanceType] = (), names: MenuNames = FAMILIES, **changes: Any) -> Catalog:
    """The demo catalog, with other machines or other fields where they are given."""
    fields: dict[str, Any] = {
        "default_region": HOME,
        "regions": REGIONS,
        "zones": ZONES,
        "instance_types": tuple(itypes) or ITYPES,
        "images": IMAGES,
        "provenance": Provenance(source="by hand"),
        **changes,
    }
    return Catalog.build(provider=names.provider, **fields)


def sealed(text: str) -> str:
    """An edited catalog file, with the digest that it then needs to be read."""
    data = json.loads(text)
    right = catalogfile.text_digest(text, data["default_region"])
    return text.replace(data["provenance"]["digest"], right, 1)


L40S = Gpu("NVIDIA L40S", 1, 46080)
REGIONS = (
    Region(HOME, "The North"),
    Region(FAR, "The South", opt_in=True),
    Region(CLOSED, "The West", opt_in=True, available=False, why_not="this account has not opted in"),
)
ZONES = (
    Zone("north-1a", HOME, "no1-z2"),
    Zone("north-1b", HOME, "no1-z1"),
    Zone("south-1a", FAR, "so1-z1"),
)
ITYPES = (
    itype("m5.large", 2, 8, "0.096", current_generation=False, network="Up to 10 Gigabit"),
    itype("m7.large", 2, 8, "0.1008", network="Up to 12.5 Gigabit", boot_modes=("legacy-bios", "uefi")),
    itype("m7.xlarge", 4, 16, "0.2016"),
    itype("m7.2xlarge", 8, 32, "0.4032"),
    itype("m7.10xlarge", 40, 160, regions=(HOME,)),
    itype("a7.large", 2, 8, "0.08", architectures=("arm64",)),
    itype("g6.xlarge", 4, 32, "1.861", category="GPU", gpus=(L40S,), regions=(FAR,)),
    itype(
        "i7.metal", 96, 768, category="Storage optimized", bare_metal=True, kvm=True,
        local_disks=(LocalDisks(2, 3750, nvme=True),),
    ),
    itype("mac2.metal", 8, 16, category="macOS", architectures=("arm64_mac",)),
)  # fmt: skip
IMAGES = (
    image("debian", "12", "x86_64"),
    image("debian", "12", "arm64"),
    image("debian", "9", "x86_64"),
    image("ubuntu", "24.04", "x86_64", "Ubuntu 24.04 LTS"),
    image("ubuntu", "25.10", "x86_64"),
    image("learning", "1", "x86_64", "Learning image", purpose="gpu"),
)


def planted(record: _Record, **values: object) -> _Record:
    """A copy with values that the constructor would refuse: what prints a record must not trust it either."""
    made = copy.copy(record)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made
