# SPDX-License-Identifier: MIT
"""Machines read from a catalog file with little of it: the same as from its records, and as wary."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.errors import CatalogError
from cloudlib.publish import tier
from cloudlib.search import machine, source
from cloudlib.search.machine import Machine
from tests.support.catalogs import catalog, sealed
from tests.support.tree import ROOT

EAGER = [f.name for f in fields(Machine) if f.repr and f.name != "market"]


@pytest.mark.parametrize("provider", cloud_providers.PROVIDER_NAMES)
def test_the_committed_catalogs_give_the_same_machines_either_way(provider: str) -> None:
    path = tier.folder(ROOT, provider) / f"{catalogfile.NAME}.{tier.STATIC}"
    quick, whole = source.load_file(path), machine.of_catalog(catalogfile.load_file(path))
    assert len(quick) == len(whole) > 10
    for one, other in zip(quick, whole):
        assert [getattr(one, name) for name in EAGER] == [getattr(other, name) for name in EAGER]
        assert one.prices == other.prices and one.amounts == other.amounts
    assert quick[0].market.places == whole[0].market.places
    assert list(quick[0].market.images) == list(whole[0].market.images)
    assert quick[-1].record == whole[-1].record


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: text.replace('"vcpus":2', '"vcpus":3', 1),
        lambda text: sealed(text.replace('"vcpus":2', '"vcpus":"2"', 1)),
        lambda text: sealed(text.replace('"vcpus":2', '"vcpus":0', 1)),
        lambda text: sealed(text.replace('"name":"NVIDIA L40S"', '"name":"\\u001b[31m"', 1)),
        lambda text: sealed(text.replace('"instance_types"', '"types"', 1)),
        lambda text: sealed(text.replace('"count":2', '"count":-2', 1)),
        lambda text: json.dumps([text]),
    ],
)  # fmt: skip
def test_damage_is_named(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(CatalogError, match=r"demo\.json: ") as caught:
        source.load(damage(catalogfile.dump(catalog())), where="demo.json")
    assert "git checkout" in caught.value.hint


def test_damage_that_is_read_late() -> None:
    text = sealed(catalogfile.dump(catalog()).replace('"network":"Up to 10 Gigabit"', '"network":10', 1))
    machines = source.load(text, where="demo.json")
    with pytest.raises(CatalogError, match=r"demo\.json: .*network"):
        _ = [m.record for m in machines]


def test_no_file() -> None:
    with pytest.raises(CatalogError, match="No such file"):
        source.load_file(ROOT / "nowhere.json")


@pytest.mark.parametrize("usd", ["nan", "-1", "0", "1e9", "dear"])
def test_an_amount_that_is_no_price(usd: str) -> None:
    text = sealed(catalogfile.dump(catalog()).replace('"0.096"', f'"{usd}"', 1))
    machines = source.load(text, where="demo.json")
    with pytest.raises(CatalogError, match=r"demo\.json: .*is not a price"):
        _ = [m.amounts for m in machines]
