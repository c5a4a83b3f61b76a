# SPDX-License-Identifier: MIT
"""Which machine types take which disks, and how many: what the pages state and the API does not. Pure.

https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support
https://cloud.google.com/compute/docs/disks/persistent-disks

terraform/gce/vars.tf has ONLY_FOR, NOT_FOR and NEVER_ON_METAL too; a test compares them. A series that is
newer than these tables takes the disk types of which NOT_FOR speaks, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Disk type -> the series that take it -> the least size of a machine that does: vCPUs, on A3 GPUs.
ONLY_FOR: Mapping[str, Mapping[str, int]] = {
    # https://cloud.google.com/compute/docs/disks/extreme-persistent-disk#machine_shape_support
    "pd-extreme": {"m2": 0, "m3": 0, "n2": 64},
    # https://cloud.google.com/compute/docs/disks/hd-types/hyperdisk-extreme#machine-series-support
    "hyperdisk-extreme": {
        **{"a3": 4, "a4": 0, "c3": 88, "c3d": 60, "c4": 96, "c4a": 64, "c4d": 64, "m1": 80, "m2": 0},
        **{"m3": 64, "m4": 112, "n2": 80, "x4": 0, "z3": 88},
    },
    # https://cloud.google.com/compute/docs/disks/hd-types/hyperdisk-throughput#machine-series-support
    "hyperdisk-throughput": {
        **{"a3": 0, "c3": 0, "c3d": 0, "c4": 0, "c4a": 0, "g2": 0, "g4": 0, "h3": 0, "m3": 0, "n2": 0},
        **{"n2d": 0, "n4": 0, "n4a": 0, "n4d": 0, "t2d": 0, "z3": 0},
    },
}
#: Disk type -> the series that do not take it. Machines that take no Persistent Disk at all are not listed:
#: the terraform module gives them Hyperdisk instead.
NOT_FOR: Mapping[str, tuple[str, ...]] = {
    "hyperdisk-balanced": ("a2", "c2", "c2d", "e2", "f1", "g1", "g2", "n1", "n2", "n2d", "t2a", "t2d"),
    "pd-standard": ("a3", "c3", "c3d", "h3", "z3"),
    "pd-ssd": ("h3",),
}
NEVER_ON_METAL = "hyperdisk-throughput"
#: The disk types that not every machine takes: features of machine types, and switches of the menus.
FEATURES = ("pd-standard", "pd-ssd", "pd-extreme", "hyperdisk-balanced", "hyperdisk-extreme", NEVER_ON_METAL)

#: "c3" and "88" of c3-standard-88-lssd, "a3" and "4" of a3-highgpu-4g, "x4" and "480" of x4-480-6t-metal.
SIZE = r"^([a-z]+[0-9]+[a-z]*)-(?:[a-z]+-)?([0-9]+)"

#: (series, vCPUs, how many data disks a machine of at most these vCPUs takes), where that is less than the
#: maximumPersistentDisks of the API: https://cloud.google.com/compute/docs/general-purpose-machines#c4_disks
_FEWER = (
    *(("c4", 2, 7), ("c4", 4, 15), ("c4a", 2, 7), ("c4a", 8, 15)),
    *(("c4d", 2, 3), ("c4d", 4, 7), ("c4d", 8, 15), ("n4", 8, 15), ("n4d", 8, 15)),
)


def hyperdisk_only(machine: str) -> bool:
    """Does the type take no Persistent Disk? terraform/gce/main.tf has the same rule, and says why."""
    known = re.match(r"[a-z]+([0-9]+)", machine)
    if known is None:
        return False
    first = 6 if re.match(r"(?:ct|tpu)[0-9]", machine) else 4
    return int(known[1]) >= first or machine.startswith("a3-ultragpu-") or machine.endswith("-metal")


def why_not(machine: str, disk: str) -> str:
    """Why a machine type does not take a disk type; "" where it does."""
    series, size = series_and_size(machine)
    metal = machine.endswith("-metal")
    if metal and disk == NEVER_ON_METAL:
        return "no bare metal does"
    if disk not in ONLY_FOR:
        return f"no {series.upper()} machine does" if not metal and series in NOT_FOR.get(disk, ()) else ""
    least = ONLY_FOR[disk].get(series)
    if least is None:
        return f"no {series.upper()} machine does" if series else "only some series do"
    return f"{series.upper()} machines do from {least} {_unit(series)} on" if size < least else ""


def taken(machine: str) -> tuple[str, ...]:
    """Those of FEATURES that a machine type has."""
    return tuple(disk for disk in FEATURES if not why_not(machine, disk))


def most_data_disks(machine: str, stated: int) -> int | None:
    """How many data disks a type takes; `stated` is what the API says, with the boot disk, 0 if nothing."""
    series, size = series_and_size(machine)
    limits = [most for name, vcpus, most in _FEWER if name == series and size <= vcpus]
    return min([*limits, *([stated - 1] if stated else [])], default=None)


def series_and_size(machine: str) -> tuple[str, int]:
    """("c3", 88) of c3-standard-88; a size of 0 for a type whose name has none, such as e2-micro."""
    match = re.match(SIZE, machine)
    return (match[1], int(match[2])) if match else (machine.partition("-")[0], 0)


def _unit(series: str) -> str:
    return "GPUs" if series == "a3" else "vCPUs"
