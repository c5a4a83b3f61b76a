# SPDX-License-Identifier: MIT
"""Google Compute Engine for the contract test: a fake gcloud in front of a small Google Cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers import gce_faults as faults
from tests.servers.gce_recorded import recorded
from tests.servers.gce_server import TOKEN, GceServer
from tests.servers.gce_small import small
from tests.servers.http_base import HttpServer, Reply
from tests.support.contract import Contract, change_method
from tests.support.gce import make_gce
from tests.support.tree import Tree


def _server(**options: Any) -> HttpServer:
    return GceServer(small(), **options)


def _recorded(facts: Path, **options: Any) -> HttpServer:
    return GceServer(recorded(facts), **options)


def _prepare(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, GceServer)
    return make_gce(tree, server).env


def _real(tree: Tree, server: HttpServer) -> dict[str, str]:
    assert isinstance(server, GceServer)
    return make_gce(tree, server, real=True).env


def _spoil(server: HttpServer, change: Callable[[Reply], Reply]) -> None:
    """What is in a batch; of the reply around it gcloud could read nothing."""
    for name in ("_compute", "_skus"):
        change_method(server, name, change)


CONTRACT = Contract(
    small=_server,
    recorded=_recorded,
    prepare=_prepare,
    real=_real,
    command="gcloud",
    without_credentials={"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": ""},
    faults={
        "error reply": lambda: faults.denied("regions"),
        "cut off": lambda: faults.cut_off("regions"),
        "hang": lambda: faults.hangs("regions"),
    },
    empties=(
        (lambda: faults.empty_region("us-central1"), ""),
        (lambda: faults.empty_region("europe-west12"), "europe-west12"),
        (lambda: faults.empty("skus"), "prices of us-central1"),
        (lambda: faults.empty("images"), ""),
    ),
    secrets=(TOKEN,),
    spoil=_spoil,
)
