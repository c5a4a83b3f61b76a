# SPDX-License-Identifier: MIT
"""A question as a person types it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.catalog.records import Gpu
from cloudlib.errors import UsageError
from cloudlib.search import machine, phrase
from cloudlib.search.machine import Machine
from cloudlib.search.question import ANY, ANY_GPU, Range
from tests.support.catalogs import catalog, itype

H100 = itype("p5.48xlarge", gpus=(Gpu("NVIDIA H100", 8, 81920),), category="GPU")
MACHINES: Sequence[Machine] = machine.of_catalog(catalog([itype("m7.large"), itype("m7.xlarge"), H100]))


def at_least(low: int) -> Range:
    return Range(Decimal(low))


def just(number: int) -> Range:
    return Range(Decimal(number), Decimal(number))


@pytest.mark.parametrize(
    ("need", "fields"),
    [
        ("", {}),
        ("16 vcpus", {"vcpus": just(16)}),
        ("16.. vcpu", {"vcpus": at_least(16)}),
        ("8..16cores", {"vcpus": Range(Decimal(8), Decimal(16))}),
        ("..0.5 gib", {"memory": Range(None, Decimal("0.5"))}),
        ("64..gb 4 cpu", {"memory": at_least(64), "vcpus": just(4)}),
        ("ARM64 nvme kvm", {"arch": "arm64", "nvme": at_least(1), "kvm": True}),
        ("metal current", {"bare_metal": True, "current": True}),
        ("2.. nvme", {"nvme": at_least(2)}),
        ("gpu", {"gpu": ANY_GPU}),
        ("h100", {"gpu": "h100"}),
        ("8 x h100", {"gpu": "h100", "gpus": just(8)}),
        ("8xh100 uefi", {"gpu": "h100", "gpus": just(8), "boot": "uefi"}),
        ("h100:2..", {"gpu": "h100", "gpus": at_least(2)}),
        ("debian-12", {"image": "debian-12"}),
    ],
)  # fmt: skip
def test_words_and_what_they_ask(need: str, fields: dict[str, Any]) -> None:
    said = phrase.read(need, "", "", MACHINES)
    asked = {name: getattr(said.asked, name) for name in type(said.asked).__dataclass_fields__}
    plain = phrase.read("", "", "", MACHINES).asked
    assert {n: v for n, v in asked.items() if v != getattr(plain, n)} == fields and said.names == ()


def test_other_words_are_parts_of_names() -> None:
    said = phrase.read("m7 xlarge 8 vcpu", "", "", MACHINES)
    assert said.names == ("m7", "xlarge") and said.asked.vcpus == just(8)
    assert [m.name for m in said.narrow(MACHINES)] == ["m7.xlarge"]
    for name in ("8xlarge", "48xlarge", "8 xlarge", "p5:8"):
        assert phrase.read(name, "", "", MACHINES).names == tuple(name.split())


def test_places_and_prices() -> None:
    asked = phrase.read("", "Europe, north-1,", " $2.50 ", MACHINES).asked
    assert (asked.areas, asked.regions, asked.max_price) == (("europe",), ("north-1",), Decimal("2.50"))
    for price in ("much", "-1", "0", "1e9", "٣"):
        with pytest.raises(UsageError):
            phrase.read("", "", price, MACHINES)


@given(st.text(alphabet="0123456789.. xv:cpugibnvmeh-$*[", max_size=40))
def test_half_typed_text_is_never_an_error(need: str) -> None:
    said = phrase.read(need, "", "", MACHINES)
    assert said.asked.gpus == ANY or said.asked.gpu
    said.narrow(MACHINES)
