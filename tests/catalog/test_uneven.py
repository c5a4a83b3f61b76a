# SPDX-License-Identifier: MIT
"""What is said of a family whose members cannot all be right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cloudlib.calls.run import CallLog
from cloudlib.catalog import uneven
from cloudlib.catalog.records import Gpu, InstanceType
from cloudlib.provider import Request
from cloudlib.publish import refresh
from tests.support.catalogs import FAMILIES, catalog, itype


def with_l4(name: str, mib: int | None, fraction: str = "") -> InstanceType:
    return itype(name, gpus=(Gpu("NVIDIA L4", 1, mib, fraction),))


def test_members_of_a_family_that_differ_are_named() -> None:
    sizes = [with_l4("g6.xlarge", 22888), with_l4("g6.2xlarge", 22888), with_l4("g6.24xlarge", 91553)]
    told = "the vendor lists NVIDIA L4 with 91553 MiB in g6.24xlarge, and 22888 MiB in the rest of g6"
    assert list(uneven.notices(sizes)) == [told]


def test_what_may_differ() -> None:
    """Other families, other models, slices, and what is not stated."""
    sizes = [
        *(with_l4("g6.xlarge", 22888), with_l4("g6.large", 2861, "1/8"), with_l4("g6.48xlarge", None)),
        with_l4("gr6.xlarge", 24576),
        replace(with_l4("g6.96xlarge", 1), gpus=(Gpu("NVIDIA L40S", 1, 45776),)),
    ]
    assert list(uneven.notices(sizes)) == []


@pytest.mark.parametrize(
    ("name", "count", "fraction", "said"),
    [
        ("gpu_8x_h100_sxm5", 4, "", "which its name contradicts"),
        ("a2-highgpu-4g", 2, "", "which its name contradicts"),
        ("a4x-highgpu-4g-metal", 8, "", "which its name contradicts"),
        ("Standard_ND96isr_H100_v5", 12, "", "an unusual number"),
        ("g6.12xlarge", 3, "", "an unusual number"),
        ("gpu_8x_h100_sxm5", 8, "", ""),
        ("a2-megagpu-16g", 16, "", ""),
        ("a2-highgpu-1g", 1, "", ""),
        ("g5.12xlarge", 4, "", ""),
        ("g6f.large", 1, "1/8", ""),
        ("g4-standard-48", 1, "", ""),
        ("Standard_NC64as_T4_v3", 4, "", ""),
    ],
)
def test_numbers_of_gpus(name: str, count: int, fraction: str, said: str) -> None:
    told = list(uneven.notices([itype(name, gpus=(Gpu("NVIDIA X", count, None, fraction),))]))
    assert told == ([f"the vendor lists {count} times NVIDIA X in {name}, {said}"] if said else [])


def test_a_family_for_gpus_without_one() -> None:
    bare = replace(itype("g4-standard-6"), category="GPU", gpus=())
    plain = replace(itype("n2-standard-4"), category="General purpose", gpus=())
    told = "the vendor lists no GPU in g4-standard-6, of families that are for GPUs"
    assert list(uneven.notices([bare, plain])) == [told]


def test_a_refresh_says_so(tmp_path: Path) -> None:
    answer = catalog([with_l4("g6.xlarge", 22888), with_l4("g6.24xlarge", 91553)])
    provider: Any = SimpleNamespace(NAME="demo", MENU_NAMES=FAMILIES, fetch=lambda request: answer)
    fetched = refresh.fetch(provider, tmp_path, Request(log=CallLog()))
    assert [n for n in fetched.catalog.provenance.notices if "91553 MiB in g6.24xlarge" in n]
