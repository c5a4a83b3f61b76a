# SPDX-License-Identifier: MIT
"""catalog.json: there and back, one record a line, and every damage noticed."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Gpu, Image, InstanceType, LocalDisks, Price, Provenance
from cloudlib.errors import CatalogError
from cloudlib.publish import tier
from tests.support.catalogs import CLOSED, HOME, KINDS, ZONES, catalog, image, kind

ROOT = Path(__file__).resolve().parents[2]
words = st.text(min_size=1, max_size=12)
counts = st.integers(1, 10**7)
gpus = st.builds(Gpu, words, counts, st.none() | counts, st.sampled_from(["", "1/8"]))
prices = st.decimals("0.0001", "1000", places=7).map(lambda d: Price(d.normalize(), "list"))
kinds = st.builds(
    InstanceType,
    name=words,
    family=words,
    category=words,
    vcpus=counts,
    memory_mib=counts,
    architectures=st.lists(words, max_size=2, unique=True).map(tuple),
    gpus=st.lists(gpus, max_size=2).map(tuple),
    accelerators=st.lists(gpus, max_size=1).map(tuple),
    local_disks=st.lists(st.builds(LocalDisks, counts, counts, st.booleans()), max_size=2).map(tuple),
    network=st.text(max_size=9),
    bare_metal=st.booleans(),
    kvm=st.booleans(),
    boot_modes=st.lists(words, max_size=2).map(tuple),
    current_generation=st.booleans(),
    regions=st.sampled_from([(), (HOME,), (HOME, "south-1")]),
    zones=st.just(()),
    prices=st.dictionaries(st.sampled_from([HOME, "south-1"]), prices),
)


def read(text: str) -> Catalog:
    return catalogfile.load(text, where="here")


def test_there_and_back() -> None:
    made = catalog(provenance=Provenance("live", "2026-01-01", {"aws": "1"}, 7, {"south-1": "slow"}, ("a",)))
    assert read(catalogfile.dump(made)) == made


@settings(max_examples=60, deadline=None)
@given(machines=st.lists(kinds, min_size=1, max_size=3, unique_by=lambda k: k.name), title=words)
def test_any_records_survive(machines: list[InstanceType], title: str) -> None:
    made = catalog(machines, images=[image(title, title, "arm64", title, boot_modes=(title,))])
    text = catalogfile.dump(made)
    assert read(text) == made and catalogfile.dump(read(text)) == text


def test_one_record_a_line_and_sorted() -> None:
    text = catalogfile.dump(catalog(KINDS[::-1]))
    names = [json.loads(line.rstrip(","))["name"] for line in text.splitlines() if line.startswith('{"name"')]
    records = catalog()
    assert names == [r.name for r in (*records.regions, *records.zones, *records.instance_types)]


def test_a_price_change_is_a_one_line_difference() -> None:
    before = catalogfile.dump(
        catalog([kind("m7.large", usd="0.1"), kind("m7.xlarge", usd="0.2")])
    ).splitlines()
    after = catalogfile.dump(
        catalog([kind("m7.large", usd="0.1"), kind("m7.xlarge", usd="0.3")])
    ).splitlines()
    changed = [b for a, b in zip(before, after) if a != b and '"digest"' not in a]
    assert len(before) == len(after) and len(changed) == 1 and '"0.3"' in changed[0]


def test_prices_are_exact() -> None:
    made = catalog([kind("m7.large", usd="0.10000000000000000001")])
    price = read(catalogfile.dump(made)).instance_types[0].price_in(HOME)
    assert price is not None and price.usd_per_hour == Decimal("0.10000000000000000001")


def test_the_digest_depends_on_the_records_alone() -> None:
    one = catalog(provenance=Provenance("live", "2026-01-01T00:00:00", calls=1))
    two = catalog(provenance=Provenance("a recording", "2027-01-01T00:00:00", calls=2))
    assert catalogfile.digest(one) == catalogfile.digest(two)
    assert catalogfile.digest(one) != catalogfile.digest(catalog(KINDS[1:]))


def test_a_zone_outside_its_regions_is_no_catalogue() -> None:
    with pytest.raises(CatalogError, match="the zone mars-1a is in none of its regions"):
        catalogfile.dump(catalog([kind("m7.large", zones=("mars-1a",))]))


def edited(**changes: Any) -> str:
    return json.dumps({**json.loads(catalogfile.dump(catalog())), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        catalogfile.dump(catalog())[:-40],
        edited(format=99),
        edited(instance_types=[]),
        edited(instance_types=[{"name": "m5.large"}]),
        edited(instance_types=7),
        edited(regions=[{"name": HOME, "surprise": 1}]),
        edited(provenance=None),
        edited(default_region=CLOSED),
    ],
    ids=range(12),
)
def test_damage_is_noticed(text: str) -> None:
    with pytest.raises(CatalogError):
        read(text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="No such file"):
        catalogfile.load_file(tmp_path / "catalog.json.static")


@pytest.mark.parametrize("path", sorted(ROOT.glob("terraform/*/kconfigs/catalog.json.static")), ids=str)
def test_committed_catalogues_are_whole(path: Path) -> None:
    """The digest in the file is that of its records, so nobody edited one by hand."""
    made, head = catalogfile.load_file(path), json.loads(path.read_text(encoding="utf-8"))
    assert head["provenance"]["digest"] == catalogfile.digest(made)
    assert catalogfile.dump(made) == path.read_text(encoding="utf-8")
    assert path.name == f"{catalogfile.NAME}.{tier.STATIC}" and made.provider == path.parts[-3]


def test_images_keep_their_coordinates() -> None:
    made = catalog(zones=ZONES, images=[Image("d", "1", "D 1", "x86_64", {"NAME": "n", "A": "b"})])
    assert read(catalogfile.dump(made)).images[0].coordinates == {"A": "b", "NAME": "n"}


def test_a_stream_without_a_release_survives() -> None:
    found = catalog(images=(image("leap", "", "x86_64", "Leap"),))
    assert catalogfile.load(catalogfile.dump(found), where="here").images == found.images
