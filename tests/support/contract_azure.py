# SPDX-License-Identifier: MIT
"""Azure for the contract test: a fake az in front of a small Azure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cloudlib.catalog import file as catalogfile
from cloudlib.publish import tier
from tests.servers import azure_faults as faults
from tests.servers.azure_data import small
from tests.servers.azure_recorded import committed, recorded
from tests.servers.azure_server import TOKEN, AzureServer
from tests.servers.http_base import HttpServer
from tests.support.azure import make_azure
from tests.support.contract import Contract
from tests.support.tree import ROOT, Tree


def _server(**options: Any) -> HttpServer:
    return AzureServer(small(), **options)


def _full(**options: Any) -> HttpServer:
    path = tier.folder(ROOT, "azure") / f"{catalogfile.NAME}.{tier.STATIC}"
    return AzureServer(committed(path), **options)


def _recorded(facts: Path, **options: Any) -> HttpServer:
    return AzureServer(recorded(facts), **options)


def _prepare(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, AzureServer)
    return make_azure(tree, server).env


def _real(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, AzureServer)
    return make_azure(tree, server, real=True).env


CONTRACT = Contract(
    small=_server,
    full=_full,
    recorded=_recorded,
    prepare=_prepare,
    real=_real,
    command="az",
    without_credentials={"FAKE_AZ_STATE": "not-logged-in"},
    faults={"error reply": faults.denied, "cut off": faults.cut_off, "hang": faults.hangs},
    empties=(
        (lambda: faults.empty(faults.SKUS, faults.at("eastus")), ""),
        (lambda: faults.empty(faults.SKUS, faults.at("westus")), "westus"),
        (lambda: faults.empty(faults.PRICES), "prices of eastus"),
        (lambda: faults.empty(faults.LOCATIONS), ""),
    ),
    secrets=(TOKEN,),
)
