# SPDX-License-Identifier: MIT
"""The category of a family: its hardware first, then its letters, then its figures."""

from __future__ import annotations

import pytest

from cloudlib.catalog.category import categorized
from cloudlib.catalog.records import InstanceType, LocalDisks
from tests.support.catalogs import itype

SPECIAL = {"hpc": "High performance computing", "mac": "macOS"}
PLAIN = {"m": "General purpose", "ma": "Memory optimized", "t": "Burstable"}


def machine(name: str, gib_per_vcpu: float = 4, gb_per_vcpu: int = 0, **changes: object) -> InstanceType:
    """A type of 4 vCPUs without a category."""
    disks = (LocalDisks(2, gb_per_vcpu * 2, nvme=True),) if gb_per_vcpu else ()
    return itype(name, 4, gib_per_vcpu * 4, **{"category": "", "local_disks": disks, **changes})


def category(*machines: InstanceType) -> str:
    """The category that all of them got."""
    (only,) = {t.category for t in categorized(machines, special=SPECIAL, plain=PLAIN)}
    return only


@pytest.mark.parametrize(
    ("gb_per_vcpu", "expected"), [(1, ""), (149, ""), (150, "Storage"), (900, "Storage")]
)
def test_large_local_disks_make_a_storage_family(gb_per_vcpu: int, expected: str) -> None:
    """150 GB a vCPU: the storage families have more, m5d or x2idn at most 120."""
    assert category(machine("z1.large", gb_per_vcpu=gb_per_vcpu)) == (
        f"{expected} optimized" if expected else "General purpose"
    )


def test_disks_that_are_not_nvme_make_none() -> None:
    disks = (LocalDisks(24, 2000, nvme=False),)
    assert category(machine("z1.large", local_disks=disks)) == "General purpose"


def test_the_middle_size_of_a_family_decides() -> None:
    sizes = [machine("z1.a", gb_per_vcpu=2000), machine("z1.b"), machine("z1.c", gb_per_vcpu=20)]
    assert category(*sizes) == "General purpose"


@pytest.mark.parametrize(
    ("gib_per_vcpu", "expected"),
    [
        (2, "Compute optimized"),
        (2.99, "Compute optimized"),
        (3, "General purpose"),
        (6.9, "General purpose"),
        (7, "Memory optimized"),
        (32, "Memory optimized"),
    ],
)
def test_memory_a_vcpu_decides_where_nothing_else_does(gib_per_vcpu: float, expected: str) -> None:
    assert category(machine("z1.large", gib_per_vcpu)) == expected


def test_letters_go_before_memory_and_the_longest_entry_wins() -> None:
    assert category(machine("t9.large", 32)) == "Burstable"
    assert category(machine("m9.large", 32)) == "General purpose"
    assert category(machine("max9.large", 1)) == "Memory optimized"


def test_special_letters_go_before_disks_and_plain_letters_behind() -> None:
    assert category(machine("hpc9.large", gb_per_vcpu=500)) == "High performance computing"
    assert category(machine("m9.large", gb_per_vcpu=500)) == "Storage optimized"


def test_the_hardware_of_one_size_is_that_of_its_family() -> None:
    sizes = [machine("hpc9.large"), machine("hpc9.xlarge", category="GPU")]
    assert category(*sizes) == "GPU"


def test_every_type_is_kept() -> None:
    names = ["a1.x", "b1.x", "a1.y"]
    made = categorized([machine(n) for n in names], special=SPECIAL, plain=PLAIN)
    assert sorted(t.name for t in made) == sorted(names)
