# SPDX-License-Identifier: MIT
"""Lambda's answers to records: units, GPUs, architectures, images, and answers of another shape."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cloudlib.calls.shape import Reader
from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Region
from cloudlib.errors import BadReply
from providers.lambdalabs import parse as lambdalabs_parse
from tests.servers.lambda_data import images, instance_type
from tests.support.shapes import RECORDS, wrong_shapes


def answer(data: Any) -> Reader:
    return Reader({"data": data}, vendor="lambdalabs", answer="a list", null_is_missing=True)


def parsed(**changes: Any) -> InstanceType:
    itype = instance_type("gpu_1x_a10", "1x A10 (24 GB PCIe)", "A10 (24 GB PCIe)", 30, 200, 1, 129, 1400)
    found, notices = lambdalabs_parse.instance_types(answer(entry({**itype, **changes})), ["a-1", "b-1"])
    assert len(found) == 1, notices
    return found[0]


def entry(itype: dict[str, Any], *regions: str) -> dict[str, Any]:
    rows = [{"name": r, "description": ""} for r in regions]
    return {itype["name"]: {"instance_type": itype, "regions_with_capacity_available": rows}}


def test_a_type() -> None:
    itype = parsed()
    assert (itype.name, itype.family, itype.category) == ("gpu_1x_a10", "a10", "GPU")
    assert (itype.vcpus, itype.memory_mib, itype.architectures) == (30, 200 * 1024, ("x86_64",))
    assert itype.gpus == (Gpu("NVIDIA A10 PCIe", 1, 24 * 1024),)
    assert itype.local_disks == (LocalDisks(1, 1503),), "1400 GiB are 1503 GB"
    assert itype.regions == ("a-1", "b-1")
    assert {r: p.usd_per_hour for r, p in itype.prices.items()} == dict.fromkeys(
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
    itype = instance_type("cpu_4x_general", "4x CPU General (16 GiB)", "N/A", 4, 16, 0, 20)
    found = parsed(**itype)
    assert (found.gpus, found.category, found.local_disks) == ((), "General purpose", ())
    assert found.family == "general" and found.prices["a-1"].usd_per_hour == Decimal("0.20")


@pytest.mark.parametrize(
    ("stated", "gpu", "architecture"),
    [
        (None, "GH200 (96 GB)", "arm64"),
        (None, "GB200 (192 GB)", "arm64"),
        (None, "NVIDIA GH200 (96 GB)", "arm64"),
        (None, "H100 (80 GB SXM5)", "x86_64"),
        (None, "VR200 (288 GB)", "arm64"),
        (None, "Grace Hopper (96 GB)", "arm64"),
        (None, "A100 (80 GB SXM4)", "x86_64"),
        ("ARM64", "GH200 (96 GB)", "arm64"),
        ("arm64", "H100 (80 GB SXM5)", "arm64"),
        ("x86_64", "GH200 (96 GB)", "x86_64"),
    ],
)
def test_architectures(stated: str | None, gpu: str, architecture: str) -> None:
    assert parsed(architecture=stated, gpu_description=gpu).architectures == (architecture,)


def test_a_type_that_only_its_name_describes() -> None:
    found = parsed(name="gpu_1x_gh200_480gb", description="", gpu_description=None)
    assert found.architectures == ("arm64",)


def test_an_image_without_an_architecture() -> None:
    rows = answer([{"family": "lambda-stack-24-04"}])
    assert [i.architecture for i in lambdalabs_parse.images(rows)] == ["x86_64"]
    assert "1 images without an architecture" in rows.left_out.notices()[0]


def test_what_is_not_known_is_said_and_not_made_up() -> None:
    itype = instance_type("gpu_1x_a10", "", "A10 (24 GB PCIe)", 30, 200, 1, 0)
    bare = instance_type("gpu_1x_new", "", "New (1 GB)", 0, 200, 1, 5)
    risc = {**instance_type("gpu_1x_risc", "", "New (1 GB)", 4, 200, 1, 5), "architecture": "riscv64"}
    types = answer({**entry(itype), **entry(bare), **entry(risc)})
    found, notices = lambdalabs_parse.instance_types(types, ["a-1"])
    assert [k.name for k in found] == ["gpu_1x_a10"] and found[0].prices == {}
    assert notices == [
        "left out, without vCPU or memory figures: gpu_1x_new",
        "left out, of an unknown architecture: gpu_1x_risc (riscv64)",
        "no known price for: gpu_1x_a10",
    ]


def test_images_are_streams() -> None:
    streams = lambdalabs_parse.images(answer(list(images({"a-1": "A", "b-1": "B"}))))
    assert len(streams) == 9
    stack = next(i for i in streams if i.title == "Lambda Stack 22.04" and i.architecture == "arm64")
    assert (stack.distro, stack.release) == ("lambda-stack", "22.04")
    assert stack.coordinates == {"IMAGE_FAMILY": "lambda-stack-22-04"}
    ubuntu = next(i for i in streams if i.distro == "ubuntu")
    assert (ubuntu.title, ubuntu.symbol) == ("Ubuntu 24.04 LTS", "Ubuntu 24.04")


def test_images_of_other_families_and_none() -> None:
    rows = [
        {"family": "something", "architecture": "x86_64"},
        {"family": "", "architecture": "x86_64"},
        {"family": "strange", "architecture": "riscv64"},
        {"architecture": "arm64"},
    ]
    assert [(i.distro, i.title) for i in lambdalabs_parse.images(answer(rows))] == [
        ("something", "something")
    ]


def test_regions_are_those_of_every_answer() -> None:
    itype = instance_type("gpu_1x_a10", "", "A10 (24 GB PCIe)", 30, 200, 1, 129)
    pictures = [{"region": {"name": "b-1", "description": "B"}}, {"family": "x"}]
    seen = lambdalabs_parse.regions_seen(
        answer(entry(itype, "a-1", "b-1")), answer(pictures), answer([{"name": "c-1"}])
    )
    assert seen == {"a-1": Region("a-1"), "b-1": Region("b-1", "B"), "c-1": Region("c-1")}


def test_a_region_of_two_descriptions_is_noted() -> None:
    """The first one counts; an answer without any says nothing against it."""
    listed = answer([{"name": n, "description": "A"} for n in ("a-1", "b-1")])
    pictures = answer([{"region": {"name": n, "description": d}} for n, d in (("a-1", "X"), ("b-1", ""))])
    seen = lambdalabs_parse.regions_seen(None, pictures, listed)
    assert seen == {"a-1": Region("a-1", "A"), "b-1": Region("b-1", "A")}
    told = "listed again with other figures, of which the first were used: 1 regions; one of them: a-1"
    assert listed.left_out.notices() == (told,)


@pytest.mark.parametrize("types", [[], "text", None, {"a": {}}, {"a": {"error": "x"}}, {"a": None}])
def test_types_of_another_shape(types: Any) -> None:
    with pytest.raises(BadReply, match="lambdalabs: the answer to a list has"):
        lambdalabs_parse.instance_types(answer(types), ["a-1"])


A10 = instance_type("gpu_1x_a10", "1x A10 (24 GB PCIe)", "A10 (24 GB PCIe)", 30, 200, 1, 129, 1400)
WHOLE: list[tuple[Callable[[Reader], object], Any]] = [
    (lambda a: lambdalabs_parse.instance_types(a, ["a-1"]), entry({**A10, "architecture": "x86_64"})),
    (lambdalabs_parse.capacity, entry(A10, "a-1", "b-1")),
    (lambdalabs_parse.images, list(images({"a-1": "A"}))[:1]),
    (lambda a: lambdalabs_parse.regions_seen(None, None, a), [{"name": "a-1", "description": "A"}]),
]


@pytest.mark.parametrize(("parse", "data"), WHOLE, ids=["types", "capacity", "images", "regions"])
def test_one_value_of_another_shape_is_a_bad_reply_or_left_out(
    parse: Callable[[Reader], object], data: Any
) -> None:
    refused = 0
    for where, changed in wrong_shapes(data):
        try:
            parse(answer(changed))
        except BadReply as error:
            refused += 1
            assert error.what.startswith(("lambdalabs: the answer to a list has ", *RECORDS)), where
            assert error.hint
    assert refused > 10


def test_a_type_without_a_name() -> None:
    nameless = instance_type("", "", "A10 (24 GB PCIe)", 30, 200, 1, 129)
    with pytest.raises(BadReply, match=r"empty data.*instance_type\.name"):
        lambdalabs_parse.instance_types(answer(entry(nameless)), ["a-1"])


@pytest.mark.parametrize("rows", [{}, "text", None, [1], [None], [{"family": 7}], [{"architecture": []}]])
def test_images_of_another_shape(rows: Any) -> None:
    with pytest.raises(BadReply, match="lambdalabs: the answer to a list has"):
        lambdalabs_parse.images(answer(rows))


@pytest.mark.parametrize("row", [{}, {"name": ""}, {"name": 7}, {"name": "a-1", "description": 7}])
def test_a_region_of_another_shape(row: Any) -> None:
    with pytest.raises(BadReply, match=r"data\[0\]\."):
        lambdalabs_parse.regions_seen(None, None, answer([row]))
