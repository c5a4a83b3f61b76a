# SPDX-License-Identifier: MIT
"""Prices of volumes and addresses: from the test server's Price List to the bill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from cloudlib.catalog import file as catalogfile
from tests.servers.aws_data import small
from tests.servers.aws_server import AwsServer
from tests.support.aws import Aws, make_aws
from tests.support.tree import Tree

CATALOG = "terraform/aws/kconfigs/catalog.json.generated"
CONFIG = """\
CONFIG_TERRAFORM_AWS=y
CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y
CONFIG_TERRAFORM_AWS_INSTANCE_M7I_LARGE=y
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


def test_from_the_price_list_to_the_bill(aws: Aws) -> None:
    aws.config()
    rates = catalogfile.load(aws.tree.read(CATALOG), where=CATALOG).rates
    usd = {(r.part, r.unit): r.usd for r in rates if r.region == "us-west-2"}
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
        "total": ["$15.6448", "$375.48", "$11,420.70"],
    }
    assert "NODE_COUNT=1\n" in aws.tree.read(".config"), "another number of nodes is for the question alone"


def test_a_price_list_without_them_costs_nothing_else(aws: Aws) -> None:
    aws.server.use(replace(small(), rates=()))
    _, said = aws.config()
    catalog = catalogfile.load(aws.tree.read(CATALOG), where=CATALOG)
    assert "published" in said and catalog.rates == () and any(t.prices for t in catalog.instance_types)
