# SPDX-License-Identifier: MIT
"""What the menus offer of a catalog, and what they and the catalog leave out, in numbers."""

from __future__ import annotations

from dataclasses import replace

from cloudlib.calls.left_out import LeftOut
from cloudlib.show.figures import can_be_chosen, figures
from cloudlib.show.summary import gaps
from tests.support.catalogs import ITYPES, catalog, image, itype


def test_the_numbers_of_the_menus() -> None:
    types = [*ITYPES, itype("b7.large", usage=("capacity-block",)), itype("n7.large", regions=())]
    images = [image("debian", "13", "x86_64"), image("debian", "10", "x86_64", supported=False)]
    offered = [t for t in ITYPES if t.linux_architectures]
    current = [t for t in offered if t.current_generation]
    assert can_be_chosen(figures(catalog(types, images=images))) == (
        f"in the menus: {len(offered)} of {len(types)} types, {len(current)} of the current generation; "
        "2 images, 1 in support; not offered: 1 are in no region, 1 are sold otherwise than on demand, "
        "1 boot no Linux on x86_64 or arm64"
    )


def test_what_was_left_out_is_said_with_its_number() -> None:
    rows = LeftOut()
    for zone in ("x-1", "x-2", "x-2"):
        rows.skip("zones that are down", zone)
    made = catalog()
    about = replace(made.provenance, left_out=rows.counts())
    said = gaps(made.with_provenance(about))
    assert "left out of the answers: 2 zones that are down" in said
    assert said[0].startswith("in the menus: ") and not any("left out" in line for line in gaps(made))
