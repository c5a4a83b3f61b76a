# SPDX-License-Identifier: MIT
"""SKUs of disks and addresses: real descriptions and units, made-up amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from providers.gce.disks import hyperdisk_only
from providers.gce.prices import PriceBook
from tests.servers.gce_data import sku

HERE = "us-central1"


def disk(description: str, usd: str, unit: str = "GiBy.mo", regions: tuple[str, ...] = (HERE,)) -> Any:
    return sku(description, regions, usd, "SSD", family="Storage", unit=unit)


def read(*skus: Any) -> dict[tuple[str, str, str], Decimal]:
    book = PriceBook()
    book.add([Reader(s, vendor="gce", answer="skus", null_is_missing=True) for s in skus], LeftOut())
    return {(r.part, r.unit, r.region): r.usd for r in book.rates}


def test_disks_and_addresses() -> None:
    free = disk("Storage PD Capacity", "0.045")
    tiers = free["pricingInfo"][0]["pricingExpression"]["tieredRates"]
    tiers.insert(0, {"startUsageAmount": 0, "unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 0}})
    address = sku("External IP Charge on a Standard VM", ("global",), "0.006", "IpAddress", family="Network")
    assert read(
        free,
        disk("Balanced PD Capacity in Iowa", "0.125"),
        disk("Hyperdisk Balanced Capacity in Iowa", "0.0875"),
        disk("Hyperdisk Balanced IOPS in Iowa", "0.0045", "mo"),
        disk("Hyperdisk Balanced Throughput in Iowa", "0.035", "mo"),
        address,
    ) == {
        ("pd-standard", "GiB-month", HERE): Decimal("0.045"),
        ("pd-balanced", "GiB-month", HERE): Decimal("0.125"),
        ("hyperdisk-balanced", "GiB-month", HERE): Decimal("0.0875"),
        ("hyperdisk-balanced", "IOPS-month", HERE): Decimal("0.0045"),
        ("hyperdisk-balanced", "MiB/s-month", HERE): Decimal("0.035"),
        ("public-ipv4", "hour", "global"): Decimal("0.006"),
    }


@pytest.mark.parametrize(
    "description",
    [
        "Regional Balanced PD Capacity in Iowa",
        "Hyperdisk Balanced Confidential Mode Capacity in Iowa",
        "Hyperdisk Balanced High Availability Capacity in Iowa",
        "Storage PD Snapshot in Iowa",
        "Static Ip Charge",
    ],
)
def test_what_is_another_product(description: str) -> None:
    assert read(disk(description, "0.5")) == {}


def test_a_unit_that_is_not_known_is_no_price() -> None:
    assert read(disk("Balanced PD Capacity", "0.1", "h"), disk("Hyperdisk Extreme IOPS", "0.03", "h")) == {}


@pytest.mark.parametrize(
    ("machine", "only"),
    [
        ("n2-standard-4", False),
        ("c4-standard-4", True),
        ("ct5lp-hightpu-1t", False),
        ("ct6e-standard-4t", True),
        ("a3-ultragpu-8g", True),
        ("c3-standard-192-metal", True),
        ("", False),
    ],
)
def test_which_machines_take_hyperdisk_alone(machine: str, only: bool) -> None:
    assert hyperdisk_only(machine) is only
