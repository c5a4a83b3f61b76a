# SPDX-License-Identifier: MIT
"""What EBS volumes an instance type attaches, and where EC2 has it at all."""

from __future__ import annotations

import pytest

from providers.aws import offers, volumes


@pytest.mark.parametrize(
    ("kind", "size", "iops", "xen", "nearest"),
    [
        ("io2", 16385, 3000, True, [("16384 GiB",)]),
        ("io2", 20000, 64001, True, [("16384 GiB",), ("64000 IOPS",)]),
        ("io2", 16384, 64000, True, []),
        ("io2", 65536, 256000, False, []),
        ("gp3", 20000, 80000, True, []),
    ],
)
def test_large_io2_volumes_need_the_nitro_system(
    kind: str, size: int, iops: int, xen: bool, nearest: list[tuple[str, ...]]
) -> None:
    values = {
        "terraform_aws_instance_type": "m4.large",
        "terraform_aws_xen": xen,
        "terraform_aws_data_volume_count": 1,
        "terraform_aws_data_volume_type": kind,
        "terraform_aws_data_volume_size_gb": size,
        "terraform_aws_data_volume_iops": iops,
    }
    assert [p.nearest for p in volumes.machine_problems(values)] == nearest
    assert volumes.machine_problems({**values, "terraform_aws_data_volume_count": 0}) == []


def test_local_zones_are_no_place() -> None:
    offered: offers.Offered = {
        "us-east-1": {"m5.large": ("us-east-1a", "us-east-1-bos-1a"), "t9.large": ("us-east-1-bos-1a",)},
        "us-west-2": {"t9.large": None},
    }
    known = [("us-east-1", "us-east-1a"), ("us-west-2", "us-west-2a")]
    assert offers.placed("m5.large", offered, offered, known) == {"us-east-1": ("us-east-1a",)}
    assert offers.placed("t9.large", ["us-east-1"], offered, known) == {}
    assert offers.placed("t9.large", offered, offered, known) == {"us-west-2": None}, "not known is somewhere"
    assert offers.outside(offered, known) == {"us-east-1-bos-1a"}
