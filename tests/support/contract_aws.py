# SPDX-License-Identifier: MIT
"""AWS for the contract test: what the real aws CLI says in front of a small AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers import aws_faults as faults
from tests.servers import aws_full, aws_recorded
from tests.servers.aws_data import small
from tests.servers.aws_server import AwsServer
from tests.servers.http_base import Fault, HttpServer, Reply
from tests.support.aws import make_aws
from tests.support.contract import Contract
from tests.support.tree import Tree


def _server(**options: Any) -> HttpServer:
    return AwsServer(small(), **options)


def _full_server(**options: Any) -> HttpServer:
    return AwsServer(aws_full.load(), **options)


def _recorded(facts: Path, **options: Any) -> HttpServer:
    return AwsServer(aws_recorded.load(facts), **options)


def _prepare(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, AwsServer)
    return make_aws(tree, server).env


def _real(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, AwsServer)
    return make_aws(tree, server, real=True).env


def _spoil(server: HttpServer, change: Callable[[Reply], Reply]) -> None:
    """The stand-in knows what the real aws made of the usual replies; it asks the real one about others."""
    assert isinstance(server, AwsServer)
    server.inject(
        Fault(lambda request: True, reply=lambda request: change(server.reply(request)), times=None)
    )


CONTRACT = Contract(
    small=_server,
    full=_full_server,
    recorded=_recorded,
    prepare=_prepare,
    real=_real,
    command="aws",
    without_credentials={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
    faults={
        "error reply": lambda: faults.denied("DescribeInstanceTypes"),
        "cut off": lambda: faults.cut_off("DescribeRegions"),
        "hang": lambda: faults.hangs("DescribeRegions"),
    },
    empties=(
        (lambda: faults.empty("DescribeInstanceTypes", "us-east-1"), ""),
        (lambda: faults.empty("DescribeInstanceTypeOfferings", "us-west-2"), "us-west-2"),
        (lambda: faults.empty("GetProducts"), "prices of us-east-1"),
    ),
    secrets=("testing-key-id", "testing-secret-value"),
    spoil=_spoil,
    settings={"AWS_MAX_ATTEMPTS": "1"},
)
