# SPDX-License-Identifier: MIT
"""What the contract test and the benchmark have to know of a provider, besides its registration.

Each provider's own is `CONTRACT` in tests/support/contract_NAME.py.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from cloud_providers import PROVIDER_NAMES
from tests.servers.http_base import Fault, HttpServer, Reply
from tests.support.tree import Tree

#: What can go wrong with a vendor's answer, the same for every provider.
FAULTS = ("error reply", "cut off", "hang")


def spoil_replies(server: HttpServer, change: Callable[[Reply], Reply]) -> None:
    """From now on the server sends what `change` makes of its replies."""
    change_method(server, "reply", change)


def change_method(server: HttpServer, name: str, change: Callable[[Reply], Reply]) -> None:
    """The same of one method that gives replies."""
    usual: Callable[..., Reply] = getattr(server, name)
    setattr(server, name, lambda *args: change(usual(*args)))


@dataclass(frozen=True)
class Contract:
    """How to run one provider against its test server.

    `small` makes a server, not yet started, with few regions and types; keywords go to HttpServer (latency).
    `full`, where there is one, makes it with as much as the cloud really has, for the benchmark; `recorded`
    does so from a folder of recorded facts, which this project does not carry.
    `prepare` puts the vendor's command into a tree and returns the environment that leads to the server;
    where that is a stand-in, `real` does so with the real one, and skips where there is none.
    `command` is its name on PATH, "" for a provider that is asked over HTTP. `without_credentials` is what to
    change in that environment so that there are none. `faults` has one for each of FAULTS, which must end the
    fetch. `empties` are whole answers of nothing, as (fault, the part that is then not reached, "" where
    nothing may be published). `spoil` makes a server send other replies. `secrets` must not be seen in any
    message or file. `settings` are for speed
    alone, such as fewer retries.
    """

    small: Callable[..., HttpServer]
    prepare: Callable[[Tree, HttpServer], dict[str, str]]
    command: str
    without_credentials: Mapping[str, str]
    faults: Mapping[str, Callable[[], Fault]]
    empties: Sequence[tuple[Callable[[], Fault], str]]
    secrets: Sequence[str]
    full: Callable[..., HttpServer] | None = None
    recorded: Callable[..., HttpServer] | None = None
    real: Callable[[Tree, HttpServer], dict[str, str]] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[HttpServer, Callable[[Reply], Reply]], None] = spoil_replies


def contracts() -> Mapping[str, Contract]:
    """The contracts of all registered providers."""
    return {name: contract_of(name) for name in PROVIDER_NAMES}


@cache
def contract_of(name: str) -> Contract:
    """The contract of a registered provider; a provider without one fails the test that asks."""
    try:
        module = importlib.import_module(f"tests.support.contract_{name}")
    except ModuleNotFoundError as error:
        raise AssertionError(f"{name} has no tests/support/contract_{name}.py: {error}") from None
    contract = module.CONTRACT
    assert isinstance(contract, Contract) and set(contract.faults) == set(FAULTS)
    return contract
