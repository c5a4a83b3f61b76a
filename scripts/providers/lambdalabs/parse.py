# SPDX-License-Identifier: MIT
"""Answers of Lambda's Cloud API -> records. Pure; shapes are those of the API's OpenAPI text.

`/instance-types`: {NAME: {"instance_type": {"name", "description", "gpu_description",
"price_cents_per_hour", "specs": {"vcpus", "memory_gib", "storage_gib", "gpus"}, "architecture"},
"regions_with_capacity_available": [REGION]}}, `/images`: [{"family", "architecture", "region": REGION}],
`/regions`: [REGION]; a REGION is {"name", "description"}.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from cloudlib.calls import job
from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.image_rules import ARCHITECTURES, title
from cloudlib.catalog.records import Gpu, Image, InstanceType, LocalDisks, Price, Region

PRICE_SOURCE = "Lambda Cloud API"

#: "A10 (24 GB PCIe)", "GH200 (96 GB)", "RTX 6000 (24 GB)".
_GPU = re.compile(r"(?P<name>[^(\s]+(?:\s+[^(\s]+)*)\s*(?:\((?P<gb>\d+) GB(?: (?P<form>[^)]+))?\))?\Z")
#: How NVIDIA names what Lambda offers: A10, B200, GH200, H100, L40S, Tesla V100, RTX 6000.
_NVIDIA = re.compile(r"(?:GB|GH|VR|[ABHLTV])\d|RTX |Tesla |Quadro ")
#: NVIDIA's Grace CPU, the "G" of GH200 and GB200, is Arm, and so is Vera, which follows it:
#: https://docs.lambda.ai/public-cloud/on-demand/ names the GH200's architecture.
_GRACE = re.compile(r"(?i)(?<![a-z0-9])(?:(?:GB|GH|VR)\d|(?:Grace|Vera)\b)")
_TYPE = re.compile(r"(?:gpu|cpu)_\d+x_(?P<family>.+)\Z")
_FAMILY = re.compile(r"(?P<distro>.+?)-(?P<release>\d+-\d\d)\Z")


def capacity(types: Reader) -> dict[str, tuple[Region, ...]]:
    """Type name -> the regions that can start one now."""

    def read(pair: tuple[str, Reader]) -> tuple[str, tuple[Region, ...]]:
        name, entry = _name(*pair), pair[1]
        there = "regions_with_capacity_available"
        regions = entry.each("regions", there, _region, some=False) if entry.has(there) else ()
        return name, tuple(sorted(regions, key=lambda region: region.name))

    return dict(types.left_out.each("instance types", types.entries("data"), read))


def regions_seen(types: Reader | None, images: Reader | None, regions: Reader | None) -> dict[str, Region]:
    """Every region that any of these answers names; one without a description only where none has any.

    At least one answer is given.
    """
    seen = list(regions.each("regions", "data", _region)) if regions else []
    seen += (
        [region for region in images.each("regions", "data", _region_of, some=False) if region]
        if images
        else ()
    )
    seen += (region for there in capacity(types).values() for region in there) if types else ()
    named: dict[str, Region] = {}
    left_out = next(answer.left_out for answer in (regions, images, types) if answer)
    for region in seen:
        first = named.setdefault(region.name, region)
        if not first.long_name:
            named[region.name] = region
        elif region.long_name not in ("", first.long_name):
            left_out.differ("regions", region.name)
    return named


def instance_types(types: Reader, regions: Sequence[str]) -> tuple[list[InstanceType], list[str]]:
    """The types, offered in all these regions at one price, and what had to be left out or is not known.

    BadReply for an answer of another shape.
    """
    itypes: list[InstanceType] = []
    incomplete, unknown = [], []

    def read(pair: tuple[str, Reader]) -> tuple[str, str, InstanceType | None]:
        name, about = _name(*pair), pair[1].at("instance_type")
        architecture = _architecture(about, name)
        itype = _instance_type(name, about, architecture, regions) if architecture else None
        return name, "" if architecture else about.prose("architecture"), itype

    for name, architecture, itype in types.left_out.each("instance types", types.entries("data"), read):
        if architecture:
            unknown.append(f"{name} ({architecture})")
        elif itype is None:
            incomplete.append(name)
        else:
            itypes.append(itype)
    priceless = [itype.name for itype in itypes if not itype.prices]
    notices = list(job.left_out(types.left_out, incomplete))
    notices += [f"left out, of an unknown architecture: {', '.join(sorted(unknown))}"] if unknown else []
    notices += [f"no known price for: {', '.join(sorted(priceless))}"] if priceless else []
    return itypes, notices


def _instance_type(
    name: str, about: Reader, architecture: str, regions: Sequence[str]
) -> InstanceType | None:
    """None without vCPU or memory figures."""
    specs = about.maybe_at("specs")
    vcpus, memory_gib, gpus, storage_gib = (
        specs.maybe_whole(key) or 0 for key in ("vcpus", "memory_gib", "gpus", "storage_gib")
    )
    if not vcpus or not memory_gib:
        return None
    cents = about.maybe_whole("price_cents_per_hour")
    price = Price(Decimal(cents) / 100, PRICE_SOURCE) if cents else None
    match = _TYPE.match(name)
    return InstanceType(
        name=name,
        family=match["family"] if match else name,
        category="GPU" if gpus else "General purpose",
        vcpus=vcpus,
        memory_mib=memory_gib * 1024,
        architectures=(architecture,),
        gpus=(_gpu(_model(about, name), gpus),) if gpus else (),
        local_disks=_disks(storage_gib),
        regions=tuple(regions),
        prices=dict.fromkeys(regions, price) if price else {},
    )


def images(answer: Reader) -> list[Image]:
    """One stream a family and architecture; which regions have it is left to the launch."""
    left_out = answer.left_out
    streams = [i for i in answer.each("images", "data", lambda row: _image(row, left_out)) if i]
    return list(
        {(image.coordinates["IMAGE_FAMILY"], image.architecture): image for image in streams}.values()
    )


def _image(row: Reader, left_out: LeftOut) -> Image | None:
    """None for an image without a family, or of an architecture that is not a target."""
    stated = row.maybe_text("architecture").lower()
    architecture = ARCHITECTURES.get(stated or "x86_64")
    if not row.maybe_text("family") or architecture is None:
        return None
    family = row.name("family")
    if not stated:
        left_out.assume(f"images without an architecture, taken for {architecture}", family)
    match = _FAMILY.match(family)
    distro, release = (match["distro"], match["release"].replace("-", ".")) if match else (family, "")
    return Image(
        distro,
        release,
        title(distro, release),
        architecture,
        {"IMAGE_FAMILY": family},
        symbol="Ubuntu 24.04" if family == "ubuntu-24-04" else "",  # from before its title said LTS
    )


def _model(about: Reader, name: str) -> str:
    """ "A10 (24 GB PCIe)"; from the description, "1x A10 (24 GB PCIe)", where the GPU has none of its own."""
    text = about.prose("gpu_description")
    if not text or text.upper() == "N/A":
        text = re.sub(r"(?<!\d)\d+x ", "", about.prose("description"), count=1)
    return text or name


def _gpu(model: str, count: int) -> Gpu:
    """ "A100 (40 GB SXM4)" -> NVIDIA A100 SXM4 with 40 x 1024 MiB.

    A GB of GPU memory is 2^30 bytes, by convention (an "A10 24 GB" has 24,576 MiB of GDDR6).
    """
    match = _GPU.match(model)
    if match is None:
        return Gpu(model, count)
    name = " ".join(part for part in (match["name"], match["form"]) if part)
    if _NVIDIA.match(name):
        name = f"NVIDIA {name}"
    return Gpu(name, count, int(match["gb"]) * 1024 if match["gb"] else None)


def _architecture(about: Reader, name: str) -> str | None:
    """What the API says, None where that is not known here.

    Where it says nothing: arm64 for a GPU that comes with a Grace CPU, as its description or the name of the
    type has it, else x86_64.
    """
    stated = about.maybe_text("architecture")
    if stated:
        return ARCHITECTURES.get(stated.lower())
    return "arm64" if _GRACE.search(f"{_model(about, name)} {name}") else "x86_64"


def _disks(gib: int) -> tuple[LocalDisks, ...]:
    """The local storage as one disk in GB of 10^9; whether it is NVMe the API does not say."""
    return (LocalDisks(1, round(gib * 2**30 / 10**9)),) if gib else ()


def _name(key: str, entry: Reader) -> str:
    """The name of a type, within its entry or, where that has none, the key of the entry."""
    about = entry.at("instance_type")
    if about.maybe_text("name") or not limits.NAME.fits(key):
        return about.name("name")
    return key


def _region(row: Reader) -> Region:
    return Region(row.name("name"), long_name=row.prose("description"))


def _region_of(image: Reader) -> Region | None:
    return _region(image.at("region")) if image.has("region") else None
