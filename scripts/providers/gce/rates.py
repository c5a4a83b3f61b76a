# SPDX-License-Identifier: MIT
"""The prices of disks and external addresses, from the SKUs of Google's billing catalog.

A SKU is identified by its whole description: "Regional Balanced PD Capacity" and what has "Confidential Mode"
in it are others. https://cloud.google.com/billing/docs/reference/rest/v1/services.skus
"""

from __future__ import annotations

import re
from decimal import Decimal

from cloudlib.calls.shape import Reader
from cloudlib.catalog.rates import PUBLIC_IPV4, Rate

_PLACE = r"(?: in (?!.*Confidential).+)?"
_PD = {"Storage": "pd-standard", "Balanced": "pd-balanced", "SSD backed": "pd-ssd", "Extreme": "pd-extreme"}
_DISK = re.compile(rf"({'|'.join(_PD)}) PD (Capacity|IOPS){_PLACE}")
_HYPERDISK = re.compile(rf"Hyperdisk (Balanced|Extreme|Throughput) (Capacity|IOPS|Throughput){_PLACE}")
#: Of a machine that is neither Spot nor a forwarding rule.
_ADDRESS = "External IP Charge on a Standard VM"
_UNITS = {
    ("Capacity", "GiBy.mo"): "GiB-month",
    ("IOPS", "mo"): "IOPS-month",
    ("Throughput", "mo"): "MiB/s-month",
    ("Throughput", "MiBy.mo"): "MiB/s-month",
}


def rates(row: Reader, source: str) -> list[Rate]:
    """The rates of a SKU, one a region; none for a SKU of anything else."""
    category = row.maybe_at("category")
    timeline = row.maybe_rows("pricingInfo") if category.maybe_text("usageType") == "OnDemand" else []
    if not timeline:
        return []
    expression = timeline[-1].maybe_at("pricingExpression")
    part, unit = _named(row.maybe_text("description"), expression.maybe_text("usageUnit"))
    usd = _amount(expression) if part and unit else Decimal(0)
    return [Rate(part, unit, region, usd, source) for region in row.names("serviceRegions")] if usd else []


def _named(description: str, unit: str) -> tuple[str, str]:
    """(part, unit) of a description; ("", "") for anything else."""
    if description == _ADDRESS:
        return (PUBLIC_IPV4, "hour") if unit == "h" else ("", "")
    if disk := _DISK.fullmatch(description):
        return _PD[disk[1]], _UNITS.get((disk[2], unit), "")
    if disk := _HYPERDISK.fullmatch(description):
        return f"hyperdisk-{disk[1].lower()}", _UNITS.get((disk[2], unit), "")
    return "", ""


def _amount(expression: Reader) -> Decimal:
    """USD of the last of several tiers: those before it are what an account has for nothing."""
    tiers = expression.maybe_rows("tieredRates")
    price = tiers[-1].maybe_at("unitPrice") if tiers else None
    if price is None or price.maybe_text("currencyCode", "USD") != "USD":
        return Decimal(0)
    units, nanos = price.maybe_decimal("units"), price.maybe_whole("nanos")
    return (units or Decimal(0)) + Decimal(nanos or 0) / 10**9
