# SPDX-License-Identifier: MIT
"""Questions to machines: what fits, in which order, what is not known, and what is nearest to nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cloudlib.catalog.records import Catalog, Gpu, InstanceType, LocalDisks, Price
from cloudlib.errors import UsageError
from cloudlib.search import machine
from cloudlib.search.answer import Answer, answer
from cloudlib.search.question import ANY_GPU, Question, Range
from cloudlib.search.where import where
from tests.support.catalogs import FAR, HOME, SOURCE, catalog, itype

DEMO = catalog()
H100 = Gpu("NVIDIA H100 SXM5", 8, 81920)


def span(low: int | None = None, high: int | None = None) -> Range:
    return Range(*(None if bound is None else Decimal(bound) for bound in (low, high)))


def ask(*catalogs: Catalog, **conditions: Any) -> Answer:
    asked = Question(**conditions)
    machines = [m for one in catalogs or (DEMO,) for m in machine.of_catalog(one)]
    return answer(asked, machines, where(asked, {m.market for m in machines}))


def names(*catalogs: Catalog, **conditions: Any) -> list[str]:
    return [row.machine.name for row in ask(*catalogs, **conditions).rows]


def other(*itypes: InstanceType, **changes: Any) -> Catalog:
    """A second provider's catalog."""
    return replace(catalog(itypes, **changes), provider="other")


def test_all_that_boot_linux_the_cheapest_first_and_unknown_prices_last() -> None:
    assert names() == [
        *("a7.large", "m5.large", "m7.large", "m7.xlarge", "m7.2xlarge"),
        *("g6.xlarge", "m7.10xlarge", "i7.metal"),
    ]
    assert ask().unpriced == 3


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"arch": "arm64"}, ["a7.large"]),
        ({"vcpus": span(4, 8)}, ["m7.xlarge", "m7.2xlarge", "g6.xlarge"]),
        ({"vcpus": span(8, 8)}, ["m7.2xlarge"]),
        ({"memory": span(160)}, ["m7.10xlarge", "i7.metal"]),
        ({"gpu": ANY_GPU}, ["g6.xlarge"]),
        ({"gpu": "l40s"}, ["g6.xlarge"]),
        ({"gpu": "nvidia l40s", "gpus": span(1)}, ["g6.xlarge"]),
        ({"gpu": "L40S", "gpus": span(2)}, []),
        ({"gpu": "l4"}, []),
        ({"gpu_memory": span(40, 48)}, ["g6.xlarge"]),
        ({"nvme": span(2, 2)}, ["i7.metal"]),
        ({"nvme_gb": span(7500)}, ["i7.metal"]),
        ({"kvm": True}, ["i7.metal"]),
        ({"bare_metal": True}, ["i7.metal"]),
        ({"categories": ("GPU", "Storage optimized")}, ["g6.xlarge", "i7.metal"]),
        ({"families": ("a7",)}, ["a7.large"]),
        ({"current": True, "vcpus": span(2, 2)}, ["a7.large", "m7.large"]),
        ({"max_price": Decimal("0.096"), "vcpus": span(high=8)}, ["a7.large", "m5.large", "g6.xlarge"]),
        ({"image": "ubuntu-24.04", "vcpus": span(2, 2)}, ["m5.large", "m7.large"]),
        ({"image": "debian", "arch": "arm64"}, ["a7.large"]),
        ({"image": "debian-99"}, []),
        ({"regions": (HOME,), "gpu": ANY_GPU}, []),
        ({"regions": ("the SOUTH",), "gpu": ANY_GPU}, ["g6.xlarge"]),
        ({"regions": ("so*",), "gpu": ANY_GPU}, ["g6.xlarge"]),
        ({"regions": ("south",), "gpu": ANY_GPU}, ["g6.xlarge"]),
        ({"providers": ("nobody",)}, []),
    ],
)
def test_conditions(conditions: dict[str, Any], expected: list[str]) -> None:
    assert names(**conditions) == expected


def test_one_row_for_a_machine_with_its_cheapest_region() -> None:
    prices = {HOME: Price(Decimal("0.30"), SOURCE), FAR: Price(Decimal("0.20"), SOURCE)}
    (row,) = ask(catalog([itype("z.large", prices=prices)])).rows
    assert (row.region, row.usd, row.regions) == (FAR, Decimal("0.20"), (HOME, FAR))
    (row,) = ask(catalog([itype("z.large", prices=prices)]), regions=(HOME,)).rows
    assert (row.region, row.usd, row.regions) == (HOME, Decimal("0.30"), (HOME,))
    (row,) = ask(catalog([itype("z.large", regions=(FAR,))])).rows
    assert (row.region, row.usd) == (FAR, None), "no price, and not in the default region"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("price", ["small", "wide", "gpu", "large"]),
        ("price-per-vcpu", ["wide", "small", "gpu", "large"]),
        ("price-per-gib", ["small", "wide", "gpu", "large"]),
        ("price-per-gpu", ["gpu", "small", "wide", "large"]),
        ("vcpus", ["gpu", "small", "wide", "large"]),
        ("memory", ["gpu", "small", "wide", "large"]),
    ],
)
def test_orders(sort: str, expected: list[str]) -> None:
    """What has no price comes last, but where the price is not what is sorted by."""
    gpu = itype("gpu", 1, 4, "4.00", gpus=(H100,))
    market = catalog(
        [itype("small", 2, 8, "0.10"), itype("wide", 16, 9, "0.20"), gpu, itype("large", 64, 64)]
    )
    assert names(market, sort=sort) == expected


def test_what_is_not_known_is_last_marked_and_counted() -> None:
    """A provider that says of no machine that it can run KVM does not say so at all."""
    silent = other(itype("quiet.large", usd="0.01", local_disks=(LocalDisks(1, 500),)))
    found = ask(DEMO, silent, kvm=True)
    assert [(r.machine.name, r.unknown) for r in found.rows] == [
        ("i7.metal", ()),
        ("quiet.large", ("--kvm",)),
    ]
    assert dict(found.unknown) == {"--kvm": 1} and found.nothing is None
    assert names(DEMO, silent, nvme=span(1)) == ["i7.metal", "quiet.large"]
    slow = other(itype("disks.large", local_disks=(LocalDisks(24, 2000, nvme=True, media="hdd"),)))
    assert names(DEMO, slow, nvme=span(1)) == ["i7.metal"], "hard disks behind NVMe"
    assert ask(silent, boot="uefi", gpu_memory=span(high=0)).rows[0].unknown == ("--boot uefi",)


def test_boot_modes_have_one_name() -> None:
    hyper_v = other(itype("D1", boot_modes=("V1",)), itype("D2", boot_modes=("V1", "V2")))
    assert names(hyper_v, boot="uefi") == ["D2"] and names(hyper_v, boot="legacy-bios") == ["D1", "D2"]


def test_a_slice_of_a_gpu_is_not_one() -> None:
    part = itype("part.large", gpus=(Gpu("NVIDIA L4", 1, 2861, "1/8"),))
    whole = itype("whole.large", gpus=(Gpu("NVIDIA L4", 1, 22888),))
    assert names(catalog([part, whole]), gpu="l4") == ["part.large", "whole.large"]
    assert names(catalog([part, whole]), gpu="l4", gpus=span(1, 1)) == ["whole.large"]


@pytest.mark.parametrize(
    ("model", "fits"),
    [("h100", True), ("nvidia h100", True), ("H100-SXM5", True), ("h100sxm5", True), ("h10", False),
     ("h100 pcie", False), ("a100", False), ("", True)],
)  # fmt: skip
def test_models(model: str, fits: bool) -> None:
    market = catalog([itype("p5.large", gpus=(H100,)), itype("m5.large")])
    assert names(market, gpu=model or ANY_GPU) == (["p5.large"] if fits else [])


def test_what_cost_the_most_and_what_would_do() -> None:
    found = ask(
        vcpus=span(4, 8), max_price=Decimal("0.15"), arch="x86_64", current=True, gpu_memory=span(high=0)
    )
    nothing = found.nothing
    assert found.rows == () and nothing is not None and nothing.nearest is not None
    assert (nothing.costly, nothing.without) == ("--max-price 0.15", 2)
    assert nothing.nearest.machine.name == "m7.xlarge" and nothing.misses == ("--max-price 0.15",)
    assert nothing.would == ("--max-price 0.2016",)


def test_the_nearest_misses_the_fewest_and_these_by_the_least() -> None:
    nothing = ask(vcpus=span(1000), kvm=True).nothing
    assert nothing is not None and nothing.nearest is not None
    assert nothing.nearest.machine.name == "i7.metal" and nothing.would == ("--vcpus 96",)


def test_a_machine_without_a_gpu_is_not_near_to_one() -> None:
    nothing = ask(gpu="h100", regions=(HOME,)).nothing
    assert nothing is not None and nothing.nearest is not None
    assert nothing.nearest.machine.name == "g6.xlarge"
    assert nothing.misses == ("--region north-1", "--gpu h100") and nothing.costly == "--gpu h100"


def test_another_region_is_nearer_than_another_gpu() -> None:
    there = catalog(
        [itype("h.large", gpus=(H100,), regions=(FAR,)), itype("g.large", gpus=(Gpu("NVIDIA T4", 1),))]
    )
    nothing = ask(there, gpu="h100", regions=(HOME,)).nothing
    assert nothing is not None and nothing.nearest is not None
    assert (nothing.nearest.machine.name, nothing.misses) == ("h.large", ("--region north-1",))


def test_a_price_that_is_not_known_is_no_answer_alone() -> None:
    found = ask(gpu=ANY_GPU, max_price=Decimal(1))
    assert [r.machine.name for r in found.rows] == ["g6.xlarge"] and found.nothing is not None
    dear = other(itype("g9.large", usd="3.00", gpus=(H100,)))
    nearest = ask(DEMO, dear, gpu=ANY_GPU, max_price=Decimal(1)).nothing
    assert nearest is not None and nearest.nearest is not None and nearest.nearest.machine.name == "g9.large"
    assert nearest.would == ("--max-price 3",)


def test_a_place_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="there is no region 'nort-1'") as caught:
        ask(regions=("nort-1",))
    assert caught.value.hint.startswith("nearest: north-1")


def test_places_of_several_providers() -> None:
    there = other(itype("o.large", regions=(FAR,), prices={FAR: Price(Decimal(1), SOURCE)}))
    found = names(there, DEMO, regions=(FAR,), vcpus=span(2, 2))
    assert found == ["o.large", "a7.large", "m5.large", "m7.large"], "their prices are of north-1 alone"
