# SPDX-License-Identifier: MIT
"""What the machine series of Compute Engine refuse."""

from __future__ import annotations

import pytest

import gce_api
from providers.gce.volumes import NO_NESTING
from tests.support.tree import ROOT


def told(machine: str, disk: str = "", *, nested: bool = False) -> list[str]:
    problems = gce_api.machine_problems(
        {
            "terraform_gce_machine_type": machine,
            "terraform_gce_nested_virtualization": nested,
            "terraform_gce_data_disk_count": int(bool(disk)),
            "terraform_gce_data_disk_type": disk,
        }
    )
    assert all(p.nearest for p in problems)
    return [p.what for p in problems]


@pytest.mark.parametrize(
    "machine, disk, problem",
    [
        ("n2-standard-4", "pd-ssd", ""),
        ("c4-standard-4", "pd-ssd", ""),
        ("c4-standard-4", "hyperdisk-balanced", ""),
        ("n2-standard-4", "hyperdisk-balanced", "takes no hyperdisk-balanced disk"),
        ("c3d-standard-4", "pd-standard", "takes no pd-standard disk"),
        ("h3-standard-88", "pd-ssd", "takes no pd-ssd disk"),
        ("c3-standard-192-metal", "pd-standard", ""),
        ("c3-standard-4", "pd-ssd", ""),
        ("n2-standard-4", "", ""),
    ],
)
def test_disks(machine: str, disk: str, problem: str) -> None:
    assert [what.partition(":")[0] for what in told(machine, disk)] == (
        [f"{machine} {problem}"] if problem else []
    )


@pytest.mark.parametrize(
    "machine",
    [
        *(
            "e2-standard-4",
            "n2d-standard-4",
            "t2a-standard-4",
            "c4a-standard-4",
            "m3-megamem-64",
            "h3-standard-88",
        ),
        *("x4-megamem-960-metal", "c3-standard-192-metal", "h4d-standard-192", "g4-standard-48"),
        *("ct6e-standard-4t", "a4x-highgpu-4g"),
    ],
)
def test_no_nested_virtualization(machine: str) -> None:
    assert told(machine, nested=True) == [f"{machine} has no nested virtualization"]
    assert told(machine) == []


@pytest.mark.parametrize(
    "machine", ["n2-standard-16", "n1-standard-1", "c3-standard-4", "a2-highgpu-1g", "n4-standard-2"]
)
def test_nested_virtualization(machine: str) -> None:
    assert told(machine, nested=True) == []


def test_the_same_pattern_as_terraform() -> None:
    text = (ROOT / "terraform" / "gce" / "vars.tf").read_text(encoding="utf-8")
    pattern = NO_NESTING.replace("\\", "\\\\")
    assert f'!= true || !can(regex("{pattern}", var.gce_machine_type))' in text
