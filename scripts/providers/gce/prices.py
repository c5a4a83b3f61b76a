# SPDX-License-Identifier: MIT
"""The price of a machine type, put together from the SKUs of Google's billing catalog. Pure.

Except for two shared-core types, no SKU prices a machine type: a series has an hourly price for a core and
one for a GiB of memory, and GPUs and GiB of local SSD have prices of their own. A SKU is identified by its
category, its usage type and its whole description, "N2 Instance Core running in Americas"; one more word
makes it another SKU (Spot, Custom, Sole Tenancy, Reserved, DWS). A part without a SKU, or with two different
prices, leaves the price of the type unknown.

https://cloud.google.com/billing/docs/reference/rest/v1/services.skus
https://cloud.google.com/compute/vm-instance-pricing
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from cloudlib.calls.left_out import SEE_CALLS, LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.rates import Rate
from cloudlib.catalog.records import Price
from cloudlib.errors import BadReply
from providers.gce import rates as gce_rates

SOURCE = "Cloud Billing Catalog"

_HOURS_A_MONTH = 730  # what a "month" of a price is: https://cloud.google.com/compute/disks-image-pricing
_DIGITS = Decimal("0.000001")

#: The name of a series may be followed by the maker of its processors, or by an older name of the series.
_RATE = (
    r"(?P<premium>Memory Optimized Upgrade Premium for )?"
    r"(?P<name>[A-Z]\d+(?:[A-Z]+\d*)?|Compute optimized|Memory-optimized)"
    r"(?: AMD| Arm| Predefined| Memory-optimized)?(?: Instances?)? {} running in (?P<place>.+)"
)
_CORE, _RAM = _RATE.format("Core"), _RATE.format("Ram")
#: (resource family, resource group, usage unit) -> the part of a machine that such a SKU prices, and the
#: form of its description.
_PARTS = {
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
    catalog of types does not say all of it, so that a sum would be too low."""

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
    """The prices of parts, by region. `unusable` counts SKUs of parts without one price above 0, `rates` are
    the prices of what is no part of a machine: disks, addresses and images."""

    unusable: int = 0
    rates: list[Rate] = field(default_factory=list)
    _prices: dict[_Part, dict[str, set[Decimal]]] = field(default_factory=dict)
    _places: dict[str, Counter[str]] = field(default_factory=dict)
    _areas: set[str] = field(default_factory=set)

    def add(self, rows: Iterable[Reader], left_out: LeftOut) -> None:
        """Take in SKUs; those that price no part of a machine are passed over."""

        def read(row: Reader) -> tuple[_Part, str, Decimal, list[str]] | None:
            self.rates += gce_rates.rates(row, SOURCE)
            return _part(row)

        for sku in left_out.each("SKUs", rows, read):
            if sku is None:
                continue
            part, place, amount, regions = sku
            if not amount:
                self.unusable += 1
                continue
            for region in regions:
                self._prices.setdefault(part, {}).setdefault(region, set()).add(amount)
            if len(regions) > 1:
                self._areas.add(place)
            elif place and regions:
                self._places.setdefault(regions[0], Counter())[place] += 1

    def place(self, region: str) -> str:
        """Where a region is ("Iowa"), as the SKUs of that region alone say most often; "" if none does.

        A name that other SKUs use for several regions ("Americas") does not count.
        """
        named = {name: n for name, n in self._places.get(region, {}).items() if name not in self._areas}
        return max(sorted(named), key=lambda name: named[name]) if named else ""

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
        for model, count in shape.accelerators:
            yield ("gpu", _model(_GPU_NAMES.get(model, model))), Decimal(count)
        if shape.ssd_gib:
            own = ("ssd", shape.name.partition("-")[0])
            yield (own if own in self._prices else ("ssd", "")), Decimal(shape.ssd_gib)


def _series(name: str) -> str:
    fitting = [start for start in _SERIES if name.startswith(start)]
    return _SERIES[max(fitting, key=len)] if fitting else name.partition("-")[0]


def _part(row: Reader) -> tuple[_Part, str, Decimal, list[str]] | None:
    """What part of a machine a SKU prices, the place it names, price, regions; None for any other SKU.

    The last price of a SKU is the newest: https://cloud.google.com/billing/docs/how-to/understanding-costs
    """
    category = row.maybe_at("category")
    timeline = row.maybe_rows("pricingInfo") if category.maybe_text("usageType") == "OnDemand" else []
    if not timeline:
        return None
    expression = timeline[-1].maybe_at("pricingExpression")
    family, group = category.maybe_text("resourceFamily"), category.maybe_text("resourceGroup")
    part, pattern = _PARTS.get((family, group, expression.maybe_text("usageUnit")), ("", ""))
    match = re.fullmatch(pattern, row.maybe_text("description"), re.IGNORECASE) if part else None
    if match is None:
        return None
    groups = match.groupdict()
    name = _model(groups["name"]) if part == "gpu" else groups["name"].lower()
    priced = (("premium " if groups.get("premium") else "") + part, name)
    return priced, limits.line(groups["place"] or ""), _amount(expression), row.names("serviceRegions")


def _model(text: str) -> str:
    """ "Nvidia Tesla A100 80GB" and "nvidia-a100-80gb" are both "80gb a100": sorted, without common words.

    The Mega of H100 is Plus in some SKUs.
    """
    words = set(re.split(r"[\s-]+", text.lower())) - _SILENT
    return " ".join(sorted("mega" if word == "plus" else word for word in words))


def _amount(expression: Reader) -> Decimal:
    """USD for an hour (of a GiB, where that is the unit); 0 where the SKU has no single price in USD.

    `units` is a text, `nanos` a number of billionths:
    https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list#Money
    """
    rates = expression.maybe_rows("tieredRates")
    price = rates[0].maybe_at("unitPrice") if len(rates) == 1 else None
    if price is None or price.maybe_text("currencyCode", "USD") != "USD":
        return Decimal(0)
    units, nanos = price.maybe_decimal("units"), price.maybe_whole("nanos")
    amount = (units or Decimal(0)) + Decimal(nanos or 0) / 10**9
    if amount > limits.USD_PER_HOUR.most:
        raise BadReply(
            f"gce: a SKU costs {limits.shown(amount)} USD, not {limits.USD_PER_HOUR}", hint=SEE_CALLS
        )
    return amount / _HOURS_A_MONTH if expression.maybe_text("usageUnit") == "GiBy.mo" else amount
