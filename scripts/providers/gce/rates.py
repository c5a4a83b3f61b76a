# SPDX-License-Identifier: MIT
"""The prices of disks, external addresses and images, from the SKUs of Google's billing catalog.

A SKU is identified by its whole description: "Regional Balanced PD Capacity" and what has "Confidential Mode"
in it are others. The fee of an image has its release in it. That of RHEL is for each vCPU, by their number;
that of SLES is for a machine, and another one for two types with a shared core. Older SKUs of RHEL, "on VM
with 1 to 4 VCPU", and those for SAP are others. https://cloud.google.com/compute/disks-image-pricing
https://cloud.google.com/billing/docs/reference/rest/v1/services.skus
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
#: The fee of an image: see gce.images.
_LICENSE = re.compile(r"Licensing Fee for (.+?) ([0-9]{1,2}) (.+)")
#: (system, what of it) -> the start of the fee, its unit and the machines that it is for.
_LICENSES = {
    ("Red Hat Enterprise Linux", "on VM with up to 8 VCPU"): ("rhel", "vCPU-hour", "1-8"),
    ("Red Hat Enterprise Linux", "on VM with 9 to 127 VCPU"): ("rhel", "vCPU-hour", "9-127"),
    ("Red Hat Enterprise Linux", "on VM with 128 VCPU or more"): ("rhel", "vCPU-hour", "128-"),
    ("SUSE Linux Enterprise Server", "(CPU cost)"): ("sles", "hour", "1-"),
    ("SUSE Linux Enterprise Server", "on f1-micro"): ("sles", "hour", "f1-micro"),
    ("SUSE Linux Enterprise Server", "on g1-small"): ("sles", "hour", "g1-small"),
}
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
    description, listed = row.maybe_text("description"), expression.maybe_text("usageUnit")
    part, unit, *machines = _fee(description, listed) or _named(description, listed)
    usd = _amount(expression) if part and unit else Decimal(0)
    regions = row.names("serviceRegions") if usd else ()
    return [Rate(part, unit, region, usd, source, tuple(machines)) for region in regions]


def _fee(description: str, unit: str) -> tuple[str, str, str] | None:
    """(part, unit, machines) of the fee of an image; None for anything else."""
    license = _LICENSE.fullmatch(description) if unit == "h" else None
    known = _LICENSES.get((license[1], license[3])) if license else None
    return (f"{known[0]}-{license[2]}", *known[1:]) if license and known else None


def _named(description: str, unit: str) -> tuple[str, str]:
    """(part, unit) of a disk or an address; ("", "") for anything else."""
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
