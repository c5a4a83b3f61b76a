# SPDX-License-Identifier: MIT
"""Toy for the contract test."""

from __future__ import annotations

from typing import Any

from tests.servers.toy_server import KEY, ToyServer, denied, empty, half, hangs

from tests.servers.http_base import HttpServer
from tests.support.contract import Contract
from tests.support.tree import Tree


def _server(**options: Any) -> HttpServer:
    return ToyServer(**options)


def _prepare(tree: Tree, server: HttpServer) -> dict[str, str]:
    return {"TOY_API_BASE": f"{server.url}/v1/", "TOY_API_KEY": KEY}


CONTRACT = Contract(
    small=_server,
    prepare=_prepare,
    command="",
    without_credentials={"TOY_API_KEY": ""},
    faults={"error reply": denied, "cut off": half, "hang": hangs},
    empties=((empty, ""),),
    secrets=(KEY,),
)
