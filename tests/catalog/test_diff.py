# SPDX-License-Identifier: MIT
"""What one catalog says that another does not, as a record and as text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.diff import CatalogDiff, Moved, Names, Repriced, difference
from cloudlib.catalog.records import Catalog, InstanceType, Price, Region, Zone
from cloudlib.show import diff as difftext
from cloudlib.show.diff_formats import section_lines
from tests.support.catalogs import FAR, HOME, IMAGES, ITYPES, REGIONS, ZONES, catalog, image, itype

OLD = catalog()


def with_types(*itypes: InstanceType, leave: tuple[str, ...] = ()) -> Catalog:
    """The demo catalog with these types in place of those of their names, or besides."""
    names = {k.name for k in itypes} | set(leave)
    return catalog([*(k for k in ITYPES if k.name not in names), *itypes])


def lines(diff: CatalogDiff, old: Catalog, new: Catalog) -> list[str]:
    return list(section_lines(difftext.sections(diff, old, new)))


def test_equal_catalogs_do_not_differ() -> None:
    diff = difference(OLD, catalog())
    assert not diff and difftext.headline(diff) == "" and lines(diff, OLD, catalog()) == []


def test_another_provenance_is_no_difference() -> None:
    other = OLD.with_provenance(
        replace(OLD.provenance, source="live", fetched_at="2030-01-01T00:00:00+00:00")
    )
    assert not difference(OLD, other)


def test_families_and_types() -> None:
    new = with_types(
        itype("z9.large"), itype("z9.xlarge"), itype("m7.3xlarge"), leave=("a7.large", "m7.xlarge")
    )
    diff = difference(OLD, new)
    assert diff.families == Names(("z9",), ("a7",))
    assert diff.types.added == ("m7.3xlarge", "z9.large", "z9.xlarge")
    assert diff.types.removed == ("a7.large", "m7.xlarge")
    text = lines(diff, OLD, new)
    assert "    + z9  2 vCPU  8 GiB  x86_64  (2 types)" in text
    assert "    - a7  2 vCPU  8 GiB  arm64  from $0.08/h  (1 type)" in text
    assert "    + m7.3xlarge" in text and "    - m7.xlarge" in text
    assert not any("z9.large" in line for line in text), "told of with its family"
    assert difftext.headline(diff) == "1 family added, 1 removed; 3 types added, 2 removed"


def test_figures() -> None:
    new = with_types(itype("m7.xlarge", 8, 16, "0.2016", kvm=True))
    diff = difference(OLD, new)
    assert diff.types.changed == {"m7.xlarge": ("vcpus", "kvm")} and not diff.moved and not diff.repriced
    assert lines(diff, OLD, new) == ["  types:", "    ~ vcpus, kvm of m7.xlarge"]


def test_moves() -> None:
    new = with_types(
        itype("m7.10xlarge", 40, 160, regions=(FAR,)), itype("m7.2xlarge", 8, 32, "0.4032", zones=())
    )
    diff = difference(OLD, new)
    assert diff.moved == (
        Moved("m7.2xlarge", zones_lost=("north-1a", "north-1b", "south-1a")),
        Moved("m7.10xlarge", gained=(FAR,), lost=(HOME,)),
    )
    text = lines(diff, OLD, new)
    assert "    ~ m7.10xlarge:  + south-1  - north-1" in text


def test_a_family_that_moves_is_one_line() -> None:
    new = catalog([replace(k, regions=(HOME,), zones=()) if k.family == "m7" else k for k in ITYPES])
    old = catalog([replace(k, zones=()) if k.family == "m7" else k for k in ITYPES])
    text = lines(difference(old, new), old, new)
    assert text == ["  offered elsewhere:", "    ~ m7.large, m7.xlarge, m7.2xlarge:  - south-1"]
    far = catalog([replace(k, regions=(FAR,), zones=()) if k.family == "m7" else k for k in ITYPES])
    near = catalog([replace(k, regions=(HOME,), zones=()) if k.family == "m7" else k for k in ITYPES])
    assert "    ~ all of m7:  + north-1  - south-1" in lines(difference(far, near), far, near)


def test_prices() -> None:
    new = with_types(
        itype("m7.large", 2, 8, "0.2016", network="Up to 12.5 Gigabit", boot_modes=("legacy-bios", "uefi")),
        itype("m7.xlarge", 4, 16, "0.1512"),
        itype("m7.2xlarge", 8, 32),
        itype("m7.10xlarge", 40, 160, "2", regions=(HOME,)),
    )
    diff = difference(OLD, new)
    assert diff.repriced == (
        Repriced("m7.large", HOME, Decimal("0.1008"), Decimal("0.2016")),
        Repriced("m7.xlarge", HOME, Decimal("0.2016"), Decimal("0.1512")),
    )
    assert (diff.priced, diff.unpriced) == ((("m7.10xlarge", HOME),), (("m7.2xlarge", HOME),))
    assert diff.restated == 0
    assert lines(diff, OLD, new) == [
        "  prices, USD per hour:",
        "    1 rose, 1 fell, 1 new, 1 no longer known",
        "    largest rise: m7.large in north-1  $0.1008 -> $0.2016  (+100.0 %)",
        "    largest fall: m7.xlarge in north-1  $0.2016 -> $0.1512  (-25.0 %)",
    ]


def test_the_same_price_from_elsewhere() -> None:
    said = Price(Decimal("0.2016"), "another list")
    diff = difference(OLD, with_types(itype("m7.xlarge", 4, 16, prices={HOME: said})))
    assert diff.restated == 1 and not diff.repriced
    assert difftext.headline(diff) == "1 price from another source"


def test_regions_zones_images_and_home() -> None:
    new = catalog(
        regions=(*REGIONS[:2], replace(REGIONS[2], available=True, why_not=""), Region("east-1", "The East")),
        zones=(*ZONES[:2], Zone("south-1b", FAR)),
        images=(*IMAGES[1:], image("debian", "13", "x86_64")),
        itypes=[replace(k, zones=()) for k in ITYPES],
        default_region=FAR,
    )
    diff = difference(OLD, new)
    assert diff.default_region == (HOME, FAR)
    assert diff.regions.added == ("east-1",) and diff.regions.changed == {"west-1": ("available", "why_not")}
    assert diff.zones.added == ("south-1b",) and diff.zones.removed == ("south-1a",)
    assert diff.images.added == ("debian 13 x86_64",) and len(diff.images.removed) == 1
    text = lines(diff, OLD, new)
    assert "    + east-1  The East" in text and "    ~ west-1  The West: available, why_not" in text


def test_long_sections_say_what_they_leave_out() -> None:
    new = catalog([*ITYPES, *(itype(f"f{n}.large") for n in range(50))])
    text = lines(difference(OLD, new), OLD, new)
    assert text[-1] == "    and 30 more lines: FORMAT=markdown has all" and len(text) == 22
    twenty = catalog([*ITYPES, *(itype(f"f{n}.large") for n in range(20))])
    text = lines(difference(OLD, twenty), OLD, twenty)
    assert len(text) == 21 and text[-1].startswith("    + f"), "all of them fit"


_PRICES = st.sampled_from([{}, {HOME: Price(Decimal("1"), "a")}, {HOME: Price(Decimal("1"), "b")},
                           {HOME: Price(Decimal("2"), "a"), FAR: Price(Decimal("3"), "a")}])  # fmt: skip
_ITYPES = st.lists(
    st.builds(
        lambda size, vcpus, regions, zoned, prices, network: itype(
            f"m7.{size}large", vcpus, 4, regions=regions, network=network,
            prices={r: p for r, p in prices.items() if r in regions},
            zones=tuple(z.name for z in ZONES if zoned and z.region in regions),
        ),
        st.integers(1, 3), st.integers(1, 2), st.sampled_from([(HOME,), (FAR,), (HOME, FAR)]), st.booleans(),
        _PRICES, st.sampled_from(["", "fast"]),
    ),
    min_size=1, max_size=3, unique_by=lambda k: k.name,
)  # fmt: skip
_CATALOGS = st.builds(
    lambda itypes, images, zones, regions, home: catalog(
        itypes, images=images, zones=zones, regions=regions, default_region=home
    ),
    _ITYPES,
    st.sampled_from([IMAGES, IMAGES[:3], ()]),
    st.sampled_from([ZONES, (*ZONES, Zone("north-1c", HOME)), (replace(ZONES[0], zone_id="x"), *ZONES[1:])]),
    st.sampled_from([REGIONS, REGIONS[:2], (replace(REGIONS[0], long_name="x"), *REGIONS[1:])]),
    st.sampled_from([HOME, FAR]),
)


@settings(max_examples=150, deadline=None)
@given(_CATALOGS, _CATALOGS)
def test_no_difference_is_the_truth(old: Catalog, new: Catalog) -> None:
    """A difference is empty exactly when both digests are equal, and what differs is always said."""
    diff = difference(old, new)
    assert bool(diff) == (catalogfile.digest(old) != catalogfile.digest(new))
    assert bool(difftext.headline(diff)) == bool(diff)
    back = difference(new, old)
    assert {*back.types.added} == {*diff.types.removed} and {*back.types.removed} == {*diff.types.added}
    assert ({*back.priced}, {*back.unpriced}) == ({*diff.unpriced}, {*diff.priced})
    assert {(m.type, m.gained, m.lost) for m in back.moved} == {
        (m.type, m.lost, m.gained) for m in diff.moved
    }
