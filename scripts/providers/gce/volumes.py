# SPDX-License-Identifier: MIT
"""Disk types, their limits, and what the machine series refuse, which the API does not say.

https://cloud.google.com/compute/docs/disks/persistent-disks and .../disks/hyperdisks
"""

from __future__ import annotations

import re

from cloudlib.provider import Problem, Variables, VolumeLimits, VolumeRules

VOLUMES = VolumeRules(
    prefix="TERRAFORM_GCE_DATA_DISK",
    types={
        "pd-standard": VolumeLimits((10, 65536)),
        "pd-balanced": VolumeLimits((10, 65536)),
        "pd-ssd": VolumeLimits((10, 65536)),
        "pd-extreme": VolumeLimits((500, 65536), (10000, 120000)),
        "hyperdisk-balanced": VolumeLimits((4, 65536), (3000, 160000), 500, (140, 2400)),
        "hyperdisk-extreme": VolumeLimits((64, 65536), (2, 350000), 1000),
        "hyperdisk-throughput": VolumeLimits((2048, 32768), mbps=(10, 600)),
    },
)

#: Disk type -> the series that take none: https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support.
#: Where a machine takes no Persistent Disk at all, the terraform module uses Hyperdisk instead.
_NOT_FOR = {
    "hyperdisk-balanced": ("c2", "c2d", "e2", "n1", "n2", "n2d", "t2a", "t2d"),
    "pd-standard": ("c3", "c3d", "h3"),
    "pd-ssd": ("h3",),
}
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
    if not values.get("terraform_gce_data_disk_count"):
        return problems
    series, disk = machine.partition("-")[0], str(values.get("terraform_gce_data_disk_type"))
    if series in _NOT_FOR.get(disk, ()) and not machine.endswith("-metal"):
        nearest = tuple(name for name in ("pd-balanced", "pd-ssd") if series not in _NOT_FOR.get(name, ()))
        problems.append(Problem(f"{machine} takes no {disk} disk", nearest))
    return problems
