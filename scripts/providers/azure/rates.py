# SPDX-License-Identifier: MIT
"""The prices of managed disks and public addresses: rows of the Retail Prices API.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog.rates import PUBLIC_IPV4, Rate, one_each
from providers.azure.parse import PRICE_SOURCE, name_of

_MANAGED = tuple(f"{name} Managed Disks" for name in ("Premium SSD", "Standard SSD", "Standard HDD"))
_BY_USE = {"Azure Premium SSD v2": "PremiumV2_LRS", "Ultra Disks": "UltraSSD_LRS"}
_ADDRESSES = "IP Addresses"
_PRODUCTS = " or ".join(f"productName eq '{name}'" for name in (*_MANAGED, *_BY_USE, _ADDRESSES))
#: To be asked for a location.
FILTER = f"armRegionName eq '%s' and priceType eq 'Consumption' and ({_PRODUCTS})"

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


def rates(pages: Iterable[Iterable[Reader]], location: str, left_out: LeftOut) -> tuple[Rate, ...]:
    """The rates of a location; of rows with different dates the latest counts, and prices of 0 never do."""

    def read(row: Reader) -> tuple[str, Rate] | None:
        rate = _rate(row, location)
        return None if rate is None else (row.maybe_text("effectiveStartDate"), rate)

    dated: dict[tuple[str, str], dict[str, list[Rate]]] = {}
    for listed in left_out.each("prices of disks", (row for page in pages for row in page), read):
        if listed is not None:
            date, rate = listed
            dated.setdefault((rate.part, rate.unit), {}).setdefault(date, []).append(rate)
    return one_each(rate for dates in dated.values() for rate in dates[max(dates)])


def _rate(row: Reader, location: str) -> Rate | None:
    named = next(_named(row), None)
    usd = row.maybe_decimal("retailPrice") if named else None
    if (
        named is None
        or not usd
        or name_of(row.maybe_text("armRegionName", location)) != location
        or row.maybe_text("type", "Consumption") != "Consumption"
        or row.maybe_text("currencyCode", "USD") != "USD"
    ):
        return None
    return Rate(*named, location, usd, PRICE_SOURCE)


def _named(row: Reader) -> Iterator[tuple[str, str]]:
    """(part, unit) of a row that prices a disk or an address."""
    product, meter = row.maybe_text("productName"), row.maybe_text("meterName")
    unit = row.maybe_text("unitOfMeasure")
    if product in _MANAGED and unit in ("1/Month", "1 Month") and (tier := _TIER.fullmatch(meter)):
        yield tier[1], "month"
    elif product in _BY_USE and (by_use := _PROVISIONED.fullmatch(meter)):
        if counted := _UNITS.get((by_use[1], unit)):
            yield _BY_USE[product], counted
    elif (product, meter, unit) == (_ADDRESSES, _ADDRESS, "1 Hour"):
        yield PUBLIC_IPV4, "hour"
