# SPDX-License-Identifier: MIT
"""SKUs of disks and addresses: real descriptions and units, made-up amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog.rates import GLOBAL, NO_FEE, one_each
from providers.gce.disks import hyperdisk_only
from providers.gce.images import streams
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


def license(what: str, usd: str, **changes: Any) -> Any:
    regions, unit = changes.get("regions", ("global",)), changes.get("unit", "h")
    return sku(f"Licensing Fee for {what}", regions, usd, "License", family="License", unit=unit)


def fees(*skus: Any) -> dict[tuple[str, ...], Decimal]:
    book = PriceBook()
    book.add([Reader(s, vendor="gce", answer="skus", null_is_missing=True) for s in skus], LeftOut())
    assert {r.region for r in one_each(book.rates)} <= {GLOBAL}
    return {(r.part, r.unit, *r.machines): r.usd for r in one_each(book.rates)}


RHEL, SLES = "Red Hat Enterprise Linux 9", "SUSE Linux Enterprise Server 15"


def test_the_fees_of_images() -> None:
    """Descriptions as the catalog has them, amounts as on Google's page of premium images."""
    assert fees(
        license(f"{RHEL} on VM with up to 8 VCPU", "0.0144"),
        license(f"{RHEL} on VM with 9 to 127 VCPU", "0.0108"),
        license(f"{RHEL} on VM with 128 VCPU or more", "0.0096"),
        license(f"{SLES} (CPU cost)", "0.11"),
        license(f"{SLES} on f1-micro", "0.02"),
        license(f"{SLES} on g1-small", "0.02"),
    ) == {
        ("rhel-9", "vCPU-hour", "1-8"): Decimal("0.0144"),
        ("rhel-9", "vCPU-hour", "9-127"): Decimal("0.0108"),
        ("rhel-9", "vCPU-hour", "128-"): Decimal("0.0096"),
        ("sles-15", "hour", "1-"): Decimal("0.11"),
        ("sles-15", "hour", "f1-micro"): Decimal("0.02"),
        ("sles-15", "hour", "g1-small"): Decimal("0.02"),
    }


@pytest.mark.parametrize(
    "skus",
    [
        [license("Red Hat Enterprise Linux 8 on VM with 1 to 4 VCPU", "0.06")],
        [license("RedHat Enterprise Linux 7 on VM with 6 or more VCPU", "0.13")],
        [license(f"{RHEL} (RAM cost)", "0.5")],
        [license(f"{RHEL} (GPU cost)", "0.5")],
        [license(f"{SLES} (GPU cost)", "0.5")],
        [license("Red Hat Enterprise Linux 9 for SAP on VM with up to 8 VCPU", "0.0225")],
        [license("Red Hat Enterprise Linux for SAP 9 on VM with up to 8 VCPU", "0.0225")],
        [license("SUSE Linux Enterprise Server for SAP 15 (CPU cost)", "0.17")],
        [license("Windows Server 2022 Datacenter Edition (CPU cost)", "0.046")],
        [license("Ubuntu Pro 24 (CPU cost)", "0.01")],
        [license(f"{RHEL} on VM with up to 8 VCPU", "0.0144", unit="mo")],
        [license(f"{RHEL} on VM with up to 8 VCPU", "0.0144", unit="GiBy.h")],
        [license(f"{RHEL} on VM with up to 8 VCPU", "0")],
        [license(f"{RHEL} on VM with up to 8 VCPU", usd) for usd in ("0.0144", "0.02")],
        [sku(f"Licensing Fee for {RHEL} on VM with up to 8 VCPU", ("global",), "0.01", usage="Preemptible")],
    ],
)
def test_a_sku_of_something_else_is_no_fee(skus: list[Any]) -> None:
    assert fees(*skus) == {}


def test_another_currency_and_a_price_below_zero_are_no_fee() -> None:
    for change in ({"currencyCode": "EUR"}, {"nanos": -14400000}, {"units": "-1"}):
        odd = license(f"{RHEL} on VM with up to 8 VCPU", "0.0144")
        odd["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"].update(change)
        readable = license(f"{RHEL} on VM with 128 VCPU or more", "0.0096")
        assert fees(readable, odd) == {("rhel-9", "vCPU-hour", "128-"): Decimal("0.0096")}


@pytest.mark.parametrize(
    ("project", "family", "fee"),
    [
        ("rhel-cloud", "rhel-9", "rhel-9"),
        ("rhel-cloud", "rhel-10-arm64", "rhel-10"),
        ("suse-cloud", "sles-15", "sles-15"),
        ("suse-cloud", "sles-15-sp6", "sles-15"),
        ("suse-cloud", "sles-16-0-x86-64", "sles-16"),
        ("debian-cloud", "debian-12", NO_FEE),
        ("rocky-linux-cloud", "rocky-linux-9", NO_FEE),
    ],
)
def test_what_is_billed_for_an_image(project: str, family: str, fee: str) -> None:
    link = f"https://www.googleapis.com/compute/v1/projects/{project}/global/images/{family}-v20260801"
    assert [i.fee for i in streams([(link, family, "X86_64", "READY")], LeftOut())] == [fee]


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
