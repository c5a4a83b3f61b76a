# SPDX-License-Identifier: MIT
"""Which data volumes a cloud creates, where a Kconfig range cannot say it: the figures depend on each other.

The validations of a module's vars.tf give the same answers; a test compares them over a grid.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudlib.config.selection import Volumes
from cloudlib.provider import Problem, VolumeLimits, VolumeRules

#: IOPS that each MiB/s needs, for every type of every provider that takes both figures.
_IOPS_PER_MBPS = 4
_GIB_PER_TIB = 1024


def problems(wanted: Volumes, rules: VolumeRules) -> list[Problem]:
    """What the provider would refuse of these volumes, whatever the machine."""
    limits = rules.types.get(wanted.type)
    if limits is None:
        return [Problem(f"there is no volume type {wanted.type}", tuple(rules.types)[:3])]
    return [*_size(wanted, limits), *_iops(wanted, limits), *_throughput(wanted, limits)]


def _size(wanted: Volumes, limits: VolumeLimits) -> Iterator[Problem]:
    yield from _range(wanted.type, wanted.size_gb, limits.size, "GiB")


def _iops(wanted: Volumes, limits: VolumeLimits) -> Iterator[Problem]:
    iops, of_size, per_gib = wanted.iops, limits.iops, limits.iops_per_gib
    outside = list(_range(wanted.type, iops, of_size, "IOPS"))
    yield from outside
    if outside or iops is None or of_size is None:
        return
    least = min(of_size[1], limits.least_iops_per_gib * wanted.size_gb)
    if iops < least:
        what = f"a {wanted.type} volume of {wanted.size_gb} GiB has at least {least} IOPS, not {iops}"
        yield Problem(what, (f"{least} IOPS", f"{iops // limits.least_iops_per_gib} GiB"))
    if per_gib is None:
        return
    most = max(of_size[0], per_gib * wanted.size_gb)
    if iops > most:
        what = f"a {wanted.type} volume of {wanted.size_gb} GiB has at most {most} IOPS, not {iops}"
        yield Problem(what, (f"{most} IOPS", f"{-(-iops // per_gib)} GiB"))


def _throughput(wanted: Volumes, limits: VolumeLimits) -> Iterator[Problem]:
    mbps, iops = wanted.throughput_mbps, wanted.iops
    outside = list(_range(wanted.type, mbps, limits.mbps, "MiB/s"))
    yield from outside
    if outside or mbps is None:
        return
    yield from _throughput_of_size(wanted, limits, mbps)
    if iops is None:
        return
    if mbps * _IOPS_PER_MBPS > iops:
        needs = mbps * _IOPS_PER_MBPS
        nearest = (f"{iops // _IOPS_PER_MBPS} MiB/s", f"{needs} IOPS")
        yield Problem(f"{mbps} MiB/s need {needs} IOPS, not {iops}", nearest)
    if limits.iops_of_least_mbps and mbps * limits.iops_of_least_mbps < iops:
        least = -(-iops // limits.iops_of_least_mbps)
        nearest = (f"{least} MiB/s", f"{mbps * limits.iops_of_least_mbps} IOPS")
        yield Problem(f"{iops} IOPS come with at least {least} MiB/s, not {mbps}", nearest)


def _throughput_of_size(wanted: Volumes, limits: VolumeLimits, mbps: int) -> Iterator[Problem]:
    """Throughput that a volume of the size cannot have."""
    if limits.mbps is None or limits.mbps_per_tib is None:
        return
    per_least, per_most = limits.mbps_per_tib
    least = max(limits.mbps[0], -(-per_least * wanted.size_gb // _GIB_PER_TIB))
    most = min(limits.mbps[1], per_most * wanted.size_gb // _GIB_PER_TIB)
    if not least <= mbps <= most:
        what = f"a {wanted.type} volume of {wanted.size_gb} GiB has {least} to {most} MiB/s, not {mbps}"
        yield Problem(what, (f"{min(max(mbps, least), most)} MiB/s",))


def _range(name: str, figure: int | None, allowed: tuple[int, int] | None, unit: str) -> Iterator[Problem]:
    """A figure that is missing, not taken, or out of its range."""
    if allowed is None:
        if figure is not None:
            yield Problem(f"{name} volumes have no {unit} setting")
    elif figure is None:
        yield Problem(f"{name} volumes need a value for {unit}", (f"{allowed[0]} {unit}",))
    elif not allowed[0] <= figure <= allowed[1]:
        what = f"{name} volumes have {allowed[0]} to {allowed[1]} {unit}, not {figure}"
        yield Problem(what, (f"{min(max(figure, allowed[0]), allowed[1])} {unit}",))
