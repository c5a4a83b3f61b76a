# SPDX-License-Identifier: MIT
"""What data disks are billed for besides their size: IOPS and throughput, counted alike on every cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.provider import Charge, Variables


@dataclass(frozen=True, slots=True)
class DataDisks:
    """Equal data disks of one node; `iops` and `throughput` are 0 where none are asked for."""

    kind: str
    count: int
    gib: int
    iops: int
    throughput: int

    @property
    def size(self) -> str:
        """`2 x 100 GiB gp3`."""
        return f"{self.count} x {self.gib} GiB {self.kind}"


def data_disks(values: Variables, prefix: str) -> DataDisks:
    """Those of the terraform variables that begin with `prefix`: terraform_aws_data_volume."""

    def number(name: str) -> int:
        return int(str(values.get(f"{prefix}_{name}") or 0))

    kind = str(values.get(f"{prefix}_type") or "")
    return DataDisks(kind, number("count"), number("size_gb"), number("iops"), number("throughput_mbps"))


def performance(
    disks: DataDisks, free: tuple[int, int], iops_unit: str, throughput_unit: str
) -> Iterator[Charge]:
    """The IOPS and the throughput above those that come with each disk, in units such as `MiB/s-month`."""
    iops, throughput = disks.iops - free[0], disks.throughput - free[1]
    if iops > 0:
        what = f"{disks.count} x {iops} of {disks.kind}"
        yield Charge("IOPS", what, disks.kind, iops_unit, Decimal(disks.count * iops))
    if throughput > 0:
        what = f"{disks.count} x {throughput} {throughput_unit.rpartition('-')[0]} of {disks.kind}"
        yield Charge("throughput", what, disks.kind, throughput_unit, Decimal(disks.count * throughput))
