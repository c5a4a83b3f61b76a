# SPDX-License-Identifier: MIT
"""Retail rows of disks and addresses: real names and units, made-up amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from providers.azure.rates import FILTER, rates
from tests.servers.azure_data import price

HERE = "westeurope"


def row(product: str, meter: str, unit: str, usd: float, **changes: Any) -> dict[str, Any]:
    return price(
        "", HERE, usd, product, meter, **{"unitOfMeasure": unit, "serviceName": "Storage", **changes}
    )


def read(*rows: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    readers = [Reader(r, vendor="azure", answer="prices") for r in rows]
    return {(r.part, r.unit): r.usd for r in rates([readers], HERE, LeftOut())}


PREMIUM, ULTRA, V2 = "Premium SSD Managed Disks", "Ultra Disks", "Azure Premium SSD v2"


def test_the_rows_of_disks_and_addresses() -> None:
    assert read(
        row(PREMIUM, "P10 LRS Disk", "1/Month", 17.5),
        row("Standard SSD Managed Disks", "E6 LRS Disk", "1/Month", 4.25),
        row("Standard HDD Managed Disks", "S4 LRS Disk", "1/Month", 1.25),
        row(ULTRA, "Ultra LRS Provisioned Capacity", "1 GiB/Hour", 0.00025),
        row(ULTRA, "Ultra LRS Provisioned IOPS", "1/Hour", 7.5e-05),
        row(V2, "Premium LRS Provisioned IOPS", "1/Hour", 0.0),
        row(V2, "Premium LRS Provisioned IOPS", "1/Hour", 6.25e-06, tierMinimumUnits=3000.0),
        row(V2, "Premium LRS Provisioned Throughput (MBps)", "1/Hour", 0.000125),
        row(
            "IP Addresses", "Standard IPv4 Static Public IP", "1 Hour", 0.0075, serviceName="Virtual Network"
        ),
    ) == {
        ("P10", "month"): Decimal("17.5"),
        ("E6", "month"): Decimal("4.25"),
        ("S4", "month"): Decimal("1.25"),
        ("UltraSSD_LRS", "GiB-hour"): Decimal("0.00025"),
        ("UltraSSD_LRS", "IOPS-hour"): Decimal("0.000075"),
        ("PremiumV2_LRS", "IOPS-hour"): Decimal("0.00000625"),
        ("PremiumV2_LRS", "MB/s-hour"): Decimal("0.000125"),
        ("public-ipv4", "hour"): Decimal("0.0075"),
    }


def test_what_must_not_become_a_rate() -> None:
    assert (
        read(
            row(PREMIUM, "P10 ZRS Disk", "1/Month", 25),
            row(PREMIUM, "P10 LRS Disk Mount", "1/Month", 1),
            row("Premium Page Blob", "P10 LRS Disk", "1/Month", 9),
            row(PREMIUM, "P15 LRS Disk", "1/Month", 9, armRegionName="elsewhere"),
            row(PREMIUM, "P20 LRS Disk", "1/Month", 9, currencyCode="EUR"),
            row(PREMIUM, "P30 LRS Disk", "1/Month", 9, type="Reservation"),
            row("IP Addresses", "Basic IPv4 Static Public IP", "1 Hour", 0.0036),
            price("Standard_D4s_v5", HERE, 0.192),
        )
        == {}
    )


def test_the_latest_price_counts_and_two_at_once_are_none() -> None:
    def dated(usd: float, year: int) -> dict[str, Any]:
        return row(PREMIUM, "P10 LRS Disk", "1/Month", usd, effectiveStartDate=f"{year}-01-01T00:00:00Z")

    assert read(dated(1, 2020), dated(2, 2026)) == {("P10", "month"): Decimal(2)}
    assert read(dated(1, 2020), dated(2, 2026), dated(3, 2026)) == {}


def test_one_page_of_rows_is_asked_for() -> None:
    assert f"productName eq '{PREMIUM}'" in FILTER and FILTER.count("%s") == 1
