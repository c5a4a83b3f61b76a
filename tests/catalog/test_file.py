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
from cloudlib.catalog import limits
from cloudlib.catalog.records import (
    Catalog,
    Gpu,
    Image,
    InstanceType,
    LocalDisks,
    Price,
    Provenance,
    Region,
    Zone,
)
from cloudlib.errors import CatalogError
from cloudlib.publish import tier
from tests.support.catalogs import CLOSED, FAR, HOME, ITYPES, REGIONS, ZONES, catalog, image, itype, sealed

ROOT = Path(__file__).resolve().parents[2]
PRICE = Price(Decimal("0.1"), "list")
names = st.text("abXY019._-", max_size=9).map("n".__add__)
words = st.text(max_size=12).map(limits.line).map("a".__add__)
counts = st.integers(1, limits.DEVICES.most)
modes = st.sampled_from(["uefi", "legacy-bios", "V2"])
gpus = st.builds(Gpu, words, counts, st.none() | counts, st.sampled_from(["", "1/8"]))
prices = st.decimals("0.0001", "1000", places=7).map(lambda d: Price(d.normalize(), "list"))
itypes = st.builds(
    InstanceType,
    name=names,
    family=names,
    category=words,
    vcpus=counts,
    memory_mib=counts,
    architectures=st.lists(names, max_size=2, unique=True).map(tuple),
    gpus=st.lists(gpus, max_size=2).map(tuple),
    accelerators=st.lists(gpus, max_size=1).map(tuple),
    local_disks=st.lists(st.builds(LocalDisks, counts, counts, st.booleans()), max_size=2).map(tuple),
    network=words,
    bare_metal=st.booleans(),
    kvm=st.booleans(),
    boot_modes=st.lists(modes, max_size=2).map(tuple),
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
@given(machines=st.lists(itypes, min_size=1, max_size=3, unique_by=lambda k: k.name), title=words, name=names)
def test_any_records_survive(machines: list[InstanceType], title: str, name: str) -> None:
    made = catalog(machines, images=[image(name, name, "arm64", title, symbol=title)])
    text = catalogfile.dump(made)
    assert read(text) == made and catalogfile.dump(read(text)) == text


def test_types_share_the_names_of_zones_and_price_lists() -> None:
    """A hundred thousand types in a hundred zones would fill the memory with copies of a hundred names."""
    one, other = (t for t in read(catalogfile.dump(catalog(ITYPES[2:4]))).instance_types)
    assert one.zones and all(a is b for a, b in zip(one.zones, other.zones, strict=True))
    assert one.prices[HOME].source is other.prices[HOME].source


def test_one_record_a_line_and_sorted() -> None:
    text = catalogfile.dump(catalog(ITYPES[::-1]))
    names = [json.loads(line.rstrip(","))["name"] for line in text.splitlines() if line.startswith('{"name"')]
    records = catalog()
    assert names == [r.name for r in (*records.regions, *records.zones, *records.instance_types)]


def test_a_price_change_is_a_one_line_difference() -> None:
    before = catalogfile.dump(
        catalog([itype("m7.large", usd="0.1"), itype("m7.xlarge", usd="0.2")])
    ).splitlines()
    after = catalogfile.dump(
        catalog([itype("m7.large", usd="0.1"), itype("m7.xlarge", usd="0.3")])
    ).splitlines()
    changed = [b for a, b in zip(before, after) if a != b and '"digest"' not in a]
    assert len(before) == len(after) and len(changed) == 1 and '"0.3"' in changed[0]


def test_prices_are_exact() -> None:
    made = catalog([itype("m7.large", usd="0.10000000000000000001")])
    price = read(catalogfile.dump(made)).instance_types[0].price_in(HOME)
    assert price is not None and price.usd_per_hour == Decimal("0.10000000000000000001")


def test_the_digest_depends_on_the_records_alone() -> None:
    one = catalog(provenance=Provenance("live", "2026-01-01T00:00:00", calls=1))
    two = catalog(provenance=Provenance("a recording", "2027-01-01T00:00:00", calls=2))
    assert catalogfile.digest(one) == catalogfile.digest(two)
    assert catalogfile.digest(one) != catalogfile.digest(catalog(ITYPES[1:]))


def test_a_price_of_some_regions_is_not_one_of_all() -> None:
    """One price in one of two regions: read again, the other region still has none."""
    made = catalog([itype("m7.large", usd="0.1"), itype("m7.xlarge", prices={FAR: PRICE})])
    assert read(catalogfile.dump(made)) == made
    three = catalog(
        [itype("m7.large", regions=(HOME, FAR, "east-1"), zones=(), prices={HOME: PRICE, FAR: PRICE})],
        regions=(*REGIONS, Region("east-1")),
    )
    again = read(catalogfile.dump(three)).instance_types[0]
    assert again.prices == {HOME: PRICE, FAR: PRICE}


@pytest.mark.parametrize("name", ["Uocm:PHX-AD-1", "south-1-a", "north-1x", "north-1"])
def test_a_zone_may_be_named_after_no_region(name: str) -> None:
    """Oracle's availability domains do not begin with their region's name."""
    zones = (Zone(name, HOME), Zone("north-1b", HOME), Zone("south-1a", FAR))
    made = catalog([itype("m7.large", zones=(name, "north-1b", "south-1a"))], zones=zones)
    again = read(catalogfile.dump(made))
    assert again == made and again.within(again.instance_types[0], {HOME}).zones == (name, "north-1b")


def edited(**changes: Any) -> str:
    return json.dumps({**json.loads(catalogfile.dump(catalog())), **changes})


def with_type(**changes: Any) -> str:
    """The catalog file whose first type is changed so; None takes a field away."""
    first, *others = json.loads(catalogfile.dump(catalog()))["instance_types"]
    changed = {key: value for key, value in {**first, **changes}.items() if value is not None}
    return edited(instance_types=[changed, *others])


def with_provenance(**changes: Any) -> str:
    return edited(provenance={"source": "live", **changes})


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
    with pytest.raises(CatalogError, match="here: ") as caught:
        read(text)
    assert "git checkout" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (with_type(vcpus=float("inf")), "instance_types: FIRST: vcpus: inf is not a whole number"),
        (with_type(vcpus=True), "instance_types: FIRST: vcpus: True is not a whole number"),
        (with_type(vcpus=0.5), "instance_types: FIRST: vcpus: 0.5 is not a whole number"),
        (with_type(vcpus=None), "instance_types: FIRST: vcpus is missing"),
        (with_type(architectures="x86_64"), "instance_types: FIRST: architectures: 'x86_64' is not a list"),
        (with_type(architectures=[1]), "instance_types: FIRST: architectures: 1 is not a string"),
        (with_type(kvm=1), "instance_types: FIRST: kvm: 1 is not true or false"),
        (with_type(gpus=[{"name": "A", "count": "1"}]), "FIRST: gpus: count: '1' is not a whole number"),
        (with_type(gpus=[{"name": "A", "count": 1, "memory_mib": 0.5}]), "memory_mib: 0.5 is not a whole"),
        (with_type(local_disks={}), "instance_types: FIRST: local_disks: {} is not a list"),
        (with_type(surprise=1), "instance_types: FIRST: unknown field 'surprise'"),
        (with_type(regions=[HOME]), "instance_types: FIRST: unknown field 'regions'"),
        (with_type(offered=[HOME]), "instance_types: FIRST: offered: ['north-1'] is not an object"),
        (with_type(prices={"x": 0.1}), "instance_types: FIRST: prices: x: 0.1 is not an object"),
        (with_type(prices={"x": {"0.1": 1}}), "prices: x: 0.1: 1 is not a string"),
        (with_type(prices={"x": {"cheap": HOME}}), "prices: 'cheap' is not a price"),
        (with_type(prices={"x": {"Infinity": HOME}}), "prices: 'Infinity' is not a price"),
        (with_type(prices={"x": {"1_000": HOME}}), "prices: '1_000' is not a price"),
        (with_type(prices={"x": {"0.1": HOME, "0.2": HOME}}), "prices: a region has two prices"),
        (with_type(prices={"x": {"2001": HOME}}), "usd_per_hour is 2001, not a price from $0.0001 to $2000"),
        (edited(instance_types=["m5.large"]), "instance_types: 'm5.large' is not an object"),
        (edited(zones=[{"name": 1, "region": HOME}]), "zones: 1: name: 1 is not a string"),
        (edited(images=[{"title": "A", "distro": 7}]), "images: A: distro: 7 is not a string"),
        (edited(default_region=7), "default_region: 7 is not a string"),
        (edited(provider=[]), "provider: [] is not a string"),
        (with_provenance(fetched_at=2026), "provenance: fetched_at: 2026 is not a string"),
        (with_provenance(not_reached=[HOME]), "provenance: not_reached: ['north-1'] is not an object"),
        (with_provenance(notices="slow"), "provenance: notices: 'slow' is not a list"),
        (with_provenance(calls="7"), "provenance: calls: '7' is not a whole number"),
        (edited(regions=["x" * 100]), "regions: '" + "x" * 39 + "... is not an object"),
        ("[" * 100_000, "nested too deep"),
        (edited(format="1"), "format '1', this version reads 2"),
        ("{}", "no 'format'"),
    ],
    ids=lambda text: text if len(text) < 90 else "",
)
def test_a_value_of_another_type_is_named(text: str, what: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read(text)
    first = catalog().instance_types[0].name
    assert caught.value.what.startswith("here: ") and what.replace("FIRST", first) in caught.value.what
    assert "git checkout" in caught.value.hint


def test_an_edited_record_is_noticed(tmp_path: Path) -> None:
    """A price, an image's owner, a line taken out: whatever the menus would be made of."""
    text = catalogfile.dump(catalog())
    path = tmp_path / "catalog.json.static"
    lines = text.splitlines(keepends=True)
    shorter = [line for line in lines if not line.startswith('{"name":"m7.large"')]
    for changed in (
        text.replace("0.1008", "0.0008"),
        text.replace("debian-12-", "debian-66-"),
        "".join(shorter),
    ):
        assert changed != text
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(CatalogError, match="the records do not match the digest") as caught:
            catalogfile.load_file(path)
        assert str(path) in caught.value.what and "git checkout" in caught.value.hint
        assert read(sealed(changed))
    hidden = text.replace(
        '"images": [\n',
        '"images": [\n ' + '{"distro":"x","title":"X","architecture":"arm64","coordinates":{}},\n',
    )
    for head in (edited(default_region=FAR), with_provenance(), hidden):
        with pytest.raises(CatalogError, match="do not match the digest"):
            read(head)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="No such file"):
        catalogfile.load_file(tmp_path / "catalog.json.static")


@pytest.mark.parametrize("path", sorted(ROOT.glob("terraform/*/kconfigs/catalog.json.static")), ids=str)
def test_committed_catalogs_are_whole(path: Path) -> None:
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
