# SPDX-License-Identifier: MIT
"""Which changes look like a fault: 27 ways to spoil a real catalog, and what an ordinary month brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog import guard
from cloudlib.catalog.diff import difference
from cloudlib.catalog.image_rules import Publishers
from cloudlib.catalog.records import Catalog, InstanceType, Price, Provenance, Region, Zone
from cloudlib.errors import CatalogError
from cloudlib.publish import tier
from tests.support.catalogs import FAR, HOME, IMAGES, catalog, itype
from tests.support.tree import ROOT

AWS = cloud_providers.load("aws")
TEN = [itype(f"m7.{n}xlarge", n, n * 4, "1") for n in range(1, 11)]
DATED = Provenance("by hand", fetched_at="2026-01-01T00:00:00+00:00")
Change = Callable[[Catalog], Catalog]


@cache
def committed(name: str = "aws") -> Catalog:
    return catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.{tier.STATIC}")


@cache
def third() -> Catalog:
    """Every third family of AWS, and those of types that must never be missing: the shares are as of all."""
    whole = committed()
    never = {t.family for t in whole.instance_types if t.name in AWS.CANARIES}
    kept = {"u7in-32tb", "p6-b300", *never, *[*whole.families()][::3]}  # the first two: of the largest types
    return replace(whole, instance_types=tuple(t for t in whole.instance_types if t.family in kept))


def doubts(new: Catalog, old: Catalog, canaries: Sequence[str] = AWS.CANARIES) -> list[str]:
    """As on the day after the old one was fetched."""
    now = datetime.fromisoformat(old.provenance.fetched_at) + timedelta(days=1)
    return guard.doubts(difference(old, new), old, new, canaries=canaries, now=now)


def demo(types: Sequence[InstanceType] = TEN, **changes: object) -> Catalog:
    return catalog(types, **{"provenance": DATED, **changes})


# --- 27 mutations of the committed catalog of AWS ---


def each(change: Callable[[InstanceType], InstanceType]) -> Change:
    """A change of every type."""
    return lambda c: replace(c, instance_types=tuple(map(change, c.instance_types)))


def only(keep: Callable[[int, InstanceType], bool]) -> Change:
    """Some of the types, by their number and record."""
    return lambda c: replace(c, instance_types=tuple(t for n, t in enumerate(c.instance_types) if keep(n, t)))


def times(factor: str, names: Sequence[str] = ()) -> Change:
    """The prices multiplied, of these types or of all."""

    def change(itype: InstanceType) -> InstanceType:
        if names and itype.name not in names:
            return itype
        prices = {
            r: Price(min(Decimal(2000), p.usd_per_hour * Decimal(factor)), p.source)
            for r, p in itype.prices.items()
        }
        return replace(itype, prices=prices)

    return each(change)


def neighbors_prices(c: Catalog) -> Catalog:
    types = c.instance_types
    return replace(
        c, instance_types=tuple(replace(a, prices=b.prices) for a, b in zip(types, types[1:] + types[:1]))
    )


def swapped(itype: InstanceType) -> InstanceType:
    other = {"x86_64": "arm64", "arm64": "x86_64"}
    return replace(itype, architectures=tuple(other.get(a, a) for a in itype.architectures))


def without_regions(count: int) -> Change:
    """The first regions gone with all that is in them, as if they had never been."""

    def change(c: Catalog) -> Catalog:
        lost = [r.name for r in c.regions if r.name in c.offered_in and r.name != c.default_region][:count]
        kept = {r.name for r in c.regions} - {*lost}
        assert len(lost) == count
        return replace(
            c,
            regions=tuple(r for r in c.regions if r.name in kept),
            zones=tuple(z for z in c.zones if z.region in kept),
            instance_types=tuple(c.within(t, kept) for t in c.instance_types),
        )

    return change


def at_home(c: Catalog) -> Catalog:
    return replace(
        c, instance_types=tuple(c.within(t, {c.default_region}) for t in c.instance_types if t.regions)
    )


def no_zones(c: Catalog) -> Catalog:
    return replace(c, zones=(), instance_types=tuple(replace(t, zones=()) for t in c.instance_types))


def other_owner(only: str = "") -> Change:
    def change(c: Catalog) -> Catalog:
        images = (
            replace(i, coordinates={**i.coordinates, name: "666666666666"})
            if i.distro.startswith(only) and (name := "AMI_OWNER" if i.purpose == "os" else "OWNER")
            else i
            for i in c.images
        )
        return replace(c, images=tuple(images))

    return change


def with_a_type_for_nothing(c: Catalog) -> Catalog:
    new = replace(
        c.instance_types[0], name="a1.free", prices={c.default_region: Price(Decimal("0.000000001"), "?")}
    )
    return replace(c, instance_types=(*c.instance_types, new))


def ten_years_ahead(c: Catalog) -> Catalog:
    return c.with_provenance(replace(c.provenance, fetched_at="2036-11-26T00:00:00+00:00"))


#: name: the change, and what some reason says.
MUTATIONS: dict[str, tuple[Change, str]] = {
    "prices x 9.9": (times("9.9"), "the median price is 9.90 times the old one"),
    "prices x 10.1": (times("10.1"), "prices changed by a factor of 10 or more"),
    "prices x 0.101": (times("0.101"), "the median price is 0.10 times the old one"),
    "prices x 2": (times("2"), "prices changed by a factor of 1.2 or more (limit 10 %"),
    "one price x 10.1": (
        times("10.1", ("m5.large",)),
        "prices changed by a factor of 10 or more (limit 0: a unit may be wrong): m5.large in ",
    ),
    "each type has its neighbor's price": (neighbors_prices, "prices changed by a factor of 1.2 or more"),
    "vCPU of all x 2": (each(lambda t: replace(t, vcpus=t.vcpus * 2)), "have other hardware (limit 1 %"),
    "vCPU of all = 1": (each(lambda t: replace(t, vcpus=1)), "u7in-32tb.224xlarge vcpus 896 -> 1"),
    "memory of all / 1024": (
        each(lambda t: replace(t, memory_mib=max(1, t.memory_mib // 1024))), "memory_mib 33554432 -> 32768",
    ),
    "GPUs of all vanish": (
        each(lambda t: replace(t, gpus=())), "p6-b300.48xlarge gpus 8 x NVIDIA B300 268.59 GiB -> none",
    ),
    "architectures swapped": (each(swapped), "architectures x86_64 -> arm64"),
    "19 % of types vanish": (only(lambda n, t: n % 100 >= 19), "instance types are no longer offered"),
    "21 % of types vanish": (only(lambda n, t: n % 100 >= 21), "instance types are no longer offered"),
    "family m5 vanishes": (
        only(lambda n, t: t.family != "m5"),
        "families of 5 or more types are gone (limit 0: such a retirement is announced): m5 (9 types)",
    ),
    "5 of 30 regions vanish": (without_regions(5), "5 of 30 regions no longer offer anything (limit 0"),
    "7 of 30 regions vanish": (without_regions(7), "7 of 30 regions no longer offer anything (limit 0"),
    "all zones vanish": (no_zones, "zones are gone (limit 5 %: clouds hardly ever close one): us-"),
    "local disks of all vanish": (each(lambda t: replace(t, local_disks=())), "GB NVMe -> none"),
    "no current generation": (
        each(lambda t: replace(t, current_generation=False)), "instance types changed generation (limit 10 %",
    ),
    "all prices vanish": (each(lambda t: replace(t, prices={})), "prices are no longer known (limit 10 %"),
    "prices of 1 type in 6 vanish": (
        lambda c: replace(
            c,
            instance_types=tuple(
                replace(t, prices={}) if n % 6 == 0 else t for n, t in enumerate(c.instance_types)
            ),
        ),
        "prices are no longer known (limit 10 %",
    ),
    "owner of the Debian image changed": (
        other_owner("debian"), "images have other publishers: debian 10 arm64 by 666666666666",
    ),
    "owners of ALL images changed": (other_owner(), "almalinux 8 x86_64 by 666666666666"),
    "KVM of all = yes": (each(lambda t: replace(t, kvm=True)), "kvm no -> yes"),
    "every type in the default region only": (at_home, "29 of 30 regions no longer offer anything"),
    "a new type at $0.000000001": (
        with_a_type_for_nothing,
        "usd_per_hour is 1E-9, not a price from $0.0001 to $2000 an hour",
    ),
    "fetched_at ten years ahead": (ten_years_ahead, "it was fetched in the future, on 2036-11-26T00:00"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_spoiled_catalog_is_doubted(name: str) -> None:
    change, said = MUTATIONS[name]
    try:
        new = change(third())
        reasons = doubts(new, third()) + guard.strangers(new, AWS.PUBLISHERS)
    except CatalogError as error:  # no record can say this
        reasons = [error.what]
    assert [r for r in reasons if said in r], "\n".join(reasons)


def test_there_are_27() -> None:
    assert len(MUTATIONS) == 27


# --- what is no doubt ---


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_the_committed_catalogs_are_believed(name: str) -> None:
    old, provider = committed(name), cloud_providers.load(name)
    assert doubts(old, old, provider.CANARIES) == [] == guard.strangers(old, provider.PUBLISHERS)
    offered = {t.name for t in old.instance_types if t.offered}
    assert len(provider.CANARIES) == 2 and offered.issuperset(provider.CANARIES)
    assert {coordinate for i in old.images for coordinate in i.coordinates}.issuperset(
        provider.PUBLISHERS.coordinates
    )


def test_an_ordinary_month_is_believed() -> None:
    """Two new families, one new region, six types repriced by half, two retired, a release that ends."""
    old = committed()
    large = next(t for t in old.instance_types if t.name == "m5.large")
    fresh = [replace(large, name=f"{family}.large", family=family) for family in ("m9i", "c9i")]
    new = times("0.5", [t.name for t in old.instance_types if t.family == "g5"][:6])(old)
    new = only(lambda n, t: t.name not in ("m1.small", "m1.medium"))(new)
    moved = [replace(t, regions=(*t.regions, "zz-north-1")) for t in new.instance_types[:400]]
    debian = next(i for i in old.images if i.distro == "debian")
    new = Catalog.build(
        provider=new.provider,
        default_region=new.default_region,
        regions=(*new.regions, Region("zz-north-1")),
        zones=(*new.zones, Zone("zz-north-1a", "zz-north-1")),
        instance_types=[*moved, *new.instance_types[400:], *fresh],
        images=[*new.images[1:], replace(debian, release="14", title="Debian 14")],
        provenance=replace(
            old.provenance,
            fetched_at=(datetime.fromisoformat(old.provenance.fetched_at) + timedelta(days=1)).isoformat(),
        ),
    )
    assert difference(old, new)
    assert doubts(new, old) == [] == guard.strangers(new, AWS.PUBLISHERS)


def test_more_of_everything_is_no_doubt() -> None:
    assert doubts(demo([*TEN, itype("m8.large")]), demo()) == []


# --- limits, one by one ---


def test_one_of_ten_types_may_go_and_no_more() -> None:
    assert doubts(demo(TEN[1:]), demo()) == []
    assert doubts(demo(TEN[2:]), demo()) == [
        "2 of 10 instance types are no longer offered (limit 10 %: clouds retire a few a year): "
        "m7.1xlarge, m7.2xlarge"
    ]


def test_a_type_that_no_menu_offers_is_gone() -> None:
    """It is in the catalog still, without an architecture, or offered nowhere."""
    for change in ({"architectures": ()}, {"regions": (), "zones": (), "prices": {}}):
        hidden = [replace(t, **change) for t in TEN[:2]]  # type: ignore[arg-type]
        assert "2 of 10 instance types are no longer offered" in doubts(demo([*hidden, *TEN[2:]]), demo())[0]


def test_as_many_others_do_not_make_up_for_it() -> None:
    others = [itype(f"z9.{n}xlarge", n, n * 4, "1") for n in range(1, 11)]
    said = "\n".join(doubts(demo(others), demo()))
    assert "10 of 10 instance types are no longer offered" in said and "): m7 (10 types)" in said


def test_a_canary() -> None:
    (said,) = doubts(demo(TEN[1:]), demo(), ["m7.1xlarge", "m7.2xlarge"])
    assert said == "types that are always there are no longer offered: m7.1xlarge"
    assert doubts(demo(TEN), demo(), ["never.there"]) == []


def test_a_lost_region_and_images() -> None:
    new = demo(
        [itype(t.name, t.vcpus, t.memory_mib / 1024, "1", regions=(HOME,)) for t in TEN], images=IMAGES[:2]
    )
    found = doubts(new, demo())
    assert (
        found[0] == f"1 of 2 regions no longer offer anything (limit 0: clouds do not close regions): {FAR}"
    )
    assert any(reason.startswith("4 of 6 image streams are gone (limit 20 %") for reason in found)


def test_another_default_region() -> None:
    assert doubts(demo(default_region=FAR), demo()) == [f"the default region was {HOME}, now {FAR}"]


def test_prices_of_a_whole_list() -> None:
    """A list in another currency is 15 % off: no price by a fifth, and all of them at once."""
    assert doubts(times("1.15")(demo()), demo()) == [
        "10 of 10 prices changed (limit 20 %: list prices rarely change): "
        "m7.1xlarge in north-1 $1.00 -> $1.15, m7.2xlarge in north-1 $1.00 -> $1.15, "
        "m7.3xlarge in north-1 $1.00 -> $1.15, …"
    ]
    assert doubts(times("1.5", ["m7.1xlarge"])(demo()), demo()) == []


def test_the_worst_are_shown() -> None:
    new = times("0.7")(times("3", ["m7.9xlarge"])(demo()))
    (far,) = [reason for reason in doubts(new, demo()) if "factor of 1.2" in reason]
    assert "): m7.9xlarge in north-1 $1.00 -> $2.10, m7.1xlarge in north-1 $1.00 -> $0.70, " in far


def test_one_changed_type_of_a_small_cloud() -> None:
    """1 % of ten types is none; one may change, and no more."""
    assert doubts(demo([replace(TEN[0], vcpus=64), *TEN[1:]]), demo()) == []
    (said,) = doubts(demo([replace(t, vcpus=64) for t in TEN[:2]] + TEN[2:]), demo())
    assert said.endswith("m7.2xlarge vcpus 2 -> 64, m7.1xlarge vcpus 1 -> 64")


def test_a_first_catalog_is_not_doubted() -> None:
    now = datetime.fromisoformat(DATED.fetched_at)
    assert guard.doubts(None, None, demo(), canaries=(), now=now) == []


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_an_unknown_date(date: str) -> None:
    (said,) = doubts(demo(provenance=replace(DATED, fetched_at=date)), demo())
    assert said == f"the date of the fetch is not known: {date!r}"


def test_clocks_may_differ_a_little() -> None:
    def at(minutes: int) -> list[str]:
        now = datetime.fromisoformat(DATED.fetched_at) - timedelta(minutes=minutes)
        return guard.doubts(None, None, demo(), canaries=(), now=now)

    assert at(59) == [] and len(at(61)) == 1


def test_a_publisher_is_pinned_for_its_own_distribution() -> None:
    pinned = Publishers(("OWNER",), frozenset({("debian", "1"), ("ubuntu", "2"), ("gpu", "3")}))

    def strange(distro: str, owner: str, purpose: str = "os") -> bool:
        return pinned.strange(
            replace(IMAGES[0], distro=distro, purpose=purpose, coordinates={"OWNER": owner})
        )

    assert not strange("debian", "1") and not strange("learning", "3", "gpu")
    assert strange("debian", "2") and strange("ubuntu", "1")
    assert pinned.strange(replace(IMAGES[0], coordinates={"NAME": "x"})), "it names nobody"
    assert not Publishers().strange(IMAGES[0]), "images of the vendor's own"


def test_every_limit_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
    for limit in guard.LIMITS.values():
        assert f"| {limit.what} | {limit.share * 100:g} % | {limit.why} |" in page
