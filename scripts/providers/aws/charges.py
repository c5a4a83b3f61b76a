# SPDX-License-Identifier: MIT
"""What a node on EC2 is billed for besides the machine: EBS volumes and a public address.

https://aws.amazon.com/ebs/pricing/ and https://aws.amazon.com/vpc/pricing/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from cloudlib.catalog.rates import PUBLIC_IPV4
from cloudlib.provider import Charge, Variables
from providers.charges import data_disks, performance

GIB_MONTH, IOPS_MONTH, MIBPS_MONTH = "GiB-month", "IOPS-month", "MiB/s-month"
#: The root volume of terraform/aws/main.tf.
_ROOT = "gp3"
#: Volume type -> the IOPS and MiB/s that come with each volume:
#: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
_FREE = {"gp3": (3000, 125)}
#: The IOPS of an io2 volume up to which each of its three prices holds:
#: https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html#io2-block-express
_IO2_TIERS = {"io2": (0, 32000), "io2.tier2": (32000, 64000), "io2.tier3": (64000, 10**9)}


def charges(values: Variables) -> list[Charge]:
    """Root volume, data volumes with the IOPS and the throughput that they are given, address."""
    root = int(str(values.get("terraform_root_volume_size_gb") or 0))
    size = f"{root} GiB" if root else "the image's size"
    return [
        Charge("root disk", f"{size} {_ROOT}", _ROOT, GIB_MONTH, Decimal(root) if root else None),
        *_volumes(values),
        Charge("public address", "IPv4", PUBLIC_IPV4, "hour", Decimal(1)),
    ]


def _volumes(values: Variables) -> Iterator[Charge]:
    disks = data_disks(values, "terraform_aws_data_volume")
    if not disks.count:
        return
    yield Charge("data volumes", disks.size, disks.kind, GIB_MONTH, Decimal(disks.count * disks.gib))
    if disks.kind == "io2":
        for part, (least, most) in _IO2_TIERS.items():
            tier = replace(disks, kind=part, iops=min(disks.iops, most), throughput=0)
            yield from performance(tier, (least, 0), IOPS_MONTH, MIBPS_MONTH)
        return
    yield from performance(disks, _FREE.get(disks.kind, (0, 0)), IOPS_MONTH, MIBPS_MONTH)
