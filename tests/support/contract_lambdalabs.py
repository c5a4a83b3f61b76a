# SPDX-License-Identifier: MIT
"""Lambda Labs for the contract test: a small Lambda Cloud API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.servers import lambda_server
from tests.servers.http_base import HttpServer
from tests.servers.lambda_data import recorded, small
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support.contract import Contract
from tests.support.tree import Tree


def _server(**options: Any) -> HttpServer:
    return LambdaServer(small(), **options)


def _recorded(facts: Path, **options: Any) -> HttpServer:
    return LambdaServer(recorded(facts), **options)


def _prepare(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, LambdaServer)
    # The committed catalog knows a larger Lambda than the server is.
    return {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY, "FORCE": "1"}


CONTRACT = Contract(
    small=_server,
    recorded=_recorded,
    prepare=_prepare,
    command="",
    without_credentials={"LAMBDA_API_KEY": ""},
    faults={
        "error reply": lambda: lambda_server.denied("instance-types"),
        "cut off": lambda: lambda_server.half("instance-types"),
        "hang": lambda: lambda_server.hangs("instance-types"),
    },
    empties=(
        (lambda: lambda_server.empty("instance-types"), ""),
        (lambda: lambda_server.empty("images"), ""),
    ),
    secrets=(KEY,),
)
