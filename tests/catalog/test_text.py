# SPDX-License-Identifier: MIT
"""Records as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cloudlib.catalog.records import Gpu, LocalDisks
from cloudlib.catalog.text import device, dollars, family_prompt, gib, type_prompt
from cloudlib.errors import CatalogError
from tests.support.catalogs import FAR, HOME, L40S, itype


def test_prompts_carry_what_people_choose_by() -> None:
    machine = itype(
        "g6.12xlarge",
        48,
        384,
        "10.49",
        gpus=(Gpu("NVIDIA L40S", 4, 46080),),
        local_disks=(LocalDisks(2, 1900, True),),
    )
    expected = "g6.12xlarge  48 vCPU  384 GiB  x86_64  4 x NVIDIA L40S 45 GiB  2 x 1900 GB NVMe  $10.49/h"
    assert type_prompt(machine, HOME) == expected
    assert "$" not in type_prompt(machine, FAR), "an unknown price prints as nothing"


def test_figures_are_written_as_people_write_them() -> None:
    assert [gib(m) for m in (512, 1024, 45776, 8192)] == ["0.5", "1", "44.7", "8"]
    amounts = ("1", "0.3264", "0.00012", "98.32", "0.10", "2.24208")
    written = ["$1.00", "$0.3264", "$0.00012", "$98.32", "$0.10", "$2.2421"]
    assert [dollars(Decimal(a)) for a in amounts] == written


@pytest.mark.parametrize("amount", ["Infinity", "NaN", "1E+30"])
def test_what_is_not_a_price_is_an_error_with_a_message(amount: str) -> None:
    with pytest.raises(CatalogError, match="is not a price"):
        dollars(Decimal(amount))


def test_a_slice_of_a_device() -> None:
    assert device(L40S) == "1 x NVIDIA L40S 45 GiB"
    assert device(Gpu("NVIDIA L4", 1, 3072, fraction="1/8")) == "1/8 x NVIDIA L4 3 GiB"


def test_a_family_shows_its_ranges() -> None:
    disk = (LocalDisks(1, 100, True),)
    members = [itype("g6.large", 2, 8, "0.5", local_disks=disk), itype("g6.xlarge", 4, 16, local_disks=disk)]
    assert family_prompt("g6", members, HOME) == "g6  2-4 vCPU  8-16 GiB  x86_64  local NVMe  from $0.50/h"
    assert "$" not in family_prompt("g6", members, FAR)
