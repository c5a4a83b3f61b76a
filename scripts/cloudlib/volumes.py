# SPDX-License-Identifier: MIT
"""Which data volumes a cloud makes, where a Kconfig range cannot say it: figures depend on each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cloudlib.selection import Volumes


@dataclass(frozen=True, slots=True)
class Problem:
    """A volume that the cloud would refuse, and what it would take instead."""

    what: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ebs:
    """Limits of an EBS volume type. Sizes in GiB; 0: the figure cannot be given for this type."""

    least_gib: int
    most_gib: int
    most_iops: int = 0
    iops_a_gib: int = 0
    iops_for_free: int = 0


#: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
_EBS = {
    "gp3": _Ebs(1, 65536, most_iops=80000, iops_a_gib=500, iops_for_free=3000),
    "gp2": _Ebs(1, 16384),
    "io1": _Ebs(4, 16384, most_iops=64000, iops_a_gib=50),
    "io2": _Ebs(4, 65536, most_iops=256000, iops_a_gib=1000),
    "st1": _Ebs(125, 16384),
    "sc1": _Ebs(125, 16384),
}
#: gp3: MiB/s that a provisioned IOPS carries, on the same page.
_IOPS_A_MIB = 4


def problems(provider: str, wanted: Volumes, machine: str, zone: str) -> list[Problem]:
    """What the provider would refuse of these volumes, for this machine type in this zone."""
    if provider == "aws":
        return _ebs(wanted)
    if provider == "azure":
        return _azure(wanted, machine, zone)
    return []


def _ebs(wanted: Volumes) -> list[Problem]:
    rule = _EBS.get(wanted.type)
    if rule is None:
        return [Problem(f"EBS has no volume type {wanted.type}", tuple(_EBS)[:3])]
    found = []
    if not rule.least_gib <= wanted.size_gb <= rule.most_gib:
        nearest = min(max(wanted.size_gb, rule.least_gib), rule.most_gib)
        what = f"{wanted.type} volumes have {rule.least_gib} to {rule.most_gib} GiB, not {wanted.size_gb}"
        found.append(Problem(what, (f"{nearest} GiB",)))
    iops = wanted.iops or rule.iops_for_free
    most = max(min(rule.most_iops, rule.iops_a_gib * wanted.size_gb), rule.iops_for_free)
    if wanted.iops and wanted.iops > most:
        what = f"a {wanted.type} volume of {wanted.size_gb} GiB has at most {most} IOPS, not {wanted.iops}"
        found.append(Problem(what, (f"{most} IOPS", f"{-(-wanted.iops // rule.iops_a_gib)} GiB")))
    if wanted.throughput_mbps and wanted.throughput_mbps * _IOPS_A_MIB > iops:
        what = f"{wanted.throughput_mbps} MiB/s need {wanted.throughput_mbps * _IOPS_A_MIB} IOPS, not {iops}"
        found.append(Problem(what, (f"{iops // _IOPS_A_MIB} MiB/s",)))
    return found


_SIZE = re.compile(r"(?:Standard|Basic)_([A-Z]+)\d+(?:-\d+)?([a-z]*)")


def _azure(wanted: Volumes, size: str, zone: str) -> list[Problem]:
    """Premium disks need a size that takes them, those with a figure of their own a zone.

    An "s" among the additive features, or in an old series' letters, says that a size takes them:
    https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions. Which disks need a zone:
    https://learn.microsoft.com/azure/virtual-machines/disks-types.
    """
    found = []
    match = _SIZE.match(size)
    takes_premium = match is None or "s" in match.group(2) or "S" in match.group(1)
    if wanted.type.startswith(("Premium", "UltraSSD")) and not takes_premium:
        found.append(Problem(f"{size} takes no {wanted.type} disk", ("StandardSSD_LRS",)))
    if wanted.type in ("PremiumV2_LRS", "UltraSSD_LRS") and not zone:
        found.append(Problem(f"{wanted.type} disks need a zone, and none is chosen", ("Premium_LRS",)))
    return found
