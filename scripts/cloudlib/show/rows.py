# SPDX-License-Identifier: MIT
"""Records on stdout: as JSON, numbers and lists without prose, or as a table for people."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from cloudlib.catalog.records import Image, InstanceType, Region, Zone
from cloudlib.catalog.text import device, disks, dollars, gib
from cloudlib.errors import printable
from cloudlib.menus.names import MenuNames
from cloudlib.search.machine import Machine
from cloudlib.show import table

_T = TypeVar("_T")
#: Keys of a JSON object that say where its records are from: provider, source, date.
About: TypeAlias = Mapping[str, Any] | None
#: The version of every JSON object; docs/json.md says what it promises.
VERSION = 1
FORMS = ("text", "json", "json-object")


@dataclass(frozen=True)
class Column(Generic[_T]):
    """A column of a table: its title and what it shows of a record; numbers end flush.

    `gives_way` is how soon it does so on a narrow screen: the highest first, and 0 never.
    """

    title: str
    cell: Callable[[_T], str]
    number: bool = False
    gives_way: int = 0


def show(
    output: str,
    records: Sequence[_T],
    columns: Sequence[Column[_T]],
    as_json: Callable[[_T], Mapping[str, Any]],
    *,
    about: About = None,
) -> None:
    """Print records in the form that --output names. No records are an empty list, or no table at all.

    `about` is where they are from, which the form `json-object` says.
    """
    if output == "json":
        show_json([as_json(record) for record in records])
    elif output == "json-object":
        show_json({"version": VERSION, **(about or {}), "records": [as_json(record) for record in records]})
    elif records:
        table.draw(fitted(columns, records)[0], sys.stdout)


def fitted(
    columns: Sequence[Column[_T]], records: Sequence[_T], width: float = math.inf
) -> tuple[list[str], list[str]]:
    """The lines of a table, and the titles of the columns that gave way to make it no wider than `width`."""
    return table.fitted(
        [column.title for column in columns],
        [[column.cell(record) for column in columns] for record in records],
        {column.title for column in columns if column.number},
        [c.title for c in sorted(columns, key=lambda c: c.gives_way, reverse=True) if c.gives_way],
        width,
    )


def show_json(data: Any) -> None:
    """Print JSON. What would steer a terminal is written as JSON's own escape, so the data stay the same."""
    print(printable(json.dumps(data, indent=2, ensure_ascii=False)))


def show_types(
    output: str,
    types: Sequence[InstanceType],
    regions: Sequence[str],
    names: MenuNames,
    *,
    unstated: Collection[str] = (),
    about: About = None,
) -> None:
    """Instance types with their prices, each in the region at the same place of `regions`.

    `unstated` are the facts that the provider states of no type, as `search.machine` has them.
    """
    where = {itype.name: region for itype, region in zip(types, regions)}

    def price(itype: InstanceType) -> str:
        known = itype.price_in(where[itype.name])
        return dollars(known.usd_per_hour) if known else ""

    one = len({*regions}) == 1
    columns: list[Column[InstanceType]] = [
        Column(names.type_noun, lambda t: t.name),
        Column("vCPU", lambda t: str(t.vcpus), number=True),
        Column("GiB", lambda t: gib(t.memory_mib), number=True),
        Column("arch", lambda t: "+".join(t.architectures)),
        *(column for column in _DEVICES if any(map(column.cell, types))),
        Column(f"per hour in {regions[0]}" if one else "per hour", price, number=True),
        *([] if one else [Column[InstanceType]("region", lambda t: where[t.name])]),
    ]
    show(output, types, columns, lambda t: type_json(t, where[t.name], names, unstated), about=about)


#: Columns that many lists have no use for.
_DEVICES: Sequence[Column[InstanceType]] = (
    Column("GPU", lambda t: ", ".join(device(g) for g in (*t.gpus, *t.accelerators)).replace("NVIDIA ", "")),
    Column("local disks", lambda t: ", ".join(disks(d) for d in t.local_disks)),
)


def type_json(
    itype: InstanceType, region: str, names: MenuNames, unstated: Collection[str] = ()
) -> dict[str, Any]:
    """An instance type as JSON; null is what the vendor does not say."""
    price = itype.price_in(region)
    return {
        **hardware_json(itype),
        "network": itype.network or None,
        "bare_metal": itype.bare_metal,
        "kvm": itype.kvm if itype.kvm or names.states_kvm else None,
        "current_generation": None if "current" in unstated else itype.current_generation,
        "max_data_volumes": itype.max_data_volumes,
        "usage": list(itype.usage) or None,
        "regions": list(itype.regions),
        "zones": list(itype.zones),
        "zones_unknown": list(itype.zones_unknown),
        "usd_per_hour": float(price.usd_per_hour) if price else None,
        "price_region": region,
    }


def show_regions(
    output: str,
    regions: Sequence[Region],
    zones: Iterable[Zone],
    *,
    include_zones: bool,
    about: About = None,
) -> None:
    """Regions, with their zones where these are asked for."""
    inside: dict[str, list[Zone]] = {region.name: [] for region in regions}
    for zone in zones if include_zones else ():
        inside.setdefault(zone.region, []).append(zone)

    def as_json(region: Region) -> dict[str, Any]:
        plain = {"name": region.name, "long_name": region.long_name, "available": region.available}
        if not include_zones:
            return plain
        return {**plain, "zones": [{"name": z.name, "zone_id": z.zone_id} for z in inside[region.name]]}

    columns: list[Column[Region]] = [
        Column("region", lambda r: r.name),
        Column("description", lambda r: r.long_name),
        Column(
            "usable",
            lambda r: "yes" if r.available else f"no: {r.why_not or 'not available to this account'}",
        ),
    ]
    if include_zones:
        columns.append(Column("zones", lambda r: " ".join(zone.name for zone in inside[r.name])))
    show(output, regions, columns, as_json, about=about)


def show_images(output: str, images: Iterable[Image], *, about: About = None) -> None:
    """Image streams, in the order of a catalog, with a column for each coordinate that one of them has."""
    ordered = sorted(images, key=lambda image: image.key)
    columns: list[Column[Image]] = [
        Column("image", lambda i: i.title),
        Column("arch", lambda i: i.architecture),
        Column("purpose", lambda i: i.purpose),
        *(_coordinate(name) for name in sorted({name for image in ordered for name in image.coordinates})),
    ]
    show(output, ordered, columns, _image_json, about=about)


def _coordinate(name: str) -> Column[Image]:
    return Column(name.lower().replace("_", " "), lambda image: image.coordinates.get(name, ""))


def _image_json(image: Image) -> dict[str, Any]:
    return {
        "distro": image.distro,
        "release": image.release,
        "title": image.title,
        "architecture": image.architecture,
        "purpose": image.purpose,
        **{name.lower(): image.coordinates[name] for name in sorted(image.coordinates)},
    }


def hardware_json(itype: InstanceType | Machine) -> dict[str, Any]:
    """The figures of a type that records of every kind give."""
    return {
        "name": itype.name,
        "family": itype.family,
        "category": itype.category,
        "vcpus": itype.vcpus,
        "memory_mib": itype.memory_mib,
        "architectures": list(itype.architectures),
        "gpus": [asdict(gpu) for gpu in itype.gpus],
        "accelerators": [asdict(device) for device in itype.accelerators],
        "local_disks": [{**asdict(disks), "media": disks.media or None} for disks in itype.local_disks],
    }
