# SPDX-License-Identifier: MIT
"""The prices of managed disks, public addresses and images: rows of the Retail Prices API.

RHEL and SLES are billed beside the machine, by its number of vCPUs and the same in all locations: RHEL has a
meter for each number, SLES for a range. Those with HA, for SAP or with SQL Server are other products; what
has "BYOS" or "Free" in its meter is not billed by Azure.
https://azure.microsoft.com/pricing/details/virtual-machines/red-hat/
https://azure.microsoft.com/pricing/details/virtual-machines/sles-standard/
https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog.rates import GLOBAL, PUBLIC_IPV4, Rate, one_each, rate_order
from providers.azure.parse import PRICE_SOURCE, in_effect, name_of

_MANAGED = tuple(f"{name} Managed Disks" for name in ("Premium SSD", "Standard SSD", "Standard HDD"))
_BY_USE = {"Azure Premium SSD v2": "PremiumV2_LRS", "Ultra Disks": "UltraSSD_LRS"}
_ADDRESSES = "IP Addresses"
_PRODUCTS = " or ".join(f"productName eq '{name}'" for name in (*_MANAGED, *_BY_USE, _ADDRESSES))
#: To be asked for a location.
FILTER = f"armRegionName eq '%s' and priceType eq 'Consumption' and ({_PRODUCTS})"

_FEE = ("part", "unit", "vCPUs")
#: Product -> the fee of an image (see azure.images), and the meter with the least and the most vCPUs.
_FEES = {
    "Red Hat Enterprise Linux": ("rhel", re.compile(r"([0-9]{1,4})()[ -]vCPU VM License")),
    "SUSE Linux Enterprise Server Standard": (
        "sles-standard",
        re.compile(r"([0-9]{1,4})(-[0-9]{1,4}|\+) vCPU VM Support"),
    ),
}
#: To be asked once: these rows have no location.
FEES_FILTER = "serviceName eq 'Virtual Machines Licenses' and priceType eq 'Consumption' and ({})".format(
    " or ".join(f"productName eq '{name}'" for name in _FEES)
)

#: "P10 LRS Disk", which some locations have as "P10 Disks"; mounts of shared disks are other meters.
_TIER = re.compile(r"([PES][0-9]{1,2})(?: LRS)? Disks?")
#: "Ultra LRS Provisioned Throughput (MBps)".
_PROVISIONED = re.compile(r"(?:Premium|Ultra) LRS Provisioned (Capacity|IOPS|Throughput \(MBps\))")
_UNITS = {
    ("Capacity", "1 GiB/Hour"): "GiB-hour",
    ("IOPS", "1/Hour"): "IOPS-hour",
    ("Throughput (MBps)", "1/Hour"): "MB/s-hour",
}
_ADDRESS = "Standard IPv4 Static Public IP"


def rates(
    pages: Iterable[Iterable[Reader]], location: str, today: str, left_out: LeftOut
) -> tuple[Rate, ...]:
    """The rates of a location, or of GLOBAL: of rows with different dates the latest counts that is in effect
    on a day, in ISO 8601; prices of 0 never do."""

    def read(row: Reader) -> tuple[str, Rate] | None:
        rate = _rate(row, location)
        return (row.maybe_text("effectiveStartDate"), rate) if rate and in_effect(row, today) else None

    dated: dict[tuple[object, ...], dict[str, list[Rate]]] = {}
    for listed in left_out.each("prices of disks", (row for page in pages for row in page), read):
        if listed is not None:
            date, rate = listed
            dated.setdefault(rate_order(rate), {}).setdefault(date, []).append(rate)
    return one_each(rate for dates in dated.values() for rate in dates[max(dates)])


def _rate(row: Reader, location: str) -> Rate | None:
    named = next(_named(row), None)
    usd = row.maybe_decimal("retailPrice") if named else None
    if (
        named is None
        or not usd
        or (len(named) == len(_FEE)) != (location == GLOBAL)
        or name_of(row.maybe_text("armRegionName", location) or GLOBAL) != location
        or row.maybe_text("type", "Consumption") != "Consumption"
        or row.maybe_text("currencyCode", "USD") != "USD"
    ):
        return None
    part, unit, *machines = named
    return Rate(part, unit, location, usd, PRICE_SOURCE, tuple(machines))


def _named(row: Reader) -> Iterator[tuple[str, ...]]:
    """(part, unit) of a row that prices a disk or an address; _FEE of one that prices an image."""
    product, meter = row.maybe_text("productName"), row.maybe_text("meterName")
    unit = row.maybe_text("unitOfMeasure")
    if product in _MANAGED and unit in ("1/Month", "1 Month") and (tier := _TIER.fullmatch(meter)):
        yield tier[1], "month"
    elif product in _BY_USE and (by_use := _PROVISIONED.fullmatch(meter)):
        if counted := _UNITS.get((by_use[1], unit)):
            yield _BY_USE[product], counted
    elif (product, meter, unit) == (_ADDRESSES, _ADDRESS, "1 Hour"):
        yield PUBLIC_IPV4, "hour"
    elif product in _FEES and unit == "1 Hour":
        part, pattern = _FEES[product]
        if vcpus := pattern.fullmatch(meter):
            least, most = int(vcpus[1]), vcpus[2].strip("-+")
            yield part, "hour", f"{least}-{most}" if vcpus[2] else f"{least}-{least}"
