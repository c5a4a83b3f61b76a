# SPDX-License-Identifier: MIT
"""What is nearest to a machine, and how it differs: one ranking for every message."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cloudlib.catalog.area import AREAS, area
from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Region
from cloudlib.search import likeness, machine
from tests.support.catalogs import catalog, itype

L4 = Gpu("NVIDIA L4", 1, 22888)
WANTED = itype("m7.4xlarge", 16, 64)


def machines(*itypes: InstanceType) -> list[machine.Machine]:
    return machine.of_catalog(catalog(itypes))


@pytest.mark.parametrize(
    ("wanted", "nearer", "farther"),
    [
        (WANTED, itype("n2-16", 16, 64), itype("n2-32", 32, 128)),
        (WANTED, itype("n2-16", 16, 60), itype("n3-16", 16, 32)),
        (WANTED, itype("n2-16", 16, 64), itype("b2-16", 16, 64, category="Burstable")),
        (WANTED, itype("n2-16", 16, 64), itype("n1-16", 16, 64, current_generation=False)),
        (WANTED, itype("n2-32", 32, 128), itype("g2-16", 16, 64, gpus=(L4,))),
        (WANTED, itype("n2-16", 16, 64), itype("n2.metal", 16, 64, bare_metal=True)),
        (itype("g6", 4, 16, gpus=(L4,)), itype("g2", 64, 256, gpus=(L4,)), itype("g4", 4, 16)),
        (
            itype("g6", 4, 16, gpus=(L4,)),
            itype("g2", 8, 32, gpus=(L4,)),
            itype("g5", 4, 16, gpus=(Gpu("NVIDIA A10", 1, 24576),)),
        ),
        (
            itype("i7", 8, 64, local_disks=(LocalDisks(1, 1900, nvme=True),)),
            itype("i8", 8, 64, local_disks=(LocalDisks(1, 1800, nvme=True),)),
            itype("r8", 8, 64),
        ),
    ],
)  # fmt: skip
def test_nearer(wanted: InstanceType, nearer: InstanceType, farther: InstanceType) -> None:
    listed = {m.name: m for m in machines(wanted, nearer, farther, itype("old", current_generation=False))}
    target, one, other = (listed[t.name] for t in (wanted, nearer, farther))
    wanted_figures, near, far = map(likeness.figures, (target, one, other))
    assert likeness.unlike(wanted_figures, near) < likeness.unlike(wanted_figures, far)


def test_a_price_decides_between_equals() -> None:
    wanted, like, other = machines(itype("a"), itype("b"), itype("c"))
    target = likeness.figures(wanted, Decimal(1))
    near, far = likeness.figures(other, Decimal("1.10")), likeness.figures(like, Decimal(9))
    assert likeness.unlike(target, near) < likeness.unlike(target, far)
    assert likeness.unlike(target, near) < likeness.unlike(target, likeness.figures(like)), "not known"


def test_nothing_is_replaced_by_more() -> None:
    wanted, less, more, dear = machines(
        itype("a", 8, 32), itype("b", 2, 8), itype("c", 16, 64), itype("d", 8, 32)
    )
    target = likeness.figures(wanted, Decimal(1))
    cheap, large, costly = (
        likeness.unlike_and_no_more(target, likeness.figures(m, usd))
        for m, usd in ((less, Decimal("0.25")), (more, Decimal("0.9")), (dear, Decimal("1.1")))
    )
    assert cheap < large and cheap < costly


def test_what_is_told_of_the_difference() -> None:
    (wanted,) = machines(WANTED)
    (same,) = machines(itype("n2-16", 16, 64))
    (other,) = machines(
        itype("n9-8", 8, 60, architectures=("arm64",), category="Burstable", bare_metal=True, gpus=(L4,),
              local_disks=(LocalDisks(2, 375, nvme=True),))
    )  # fmt: skip
    assert likeness.differences(wanted, same) == []
    assert likeness.differences(wanted, same, (Decimal(1), Decimal("0.9"))) == ["$0.10 less (-10 %)"]
    assert likeness.differences(wanted, other) == [
        *("8 vCPU, not 16", "60 GiB, not 64", "arm64, not x86_64", "1 x NVIDIA L4 22.35 GiB"),
        *("2 NVMe of 750 GB in all", "bare metal", "burstable"),
    ]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (Region("eu-central-1", "Europe (Frankfurt)"), "europe"),
        (Region("uksouth", "UK South (London)", "UK"), "europe"),
        (Region("ap-southeast-2", "Asia Pacific (Sydney)"), "australia"),
        (Region("southeastasia", "Southeast Asia (Singapore)", "Asia Pacific"), "asia"),
        (Region("southcentralus", "South Central US (Texas)", "US"), "us"),
        (Region("us-south-1", "Texas, USA"), "us"),
        (Region("il-central-1", "Israel (Tel Aviv)"), "middle-east"),
        (Region("austriaeast", "Austria East (Vienna)", "Europe"), "europe"),
        (Region("northamerica-south1", "Mexico", "North America"), "mexico"),
        (Region("southafricanorth", "South Africa North (Johannesburg)", "Africa"), "africa"),
        (Region("moon-1", "The Moon"), ""),
    ],
)
def test_where_a_region_is(region: Region, expected: str) -> None:
    assert area(region) == expected and (not expected or expected in AREAS)
