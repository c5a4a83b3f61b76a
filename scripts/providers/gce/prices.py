# SPDX-License-Identifier: MIT
"""The price of a machine type, put together from the SKUs of Google's billing catalogue. Pure.

No SKU prices a machine type (but for two shared-core ones): a series has an hourly price of a core and of
a GiB of memory, a GPU and a GiB of local SSD have theirs. A SKU is known by its category, its usage type
and the whole of its description, "N2 Instance Core running in Americas"; a word more makes it another one
(Spot, Custom, Sole Tenancy, Reserved, DWS). A part that has no SKU, or two prices, leaves the price unknown.

https://cloud.google.com/billing/docs/reference/rest/v1/services.skus
https://cloud.google.com/compute/vm-instance-pricing
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cloudlib.catalog.records import Price

SOURCE = "Cloud Billing Catalog"

_HOURS_A_MONTH = 730  # what a "month" of a price is: https://cloud.google.com/compute/disks-image-pricing
_DIGITS = Decimal("0.000001")

#: After the name of a series may come the maker of its processors, and what the series once was called.
_RATE = (
    r"(?P<premium>Memory Optimized Upgrade Premium for )?"
    r"(?P<name>[A-Z]\d+[A-Z]*\d*|Compute optimized|Memory-optimized)"
    r"(?: AMD| Arm| Predefined| Memory-optimized)?(?: Instances?)? {} running in (?P<place>.+)"
)
_CORE, _RAM = _RATE.format("Core"), _RATE.format("Ram")
#: (resource family, resource group, usage unit) -> what of a machine such a SKU prices, and its description.
_KINDS = {
    ("Compute", "CPU", "h"): ("core", _CORE),
    ("Compute", "N1Standard", "h"): ("core", _CORE),
    ("Compute", "RAM", "GiBy.h"): ("ram", _RAM),
    ("Compute", "N1Standard", "GiBy.h"): ("ram", _RAM),
    ("Compute", "GPU", "h"): ("gpu", r"(?P<name>.+?)(?: GPU)? running in (?P<place>.+)"),
    ("Compute", "LocalSSD", "GiBy.mo"): (
        "ssd",
        r"(?P<name>[A-Z]\d+[A-Z]*)(?: AMD| Arm)? Instance Local SSD running in (?P<place>.+)",
    ),
    ("Storage", "LocalSSD", "GiBy.mo"): (
        "ssd",
        r"SSD backed Local Storage(?P<name>)(?: (?:running )?in (?P<place>.+))?",
    ),
    ("Compute", "F1Micro", "h"): (
        "f1-micro",
        r"Micro Instance with burstable CPU(?P<name>) running in (?P<place>.+)",
    ),
    ("Compute", "G1Small", "h"): (
        "g1-small",
        r"Small Instance with 1 VCPU(?P<name>) running in (?P<place>.+)",
    ),
}

#: Machine types by the start of their names -> the series of their SKUs, where that is not their own.
#: "" are types that no SKU is known to price. The longest start counts.
_SERIES = {
    "a3-edgegpu": "",
    "a3-megagpu": "a3plus",
    "a3-ultragpu": "a3ultra",
    "c2-": "compute optimized",
    "m1-": "memory-optimized",
    "m2-": "memory-optimized",
    "m4-ultramem-224": "m4ultramem224",
}
#: M2 is billed as M1 and a premium: https://cloud.google.com/compute/all-pricing#memory-optimized
_PREMIUM = "m2-"
#: Shared-core machines of one price; and those billed by the share of a core that they are sure of.
#: https://cloud.google.com/compute/docs/general-purpose-machines#e2-shared-core
_FLAT = ("f1-micro", "g1-small")
_SHARE = {"e2-micro": Decimal("0.25"), "e2-small": Decimal("0.5"), "e2-medium": Decimal(1)}

#: Words in which names of accelerator types and SKUs of GPUs differ.
_SILENT = {"nvidia", "tesla", "gpu"}
_GPU_NAMES = {"nvidia-rtx-pro-6000": "rtx 6000 96gb"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a machine type is billed for. `accelerators` are (type, count); `complete` is False where the
    catalogue of types does not say all of it, so that a sum would be too low."""

    name: str
    vcpus: int
    memory_mib: int
    accelerators: tuple[tuple[str, int], ...] = ()
    ssd_gib: int = 0
    complete: bool = True


#: What is priced: ("core", "n2"), ("gpu", "100gb a100").
_Part = tuple[str, str]


@dataclass
class PriceBook:
    """The prices of parts, by region. `unusable` counts SKUs of parts without one price above 0."""

    unusable: int = 0
    _prices: dict[_Part, dict[str, set[Decimal]]] = field(default_factory=dict)
    _places: dict[str, Counter[str]] = field(default_factory=dict)
    _areas: set[str] = field(default_factory=set)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in SKUs; those that price no part of a machine are passed over."""
        for row in rows:
            known = _part(row)
            if known is None:
                continue
            part, place = known
            amount = _amount(row)
            if not amount:
                self.unusable += 1
                continue
            regions: Sequence[str] = row.get("serviceRegions") or ()
            for region in regions:
                self._prices.setdefault(part, {}).setdefault(region, set()).add(amount)
            if len(regions) > 1:
                self._areas.add(place)
            elif place:
                self._places.setdefault(regions[0], Counter())[place] += 1

    def place(self, region: str) -> str:
        """Where a region is ("Iowa"), as the SKUs of that region alone say most often; "" if none does.

        What other SKUs call several regions ("Americas") is no place.
        """
        found = {name: n for name, n in self._places.get(region, {}).items() if name not in self._areas}
        return max(sorted(found), key=lambda name: found[name]) if found else ""

    def price(self, shape: Shape, region: str) -> Price | None:
        """USD per hour on demand, or None where it is not known."""
        total = Decimal(0)
        for part, quantity in self._bill(shape):
            amounts = self._prices.get(part, {}).get(region, set())
            if len(amounts) != 1:
                return None
            total += next(iter(amounts)) * quantity
        return Price(total.quantize(_DIGITS).normalize(), SOURCE) if total else None

    def _bill(self, shape: Shape) -> Iterator[tuple[_Part, Decimal]]:
        """The parts of a machine type; none of them where not all is known."""
        series = _series(shape.name)
        if not shape.complete or not series:
            return
        if shape.name in _FLAT:
            yield (shape.name, ""), Decimal(1)
            return
        cores = _SHARE.get(shape.name, Decimal(shape.vcpus))
        gib = Decimal(shape.memory_mib) / 1024
        for prefix in ("", "premium ") if shape.name.startswith(_PREMIUM) else ("",):
            yield (f"{prefix}core", series), cores
            yield (f"{prefix}ram", series), gib
        for kind, count in shape.accelerators:
            yield ("gpu", _model(_GPU_NAMES.get(kind, kind))), Decimal(count)
        if shape.ssd_gib:
            own = ("ssd", shape.name.partition("-")[0])
            yield (own if own in self._prices else ("ssd", "")), Decimal(shape.ssd_gib)


def _series(name: str) -> str:
    fitting = [start for start in _SERIES if name.startswith(start)]
    return _SERIES[max(fitting, key=len)] if fitting else name.partition("-")[0]


def _part(row: Mapping[str, Any]) -> tuple[_Part, str] | None:
    """Which part of a machine a SKU prices, and the place it names; None for any other SKU."""
    category = row.get("category") or {}
    key = (category.get("resourceFamily"), category.get("resourceGroup"), _unit(row))
    if category.get("usageType") != "OnDemand" or key not in _KINDS:
        return None
    kind, pattern = _KINDS[key]
    match = re.fullmatch(pattern, str(row.get("description", "")), re.IGNORECASE)
    if match is None:
        return None
    found = match.groupdict()
    name = _model(found["name"]) if kind == "gpu" else found["name"].lower()
    return (("premium " if found.get("premium") else "") + kind, name), found["place"] or ""


def _model(text: str) -> str:
    """ "Nvidia Tesla A100 80GB" and "nvidia-a100-80gb" are both "80gb a100": sorted, without common words.

    The Mega of H100 is Plus in some SKUs.
    """
    words = set(re.split(r"[\s-]+", text.lower())) - _SILENT
    return " ".join(sorted("mega" if word == "plus" else word for word in words))


def _unit(row: Mapping[str, Any]) -> str:
    return str(_expression(row).get("usageUnit", ""))


def _amount(row: Mapping[str, Any]) -> Decimal:
    """USD for an hour (of a GiB, where that is the unit); 0 where the SKU has no single price in USD."""
    rates = _expression(row).get("tieredRates") or []
    price = rates[0].get("unitPrice", {}) if len(rates) == 1 else {}
    if price.get("currencyCode", "USD") != "USD":
        return Decimal(0)
    amount = Decimal(int(price.get("units") or 0)) + Decimal(int(price.get("nanos") or 0)) / 10**9
    return amount / _HOURS_A_MONTH if _unit(row) == "GiBy.mo" else amount


def _expression(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The newest price of a SKU. https://cloud.google.com/billing/docs/how-to/understanding-costs"""
    timeline = row.get("pricingInfo") or [{}]
    expression: Mapping[str, Any] = timeline[-1].get("pricingExpression") or {}
    return expression
