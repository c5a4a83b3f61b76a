# SPDX-License-Identifier: MIT
"""What Azure would refuse is refused by the menus, by cloud-check and by the module, for each rule alike."""

from __future__ import annotations

from typing import Any

from tests.support.refused import Case

A = "TERRAFORM_AZURE"
HERE = (f"{A}=y", f"{A}_REGION_EASTUS=y", f"{A}_PREVIOUS_GENERATION=y")


def size(name: str, family: str) -> tuple[str, str]:
    return f"{A}_VM_FAMILY_{family}=y", f"{A}_VM_SIZE_STANDARD_{name}=y"


def image(distro: str, release: str) -> tuple[str, str]:
    return f"{A}_DISTRO_{distro}=y", f"{A}_IMAGE_{release}=y"


def coordinates(offer: str, sku: str, modes: str) -> dict[str, Any]:
    prefix = "terraform_azure_image_"
    return {
        f"{prefix}publisher": offer.partition(":")[0],
        f"{prefix}offer": offer.partition(":")[2],
        f"{prefix}sku": sku,
        f"{prefix}boot_modes": modes,
    }


LEAP = coordinates("SUSE:opensuse-leap-15-6", "gen2", "V2")
CASES = {
    "a disk controller": Case(
        size("D2AS_V6", "DASV6"),
        image("OPENSUSE", "OPENSUSE_LEAP_15_6"),
        "the chosen machine boots with V2+NVMe",
        "boots with V2, Standard_D2as_v6 with V2+NVMe",
        "Standard_D2as_v5",
        LEAP,
    ),
    "a confidential size": Case(
        size("DC2AS_V5", "DCASV5"),
        image("DEBIAN", "DEBIAN_12_WITH_BACKPORTS"),
        "the chosen machine boots with V2+CVM",
        "boots with V2 or V2+NVMe, Standard_DC2as_v5 with V2+CVM",
        "Ubuntu 24.04 LTS",
        coordinates("Debian:debian-12", "12-backports-gen2", "V2,V2+NVMe"),
    ),
    "a generation": Case(
        size("A2_V2", "AV2"),
        image("OPENSUSE", "OPENSUSE_LEAP_15_6"),
        "the chosen machine boots with V1",
        "boots with V2, Standard_A2_v2 with V1",
        "AlmaLinux",
        LEAP,
    ),
    "the number of data disks": Case(
        size("D2S_V5", "DSV5"),
        (f"{A}_DATA_DISK_COUNT=5",),
        "a number from 0 to 4",
        "takes at most 4 data volumes, not 5",
        "4 data volumes",
        {
            "terraform_azure_data_disk_count": 5,
            "terraform_azure_data_disk_type": "StandardSSD_LRS",
            "terraform_azure_data_disk_size_gb": 128,
        },
    ),
    "premium disks": Case(
        (*size("D2_V5", "DV5"), f"{A}_DATA_DISK_COUNT=1"),
        (f"{A}_DATA_DISK_TYPE_PREMIUM=y",),
        f"it needs {A}_PREMIUM_DISKS",
        "Standard_D2_v5 takes no Premium_LRS disk",
        "StandardSSD_LRS",
        {"terraform_azure_data_disk_type": "Premium_LRS"},
    ),
}
