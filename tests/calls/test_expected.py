# SPDX-License-Identifier: MIT
"""Which answers are too short to be believed."""

from __future__ import annotations

import pytest

from cloudlib.calls import job
from cloudlib.calls.expected import Expected, lack
from cloudlib.calls.regions import RegionResults
from cloudlib.catalog.merge import carry_forward
from cloudlib.catalog.records import Provenance
from cloudlib.errors import ShortAnswer
from tests.support.catalogs import FAR, HOME, IMAGES, catalog, image

KNOWN = [f"m{n}" for n in range(30)]


@pytest.mark.parametrize(
    ("answered", "known", "some", "why"),
    [
        (KNOWN, KNOWN, True, ""),
        ([*KNOWN, "new"], (), True, ""),
        ((), (), False, ""),
        ((), (), True, "has no types"),
        ((), KNOWN, False, "has none of the 30 known types"),
        (KNOWN[3:], KNOWN, True, ""),
        (KNOWN[4:], KNOWN, True, "lacks 4 of 30 known types"),
        ([*KNOWN[4:], "a", "b", "c", "d"], KNOWN, True, "lacks 4 of 30 known types"),
        (["a"], ["a", "b"], True, ""),
        ((), ["a"], True, "has none of the 1 known types"),
    ],
)
def test_a_tenth_may_go(answered: list[str], known: list[str], some: bool, why: str) -> None:
    assert lack("types", answered, known, some=some) == why


def test_force_takes_what_was_answered_and_says_so() -> None:
    with pytest.raises(ShortAnswer, match="the answer has no types") as caught:
        Expected("aws", HOME).check(HOME, "types", (), ())
    assert caught.value.hint == "if that is right, run the command again with FORCE=1"
    forced = Expected("aws", HOME, force=True)
    forced.check(HOME, "types", (), KNOWN)
    told = f"accepted because of FORCE=1: the answer for {HOME} has none of the 30 known types"
    assert RegionResults(forced, ()).notices() == (told,)


def test_what_the_tree_knows() -> None:
    known = Expected("demo", HOME, catalog())
    assert "m7.10xlarge" in known.types_in("north-1b")
    assert "m7.10xlarge" not in known.types_in("south-1a") and "g6.xlarge" in known.types_in(FAR)
    assert known.zones_in(FAR) == ["south-1a"] and "m5.large" in known.priced_in(HOME)
    with pytest.raises(ShortAnswer, match="demo: the answer lacks 2 of 3 known regions"):
        known.check_regions([HOME])


def test_another_partition_is_not_known() -> None:
    elsewhere = Expected("aws", "gov-west-1", catalog())
    assert elsewhere.known is None and not elsewhere.types_in(HOME)
    elsewhere.check_regions(["gov-west-1"])


def lost_images(*answered: object, home: str = HOME) -> dict[str, str]:
    results = RegionResults(Expected("demo", home, catalog()), ())
    job.check_images(results, answered)  # type: ignore[arg-type]
    return results.not_reached


def test_a_distribution_that_vanished_is_kept() -> None:
    debian = [i for i in IMAGES if i.distro == "debian"]
    others = [i for i in IMAGES if i.distro != "debian"]
    assert lost_images(*IMAGES) == {}
    assert lost_images(*IMAGES[1:]) == {}, "one release may end"
    assert lost_images(*others) == {"debian images": "the answer lacks 3 of 3 known streams"}
    assert lost_images(*debian[2:], *others) == {"debian images": "the answer lacks 2 of 3 known streams"}
    assert list(lost_images(*debian)) == ["GPU images", "ubuntu images"]
    assert lost_images(*others, home=FAR) == {}, "another region may have other images"
    told = Provenance("live", not_reached=lost_images(*others))
    merged = carry_forward(
        catalog(images=(*others, image("arch", "1", "x86_64")), provenance=told), catalog()
    )
    assert {i.distro for i in merged.images} == {"arch", "debian", "learning", "ubuntu"}
    assert [i for i in merged.images if i.distro == "debian"] == [
        i for i in catalog().images if i.distro == "debian"
    ]
