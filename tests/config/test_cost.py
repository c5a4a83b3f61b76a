# SPDX-License-Identifier: MIT
"""What a configuration costs, part by part: pure functions over a catalog one can read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

import aws_api
import azure_api
import gce_api
from cloudlib.catalog import diff, merge, rates
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.rates import GLOBAL, MARKETPLACE, NO_FEE, PUBLIC_IPV4, Rate
from cloudlib.catalog.records import Catalog
from cloudlib.config import cost
from cloudlib.config.cost import Bill
from cloudlib.config.selection import Selection
from cloudlib.config.session import Session
from cloudlib.errors import CatalogError
from cloudlib.machines.questions import against_limit
from cloudlib.provider import Charge, Provider, Variables
from tests.support.catalogs import FAR, HOME, catalog, image, itype

GOOD = Selection(HOME, "north-1a", "m7.large", "x86_64", 1, {})
BARE = cast(Provider, SimpleNamespace())
DISK = Charge("root disk", "64 GiB fast", "fast", "GiB-month", Decimal(64))
ADDRESS = Charge("public address", "IPv4", PUBLIC_IPV4, "hour", Decimal(1))
BILLED = cast(Provider, SimpleNamespace(charges=lambda values: [DISK, ADDRESS]))
FAST = Rate("fast", "GiB-month", HOME, Decimal("0.0730"), "a list")
IPV4 = Rate(PUBLIC_IPV4, "hour", GLOBAL, Decimal("0.004"), "a list")


def bill(of: Catalog | None, provider: Provider = BARE, **changes: Any) -> Bill:
    return cost.bill(replace(GOOD, **changes), of, provider)


def test_machines_alone() -> None:
    said = cost.line(bill(catalog(), nodes=3), catalog())
    assert (
        said == "cost: 3 x m7.large in north-1 at $0.1008 = $0.3024/h, $220.75/month (730 h); without traffic"
    )
    assert "$100.80/h, $73,584.00/month" in cost.line(bill(catalog(), nodes=1000), catalog())


def test_each_part_on_its_line() -> None:
    of = catalog(rates=[FAST, IPV4])
    whole = bill(of, BILLED, nodes=2)
    assert [part.usd_per_hour for part in whole.parts] == [
        Decimal("0.2016"),
        Decimal("0.0730") / 730 * 64 * 2,
        Decimal("0.008"),
    ]
    assert whole.total == Decimal("0.2224") and whole.left_out == "traffic"
    said = [line.split() for line in cost.lines(whole, of)]
    assert said[3] == ["root", "disk:", "2", "x", "64", "GiB", "fast", "$0.0128", "$0.31", "$9.34"]
    assert said[5] == ["total", "$0.2224", "$5.34", "$162.35"]
    assert max(map(len, cost.lines(whole, of)[1:])) <= 80


def test_what_is_not_known_is_said_by_part_and_of_the_total() -> None:
    of = catalog(rates=[IPV4, replace(FAST, region=FAR)])
    partly = bill(of, BILLED)
    assert partly.total == Decimal("0.1048")
    assert cost.line(partly, of).endswith("; without root disk and traffic")
    assert " = at least $0.1048/h, $76.50/month (730 h); " in cost.line(partly, of)
    lines = cost.lines(partly, of)
    assert "  root disk: 1 x 64 GiB fast: unknown" in lines and "  without root disk and traffic" in lines
    assert ["at", "least", "$0.1048", "$2.52", "$76.50"] in [line.split() for line in lines]
    assert lines[-1].startswith("  make cloud-config-"), "the command that fetches prices"


def test_a_price_that_is_not_known_is_never_another_region_s() -> None:
    of = catalog(rates=[FAST, IPV4])
    assert cost.hourly(of, GOOD.instance_type, HOME) == Decimal("0.1008")
    assert cost.hourly(of, GOOD.instance_type, FAR) is None, "known in the north alone"
    far = bill(of, BILLED, region=FAR)
    said = cost.line(far, of)
    assert far.total is None and [part.usd_per_hour is None for part in far.parts] == [True, True, False]
    assert "in south-1: unknown, the catalog has no price" in said and "make cloud-config-" in said
    assert "unknown, the catalog has no price" in cost.line(bill(of, instance_type="none"), of)
    assert "unknown, this tree has no catalog" in cost.line(bill(None), None)


RHEL = image("redhat", "9", "x86_64", fee="rhel")
LIST = "a list"


def fees(*listed: Rate, fee: str = "rhel", **changes: Any) -> list[tuple[str, str, Decimal | None]]:
    """(name, what, USD per hour) of the parts beside the machine."""
    paid = replace(RHEL, fee=fee)
    of = catalog(images=[paid], rates=listed)
    made = bill(of, **{"image": paid.coordinates, **changes})
    return [(p.name, p.what, p.usd_per_hour) for p in made.parts[1:]]


def fee_rate(usd: str, *machines: str, unit: str = "hour", region: str = GLOBAL) -> Rate:
    return Rate("rhel", unit, region, Decimal(usd), LIST, machines)


def test_an_image_with_a_fee_says_so() -> None:
    by_vcpu = fee_rate("0.0144", "1-8", unit="vCPU-hour")
    assert fees(by_vcpu, nodes=3) == [("image fee", "3 x Redhat 9", Decimal("0.0864"))], "two vCPUs"
    by_size = [fee_rate("0.065", "1-2"), fee_rate("0.125", "3-4"), fee_rate("0.15", "5-")]
    assert fees(*by_size)[0][2] == Decimal("0.065")
    assert fees(*by_size, instance_type="m7.xlarge")[0][2] == Decimal("0.125")
    by_name = fee_rate("0.0563", "c7.large", "m7.large", region=HOME)
    assert fees(*by_size, by_name)[0][2] == Decimal("0.0563"), "a price of the type goes first"
    assert fees(*by_size, fee_rate("0.07", "1-2", region=HOME))[0][2] == Decimal("0.07")


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        ([], "no price in the catalog"),
        ([fee_rate("0.02", "m7.xlarge")], "none is listed for this instance type"),
        ([fee_rate("0.02", "3-4"), fee_rate("0.03", "8-")], "none is listed for this instance type"),
        (
            [fee_rate("0.02", "1-8", region=FAR)],
            "known in south-1; fetch again with north-1 as the default region",
        ),
        ([fee_rate("0.02", "2-2"), fee_rate("0.03", "1-4")], "none is listed for this instance type"),
        ([replace(fee_rate("0.02"), part="sles")], "no price in the catalog"),
    ],
)
def test_a_fee_that_is_not_known_is_never_another_one_s(listed: list[Rate], why: str) -> None:
    assert fees(*listed) == [("image fee", "1 x Redhat 9", None)]
    of = catalog(images=[RHEL], rates=listed)
    said = cost.lines(bill(of, image=RHEL.coordinates), of)
    assert "  image fee: 1 x Redhat 9: unknown" in said and f"  image fee: {why}" in said


def test_a_fetch_is_proposed_where_it_may_tell_a_price() -> None:
    def proposed(*listed: Rate, fee: str) -> bool:
        of = catalog(images=[replace(RHEL, fee=fee)], rates=listed)
        return "cloud-config" in cost.lines(bill(of, image=RHEL.coordinates), of)[-1]

    assert proposed(fee="rhel") and proposed(fee="")
    assert not proposed(fee_rate("0.02", "m7.xlarge"), fee="rhel") and not proposed(fee=MARKETPLACE)


def test_no_fee_has_to_be_stated() -> None:
    assert fees(fee=NO_FEE) == [("image fee", "none", Decimal(0))]
    assert fees(fee="") == [("image fee", "1 x Redhat 9", None)], "the vendor states nothing"
    assert fees(fee_rate("0.02"), image={"NAME": "my-own"}) == [("image fee", "", None)]
    of = catalog(images=[replace(RHEL, fee=NO_FEE)])
    said = cost.lines(bill(of, image=RHEL.coordinates), of)
    assert ["image", "fee:", "none", "$0.0000", "$0.00", "$0.00"] in [line.split() for line in said]
    assert "at least" not in "".join(said) and said[-1] == "  prices: a price list"


@pytest.mark.parametrize(
    ("of", "limit", "verdict"),
    [
        (catalog(rates=[FAST, IPV4]), "0.2", "limit: $0.20 an hour; this is within it"),
        (catalog(rates=[FAST, IPV4]), "0.1", "limit: $0.10 an hour; bringup refuses this"),
        (catalog(rates=[IPV4]), "0.1", "limit: $0.10 an hour; bringup refuses this"),
        (
            catalog(rates=[IPV4]),
            "0.2",
            "limit: $0.20 an hour; bringup asks, as the price of root disk is not known",
        ),
        (catalog([itype("m7.large")]), "9", "limit: $9.00 an hour; bringup asks, as the price is not known"),
        (catalog(), "", ""),
    ],
)
def test_what_is_not_known_is_not_within_a_limit(
    monkeypatch: pytest.MonkeyPatch, of: Catalog, limit: str, verdict: str
) -> None:
    monkeypatch.setenv("MAX_USD_PER_HOUR", limit)
    now = cast(Session, SimpleNamespace(collected=SimpleNamespace(values={})))
    assert against_limit(bill(of, BILLED), now) == verdict


AWS: Variables = {
    "terraform_root_volume_size_gb": 64,
    "terraform_aws_data_volume_count": 20,
    "terraform_aws_data_volume_type": "io2",
    "terraform_aws_data_volume_size_gb": 65536,
    "terraform_aws_data_volume_iops": 256000,
}


@pytest.mark.parametrize(
    ("provider", "values", "charged"),
    [
        (
            aws_api,
            AWS,
            {
                ("gp3", "GiB-month"): 64,
                ("io2", "GiB-month"): 20 * 65536,
                ("io2", "IOPS-month"): 20 * 32000,
                ("io2.tier2", "IOPS-month"): 20 * 32000,
                ("io2.tier3", "IOPS-month"): 20 * 192000,
                (PUBLIC_IPV4, "hour"): 1,
            },
        ),
        (
            aws_api,
            {
                **AWS,
                "terraform_root_volume_size_gb": 0,
                "terraform_aws_data_volume_count": 1,
                "terraform_aws_data_volume_type": "gp3",
                "terraform_aws_data_volume_size_gb": 100,
                "terraform_aws_data_volume_iops": 4000,
                "terraform_aws_data_volume_throughput_mbps": 125,
            },
            {
                ("gp3", "GiB-month"): 100,
                ("gp3", "IOPS-month"): 1000,
                (PUBLIC_IPV4, "hour"): 1,
            },
        ),
        (
            azure_api,
            {
                "terraform_root_volume_size_gb": 64,
                "terraform_azure_data_disk_count": 2,
                "terraform_azure_data_disk_type": "Premium_LRS",
                "terraform_azure_data_disk_size_gb": 129,
            },
            {("E6", "month"): 1, ("P15", "month"): 2, (PUBLIC_IPV4, "hour"): 1},
        ),
        (
            azure_api,
            {
                "terraform_root_volume_size_gb": 0,
                "terraform_azure_data_disk_count": 2,
                "terraform_azure_data_disk_type": "PremiumV2_LRS",
                "terraform_azure_data_disk_size_gb": 100,
                "terraform_azure_data_disk_iops": 5000,
                "terraform_azure_data_disk_throughput_mbps": 125,
            },
            {
                ("PremiumV2_LRS", "GiB-hour"): 200,
                ("PremiumV2_LRS", "IOPS-hour"): 4000,
                (PUBLIC_IPV4, "hour"): 1,
            },
        ),
        (
            gce_api,
            {
                "terraform_gce_machine_type": "c4-standard-8",
                "terraform_root_volume_size_gb": 64,
                "terraform_gce_data_disk_count": 1,
                "terraform_gce_data_disk_type": "pd-ssd",
                "terraform_gce_data_disk_size_gb": 100,
            },
            {("hyperdisk-balanced", "GiB-month"): 164, (PUBLIC_IPV4, "hour"): 1},
        ),
        (
            gce_api,
            {
                "terraform_gce_machine_type": "n2-standard-8",
                "terraform_root_volume_size_gb": 64,
                "terraform_gce_data_disk_count": 2,
                "terraform_gce_data_disk_type": "hyperdisk-extreme",
                "terraform_gce_data_disk_size_gb": 100,
                "terraform_gce_data_disk_iops": 5000,
            },
            {
                ("pd-balanced", "GiB-month"): 64,
                ("hyperdisk-extreme", "GiB-month"): 200,
                ("hyperdisk-extreme", "IOPS-month"): 10000,
                (PUBLIC_IPV4, "hour"): 1,
            },
        ),
    ],
)
def test_what_the_providers_charge_for(
    provider: Any, values: Variables, charged: dict[tuple[str, str], int]
) -> None:
    made: dict[tuple[str, str], Decimal] = {}
    for charge in provider.charges(values):
        if charge.amount is not None:
            made[charge.part, charge.unit] = made.get((charge.part, charge.unit), Decimal(0)) + charge.amount
    assert made == charged


def test_rates_in_a_catalog_file() -> None:
    of = catalog(rates=[FAST, IPV4, replace(FAST, region=FAR)])
    text = catalogfile.dump(of)
    assert '{"part":"fast","unit":"GiB-month","source":"a list","usd":{"0.0730":"north-1 south-1"}}' in text
    assert catalogfile.load(text, where="x") == of
    licensed = catalog(rates=[replace(FAST, machines=("1-2", "m7.large"))], images=[RHEL])
    text = catalogfile.dump(licensed)
    assert '"machines":"1-2 m7.large"}' in text and catalogfile.load(text, where="x") == licensed
    plain = catalogfile.dump(catalog())
    assert '"rates"' not in plain and catalogfile.load(plain, where="x").rates == ()
    assert diff.difference(catalog(), of).rates.added == ("fast per GiB-month", f"{PUBLIC_IPV4} per hour")


@pytest.mark.parametrize(
    "changes",
    [
        {"machines": ("a b",)},
        {"machines": ("",)},
        {"part": "a b"},
        {"unit": "GiB"},
        {"usd": Decimal(0)},
        {"usd": Decimal("NaN")},
        {"region": ""},
    ],
)
def test_no_rate_is_outside_the_limits(changes: dict[str, Any]) -> None:
    with pytest.raises(CatalogError):
        replace(FAST, **changes)


def test_a_fetch_without_them_keeps_the_known_ones_and_two_prices_are_none() -> None:
    old, new = catalog(rates=[FAST, IPV4]), catalog()
    assert merge.carry_forward(new, old).rates == old.rates
    dearer = replace(FAST, usd=Decimal(1))
    assert merge.carry_forward(catalog(rates=[dearer, IPV4]), old).rates == (dearer, IPV4)
    assert rates.one_each([FAST, dearer, IPV4, IPV4]) == (IPV4,)
    paid = replace(FAST, part="rhel", unit="hour", machines=("m7.large",))
    kept = merge.carry_forward(catalog(rates=[dearer]), catalog(rates=[FAST, paid])).rates
    assert kept == (dearer, paid), "fees of images are asked for on their own"
