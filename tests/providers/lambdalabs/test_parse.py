# SPDX-License-Identifier: MIT
"""Lambda's answers to records: units, GPUs, architectures, images, and answers of another shape."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Region
from cloudlib.errors import BadReply
from providers.lambdalabs import parse as lambdalabs_parse
from tests.servers.lambda_data import images, instance_type


def parsed(**changes: Any) -> InstanceType:
    kind = instance_type("gpu_1x_a10", "1x A10 (24 GB PCIe)", "A10 (24 GB PCIe)", 30, 200, 1, 129, 1400)
    found, notices = lambdalabs_parse.instance_types(entry({**kind, **changes}), ["a-1", "b-1"])
    assert len(found) == 1, notices
    return found[0]


def entry(kind: dict[str, Any], *regions: str) -> dict[str, Any]:
    rows = [{"name": r, "description": ""} for r in regions]
    return {kind["name"]: {"instance_type": kind, "regions_with_capacity_available": rows}}


def test_a_type() -> None:
    kind = parsed()
    assert (kind.name, kind.family, kind.category) == ("gpu_1x_a10", "a10", "GPU")
    assert (kind.vcpus, kind.memory_mib, kind.architectures) == (30, 200 * 1024, ("x86_64",))
    assert kind.gpus == (Gpu("NVIDIA A10 PCIe", 1, 24 * 1024),)
    assert kind.local_disks == (LocalDisks(1, 1503, nvme=False),), "1400 GiB are 1503 GB"
    assert kind.regions == ("a-1", "b-1")
    assert {r: p.usd_per_hour for r, p in kind.prices.items()} == dict.fromkeys(
        ("a-1", "b-1"), Decimal("1.29")
    )


@pytest.mark.parametrize(
    ("text", "count", "gpu"),
    [
        ("A100 (40 GB SXM4)", 8, Gpu("NVIDIA A100 SXM4", 8, 40960)),
        ("A6000 (48 GB)", 2, Gpu("NVIDIA A6000", 2, 49152)),
        ("B200 (180 GB SXM6)", 1, Gpu("NVIDIA B200 SXM6", 1, 184320)),
        ("GH200 (96 GB)", 1, Gpu("NVIDIA GH200", 1, 98304)),
        ("RTX 6000 (24 GB)", 1, Gpu("NVIDIA RTX 6000", 1, 24576)),
        ("Tesla V100 (16 GB)", 8, Gpu("NVIDIA Tesla V100", 8, 16384)),
        ("MI300X (192 GB)", 1, Gpu("MI300X", 1, 196608)),
        ("Something else", 1, Gpu("Something else", 1)),
    ],
)
def test_gpus(text: str, count: int, gpu: Gpu) -> None:
    specs = {"vcpus": 4, "memory_gib": 8, "gpus": count}
    assert parsed(gpu_description=text, specs=specs).gpus == (gpu,)


@pytest.mark.parametrize("text", [None, "", "N/A"])
def test_a_gpu_without_a_description_of_its_own(text: str | None) -> None:
    assert parsed(gpu_description=text).gpus == (Gpu("NVIDIA A10 PCIe", 1, 24576),)


def test_a_cpu_type() -> None:
    kind = instance_type("cpu_4x_general", "4x CPU General (16 GiB)", "N/A", 4, 16, 0, 20)
    found = parsed(**kind)
    assert (found.gpus, found.category, found.local_disks) == ((), "General purpose", ())
    assert found.family == "general" and found.prices["a-1"].usd_per_hour == Decimal("0.20")


@pytest.mark.parametrize(
    ("stated", "gpu", "architecture"),
    [
        (None, "GH200 (96 GB)", "arm64"),
        (None, "GB200 (192 GB)", "arm64"),
        (None, "H100 (80 GB SXM5)", "x86_64"),
        ("arm64", "H100 (80 GB SXM5)", "arm64"),
        ("x86_64", "GH200 (96 GB)", "x86_64"),
    ],
)
def test_architectures(stated: str | None, gpu: str, architecture: str) -> None:
    assert parsed(architecture=stated, gpu_description=gpu).architectures == (architecture,)


def test_what_is_not_known_is_said_and_not_made_up() -> None:
    kind = instance_type("gpu_1x_a10", "", "A10 (24 GB PCIe)", 30, 200, 1, 0)
    poor = instance_type("gpu_1x_new", "", "New (1 GB)", 0, 200, 1, 5)
    found, notices = lambdalabs_parse.instance_types({**entry(kind), **entry(poor)}, ["a-1"])
    assert [k.name for k in found] == ["gpu_1x_a10"] and found[0].prices == {}
    assert notices == [
        "left out, without vCPU or memory figures: gpu_1x_new",
        "no price is known of: gpu_1x_a10",
    ]


def test_images_are_streams() -> None:
    streams = lambdalabs_parse.images(list(images({"a-1": "A", "b-1": "B"})))
    assert len(streams) == 9
    stack = next(i for i in streams if i.title == "Lambda Stack 22.04" and i.architecture == "arm64")
    assert (stack.distro, stack.release) == ("lambda-stack", "22.04")
    assert stack.coordinates == {"IMAGE_FAMILY": "lambda-stack-22-04"}


def test_images_of_other_families_and_none() -> None:
    rows = [
        {"family": "something", "architecture": "x86_64"},
        {"family": "", "architecture": "x86_64"},
        {"family": "strange", "architecture": "riscv64"},
        {"architecture": "arm64"},
    ]
    assert [(i.distro, i.title) for i in lambdalabs_parse.images(rows)] == [("something", "something")]


def test_regions_are_those_of_every_answer() -> None:
    kind = instance_type("gpu_1x_a10", "", "A10 (24 GB PCIe)", 30, 200, 1, 129)
    pictures = [{"region": {"name": "b-1", "description": "B"}}, {"family": "x"}]
    seen = lambdalabs_parse.regions_seen(entry(kind, "a-1", "b-1"), pictures, [{"name": "c-1"}])
    assert seen == {"a-1": Region("a-1"), "b-1": Region("b-1", "B"), "c-1": Region("c-1")}


@pytest.mark.parametrize("types", [[], "text", None, {"a": {}}, {"a": {"error": "x"}}, {"a": None}])
def test_types_of_another_shape(types: Any) -> None:
    with pytest.raises(BadReply):
        lambdalabs_parse.instance_types(types, ["a-1"])


@pytest.mark.parametrize("rows", [{}, "text", None, [1], [None]])
def test_images_of_another_shape(rows: Any) -> None:
    with pytest.raises(BadReply):
        lambdalabs_parse.images(rows)


@pytest.mark.parametrize("row", [{}, {"name": ""}, {"name": 7}])
def test_a_region_without_a_name(row: Any) -> None:
    with pytest.raises(BadReply):
        lambdalabs_parse.regions_seen({}, [], [row])
