# SPDX-License-Identifier: MIT
"""Which machine types take which disks, and are sold on demand: the tables, and terraform/gce/vars.tf."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from providers.gce import disks
from providers.gce.usage import NOT_ON_DEMAND, sold
from providers.gce.volumes import VOLUMES
from tests.support.tree import ROOT

VARS = (ROOT / "terraform" / "gce" / "vars.tf").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("machine", "disk", "why"),
    [
        ("n2-standard-4", "pd-ssd", ""), ("c4-standard-4", "pd-ssd", ""),
        ("c4-standard-4", "hyperdisk-balanced", ""), ("c3d-standard-4", "pd-standard", "no C3D machine does"),
        ("h3-standard-88", "pd-ssd", "no H3 machine does"),
        ("c3-standard-192-metal", "pd-standard", ""), ("z9-standard-4", "pd-standard", ""),
        ("g1-small", "hyperdisk-balanced", "no G1 machine does"),
        ("c3-standard-88-lssd", "hyperdisk-extreme", ""), ("c3-standard-192-metal", "hyperdisk-extreme", ""),
        ("c3-highmem-44", "hyperdisk-extreme", "C3 machines do from 88 vCPUs on"),
        ("a3-highgpu-2g", "hyperdisk-extreme", "A3 machines do from 4 GPUs on"),
        ("a3-highgpu-4g", "hyperdisk-extreme", ""), ("m4-megamem-112", "hyperdisk-extreme", ""),
        ("m4-hypermem-64", "hyperdisk-extreme", "M4 machines do from 112 vCPUs on"),
        ("n4-standard-80", "hyperdisk-extreme", "no N4 machine does"),
        ("x4-480-6t-metal", "hyperdisk-extreme", ""), ("e2-micro", "pd-extreme", "no E2 machine does"),
        ("n2-highmem-64", "pd-extreme", ""), ("n2d-standard-96", "pd-extreme", "no N2D machine does"),
        ("m2-ultramem-208", "pd-extreme", ""), ("t2d-standard-1", "hyperdisk-throughput", ""),
        ("c3-standard-192-metal", "hyperdisk-throughput", "no bare metal does"), ("", "pd-ssd", ""),
    ],
)  # fmt: skip
def test_what_a_machine_takes(machine: str, disk: str, why: str) -> None:
    assert disks.why_not(machine, disk) == why
    assert (disk in disks.taken(machine)) == (not why)


def test_every_type_of_disk_but_one_is_a_feature() -> None:
    """pd-balanced is for all machines: the module gives those without Persistent Disk Hyperdisk instead."""
    assert set(VOLUMES.types) - set(disks.FEATURES) == {"pd-balanced"}
    assert set(disks.ONLY_FOR) | set(disks.NOT_FOR) == set(disks.FEATURES)


@pytest.mark.parametrize(
    ("machine", "stated", "most"),
    [
        ("e2-micro", 16, 15), ("n2-standard-4", 128, 127), ("n2-standard-4", 0, None),
        ("c4-standard-2", 128, 7),
        ("c4-standard-2", 0, 7), ("c4-highcpu-8", 128, 127), ("n4-highmem-8", 128, 15),
        ("n4-highmem-16", 128, 127),
        ("c4d-standard-2", 4, 3), ("c4d-standard-384", 128, 127), ("g4-standard-6", 8, 7),
    ],
)  # fmt: skip
def test_how_many_disks(machine: str, stated: int, most: int | None) -> None:
    assert disks.most_data_disks(machine, stated) == most


@pytest.mark.parametrize(
    ("machine", "ways"),
    [
        ("a3-highgpu-1g", ("spot", "flex-start")), ("a3-highgpu-4g", ("spot", "flex-start")),
        ("a3-highgpu-8g", ()), ("a3-megagpu-8g", ()), ("a3-edgegpu-8g-nolssd", ()),
        ("a3-ultragpu-8g-nolssd", ("spot", "flex-start", "reservation")),
        ("a4-highgpu-8g", ("spot", "flex-start", "reservation")), ("a4x-maxgpu-4g-metal", ("reservation",)),
        ("ct6e-standard-4t", ("cloud-tpu",)), ("tpu7x-standard-1t", ("cloud-tpu",)),
        ("a2-highgpu-1g", ()), ("c4a-standard-4", ()), ("g4-standard-6", ()),
    ],
)  # fmt: skip
def test_how_a_machine_is_sold(machine: str, ways: tuple[str, ...]) -> None:
    assert sold(machine) == ways and bool(re.search(NOT_ON_DEMAND, machine)) == bool(ways)


# --- vars.tf ---


def of_module(name: str) -> Any:
    """A map of the module's locals: HCL of this simplicity is JSON once names are quoted."""
    (block,) = re.findall(rf"^  {name} = (\{{\n(?:.*\n)*?  \}})", VARS, re.M)
    body = re.sub(r"([\w-]+) += ", r'"\1": ', block)
    return json.loads(re.sub(r"([}\]])\n(?=    \")", r"\1,\n", body))


def test_the_same_tables_as_terraform() -> None:
    assert of_module("disk_only_for") == disks.ONLY_FOR
    assert of_module("disk_not_for") == {disk: list(series) for disk, series in disks.NOT_FOR.items()}
    assert f'type == "{disks.NEVER_ON_METAL}" ? false' in VARS
    assert f'regex("{disks.SIZE}", var.gce_machine_type)' in VARS


def test_the_same_patterns_as_terraform() -> None:
    assert f'condition     = !can(regex("{NOT_ON_DEMAND}", var.gce_machine_type))' in VARS
