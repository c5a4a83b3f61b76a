# SPDX-License-Identifier: MIT
"""Answers of gcloud -> records. Pure; rows are lists of the columns named here, as gcloud's csv has them.

https://cloud.google.com/compute/docs/reference/rest/v1/machineTypes
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Region, Zone
from cloudlib.errors import BadReply
from providers.gce.prices import Shape

Rows = Iterable[Sequence[str]]

REGION_COLUMNS = ("name", "status", "deprecated.state")
ZONE_COLUMNS = ("name", "region", "status", "deprecated.state")
TYPE_COLUMNS = (
    *("name", "zone", "guestCpus", "memoryMb", "architecture", "isSharedCpu", "deprecated.state"),
    *("accelerators[].guestAcceleratorType", "accelerators[].guestAcceleratorCount"),
    *("bundledLocalSsds.partitionCount", "bundledLocalSsds.defaultInterface"),
)
ACCELERATOR_COLUMNS = ("name", "description")

_GONE = ("OBSOLETE", "DELETED")
_ARCHITECTURES = {"X86_64": "x86_64", "ARM64": "arm64"}

#: The first word of a region's name -> what the menus call that part of the world.
_GEOGRAPHIES = {
    "africa": "Africa",
    "asia": "Asia",
    "australia": "Australia",
    "europe": "Europe",
    "me": "Middle East",
    "northamerica": "North America",
    "southamerica": "South America",
    "us": "United States",
}

#: Leading letters and digits of a series are letters here: "a3-highgpu" begins with "a".
#: https://cloud.google.com/compute/docs/machine-resource
SPECIAL_LETTERS = {
    "a": "GPU",
    "ct": "Machine learning accelerators",
    "g": "GPU",
    "h": "High performance computing",
    "tpu": "Machine learning accelerators",
}
PLAIN_LETTERS = {"m": "Memory optimized", "x": "Memory optimized", "z": "Storage optimized"}
_WITH_DEVICES = ("GPU", "Machine learning accelerators")

#: GiB of one bundled local SSD: 375 but for newer ones with larger disks. (start, end) of a type's name.
#: https://cloud.google.com/compute/docs/disks/local-ssd#choose_number_local_ssds
_SSD_GIB = 375
_LARGE_SSD_GIB = (("z3-", "-metal", 6000), ("z3-", "", 3000), ("c4-", "-metal", 3000), ("a4x-", "", 3000))


@dataclass
class Types:
    """What a fetch found: types by name, what each is billed for, and names to be told of."""

    kinds: dict[str, InstanceType] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    poor: tuple[str, ...] = ()


def regions(rows: Rows) -> tuple[Region, ...]:
    """`regions list`. A region that is not UP is named and cannot be chosen."""
    found = []
    for name, status, deprecated in rows:
        if not name:
            raise BadReply("gcloud names a region without a name", hint="DEBUG=1 shows every call")
        why_not = "" if status == "UP" else f"its status is {status or 'not known'}"
        why_not = f"it is {deprecated.lower()}" if deprecated in _GONE else why_not
        geography = _GEOGRAPHIES.get(re.split(r"[-\d]", name)[0], "")
        found.append(Region(name, geography=geography, available=not why_not, why_not=why_not))
    return tuple(found)


def zones(rows: Rows) -> tuple[tuple[Zone, ...], tuple[str, ...]]:
    """`zones list`: the zones, and the names of those that are down or withdrawn."""
    found, down = [], []
    for name, region, status, deprecated in rows:
        zone = Zone(name, region.rpartition("/")[2])
        if not zone.region or not name.startswith(zone.region):
            raise BadReply(f"gcloud puts the zone {name!r} into the region {zone.region!r}")
        if status == "UP" and deprecated not in _GONE:
            found.append(zone)
        else:
            down.append(name)
    return tuple(found), tuple(sorted(down))


def accelerators(rows: Rows) -> dict[str, str]:
    """`accelerator-types list`: {"nvidia-l4": "NVIDIA L4"}."""
    return {name: description for name, description in rows if name}


def types(rows: Rows, home_of: Mapping[str, str], devices: Mapping[str, str]) -> Types:
    """`machine-types list`: one row a type and zone. `home_of` maps a zone to its region.

    Obsolete types are left out, deprecated ones are of a previous generation. A zone that does not state the
    architecture leaves it to the others. Categories are those that the hardware tells, "" for the others.
    """
    found: dict[str, InstanceType] = {}
    shapes: dict[str, Shape] = {}
    poor: set[str] = set()
    where: dict[str, set[str]] = {}
    old: dict[str, bool] = {}
    for row in rows:
        name, zone, state = row[0], row[1].rpartition("/")[2], row[6]
        if zone not in home_of:
            raise BadReply(f"gcloud offers {name!r} in the unknown zone {zone!r}")
        if state in _GONE:
            continue
        if name not in found or not found[name].architectures:
            made = _type(row, devices)
            if made is None:
                poor.add(name)
                continue
            found[name], shapes[name] = made
        where.setdefault(name, set()).add(zone)
        old[name] = old.get(name, True) and state == "DEPRECATED"
    for name, kind in found.items():
        found[name] = replace(
            kind,
            current_generation=not old[name],
            zones=tuple(sorted(where[name])),
            regions=tuple(sorted({home_of[z] for z in where[name]})),
        )
        if old[name]:  # a name that was given up; what it is billed as is not stated
            shapes[name] = replace(shapes[name], complete=False)
    return Types(found, shapes, tuple(sorted(poor - set(found))))


def _type(row: Sequence[str], devices: Mapping[str, str]) -> tuple[InstanceType, Shape] | None:
    """The type of a row, without its places, and its shape; None without vCPU or memory figures."""
    name, _, cpus, memory, architecture, shared, _, kinds, counts, partitions, interface = row
    if not _whole(cpus) or not _whole(memory):
        return None
    pairs = zip_longest(kinds.split(";"), counts.split(";"), fillvalue="")
    listed = [(k, _whole(c)) for k, c in pairs if k]
    gpus = tuple(_device(devices.get(k) or k, n) for k, n in listed if n and not _is_tpu(k))
    others = tuple(_device(devices.get(k) or k, n) for k, n in listed if n and _is_tpu(k))
    category = _WITH_DEVICES[0] if gpus else _WITH_DEVICES[1] if others else ""
    metal = name.endswith("-metal")
    gib = _ssd_gib(name)
    number = _whole(partitions)
    kind = InstanceType(
        name=name,
        family=family(name),
        category=category or ("Burstable" if shared == "True" else ""),
        vcpus=_whole(cpus),
        memory_mib=_whole(memory),
        architectures=(_ARCHITECTURES[architecture],) if architecture in _ARCHITECTURES else (),
        gpus=gpus,
        accelerators=others,
        local_disks=_disks(number, gib, interface),
        bare_metal=metal,
        kvm=metal,
    )
    needs = _letters_say(name) in _WITH_DEVICES
    shape = Shape(
        name,
        kind.vcpus,
        kind.memory_mib,
        accelerators=tuple(listed),
        ssd_gib=number * gib,
        complete=all(n for _, n in listed) and (bool(listed) or not needs),
    )
    return kind, shape


def family(name: str) -> str:
    """The family of a type: "n2-standard" of n2-standard-4, "e2" of e2-micro, "x4" of x4-480-6t-metal.

    Sizes with local SSDs and bare metal stand with their virtual equals: c3-standard-8-lssd in c3-standard.
    """
    series, *rest = name.split("-")
    return f"{series}-{rest[0]}" if len(rest) > 1 and not rest[0].isdigit() else series


def _letters_say(name: str) -> str:
    """The category of a type's leading letters, where those stand for special hardware."""
    match = re.match(r"[a-z]*", name)
    # g1-small is no GPU machine but the oldest shared one.
    return "" if name.startswith("g1-") or match is None else SPECIAL_LETTERS.get(match.group(), "")


def _is_tpu(kind: str) -> bool:
    """GPUs are named after their maker ("nvidia-l4"), Google's own after their machines ("ct5lp")."""
    return not kind.startswith(("nvidia", "amd"))


def _device(description: str, count: int) -> Gpu:
    """ "NVIDIA H100 80GB MEGA" -> NVIDIA H100 MEGA with 80 x 1024 MiB.

    A GB of GPU memory is 2^30 bytes, as everywhere in the trade.
    """
    match = re.fullmatch(r"(?P<start>.+?) (?P<gb>\d+) ?GB(?P<end>.*)", description)
    if match is None:
        return Gpu(description, count)
    return Gpu(match["start"] + match["end"], count, int(match["gb"]) * 1024)


def _ssd_gib(name: str) -> int:
    for start, end, gib in _LARGE_SSD_GIB:
        if name.startswith(start) and name.endswith(end):
            return gib
    return _SSD_GIB


def _disks(number: int, gib: int, interface: str) -> tuple[LocalDisks, ...]:
    """Bundled local SSDs; GB of the records are 10^9, of the vendor 2^30."""
    if not number:
        return ()
    return (LocalDisks(number, round(gib * 2**30 / 10**9), nvme=interface == "NVME"),)


def _whole(text: str) -> int:
    """A count; 0 for none, and for anything that is no count."""
    return int(text) if text.isdecimal() else 0
