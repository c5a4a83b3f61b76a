# SPDX-License-Identifier: MIT
"""Toy's answers -> records. Pure.

A shape is flexible: its user names a number of cores, and the memory follows. InstanceType has one figure of
each, so a shape becomes a family of sizes: 1, 2, 4, ... cores up to what the shape allows. The name of a size
holds the cores, `VM.Flex-4`, and terraform/toy/main.tf takes it apart again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from cloudlib.calls.shape import Reader
from cloudlib.catalog.category import categorized
from cloudlib.catalog.image_rules import title
from cloudlib.catalog.records import Image, InstanceType, Price, Region, Zone

PRICE_SOURCE = "Toy API"
_ARCHITECTURES = {"x86": "x86_64", "arm": "arm64"}
_THREADS = {"x86": 2, "arm": 1}


def regions(answer: Reader) -> tuple[list[Region], list[Zone]]:
    """`regions`: [{"name", "title", "domains": ["Uocm:PHX-AD-1"]}]; a domain is a zone under any name."""
    rows = answer.rows()
    zones = [Zone(name, row.text("name")) for row in rows for name in row.texts("domains")]
    return [Region(row.text("name"), row.text("title")) for row in rows], zones


def instance_types(answer: Reader, zone_regions: Mapping[str, str]) -> list[InstanceType]:
    """`shapes`: [{"name", "processor", "max_cores", "gib_a_core", "usd_a_core", "domains"}]."""
    sizes = (size for row in answer.rows() for size in _sizes(row, zone_regions))
    return categorized(sizes, special={}, plain={})


def _sizes(row: Reader, zone_regions: Mapping[str, str]) -> Iterator[InstanceType]:
    name, processor = row.text("name"), row.text("processor")
    zones = tuple(zone for zone in row.texts("domains") if zone in zone_regions)
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
    return [_image(row.text("os"), row.text("version"), row.text("processor")) for row in answer.rows()]


def _image(distro: str, release: str, processor: str) -> Image:
    coordinates = {"IMAGE": f"{distro}-{release}-{processor}-*"}
    return Image(distro, release, title(distro, release), _ARCHITECTURES[processor], coordinates)
