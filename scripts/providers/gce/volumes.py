# SPDX-License-Identifier: MIT
"""Disk types, their limits, and what machine types refuse, which the API does not say.

https://cloud.google.com/compute/docs/disks/persistent-disks and .../disks/hyperdisks; which machine takes
which disk is in `disks`.
"""

from __future__ import annotations

import re

from cloudlib.provider import Problem, Variables, VolumeLimits, VolumeRules
from providers.gce import disks

VOLUMES = VolumeRules(
    prefix="TERRAFORM_GCE_DATA_DISK",
    types={
        "pd-standard": VolumeLimits((10, 65536)),
        "pd-balanced": VolumeLimits((10, 65536)),
        "pd-ssd": VolumeLimits((10, 65536)),
        # .../disks/extreme-persistent-disk
        "pd-extreme": VolumeLimits((500, 65536), (10000, 120000)),
        # .../disks/hd-types/hyperdisk-balanced: a disk of 4 or 5 GiB has 500 IOPS a GiB, no more and no less,
        # so the smallest here is the first that can have 3000.
        "hyperdisk-balanced": VolumeLimits(
            (6, 65536), (3000, 160000), 500, (140, 2400), iops_of_least_mbps=256
        ),
        # .../disks/hd-types/hyperdisk-extreme
        "hyperdisk-extreme": VolumeLimits((64, 65536), (128, 350000), 1200, least_iops_per_gib=2),
        # .../disks/hd-types/hyperdisk-throughput
        "hyperdisk-throughput": VolumeLimits((2048, 32768), mbps=(20, 600), mbps_per_tib=(10, 90)),
    },
)

#: Machine types without nested virtualization: AMD, Arm, E2, H3, memory-optimized series, TPU hosts and bare
#: metal. terraform/gce/vars.tf has the same pattern.
#: https://cloud.google.com/compute/docs/instances/nested-virtualization/overview#restrictions
NO_NESTING = r"^([a-z][0-9]+[ad]|e2|h3|g4|a4x|[mx][0-9]+n?|(ct|tpu)[0-9]\w+)-|-metal$"


def machine_problems(values: Variables) -> list[Problem]:
    """Nested virtualization or data disks that the machine type does not have."""
    problems = []
    machine = str(values.get("terraform_gce_machine_type", ""))
    if values.get("terraform_gce_nested_virtualization") is True and re.search(NO_NESTING, machine):
        problems.append(
            Problem(f"{machine} has no nested virtualization", ("an Intel type such as n2-standard-16",))
        )
    disk = str(values.get("terraform_gce_data_disk_type", ""))
    if values.get("terraform_gce_data_disk_count") and (why := disks.why_not(machine, disk)):
        nearest = tuple(
            name
            for name in ("pd-balanced", "hyperdisk-balanced", *VOLUMES.types)
            if not disks.why_not(machine, name)
        )
        problems.append(Problem(f"{machine} takes no {disk} disk: {why}", tuple(dict.fromkeys(nearest))[:3]))
    return problems
