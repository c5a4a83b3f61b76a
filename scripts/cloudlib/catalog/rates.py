# SPDX-License-Identifier: MIT
"""What disks, addresses and image licenses cost: the prices of a catalog that belong to no instance type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.catalog import limits

#: A year has 8760 hours; the clouds' own calculators take a twelfth of that as a month.
HOURS_A_MONTH = 730
#: The region of a price that is the same in all of them.
GLOBAL = "global"
#: What the providers' charges call a public IPv4 address that a machine uses.
PUBLIC_IPV4 = "public-ipv4"


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a part costs in a region, and where the figure was read.

    `part` is the vendor's name for it ("gp3", "P10"). `unit` is "hour" or "month", with what is counted
    before it: "GiB-month", "IOPS-hour".
    """

    part: str
    unit: str
    region: str
    usd: Decimal
    source: str

    def __post_init__(self) -> None:
        limits.check(self, f"{self.part} in {self.region}")

    @property
    def usd_per_hour(self) -> Decimal:
        """USD of one unit for an hour."""
        return self.usd / HOURS_A_MONTH if self.unit.endswith("month") else self.usd


def rate_order(rate: Rate) -> tuple[str, str, str]:
    """Sort key."""
    return (rate.part, rate.unit, rate.region)


def one_each(rates: Iterable[Rate]) -> tuple[Rate, ...]:
    """The rates, without those of which a region has several prices: it is not clear which one is right."""
    several: dict[tuple[str, str, str], set[Rate]] = {}
    for rate in rates:
        several.setdefault(rate_order(rate), set()).add(rate)
    return tuple(same.pop() for same in several.values() if len(same) == 1)


def by_price(rates: Iterable[Rate]) -> list[dict[str, object]]:
    """JSON of a catalog file: a line for each part, unit and source, with {USD: "its regions"}."""
    lines: dict[tuple[str, str, str], dict[Decimal, list[str]]] = {}
    for rate in sorted(rates, key=rate_order):
        amounts = lines.setdefault((rate.part, rate.unit, rate.source), {})
        amounts.setdefault(rate.usd, []).append(rate.region)
    return [
        {
            "part": part,
            "unit": unit,
            "source": source,
            "usd": {format(usd, "f"): " ".join(amounts[usd]) for usd in sorted(amounts)},
        }
        for (part, unit, source), amounts in lines.items()
    ]


def of_line(data: Mapping[str, object]) -> list[Rate]:
    """The rates of a line of a catalog file. Raises ValueError or CatalogError for what cannot be one."""
    if set(data) != {"part", "unit", "source", "usd"} or not isinstance(data["usd"], dict):
        raise ValueError("a rate has part, unit, source and usd")
    part, unit, source = (_text(data[name]) for name in ("part", "unit", "source"))
    rates = []
    for text, regions in data["usd"].items():
        usd = limits.decimal(_text(text))
        if usd is None:
            raise ValueError(f"{limits.shown(text)} is not a price")
        rates += [Rate(part, unit, region, usd, source) for region in _text(regions).split()]
    return rates


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{limits.shown(value)} is not a string")
    return value
