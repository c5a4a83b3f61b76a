# SPDX-License-Identifier: MIT
"""Answers of gcloud to records. Pure; rows are lists of the columns named here, as gcloud's csv has them.

https://cloud.google.com/compute/docs/reference/rest/v1/machineTypes
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import zip_longest

from cloudlib.calls.left_out import SEE_CALLS, LeftOut
from cloudlib.catalog import limits
from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Price, Region, Zone
from cloudlib.errors import BadReply
from providers.gce import disks
from providers.gce.prices import PriceBook, Shape
from providers.gce.usage import sold

Rows = Iterable[Sequence[str]]

REGION_COLUMNS = ("name", "status", "deprecated.state")
ZONE_COLUMNS = ("name", "region", "status", "deprecated.state")
TYPE_COLUMNS = (
    *("name", "zone", "guestCpus", "memoryMb", "architecture", "isSharedCpu", "deprecated.state"),
    *("accelerators[].guestAcceleratorType", "accelerators[].guestAcceleratorCount"),
    *("bundledLocalSsds.partitionCount", "bundledLocalSsds.defaultInterface"),
    "maximumPersistentDisks",
)
ACCELERATOR_COLUMNS = ("name", "description")

_GONE = ("OBSOLETE", "DELETED")
#: "" for what is not stated: https://cloud.google.com/compute/docs/reference/rest/v1/images
ARCHITECTURES = {"X86_64": "x86_64", "ARM64": "arm64", "ARCHITECTURE_UNSPECIFIED": "", "": ""}
#: Series with Arm processors, for zones that do not state the architecture: the oldest types never had one.
_ARM = re.compile(r"(?:[a-z][0-9]+a|a[0-9]+x)-")

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
#: What the names of types of the first generation begin with; E2, N2 and T2 are the second.
#: https://cloud.google.com/compute/docs/general-purpose-machines
_FIRST_GENERATION = ("n1-", "f1-", "g1-")
#: Families of which the page says another thing than their memory a vCPU:
#: https://cloud.google.com/compute/docs/machine-resource#machine_type_comparison
_BY_FAMILY = {
    "c2-standard": "Compute optimized",
    "c2d-standard": "Compute optimized",
    "n1-highmem": "Memory optimized",
}

#: GiB of one bundled local SSD, by the start and end of a type's name. The API states their number alone, and
#: the disks of a series that is not here may be of any size, so theirs is not known.
#: https://cloud.google.com/compute/docs/disks/local-ssd#choose_number_local_ssds
_SSD_GIB = (
    *(("z3-", "-metal", 6000), ("z3-", "", 3000), ("c4-", "-metal", 3000), ("a4x-", "", 3000)),
    *((f"{series}-", "", 375) for series in ("a2", "a3", "a4", "c3", "c3d", "c4", "c4a", "c4d", "h4d")),
)


@dataclass
class Types:
    """Instance types by name, what each is billed for, and the names of those without figures."""

    itypes: dict[str, InstanceType] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    incomplete: tuple[str, ...] = ()

    def prices(self, book: PriceBook, region: str, left_out: LeftOut) -> dict[str, Price]:
        """The known prices of the types that a region has."""
        here = [name for name, itype in self.itypes.items() if region in itype.regions]

        def read(name: str) -> tuple[str, Price | None]:
            return name, book.price(self.shapes[name], region)

        return {name: price for name, price in left_out.each("prices", here, read) if price}


def regions(rows: Rows, left_out: LeftOut) -> tuple[Region, ...]:
    """`regions list`. A region that is not UP is named and cannot be chosen."""
    read = left_out.each("regions", rows, _region)
    return tuple(left_out.once("regions", read, lambda region: region.name))


def _region(row: Sequence[str]) -> Region:
    name, status, deprecated = row
    why_not = "" if status == "UP" else f"its status is {limits.line(status) or 'unknown'}"
    why_not = f"it is {deprecated.lower()}" if deprecated in _GONE else why_not
    geography = _GEOGRAPHIES.get(re.split(r"[-\d]", name, maxsplit=1)[0], "")
    return Region(name, geography=geography, available=not why_not, why_not=limits.line(why_not))


def zones(rows: Rows, left_out: LeftOut) -> tuple[tuple[Zone, ...], tuple[str, ...]]:
    """`zones list`: the zones, and the names of those that are down or withdrawn."""
    every = left_out.each("zones", rows, _zone)
    read = list(left_out.once("zones", every, lambda zone: zone[0].name))
    down = sorted(zone.name for zone, is_up in read if not is_up)
    return tuple(zone for zone, is_up in read if is_up), tuple(down)


def _zone(row: Sequence[str]) -> tuple[Zone, bool]:
    name, region, status, deprecated = row
    zone = Zone(name, region.rpartition("/")[2])
    if not name.startswith(zone.region):
        what = f"puts the zone {name!r} into the region {zone.region!r}"
        raise BadReply(f"gce: `gcloud compute zones list` {what}", hint=SEE_CALLS)
    return zone, status == "UP" and deprecated not in _GONE


def accelerators(rows: Rows) -> dict[str, str]:
    """`accelerator-types list`: {"nvidia-l4": "NVIDIA L4"}."""
    return {name: limits.line(description) for name, description in rows if name}


def types(rows: Rows, region_of: Mapping[str, str], devices: Mapping[str, str], left_out: LeftOut) -> Types:
    """`machine-types list`: one row a type and zone. `region_of` maps a zone to its region.

    Obsolete types are left out, deprecated ones are of a previous generation. A zone that does not state the
    architecture leaves it to the others, and a type of which none does to its series; other figures that
    differ from those of the first zone are noted.
    Categories are those that follow from hardware, "" for the rest.
    """
    figures: dict[str, tuple[str, ...]] = {}
    itypes: dict[str, InstanceType] = {}
    shapes: dict[str, Shape] = {}
    incomplete: set[str] = set()
    gone: set[str] = set()
    stated: dict[str, str] = {}
    where: dict[str, set[str]] = {}
    old: dict[str, bool] = {}

    def read(row: Sequence[str]) -> tuple[str, str, bool] | None:
        name, zone, state = row[0], row[1].rpartition("/")[2], row[6]
        if zone not in region_of:
            what = f"has {limits.shown(name)} in the unknown zone {limits.shown(zone)}"
            raise BadReply(f"gce: `gcloud compute machine-types list` {what}", hint=SEE_CALLS)
        if state in _GONE:
            gone.add(name)
            return None
        if name not in itypes or not itypes[name].architectures:
            made = _type(row, devices)
            if made is None:
                incomplete.add(name)
                return None
            itypes[name], shapes[name] = made
            if limits.whole(row[9]) and not made[0].local_disks:
                left_out.assume("machine types with local SSDs of a size that is not known, left out", name)
        stated[name] = stated.get(name) or ARCHITECTURES.get(row[4], row[4])
        here = (*row[2:4], row[5], *row[7:])
        if figures.setdefault(name, here) != here:
            left_out.differ("machine types", name)
        return name, zone, state == "DEPRECATED"

    for offer in left_out.each("machine types", rows, read):
        if offer is not None:
            name, zone, deprecated = offer
            where.setdefault(name, set()).add(zone)
            old[name] = old.get(name, True) and deprecated
    for name, itype in itypes.items():
        itypes[name] = replace(
            itype,
            architectures=itype.architectures or _unstated(name, stated[name], left_out),
            current_generation=not old[name] and not name.startswith(_FIRST_GENERATION),
            zones=tuple(sorted(where[name])),
            regions=tuple(sorted({region_of[z] for z in where[name]})),
        )
        if old[name]:  # what a retired name is billed as is not stated
            shapes[name] = replace(shapes[name], complete=False)
    for name in gone - set(itypes):
        left_out.skip("machine types that are withdrawn", name)
    return Types(itypes, shapes, tuple(sorted(incomplete - set(itypes))))


def _unstated(name: str, architecture: str, left_out: LeftOut) -> tuple[str, ...]:
    """The architecture of a type of which no zone states one of ours; () where one states another."""
    if architecture:
        left_out.skip("machine types of another architecture", name)
        return ()
    assumed = "arm64" if _ARM.match(name) else "x86_64"
    left_out.assume(f"machine types without an architecture, taken for {assumed}", name)
    return (assumed,)


#: G4 types by their vCPUs, of which 48 stand beside a whole GPU. Smaller ones have a part of one, which the
#: API counts as one; what it costs is in no SKU that can be told from the whole one's:
#: https://cloud.google.com/compute/docs/accelerator-optimized-machines#g4-machine-types
_G4 = re.compile(r"g4-[a-z]+-(?P<vcpus>\d+)(?:-|\Z)")
_VCPUS_OF_A_G4_GPU = 48
#: Memory that the description of an accelerator does not state: https://cloud.google.com/compute/docs/gpus
_GPU_MIB = {"nvidia-l4": 24 * 1024, "nvidia-rtx-pro-6000": 96 * 1024}


def _type(row: Sequence[str], devices: Mapping[str, str]) -> tuple[InstanceType, Shape] | None:
    """The type of a row, without its places, and its shape; None without vCPU or memory figures."""
    name, _, cpus, memory, stated, shared, _, models, counts, partitions, interface, most = row
    if not limits.whole(cpus) or not limits.whole(memory):
        return None
    pairs = zip_longest(models.split(";"), counts.split(";"), fillvalue="")
    listed = [(model, limits.whole(count)) for model, count in pairs if model]
    part = _part_of_a_gpu(name)
    architecture = ARCHITECTURES.get(stated)
    gpus = tuple(_part(_device(m, n, devices), part) for m, n in listed if n and not _is_tpu(m))
    others = tuple(_device(m, n, devices) for m, n in listed if n and _is_tpu(m))
    category = _WITH_DEVICES[0] if gpus else _WITH_DEVICES[1] if others else _BY_FAMILY.get(family(name), "")
    metal = name.endswith("-metal")
    gib = _ssd_gib(name)
    number = limits.whole(partitions)
    itype = InstanceType(
        name=name,
        family=family(name),
        category=category or ("Burstable" if shared == "True" else ""),
        vcpus=limits.whole(cpus),
        memory_mib=limits.whole(memory),
        architectures=(architecture,) if architecture else (),
        gpus=gpus,
        accelerators=others,
        local_disks=_disks(number, gib, interface),
        bare_metal=metal,
        kvm=metal,
        features=disks.taken(name),
        max_data_volumes=disks.most_data_disks(name, limits.whole(most)),
        usage=sold(name),
    )
    needs = _category_by_letters(name) in _WITH_DEVICES
    shape = Shape(
        name,
        itype.vcpus,
        itype.memory_mib,
        accelerators=tuple(listed),
        ssd_gib=number * gib,
        # A SKU on demand of what is not sold on demand is the price of nothing.
        complete=all(n for _, n in listed)
        and (bool(listed) or not needs)
        and (bool(gib) or not number)
        and not part
        and not itype.usage,
    )
    return itype, shape


def family(name: str) -> str:
    """The family of a type: "n2-standard" of n2-standard-4, "e2" of e2-micro, "x4" of x4-480-6t-metal.

    Sizes with local SSDs and bare metal stand with their virtual equals: c3-standard-8-lssd in c3-standard.
    """
    series, *rest = name.split("-")
    return f"{series}-{rest[0]}" if len(rest) > 1 and not rest[0].isdigit() else series


def _category_by_letters(name: str) -> str:
    """The category of a type's leading letters, where those stand for special hardware."""
    match = re.match(r"[a-z]*", name)
    # g1-small is not a GPU machine but the oldest shared-core one.
    return "" if name.startswith("g1-") or match is None else SPECIAL_LETTERS.get(match.group(), "")


def _is_tpu(model: str) -> bool:
    """GPUs are named after their maker ("nvidia-l4"), Google's own after their machines ("ct5lp")."""
    return not model.startswith(("nvidia", "amd"))


def _device(model: str, count: int, devices: Mapping[str, str]) -> Gpu:
    """ "NVIDIA H100 80GB MEGA" -> NVIDIA H100 MEGA with 80 x 1024 MiB.

    A GB of GPU memory is 2^30 bytes by convention.
    """
    description = devices.get(model) or limits.line(model)
    match = re.fullmatch(r"(?P<start>.+?) (?P<gb>\d+) ?GB(?P<end>.*)", description)
    if match is None:
        return Gpu(description, count, _GPU_MIB.get(model))
    return Gpu(match["start"] + match["end"], count, int(match["gb"]) * 1024)


def _part_of_a_gpu(name: str) -> str:
    """ "1/8" for g4-standard-6, "" for a type with whole GPUs or none."""
    match = _G4.match(name)
    vcpus = int(match["vcpus"]) if match else 0
    return str(Fraction(vcpus, _VCPUS_OF_A_G4_GPU)) if 0 < vcpus < _VCPUS_OF_A_G4_GPU else ""


def _part(gpu: Gpu, fraction: str) -> Gpu:
    """A part of a GPU, with that part of its memory."""
    if not fraction or gpu.memory_mib is None:
        return replace(gpu, fraction=fraction)
    return replace(gpu, fraction=fraction, memory_mib=int(gpu.memory_mib * Fraction(fraction)))


def _ssd_gib(name: str) -> int:
    """GiB of one bundled local SSD, 0 where that is not known."""
    return next((gib for start, end, gib in _SSD_GIB if name.startswith(start) and name.endswith(end)), 0)


def _disks(number: int, gib: int, interface: str) -> tuple[LocalDisks, ...]:
    """Bundled local SSDs of a known size; GB of the records are 10^9, of the vendor 2^30."""
    if not number or not gib:
        return ()
    return (LocalDisks(number, round(gib * 2**30 / 10**9), nvme=interface == "NVME", media="ssd"),)
