# SPDX-License-Identifier: MIT
"""Retail rows of disks and addresses: real names and units, made-up amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog.image_rules import match
from cloudlib.catalog.rates import GLOBAL, NO_FEE
from providers.azure import images
from providers.azure.images import NO_PLAN
from providers.azure.rates import FEES_FILTER, FILTER, rates
from tests.servers.azure_data import price

HERE = "westeurope"
TODAY = "2026-11-27"


def row(product: str, meter: str, unit: str, usd: float, **changes: Any) -> dict[str, Any]:
    return price(
        "", HERE, usd, product, meter, **{"unitOfMeasure": unit, "serviceName": "Storage", **changes}
    )


def read(*rows: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    readers = [Reader(r, vendor="azure", answer="prices") for r in rows]
    return {(r.part, r.unit): r.usd for r in rates([readers], HERE, TODAY, LeftOut())}


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
    assert read(dated(1, 2026), dated(2, 2027)) == {("P10", "month"): Decimal(1)}, (
        "not before it is in effect"
    )
    assert read({**dated(1, 2026), "effectiveEndDate": "2026-11-01"}) == {}


def fee(product: str, meter: str, usd: float, **changes: Any) -> dict[str, Any]:
    """A row of "Virtual Machines Licenses", which has no location."""
    fields = {"serviceName": "Virtual Machines Licenses", "armRegionName": "", **changes}
    return row(product, meter, "1 Hour", usd, **fields)


def fees(*rows: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    readers = [Reader(r, vendor="azure", answer="prices") for r in rows]
    made = rates([readers], GLOBAL, TODAY, LeftOut())
    assert {(r.unit, r.region) for r in made} <= {("hour", GLOBAL)}
    return {(r.part, *r.machines): r.usd for r in made}


RHEL, SLES = "Red Hat Enterprise Linux", "SUSE Linux Enterprise Server Standard"


def test_the_fees_of_images() -> None:
    """Names and amounts as the Retail Prices API had them in 2026."""
    assert fees(
        fee(RHEL, "2 vCPU VM License", 0.0288),
        fee(RHEL, "8 vCPU VM License", 0.1152),
        fee(RHEL, "52-vCPU VM License", 0.5616),
        fee(RHEL, "416 vCPU VM License", 3.9936, armRegionName="Global"),
        fee(SLES, "1-2 vCPU VM Support", 0.065),
        fee(SLES, "3-4 vCPU VM Support", 0.125),
        fee(SLES, "5+ vCPU VM Support", 0.15),
    ) == {
        ("rhel", "2-2"): Decimal("0.0288"),
        ("rhel", "8-8"): Decimal("0.1152"),
        ("rhel", "52-52"): Decimal("0.5616"),
        ("rhel", "416-416"): Decimal("3.9936"),
        ("sles-standard", "1-2"): Decimal("0.065"),
        ("sles-standard", "3-4"): Decimal("0.125"),
        ("sles-standard", "5-"): Decimal("0.15"),
    }


@pytest.mark.parametrize(
    "rows",
    [
        [fee("Red Hat Enterprise Linux with HA", "2 vCPU VM License", 0.0638)],
        [fee("Red Hat Enterprise Linux for SAP with HA", "2 vCPU VM License", 0.045)],
        [fee("SQL Server Web Red Hat Enterprise Linux", "2 vCPU VM License", 0.0608)],
        [fee("SUSE Linux Enterprise Server Priority", "1 vCPU VM Support", 0.1)],
        [fee("SUSE for SAP Linux Enterprise Server", "1-2 vCPU VM Support", 0.084)],
        [fee(RHEL, "8 vCPU VM BYOS License", 0.5)],
        [fee(RHEL, "2 vCPU VM License-Free", 0.5)],
        [fee(RHEL, "1-4 vCPU VM License", 0.06)],
        [fee(RHEL, "2 GPU VM License", 0.0288)],
        [fee(RHEL, "2 vCPU VM License", 0)],
        [fee(RHEL, "2 vCPU VM License", 0.0288, unitOfMeasure="1/Month")],
        [fee(RHEL, "2 vCPU VM License", 0.0288, unitOfMeasure="100 Hours")],
        [fee(RHEL, "2 vCPU VM License", 44.1965, currencyCode="KRW")],
        [fee(RHEL, "2 vCPU VM License", 0.0288, type="DevTestConsumption")],
        [fee(RHEL, "2 vCPU VM License", 210.0, type="Reservation")],
        [fee(RHEL, "2 vCPU VM License", 0.0288, armRegionName="usgovvirginia")],
        [fee(RHEL, "2 vCPU VM License", 0.0288), fee(RHEL, "2 vCPU VM License", 0.06)],
        [fee(RHEL, "2 vCPU VM License", 0.0288), fee(RHEL, "2 vCPU VM License", 0.06, tierMinimumUnits=9.0)],
        [row(PREMIUM, "P10 LRS Disk", "1/Month", 17.5, armRegionName="")],
    ],
)
def test_a_row_of_something_else_is_no_fee(rows: list[dict[str, Any]]) -> None:
    assert fees(*rows) == {}


def test_a_location_has_no_fees_and_a_fee_no_location() -> None:
    assert read(fee(RHEL, "2 vCPU VM License", 0.0288, armRegionName=HERE)) == {}
    assert FEES_FILTER.count(f"'{RHEL}'") == FEES_FILTER.count(f"'{SLES}'") == 1


@pytest.mark.parametrize(
    ("publisher", "offer", "name", "plan", "billed"),
    [
        ("Debian", "debian-12", "12-gen2", NO_PLAN, NO_FEE),
        ("Canonical", "ubuntu-24_04-lts", "server", NO_PLAN, NO_FEE),
        ("SUSE", "openSUSE-leap-15-6", "gen2", NO_PLAN, NO_FEE),
        ("RedHat", "RHEL", "97-gen2", NO_PLAN, "rhel"),
        ("RedHat", "rhel-arm64", "9_7-arm64", NO_PLAN, "rhel"),
        ("RedHat", "rhel-cvm", "9_4_cvm", NO_PLAN, "rhel-confidential"),
        ("SUSE", "sles-15-sp6", "gen2", NO_PLAN, "sles-standard"),
        ("SUSE", "sles-16-0-arm64", "gen2", NO_PLAN, "sles-standard"),
        ("SUSE", "sles-15-sp6-basic", "gen2", NO_PLAN, "sles"),
        ("SUSE", "SLES", "12-sp4-gen2", NO_PLAN, "sles"),
        ("almalinux", "almalinux-x86_64", "9-gen2", "almalinux/almalinux-x86_64/9-gen2", "marketplace"),
    ],
)
def test_what_is_billed_for_an_image(publisher: str, offer: str, name: str, plan: str, billed: str) -> None:
    fit = match(images._RULES, publisher, offer, name)
    assert fit is not None
    assert images._image(images.Sku(fit, offer, name, images.Version("x86_64", "", {}, plan))).fee == billed


def test_one_page_of_rows_is_asked_for() -> None:
    assert f"productName eq '{PREMIUM}'" in FILTER and FILTER.count("%s") == 1
