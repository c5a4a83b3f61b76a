# SPDX-License-Identifier: MIT
"""The rows of a search on stdout: a table for people, CSV, Markdown, or JSON that docs/json.md describes."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cloudlib.catalog.text import device, disks, dollars, gib
from cloudlib.errors import printable
from cloudlib.search.answer import Row
from cloudlib.search.machine import Machine, Market
from cloudlib.show import rows as records
from cloudlib.show import table
from cloudlib.show.rows import Column

#: The widest names of GPUs in a table.
_MODELS = 22


def gpus(machine: Machine) -> str:
    """`8 x H100 SXM5 80 GiB`."""
    return ", ".join(device(d).replace("NVIDIA ", "") for d in (*machine.gpus, *machine.accelerators))


def models(machine: Machine) -> str:
    """`8 x H100 SXM5`, cut where it is long."""
    devices = (*machine.gpus, *machine.accelerators)
    told = ", ".join(f"{d.fraction or d.count} x {d.name}".replace("NVIDIA ", "") for d in devices)
    return told if len(told) <= _MODELS else told[: _MODELS - 1] + "…"


def _price(row: Row) -> str:
    return "unknown" if row.usd is None else dollars(row.usd)


def _region(row: Row) -> str:
    more = len(row.regions) - 1
    return f"{row.region} +{more}" if more else row.region


def _unknown(row: Row) -> str:
    """The conditions by the names of their options; a price has a column of its own."""
    return ", ".join(o.split()[0].lstrip("-") for o in row.unknown if not o.startswith("--max-price"))


def _per(figure: Callable[[Machine], float]) -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        usd = row.per(figure(row.machine))
        return "" if usd is None else f"${usd.quantize(Decimal('0.000001')).normalize():f}"

    return cell


#: What is sorted by, and not in the table anyway.
_SORTED: Mapping[str, Column[Row]] = {
    "price-per-vcpu": Column("per vCPU", _per(lambda m: m.vcpus), number=True),
    "price-per-gib": Column("per GiB", _per(lambda m: m.memory_mib / 1024), number=True),
    "price-per-gpu": Column("per GPU", _per(lambda m: float(m.gpu_count)), number=True),
}


def columns(rows: Sequence[Row], sort: str, *, numbered: bool = True) -> list[Column[Row]]:
    """The columns that say something of these rows."""
    machines = [row.machine for row in rows]
    numbers = {id(row): str(n) for n, row in enumerate(rows, 1)}
    wanted = [
        Column("#", lambda row: numbers[id(row)], number=True) if numbered else None,
        Column(
            "cloud",
            lambda row: row.machine.provider,
            gives_way=0 if len({m.provider for m in machines}) > 1 else 5,
        ),
        Column("type", lambda row: row.machine.name),
        Column("vCPU", lambda row: str(row.machine.vcpus), number=True),
        Column("GiB", lambda row: gib(row.machine.memory_mib), number=True),
        Column("arch", lambda row: "+".join(row.machine.architectures), gives_way=3)
        if len({m.architectures for m in machines}) > 1
        else None,
        Column("GPU", lambda row: models(row.machine), gives_way=1) if any(map(gpus, machines)) else None,
        Column("local disks", lambda row: ", ".join(map(disks, row.machine.local_disks)), gives_way=4)
        if any(m.local_disks for m in machines)
        else None,
        Column("per hour", _price, number=True),
        _SORTED.get(sort),
        Column("region", _region, gives_way=2),
        Column("not known", _unknown) if any(map(_unknown, rows)) else None,
    ]
    return [column for column in wanted if column]


def show_table(rows: Sequence[Row], sort: str) -> list[str]:
    """Print a table as wide as the terminal at most, or 80 columns; returns what had to give way."""
    fitting, gone = records.fitted(columns(rows, sort), rows, shutil.get_terminal_size().columns)
    table.draw(fitting, sys.stdout)
    return gone


def lines(rows: Sequence[Row], width: int) -> list[str]:
    """The header and the rows of a table without numbers, in so many columns of the screen."""
    return records.fitted(columns(rows, "price", numbered=False), rows, width)[0]


#: The columns of a spreadsheet, all of them and always the same.
_SHEET: Sequence[tuple[str, Callable[[Row], object]]] = (
    ("provider", lambda row: row.machine.provider),
    ("type", lambda row: row.machine.name),
    ("family", lambda row: row.machine.family),
    ("category", lambda row: row.machine.category),
    ("vcpus", lambda row: row.machine.vcpus),
    ("memory_gib", lambda row: gib(row.machine.memory_mib)),
    ("architectures", lambda row: "+".join(row.machine.architectures)),
    ("gpus", lambda row: gpus(row.machine)),
    ("local_disks", lambda row: ", ".join(map(disks, row.machine.local_disks))),
    ("usd_per_hour", lambda row: "" if row.usd is None else f"{row.usd:f}"),
    ("region", lambda row: row.region),
    ("regions", lambda row: len(row.regions)),
    ("not_known", lambda row: ", ".join(row.unknown)),
)


def show_csv(rows: Iterable[Row]) -> None:
    """Print CSV with a header. A cell that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _ in _SHEET])
    for row in rows:
        writer.writerow([_inert(str(cell(row))) for _, cell in _SHEET])
    print(out.getvalue(), end="")


def _inert(cell: str) -> str:
    plain = printable(cell).replace("\n", " ")
    return f"'{plain}" if plain[:1] in tuple("=+-@") else plain


def show_markdown(rows: Sequence[Row], sort: str) -> None:
    """Print a table for a page or a review."""
    chosen = columns(rows, sort, numbered=False)
    print(_markdown([column.title for column in chosen]))
    print(_markdown(["---:" if column.number else "---" for column in chosen]))
    for row in rows:
        print(_markdown([column.cell(row) for column in chosen]))


def _markdown(cells: Iterable[str]) -> str:
    return f"| {' | '.join(printable(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def show_json(rows: Sequence[Row], markets: Iterable[Market], notes: Sequence[str] = ()) -> None:
    """Print the object that docs/json.md describes; `notes` are how each row differs from the first."""
    told = [{"differs": note or None} for note in notes] or [{} for _ in rows]
    records.show_json(
        {
            "version": records.VERSION,
            "catalogs": {m.provider: source_json(m) for m in markets},
            "rows": [{**row_json(row), **more} for row, more in zip(rows, told)],
        }
    )


def source_json(market: Market) -> dict[str, Any]:
    """Where the figures are from, and of when."""
    return {"source": market.provenance.source, "date": market.provenance.fetched_at[:10] or None}


def row_json(row: Row) -> dict[str, Any]:
    """A row: its machine as `show TYPE` gives it, with the place and price that were asked for."""
    return {
        "provider": row.machine.provider,
        **machine_json(row.machine),
        "region": row.region,
        "usd_per_hour": None if row.usd is None else float(row.usd),
        "regions": list(row.regions),
        "not_known": list(row.unknown),
    }


def machine_json(machine: Machine) -> dict[str, Any]:
    """A machine's figures; null is what the provider does not state."""
    ssds = machine.nvme
    return {
        **records.hardware_json(machine),
        "local_nvme": None if ssds is None else {"count": ssds[0], "size_gb": ssds[1]},
        "bare_metal": machine.bare_metal,
        "kvm": machine.kvm,
        "boot_modes": sorted(machine.boot) or None,
        "current_generation": machine.current,
    }
