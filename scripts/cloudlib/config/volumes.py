# SPDX-License-Identifier: MIT
"""Which data volumes a cloud makes, where a Kconfig range cannot say it: figures depend on each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloudlib.config.selection import Volumes


@dataclass(frozen=True, slots=True)
class Problem:
    """A volume that the cloud would refuse, and what it would take instead."""

    what: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Limits:
    """Of one volume type. Sizes in GiB. 0: there is no such limit, or the type takes no such figure.

    `iops_for_free` and `mib_for_free` are what a volume of any size has; `iops_a_mib` is how many IOPS each
    MiB/s needs.
    """

    least: int
    most: int
    most_iops: int = 0
    iops_a_gib: int = 0
    iops_for_free: int = 0
    iops_a_mib: int = 0
    mib_for_free: int = 0


_LIMITS: dict[str, dict[str, _Limits]] = {
    # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
    "aws": {
        "gp3": _Limits(1, 65536, 80000, 500, 3000, iops_a_mib=4, mib_for_free=125),
        "gp2": _Limits(1, 16384),
        "io2": _Limits(4, 65536, 256000, 1000),
        "io1": _Limits(4, 16384, 64000, 50),
        "st1": _Limits(125, 16384),
        "sc1": _Limits(125, 16384),
    },
    # https://cloud.google.com/compute/docs/disks/persistent-disks and .../disks/hyperdisks
    "gce": {
        "pd-standard": _Limits(10, 65536),
        "pd-balanced": _Limits(10, 65536),
        "pd-ssd": _Limits(10, 65536),
        "pd-extreme": _Limits(500, 65536, 120000),
        "hyperdisk-balanced": _Limits(4, 65536, 160000, 500, 3000, iops_a_mib=4, mib_for_free=140),
        "hyperdisk-extreme": _Limits(64, 65536, 350000, 1000),
        "hyperdisk-throughput": _Limits(2048, 32768),
    },
}


def problems(provider: str, wanted: Volumes, machine: str, zone: str) -> list[Problem]:
    """What the provider would refuse of these volumes, for this machine type in this zone."""
    if provider == "azure":
        return _azure(wanted, machine, zone)
    if provider not in _LIMITS:
        return []
    known = _LIMITS[provider]
    if wanted.type not in known:
        return [Problem(f"there is no volume type {wanted.type}", tuple(known)[:3])]
    series = [*_gce_series(wanted, machine)] if provider == "gce" else []
    return [*series, *_figures(wanted, known[wanted.type])]


def _figures(wanted: Volumes, limits: _Limits) -> list[Problem]:
    found = []
    if not limits.least <= wanted.size_gb <= limits.most:
        nearest = min(max(wanted.size_gb, limits.least), limits.most)
        what = f"{wanted.type} volumes have {limits.least} to {limits.most} GiB, not {wanted.size_gb}"
        found.append(Problem(what, (f"{nearest} GiB",)))
    by_size = limits.iops_a_gib * wanted.size_gb or limits.most_iops
    most = max(min(limits.most_iops, by_size), limits.iops_for_free)
    iops = wanted.iops or limits.iops_for_free
    if iops > most:
        larger = (f"{-(-iops // limits.iops_a_gib)} GiB",) if iops <= limits.most_iops else ()
        what = f"a {wanted.type} volume of {wanted.size_gb} GiB has at most {most} IOPS, not {iops}"
        found.append(Problem(what, (f"{most} IOPS", *larger)))
    needs = (wanted.throughput_mbps or 0) * limits.iops_a_mib
    if needs > iops and (wanted.throughput_mbps or 0) > limits.mib_for_free:
        what = f"{wanted.throughput_mbps} MiB/s need {needs} IOPS, not {iops}"
        found.append(Problem(what, (f"{iops // limits.iops_a_mib} MiB/s", f"{needs} IOPS")))
    return found


#: Disk type -> the series that take none: https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support
#: and https://cloud.google.com/compute/docs/disks/persistent-disks
_NOT_FOR = {
    "hyperdisk-balanced": ("c2", "c2d", "e2", "n1", "n2", "n2d", "t2a", "t2d"),
    "pd-standard": ("c3", "c3d", "h3"),
    "pd-ssd": ("h3",),
}


def _gce_series(wanted: Volumes, machine: str) -> list[Problem]:
    """Old series take no Hyperdisk Balanced, some newer ones not every Persistent Disk.

    Machines that take no Persistent Disk at all get Hyperdisk in its place, by the module.
    """
    series = machine.partition("-")[0]
    if series not in _NOT_FOR.get(wanted.type, ()) or machine.endswith("-metal"):
        return []
    nearest = tuple(disk for disk in ("pd-balanced", "pd-ssd") if series not in _NOT_FOR.get(disk, ()))
    return [Problem(f"{machine} takes no {wanted.type} disk", nearest)]


_AZURE_SIZE = re.compile(r"(?:Standard|Basic)_([A-Z]+)\d+(?:-\d+)?([a-z]*)")


def _azure(wanted: Volumes, size: str, zone: str) -> list[Problem]:
    """Premium disks need a size that takes them, those with a figure of their own a zone.

    An "s" among the additive features, or in an old series' letters, says that a size takes them:
    https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions. Which disks need a zone:
    https://learn.microsoft.com/azure/virtual-machines/disks-types.
    """
    found = []
    match = _AZURE_SIZE.match(size)
    takes_premium = match is None or "s" in match.group(2) or "S" in match.group(1)
    if wanted.type.startswith(("Premium", "UltraSSD")) and not takes_premium:
        found.append(Problem(f"{size} takes no {wanted.type} disk", ("StandardSSD_LRS",)))
    if wanted.type in ("PremiumV2_LRS", "UltraSSD_LRS") and not zone:
        found.append(Problem(f"{wanted.type} disks need a zone, and none is chosen", ("Premium_LRS",)))
    return found
