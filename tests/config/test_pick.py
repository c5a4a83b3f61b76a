# SPDX-License-Identifier: MIT
"""What a search finds can be configured: the checks of `make` and of cloud-check accept each first row."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.catalog.area import AREAS
from cloudlib.catalog.records import ARCHITECTURES, Catalog
from cloudlib.config import launch, pick, requested, selection, session, variables
from cloudlib.config.finding import ERROR
from cloudlib.config.pick import Pick
from cloudlib.search.answer import Row, answer
from cloudlib.search.machine import BOOT_MODES, Machine
from cloudlib.search.question import ANY, ANY_GPU, Question, Range
from cloudlib.search.where import where
from cloudlib.show import lookup

MANY = 500


@dataclass
class Offer:
    """The project's menus, parsed once, and the machines in them."""

    kconf: kconfiglib.Kconfig
    machines: list[Machine]
    catalogs: dict[str, Catalog]


@pytest.fixture(scope="module")
def offer() -> Iterator[Offer]:
    here = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", "static")
        kconf = session.parse(cloud_providers)
        names = cloud_providers.PROVIDER_NAMES
        machines = lookup.load(names)
        catalogs = {n: session.catalog_in_use(kconf, cloud_providers.load(n))[0] for n in names}
        yield Offer(kconf, machines, {name: known for name, known in catalogs.items() if known})
    os.chdir(here)


def some_question(chance: random.Random) -> Question:
    """One to four conditions out of all that there are."""
    low = chance.choice([1, 2, 4, 8, 16, 64])
    conditions: dict[str, object] = {
        "providers": (chance.choice(cloud_providers.PROVIDER_NAMES),),
        "areas": (chance.choice(sorted(AREAS)),),
        "arch": chance.choice(ARCHITECTURES),
        "vcpus": Range(Decimal(low), Decimal(low * 2)),
        "memory": Range(Decimal(low * 4), None),
        "gpu": chance.choice([ANY_GPU, "h100", "l4", "a100", "a10", "trainium", "mi300x"]),
        "nvme": Range(Decimal(chance.choice([1, 2, 8])), None),
        "kvm": True,
        "bare_metal": True,
        "boot": chance.choice(BOOT_MODES),
        "current": True,
        "max_price": Decimal(chance.choice(["0.05", "0.5", "5", "50"])),
        "image": chance.choice(["debian-13", "debian-12", "ubuntu-24.04", "rocky-9", "redhat-9", "ubuntu"]),
    }
    wanted = chance.sample(sorted(conditions), chance.randint(1, 4))
    sort = chance.choice(["price", "price-per-vcpu", "price-per-gib", "vcpus"])
    return Question(sort=sort, **{name: conditions[name] for name in wanted})  # type: ignore[arg-type]


def refused(offer: Offer, asked: Question, row: Row, path: Path) -> list[str]:
    """What speaks against a row, once it is picked."""
    provider = cloud_providers.load(row.machine.provider)
    arch = asked.arch or row.machine.architectures[0]
    named = pick.image_of(row.machine, asked)
    assert named is not None
    chosen = Pick(row.machine, row.region, arch, named)
    path.write_text(pick.text(pick.settings(chosen, provider.MENU_NAMES), "a row"), encoding="utf-8")
    loaded = requested.load(offer.kconf, path)
    if loaded.dropped or loaded.notes:
        return [*map(str, loaded.dropped), *loaded.notes]
    wanted = selection.of(variables.collect(offer.kconf, provider, {}, ask=False).values, provider)
    problems = launch.findings(wanted, offer.catalogs[provider.NAME], provider)
    same = (wanted.instance_type, wanted.region, wanted.architecture) == (row.machine.name, row.region, arch)
    image = not named[0] or wanted.image in [
        i.coordinates
        for i in row.machine.market.images
        if i.distro == named[0] and named[1] in ("", i.title, i.symbol)
    ]
    exchanged = [] if same and image else [f"it became {wanted}"]
    return [*exchanged, *(f.text for f in problems if f.level == ERROR and "SSH" not in f.text)]


def sweep(offer: Offer, seed: int, count: int, path: Path) -> None:
    chance = random.Random(seed)
    answered = 0
    for _ in range(count):
        asked = some_question(chance)
        rows = answer(asked, offer.machines, where(asked, {m.market for m in offer.machines})).rows
        if rows:
            answered += 1
            assert refused(offer, asked, rows[0], path) == [], (asked, rows[0].machine.name)
    assert answered > count / 3, "most questions have no answer"


@pytest.mark.slow
def test_the_first_rows_of_many_questions_can_be_launched(offer: Offer, tmp_path: Path) -> None:
    sweep(offer, 2, MANY, tmp_path / "picked")


@pytest.mark.slow
def test_any_machine_in_any_of_its_regions_can_be_launched(offer: Offer, tmp_path: Path) -> None:
    chance = random.Random(3)
    for machine in chance.sample([m for m in offer.machines if m.on_demand], MANY):
        region = chance.choice(machine.regions)
        row = Row(machine, region, machine.usd(region), (region,))
        assert refused(offer, Question(), row, tmp_path / "picked") == [], (machine.name, region)


def test_a_zone_is_named_where_names_do_not_tell(offer: Offer) -> None:
    """Where the menus offer zones that lack the machine. A name of a zone begins with its region's."""
    by_name = {m.name: m for m in offer.machines}
    g6e, names = by_name["g6e.xlarge"], replace(cloud_providers.load("aws").MENU_NAMES, zones_gate=False)
    chosen = pick.settings(Pick(g6e, "ap-northeast-2", "x86_64"), names)
    zones = [name for name in chosen if name.startswith(names.zone_prefix)]
    offered = [z for z in g6e.record.zones if z.startswith("ap-northeast-2")]
    assert zones == [names.zone_prefix + offered[0].upper().replace("-", "_")]
    assert Pick(by_name["Standard_D4s_v5"], "eastus", "x86_64").zone == "eastus-1", "and not one of eastus2"


def test_what_changed_is_told_by_the_names_of_the_menus() -> None:
    before = {"AWS region": "us-east-1", "Zone in us-east-1": "us-east-1a", "Nodes": "1", "Size": "3"}
    after = {"AWS region": "eu-west-1", "Zone in eu-west-1": "eu-west-1b", "Nodes": "1", "New": "9"}
    assert pick.changes(before, after) == [
        "AWS region: us-east-1 -> eu-west-1",
        "Zone in eu-west-1: us-east-1a -> eu-west-1b",
    ]
    assert ANY.low is None
