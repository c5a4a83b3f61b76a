# SPDX-License-Identifier: MIT
"""Managed disk types, their limits, and which VM sizes take them.

https://learn.microsoft.com/azure/virtual-machines/disks-types
"""

from __future__ import annotations

import re

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
_SIZE = re.compile(r"(?:Standard|Basic)_([A-Z]+)\d+(?:-\d+)?([a-z]*)")


def machine_problems(values: Variables) -> list[Problem]:
    """Premium and Ultra disks need a VM size that takes them; Premium v2 and Ultra need a zone too.

    An "s" among the additive features, or in an old series' letters, says that a size takes them:
    https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions.
    """
    if not values.get("terraform_azure_data_disk_count"):
        return []
    problems = []
    size = str(values.get("terraform_azure_vm_size", ""))
    disk = str(values.get("terraform_azure_data_disk_type", ""))
    match = _SIZE.match(size)
    takes_premium = match is None or "s" in match.group(2) or "S" in match.group(1)
    if disk.startswith(("Premium", "UltraSSD")) and not takes_premium:
        problems.append(Problem(f"{size} takes no {disk} disk", ("StandardSSD_LRS",)))
    if disk in ("PremiumV2_LRS", "UltraSSD_LRS") and not values.get("terraform_azure_zone"):
        problems.append(Problem(f"{disk} disks need a zone, and none is chosen", ("Premium_LRS",)))
    return problems
