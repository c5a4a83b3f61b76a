# SPDX-License-Identifier: MIT
"""Toy's answers -> records. Pure.

A shape is flexible: its user names a number of cores, and the memory follows. InstanceType has one figure of
each, so a shape becomes a family of sizes: 1, 2, 4, ... cores up to what the shape allows. The name of a size
holds the cores, `VM.Flex-4`, and terraform/toy/main.tf takes it apart again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.category import categorized
from cloudlib.catalog.image_rules import title
from cloudlib.catalog.records import Image, InstanceType, Price, Region, Zone
from cloudlib.errors import BadReply

PRICE_SOURCE = "Toy API"
_ARCHITECTURES = {"x86": "x86_64", "arm": "arm64"}
_THREADS = {"x86": 2, "arm": 1}


def regions(answer: Reader) -> tuple[list[Region], list[Zone]]:
    """`regions`: [{"name", "title", "domains": ["Uocm:PHX-AD-1"]}]; a domain is a zone under any name."""

    def read(row: Reader) -> tuple[Region, list[Zone]]:
        region = Region(row.name("name"), row.prose("title"))
        return region, [Zone(name, region.name) for name in row.names("domains", limits.ZONE)]

    rows = list(answer.each("regions", "", read))
    return [region for region, _ in rows], [zone for _, zones in rows for zone in zones]


def instance_types(answer: Reader, zone_regions: Mapping[str, str]) -> list[InstanceType]:
    """`shapes`: [{"name", "processor", "max_cores", "gib_a_core", "usd_a_core", "domains"}]."""
    shapes = answer.each("shapes", "", lambda row: list(_sizes(row, zone_regions)))
    return categorized((size for sizes in shapes for size in sizes), special={}, plain={})


def _sizes(row: Reader, zone_regions: Mapping[str, str]) -> Iterator[InstanceType]:
    name, processor = row.name("name"), row.text("processor")
    if processor not in _ARCHITECTURES:
        raise BadReply(f"toy: {name} has the unknown processor {limits.shown(processor)}", hint=SEE_CALLS)
    zones = tuple(zone for zone in row.names("domains", limits.ZONE) if zone in zone_regions)
    offered = tuple(dict.fromkeys(zone_regions[zone] for zone in zones))
    cores = 1
    while cores <= row.whole("max_cores"):
        price = Price(row.decimal("usd_a_core") * Decimal(cores), PRICE_SOURCE)
        yield InstanceType(
            name=f"{name}-{cores}",
            family=name,
            category="",
            vcpus=cores * _THREADS[processor],
            memory_mib=cores * row.whole("gib_a_core") * 1024,
            architectures=(_ARCHITECTURES[processor],),
            regions=offered,
            zones=zones,
            prices=dict.fromkeys(offered, price),
        )
        cores *= 2


def images(answer: Reader) -> list[Image]:
    """`images`: [{"os", "version", "processor"}]."""
    return list(answer.each("images", "", _image))


def _image(row: Reader) -> Image:
    distro, release, processor = row.name("os"), row.name("version"), row.name("processor")
    if processor not in _ARCHITECTURES:
        raise BadReply(f"toy: an image for the unknown processor {processor}", hint=SEE_CALLS)
    coordinates = {"IMAGE": f"{distro}-{release}-{processor}-*"}
    return Image(distro, release, title(distro, release), _ARCHITECTURES[processor], coordinates)
