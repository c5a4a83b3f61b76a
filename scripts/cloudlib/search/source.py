# SPDX-License-Identifier: MIT
"""The machines of a catalog file, with no more read of it than most questions need.

To make all records of all providers takes longer than a person wants to wait for an answer; prices, zones and
the rest are read when a question gets to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import ARCHITECTURES, ON_DEMAND, Gpu, LocalDisks
from cloudlib.errors import CatalogError
from cloudlib.search import machine
from cloudlib.search.machine import Machine, Market

_T = TypeVar("_T")


def load_file(path: Path, *, images: bool = True) -> list[Machine]:
    """The machines of a catalog file, as `machine.of_catalog` gives them. Raises CatalogError.

    Without `images` none of these can be chosen: the menus offer none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CatalogError(f"{path}: {why}", hint="`make cloud-config` writes one") from error
    return load(text, where=str(path), images=images)


def load(text: str, *, where: str, images: bool = True) -> list[Machine]:
    """The machines of the text of a catalog file; `where` is its name. Raises CatalogError."""
    data = catalogfile.load_rows(text, where=where)
    return catalogfile.reading(where, lambda data: _machines(data, where, images), data)


def _machines(data: Mapping[str, Any], where: str, images: bool) -> list[Machine]:
    rows = data["instance_types"]
    some_previous = any(not row.get("current_generation", True) for row in rows)
    market = Market(
        provider=data["provider"],
        default_region=data["default_region"],
        places=machine.places(catalogfile.region(row) for row in data["regions"]),
        provenance=catalogfile.provenance(data["provenance"]),
        unstated=machine.unstated(any(row.get("kvm") for row in rows), some_previous),
        make_images=lambda: [
            catalogfile.reading(where, catalogfile.image, row) for row in (data["images"] if images else ())
        ],
    )
    shared = _Shared()
    return [
        _machine(row, market, architectures, shared, where)
        for row in rows
        if (architectures := tuple([a for a in ARCHITECTURES if a in row.get("architectures", ())]))
        and row.get("offered")
    ]


class _Shared:
    """Records that many machines have alike: each is made, and checked, once."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Any] = {}

    def of(self, cls: type[_T], rows: Any) -> tuple[_T, ...]:
        """The records of some rows."""
        return tuple([self._one(cls, row) for row in rows]) if rows else ()

    def _one(self, cls: type[_T], row: dict[str, Any]) -> Any:
        key = (cls, *row.items())
        if key not in self._made:
            self._made[key] = cls(**row)
        return self._made[key]


def _machine(
    row: dict[str, Any], market: Market, architectures: tuple[str, ...], shared: _Shared, where: str
) -> Machine:
    name, vcpus, memory_mib = row["name"], row["vcpus"], row["memory_mib"]
    if type(name) is not str or type(vcpus) is not int or type(memory_mib) is not int or vcpus < 1:
        raise ValueError(f"{name!r} is not an instance type")
    return Machine(
        market=market,
        name=name,
        family=row["family"],
        category=row["category"],
        vcpus=vcpus,
        memory_mib=memory_mib,
        architectures=architectures,
        gpus=shared.of(Gpu, row.get("gpus")),
        accelerators=shared.of(Gpu, row.get("accelerators")),
        local_disks=shared.of(LocalDisks, row.get("local_disks")),
        bare_metal=row.get("bare_metal", False),
        kvm=None if "kvm" in market.unstated else row.get("kvm", False),
        current=None if "current" in market.unstated else row.get("current_generation", True),
        on_demand=ON_DEMAND in row.get("usage", [ON_DEMAND]),
        boot=machine.boot_modes(row.get("boot_modes", ())),
        regions=tuple(row["offered"]),
        make_record=partial(catalogfile.reading, where, catalogfile.instance_type, row),
        make_prices=partial(catalogfile.reading, where, catalogfile.prices, row),
        make_amounts=partial(catalogfile.reading, where, catalogfile.amounts, row),
    )
