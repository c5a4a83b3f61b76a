# SPDX-License-Identifier: MIT
"""What a node on EC2 is billed for besides the machine: EBS volumes and a public address.

https://aws.amazon.com/ebs/pricing/ and https://aws.amazon.com/vpc/pricing/
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cloudlib.catalog.rates import PUBLIC_IPV4
from cloudlib.provider import Charge, Variables

GIB_MONTH, IOPS_MONTH, MIBPS_MONTH = "GiB-month", "IOPS-month", "MiB/s-month"
#: The root volume of terraform/aws/main.tf.
_ROOT = "gp3"
#: What a gp3 volume has for nothing: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
_FREE_IOPS, _FREE_MIBPS = 3000, 125
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
    def number(name: str) -> int:
        return int(str(values.get(f"terraform_aws_data_volume_{name}") or 0))

    count, gib, iops, mibps = (number(n) for n in ("count", "size_gb", "iops", "throughput_mbps"))
    kind = str(values.get("terraform_aws_data_volume_type", ""))
    if not count:
        return
    yield Charge("data volumes", f"{count} x {gib} GiB {kind}", kind, GIB_MONTH, Decimal(count * gib))
    if kind == "io2":
        priced = {part: min(iops, most) - least for part, (least, most) in _IO2_TIERS.items()}
    else:
        priced = {kind: iops - (_FREE_IOPS if kind == "gp3" else 0)}
    for part, above in priced.items():
        if above > 0:
            yield Charge("IOPS", f"{count} x {above} of {part}", part, IOPS_MONTH, Decimal(count * above))
    if mibps > _FREE_MIBPS:
        above = mibps - _FREE_MIBPS
        what = f"{count} x {above} MiB/s of {kind}"
        yield Charge("throughput", what, kind, MIBPS_MONTH, Decimal(count * above))
