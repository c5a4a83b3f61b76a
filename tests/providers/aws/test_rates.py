# SPDX-License-Identifier: MIT
"""Prices of volumes and addresses: from the test server's Price List to the bill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cloudlib.calls.shape import Reader
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.rates import NO_FEE
from cloudlib.catalog.records import Price
from providers.aws import fees as aws_fees
from providers.aws.images import streams
from providers.aws.parse import images
from tests.providers.aws.test_parse import product
from tests.servers.aws_data import small
from tests.servers.aws_server import AwsServer
from tests.support.aws import Aws, make_aws
from tests.support.tree import Tree

CATALOG = "terraform/aws/kconfigs/catalog.json.generated"
CONFIG = """\
CONFIG_TERRAFORM_AWS=y
CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y
CONFIG_TERRAFORM_AWS_INSTANCE_M7I_LARGE=y
CONFIG_TERRAFORM_AWS_DISTRO_REDHAT=y
CONFIG_TERRAFORM_NODE_COUNT=1
CONFIG_TERRAFORM_AWS_DATA_VOLUME_COUNT=1
CONFIG_TERRAFORM_AWS_DATA_VOLUME_TYPE_IO2=y
CONFIG_TERRAFORM_AWS_DATA_VOLUME_SIZE_GB=1000
CONFIG_TERRAFORM_AWS_DATA_VOLUME_IOPS=40000
"""


@pytest.fixture
def aws(tree: Tree) -> Iterator[Aws]:
    with AwsServer(small()) as server:
        yield make_aws(tree, server)


@pytest.mark.slow
def test_from_the_price_list_to_the_bill(aws: Aws) -> None:
    aws.config()
    rates = catalogfile.load(aws.tree.read(CATALOG), where=CATALOG).rates
    usd = {(r.part, r.unit): r.usd for r in rates if r.region == "us-west-2"}
    fees = {(r.part, r.region, str(r.usd)): " ".join(r.machines) for r in rates if r.machines}
    assert fees == {
        ("rhel", "us-east-1", "0.0288"): "m7i.large",
        ("rhel", "us-east-1", "0.029"): "m5.large",
        ("rhel", "us-east-1", "0.0576"): "m7i.xlarge",
        ("rhel", "us-east-1", "1.8432"): "m7i.48xlarge",
        ("sles", "us-east-1", "0.056"): "m5.large",
        ("sles", "us-east-1", "0.0563"): "m7i.large m7i.xlarge",
        ("sles", "us-east-1", "0.125"): "m7i.2xlarge",
    }, "of the default region, type by type"
    assert usd == {
        ("gp3", "GiB-month"): Decimal("0.073"),
        ("io2", "GiB-month"): Decimal("0.146"),
        ("gp3", "IOPS-month"): Decimal("0.0073"),
        ("io1", "IOPS-month"): Decimal("0.073"),
        ("io2", "IOPS-month"): Decimal("0.073"),
        ("io2.tier2", "IOPS-month"): Decimal("0.0365"),
        ("io2.tier3", "IOPS-month"): Decimal("0.0146"),
        ("gp3", "MiB/s-month"): Decimal("0.0365"),
        ("public-ipv4", "hour"): Decimal("0.004"),
    }, "no local zone's, no idle address's, and GiB/s as MiB/s"
    (aws.tree.root / ".config").write_text(CONFIG)
    aws.tree.make("olddefconfig")
    said = aws.tree.make("cost", "NODES=4").stdout
    lines = {
        line.partition("$")[0].strip(): line.split()[-3:] for line in said.splitlines()[1:] if "$" in line
    }
    assert lines == {
        "machines: 4 x m7i.large": ["$0.4032", "$9.68", "$294.34"],
        "root disk: 4 x 64 GiB gp3": ["$0.0256", "$0.61", "$18.69"],
        "data volumes: 4 x 1 x 1000 GiB io2": ["$0.8000", "$19.20", "$584.00"],
        "IOPS: 4 x 1 x 32000 of io2": ["$12.8000", "$307.20", "$9,344.00"],
        "IOPS: 4 x 1 x 8000 of io2.tier2": ["$1.6000", "$38.40", "$1,168.00"],
        "public address: 4 x IPv4": ["$0.0160", "$0.38", "$11.68"],
        "image fee: 4 x RHEL 9": ["$0.1152", "$2.76", "$84.10"],
        "total": ["$15.7600", "$378.24", "$11,504.80"],
    }
    images = {i.title: i.fee for i in catalogfile.load(aws.tree.read(CATALOG), where=CATALOG).images}
    assert {images["RHEL 9"], images["SUSE Linux Enterprise 15 SP6"]} == {"rhel", "sles"}
    free = ("Debian 12", "Amazon Linux 2023 kernel 6.1", "Deep Learning AMI, PyTorch, newest Ubuntu")
    assert {images[title] for title in free} == {NO_FEE}
    assert "NODE_COUNT=1\n" in aws.tree.read(".config"), "another number of nodes is for the question alone"


@pytest.mark.slow
def test_a_price_list_without_them_costs_nothing_else(aws: Aws) -> None:
    aws.server.use(replace(small(), rates=(), fees={}))
    _, said = aws.config()
    catalog = catalogfile.load(aws.tree.read(CATALOG), where=CATALOG)
    assert "published" in said and catalog.rates == () and any(t.prices for t in catalog.instance_types)
    assert {i.fee for i in catalog.images} == {""}, "PlatformDetails alone is no statement"


#: Rows of us-east-1 in 2026, by type: Linux, RHEL, SUSE.
ROWS = {
    "m5a.large": ("0.086", "0.115", "0.142"),
    "m5d.2xlarge": ("0.452", "0.567", "0.552"),
    "m5dn.16xlarge": ("4.352", "5.043", ""),
    "r8g.large": ("0.11782", "0.14662", "0.17412"),
    "r8g.xlarge": ("0.23564", "0.29324", "0.29194"),
    "r8g.2xlarge": ("0.47128", "0.58648", "0.59628"),
    "r8g.metal-48xl": ("11.31072", "13.15392", "11.43572"),
}


def fees(part: str, *entries: str) -> dict[str, str]:
    """{USD: types} that these rows make."""
    linux = {name: Price(Decimal(usd), "a list") for name, (usd, *_) in ROWS.items()}
    answer = Reader({"PriceList": [*entries]}, vendor="aws", answer="get-products")
    return {str(r.usd): " ".join(r.machines) for r in aws_fees.fees(answer, part, "us-east-1", linux)}


def test_a_fee_is_what_a_type_costs_more_than_with_linux() -> None:
    rhel = [product(usd, instanceType=name, operatingSystem="RHEL") for name, (_, usd, _) in ROWS.items()]
    suse = [
        product(usd, instanceType=name, operatingSystem="SUSE") for name, (*_, usd) in ROWS.items() if usd
    ]
    assert fees("rhel", *rhel, *suse) == {
        "0.029": "m5a.large",
        "0.115": "m5d.2xlarge",
        "0.691": "m5dn.16xlarge",
        "0.0288": "r8g.large",
        "0.0576": "r8g.xlarge",
        "0.1152": "r8g.2xlarge",
        "1.8432": "r8g.metal-48xl",
    }
    assert fees("sles", *suse) == {
        "0.056": "m5a.large",
        "0.1": "m5d.2xlarge",
        "0.0563": "r8g.large r8g.xlarge",
        "0.125": "r8g.2xlarge r8g.metal-48xl",
    }, "none for a type that is not sold with it"


@pytest.mark.parametrize(
    "entries",
    [
        [product("0.12", operatingSystem="Red Hat Enterprise Linux with HA")],
        [product("0.115", operatingSystem="RHEL"), product("0.2", operatingSystem="RHEL")],
        [product("0.086", operatingSystem="RHEL")],
        [product("0.05", operatingSystem="RHEL")],
        [product("-1", operatingSystem="RHEL")],
        [product("0", operatingSystem="RHEL")],
        [product("0.115", operatingSystem="RHEL", tenancy="Dedicated")],
        [product("0.115", operatingSystem="RHEL", tenancy="Host")],
        [product("0.115", operatingSystem="RHEL", preInstalledSw="SQL Std")],
        [product("0.115", operatingSystem="RHEL", capacitystatus="UnusedCapacityReservation")],
        [product("0.115", operatingSystem="RHEL", regionCode="us-east-1-iah-1")],
        [product("0.115", operatingSystem="RHEL", instanceType="m9.large")],
        [product("0.115", operatingSystem="RHEL").replace('"USD"', '"CNY"')],
        [product("0.115", operatingSystem="RHEL").replace('"Hrs"', '"Quantity"')],
        [product("0.115", operatingSystem="RHEL").replace('"OnDemand"', '"Reserved"')],
    ],
)
def test_a_row_of_something_else_is_no_fee(entries: list[str]) -> None:
    readable = product("0.086", operatingSystem="Linux")
    assert fees("rhel", readable, *(entry.replace("m5.large", "m5a.large") for entry in entries)) == {}


@pytest.mark.parametrize(
    ("stated", "fee"),
    [
        ({"PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances"}, NO_FEE),
        ({"PlatformDetails": "Red Hat Enterprise Linux", "UsageOperation": "RunInstances:0010"}, "rhel"),
        ({"PlatformDetails": "SUSE Linux", "UsageOperation": "RunInstances:000g"}, "sles"),
        ({"PlatformDetails": "Red Hat BYOL Linux", "UsageOperation": "RunInstances:00g0"}, "other"),
        (
            {
                "PlatformDetails": "Red Hat Enterprise Linux with High Availability",
                "UsageOperation": "RunInstances:1010",
            },
            "other",
        ),
        ({"PlatformDetails": "Ubuntu Pro Linux", "UsageOperation": "RunInstances:0g00"}, "other"),
        ({"PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances:0010"}, "other"),
        ({"PlatformDetails": "Linux/UNIX"}, ""),
        ({}, ""),
        (
            {
                "PlatformDetails": "Linux/UNIX",
                "UsageOperation": "RunInstances",
                "ProductCodes": [
                    {"ProductCodeId": "aw0evgkw8e5c1q413zgy5pjce", "ProductCodeType": "marketplace"}
                ],
            },
            "marketplace",
        ),
    ],
)
def test_what_an_image_states(stated: dict[str, Any], fee: str) -> None:
    rows = {"Images": [{"OwnerId": "136693071363", "Name": "debian-13-amd64-20260901-2601", **stated}]}
    listed = images(Reader(rows, vendor="aws", answer="describe-images"))
    assert [row[2] for row in listed] == [fee]
    assert [stream.fee for stream in streams(listed)] == [fee]
    unlike = [*listed, ("136693071363", "debian-13-amd64-20260801-2600", "rhel")]
    assert [stream.fee for stream in streams(unlike)] == [fee if fee == "rhel" else ""], "images disagree"
