# SPDX-License-Identifier: MIT
"""The rows of a list of machines: name, price, then figures, in columns that fit a terminal of 80.

`figures` reads a row back: what loads and saves configurations knows machines by their prompts alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks
from cloudlib.catalog.text import dollars, gib, span

#: Columns of a row. menuconfig draws "(X) " before it, on a screen of at least 80.
WIDTH = 74
_GAP = "  "
_ROW = re.compile(
    r"(?P<name>\S+)(?: +\$(?P<price>[\d.]+)/h)? +(?P<vcpus>\d+) vCPU +(?P<gib>[\d.]+) GiB"
    r"(?: +(?!\d+x [\d.]+ [GT]B)(?P<device>\d[\d/]*x [^,]+?)(?:  |,|\Z))?"
)


_HEADING = re.compile(r"price[s]? in (?P<region>\S+); vCPU; memory\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a row says: memory in GiB, USD per hour or None, and "4x L40S 44.7G" or ""."""

    name: str
    price: float | None
    vcpus: int
    memory: float
    device: str


def figures(row: str) -> Figures | None:
    """The figures of a machine's row; None for any other text, that of a family too."""
    match = _ROW.match(row)
    if match is None:
        return None
    price = float(match["price"]) if match["price"] else None
    return Figures(match["name"], price, int(match["vcpus"]), float(match["gib"]), match["device"] or "")


def heading(what: str, region: str) -> str:
    """The comment over rows with the prices of one region: "Prices in us-east-1; vCPU; memory"."""
    return f"{what} in {region}; vCPU; memory"


def priced_region(comment: str) -> str:
    """The region of a heading; "" for any other comment."""
    match = _HEADING.search(comment)
    return match["region"] if match else ""


def type_rows(itypes: Sequence[InstanceType], region: str) -> list[str]:
    """`m7g.2xlarge  $0.3264/h  8 vCPU  32 GiB`: a row for each type, with the prices of one region."""
    first = [
        (itype.name, price, f"{itype.vcpus} vCPU", f"{gib(itype.memory_mib)} GiB")
        for itype, price in zip(itypes, _prices([_price(itype, region) for itype in itypes]))
    ]
    ways: tuple[tuple[Callable[[Gpu], str], Callable[[LocalDisks], str]], ...] = (
        (_device, _disks),
        (_device, _capacity),
        (_device, lambda _: ""),
        (_model, lambda _: ""),
    )
    for device, disks in ways:
        rest = [
            (_joined(map(device, (*t.gpus, *t.accelerators))), _joined(map(disks, t.local_disks)))
            for t in itypes
        ]
        rows = _aligned([(*one, *two) for one, two in zip(first, rest)])
        if all(len(row) <= WIDTH for row in rows):
            break
    return [_cut(row) for row in rows]


def family_rows(families: Mapping[str, Sequence[InstanceType]], region: str) -> list[str]:
    """`m7i  $0.1008/h  2-192 vCPU  8-768 GiB`: the lowest price that is known in the region, and ranges.

    The last column is "disks" where all sizes have local ones.
    """
    lowest = [
        min((p for t in itypes if (p := _price(t, region)) is not None), default=None)
        for itypes in families.values()
    ]
    first = [
        (
            name,
            price,
            f"{span(t.vcpus for t in itypes)} vCPU",
            f"{span((t.memory_mib for t in itypes), gib)} GiB",
        )
        for (name, itypes), price in zip(families.items(), _prices(lowest))
    ]
    names = [{_short(d.name) for t in m for d in (*t.gpus, *t.accelerators)} for m in families.values()]
    devices = [", ".join(sorted(each)) for each in names]
    models = [", ".join(sorted(name.split()[-1] for name in each)) for each in names]
    disks = ["disks" if all(t.local_disks for t in itypes) else "" for itypes in families.values()]
    nothing = [""] * len(disks)
    for device, disk in ((devices, disks), (devices, nothing), (models, nothing)):
        rows = _aligned([(*one, *two) for one, two in zip(first, zip(device, disk))])
        if all(len(row) <= WIDTH for row in rows):
            break
    return [_cut(row) for row in rows]


def padded(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Rows of a name and a text."""
    return _aligned([*pairs])


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Cells as columns: the first to the left, those up to memory to the right, the rest to the left."""
    widths = [max(map(len, column)) for column in zip(*table)]
    return [
        _GAP.join(
            f"{cell:>{width}}" if 0 < n < 4 and len(cells) > 2 else f"{cell:{width}}"
            for n, (cell, width) in enumerate(zip(cells, widths))
            if width
        ).rstrip()
        for cells in table
    ]


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(text for text in texts if text)


def _cut(row: str) -> str:
    """A row that is too long loses its last words; the help of it has them."""
    return row if len(row) <= WIDTH else row[: WIDTH + 1].rpartition(" ")[0].rstrip()


def _price(itype: InstanceType, region: str) -> Decimal | None:
    known = itype.price_in(region)
    return known.usd_per_hour if known else None


def _prices(amounts: Sequence[Decimal | None]) -> list[str]:
    """Prices with as many decimals each, so that their points stand below each other."""
    texts = [dollars(amount) if amount is not None else "" for amount in amounts]
    places = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [text and text + "0" * (places - len(text.partition(".")[2])) + "/h" for text in texts]


def _short(name: str) -> str:
    return name.removeprefix("NVIDIA ").removeprefix("AMD ")


def _model(device: Gpu) -> str:
    return f"{device.fraction or device.count}x {_short(device.name)}"


def _device(device: Gpu) -> str:
    return _model(device) + (f" {gib(device.memory_mib)}G" if device.memory_mib else "")


def _disks(local: LocalDisks) -> str:
    times = f"{local.count}x " if local.count > 1 else ""
    return f"{times}{local.size_gb} GB {local.kind}"


def _capacity(local: LocalDisks) -> str:
    total = local.count * local.size_gb
    size = f"{total} GB" if total < 1000 else f"{total / 1000:.1f}".removesuffix(".0") + " TB"
    return f"{size} {local.kind}"
