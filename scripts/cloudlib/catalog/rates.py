# SPDX-License-Identifier: MIT
"""What disks, addresses and image licenses cost: the prices of a catalog that belong to no instance type."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from cloudlib.catalog import limits

#: A year has 8760 hours; the clouds' own calculators take a twelfth of that as a month.
HOURS_A_MONTH = 730
#: The region of a price that is the same in all of them.
GLOBAL = "global"
#: What the providers' charges call a public IPv4 address that a machine uses.
PUBLIC_IPV4 = "public-ipv4"
#: `Image.fee` of an image for whose use nothing is billed.
NO_FEE = "none"
#: That of one whose publisher bills through the cloud's marketplace, at a price that no price list has.
MARKETPLACE = "marketplace"
#: Numbers of vCPUs in `Rate.machines`: "1-8", "128-".
_VCPUS = re.compile(r"([0-9]{1,5})-([0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a part costs in a region, and where the figure was read.

    `part` is the vendor's name for it ("gp3", "P10"). `unit` is "hour" or "month", with what is counted
    before it: "GiB-month", "IOPS-hour". `machines` are the instance types that it is for, by their names or
    their numbers of vCPUs ("1-8", "128-"); () is for all of them.
    """

    part: str
    unit: str
    region: str
    usd: Decimal
    source: str
    machines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        limits.check(self, f"{self.part} in {self.region}")

    @property
    def usd_per_hour(self) -> Decimal:
        """USD of one unit for an hour."""
        return self.usd / HOURS_A_MONTH if self.unit.endswith("month") else self.usd


_Key: TypeAlias = tuple[str, str, str, tuple[str, ...]]


def rate_order(rate: Rate) -> _Key:
    """Sort key."""
    return (rate.part, rate.unit, rate.region, rate.machines)


def fee(
    rates: Iterable[Rate], part: str, regions: Collection[str], itype: str, vcpus: int
) -> tuple[Decimal, str] | None:
    """USD per hour of a part that is priced by machine, and the source; None where that is not known.

    A rate that names the instance type goes before one of its number of vCPUs, and that before one of every
    machine; a rate of a region before the one of all regions. Several that do not agree are none.
    """
    fitting: dict[tuple[int, bool], set[tuple[Decimal, str]]] = {}
    for rate in rates:
        close = _closeness(rate.machines, itype, vcpus) if rate.part == part else None
        if close is not None and rate.region in regions:
            usd = rate.usd_per_hour * (vcpus if rate.unit.startswith("vCPU-") else 1)
            fitting.setdefault((close, rate.region == GLOBAL), set()).add((usd, rate.source))
    best = fitting[min(fitting)] if fitting else set()
    return next(iter(best)) if len(best) == 1 else None


def _closeness(machines: Collection[str], itype: str, vcpus: int) -> int | None:
    """0 where machines name the type, 1 its vCPUs, 2 where they are all; None where they are others."""
    if itype in machines:
        return 0
    counts = [match for match in map(_VCPUS.fullmatch, machines) if match]
    if any(int(least) <= vcpus <= int(most or vcpus) for least, most in (c.groups() for c in counts)):
        return 1
    return None if machines else 2


def one_each(rates: Iterable[Rate]) -> tuple[Rate, ...]:
    """The rates, without those of which a region has several prices: it is not clear which one is right."""
    several: dict[_Key, set[Rate]] = {}
    for rate in rates:
        several.setdefault(rate_order(rate), set()).add(rate)
    return tuple(same.pop() for same in several.values() if len(same) == 1)


def by_price(rates: Iterable[Rate]) -> list[dict[str, object]]:
    """JSON of a catalog file: a line for each part, unit, source and set of machines, with
    {USD: "its regions"}."""
    lines: dict[tuple[str, str, str, str], dict[Decimal, list[str]]] = {}
    for rate in sorted(rates, key=rate_order):
        amounts = lines.setdefault((rate.part, rate.unit, rate.source, " ".join(rate.machines)), {})
        amounts.setdefault(rate.usd, []).append(rate.region)
    return [
        {
            "part": part,
            "unit": unit,
            "source": source,
            "usd": {format(usd, "f"): " ".join(amounts[usd]) for usd in sorted(amounts)},
            **({"machines": machines} if machines else {}),
        }
        for (part, unit, source, machines), amounts in lines.items()
    ]


def of_line(data: Mapping[str, object]) -> list[Rate]:
    """The rates of a line of a catalog file. Raises ValueError or CatalogError for what cannot be one."""
    if set(data) - {"machines"} != {"part", "unit", "source", "usd"} or not isinstance(data["usd"], dict):
        raise ValueError("a rate has part, unit, source and usd")
    part, unit, source = (_text(data[name]) for name in ("part", "unit", "source"))
    machines = tuple(_text(data.get("machines", "")).split())
    rates = []
    for text, regions in data["usd"].items():
        usd = limits.decimal(_text(text))
        if usd is None:
            raise ValueError(f"{limits.shown(text)} is not a price")
        rates += [Rate(part, unit, region, usd, source, machines) for region in _text(regions).split()]
    return rates


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{limits.shown(value)} is not a string")
    return value
