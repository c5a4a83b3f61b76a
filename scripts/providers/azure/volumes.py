# SPDX-License-Identifier: MIT
"""Managed disk types, their limits, and which VM sizes take them.

https://learn.microsoft.com/azure/virtual-machines/disks-types
"""

from __future__ import annotations

from cloudlib.provider import Problem, Variables, VolumeLimits, VolumeRules

VOLUMES = VolumeRules(
    prefix="TERRAFORM_AZURE_DATA_DISK",
    types={
        "Standard_LRS": VolumeLimits((4, 32767)),
        "StandardSSD_LRS": VolumeLimits((4, 32767)),
        "Premium_LRS": VolumeLimits((4, 32767)),
        # .../disks-types#premium-ssd-v2
        "PremiumV2_LRS": VolumeLimits((1, 65536), (3000, 80000), 500, (125, 2000)),
        # .../disks-types#ultra-disks; an IOPS for each GiB, as the API says in its errors, and 4 kB/s for
        # each IOPS: https://github.com/kubernetes-sigs/azuredisk-csi-driver/issues/1442
        "UltraSSD_LRS": VolumeLimits((4, 65536), (100, 400000), 1000, (1, 10000), 1, 250),
    },
)


def machine_problems(values: Variables) -> list[Problem]:
    """Premium and Ultra disks need a VM size that takes them; Premium v2 and Ultra need a zone too."""
    if not values.get("terraform_azure_data_disk_count"):
        return []
    problems = []
    size = str(values.get("terraform_azure_vm_size", ""))
    disk = str(values.get("terraform_azure_data_disk_type", ""))
    if disk.startswith(("Premium", "UltraSSD")) and values.get("terraform_azure_premium_disks") is False:
        problems.append(Problem(f"{size} takes no {disk} disk", ("StandardSSD_LRS",)))
    if disk in ("PremiumV2_LRS", "UltraSSD_LRS") and not values.get("terraform_azure_zone"):
        problems.append(Problem(f"{disk} disks need a zone, and none is chosen", ("Premium_LRS",)))
    return problems
