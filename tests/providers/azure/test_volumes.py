# SPDX-License-Identifier: MIT
"""Which VM sizes of Azure take which disks."""

from __future__ import annotations

import pytest

import azure_api


@pytest.mark.parametrize(
    "size, premium, disk, zone, good",
    [
        ("Standard_D4s_v5", True, "Premium_LRS", "", True),
        ("Standard_D4_v5", False, "Premium_LRS", "", False),
        ("Standard_D4_v5", False, "StandardSSD_LRS", "", True),
        ("Standard_DS2_v2", True, "Premium_LRS", "", True),
        ("Standard_E4-2s_v5", True, "Premium_LRS", "", True),
        ("Standard_D4s_v5", True, "PremiumV2_LRS", "", False),
        ("Standard_D4s_v5", True, "PremiumV2_LRS", "1", True),
        ("Standard_D4_v5", False, "", "", True),
    ],
)
def test_disks(size: str, premium: bool, disk: str, zone: str, good: bool) -> None:
    values: dict[str, str | int | bool | list[str]] = {
        "terraform_azure_vm_size": size,
        "terraform_azure_data_disk_count": int(bool(disk)),
        "terraform_azure_data_disk_type": disk,
        "terraform_azure_zone": zone,
        "terraform_azure_premium_disks": premium,
    }
    assert (azure_api.machine_problems(values) == []) == good
