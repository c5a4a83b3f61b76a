# SPDX-License-Identifier: MIT
"""What a node on Azure is billed for besides the machine: managed disks and a public address.

A managed disk is billed as the smallest tier that holds it; Premium SSD v2 and Ultra disks by the GiB, IOPS
and MB/s. https://azure.microsoft.com/pricing/details/managed-disks/
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cloudlib.catalog.rates import PUBLIC_IPV4
from cloudlib.provider import Charge, Variables
from providers.charges import data_disks, performance

#: The root disk of terraform/azure/main.tf.
_ROOT = "StandardSSD_LRS"
#: Number of a tier -> the most GiB it holds: https://learn.microsoft.com/azure/virtual-machines/disks-types
TIERS = {
    1: 4, 2: 8, 3: 16, 4: 32, 6: 64, 10: 128, 15: 256, 20: 512, 30: 1024, 40: 2048, 50: 4096, 60: 8192,
    70: 16384, 80: 32767,
}  # fmt: skip
#: Disk type -> the letter of its tiers, and the smallest there is.
_LETTERS = {"Premium_LRS": ("P", 1), "StandardSSD_LRS": ("E", 1), "Standard_LRS": ("S", 4)}
#: Disk type -> the IOPS and MB/s that come with it.
_FREE = {"PremiumV2_LRS": (3000, 125), "UltraSSD_LRS": (0, 0)}


def charges(values: Variables) -> list[Charge]:
    """Root disk, data disks with the IOPS and the throughput that they are given, address."""
    root = int(str(values.get("terraform_root_volume_size_gb") or 0))
    what = f"{root} GiB {_ROOT}" if root else f"the image's size {_ROOT}"
    return [
        _tiered("root disk", what, _ROOT, root, 1) if root else Charge("root disk", what, "E", "month", None),
        *_disks(values),
        Charge("public address", "IPv4", PUBLIC_IPV4, "hour", Decimal(1)),
    ]


def _disks(values: Variables) -> Iterator[Charge]:
    disks = data_disks(values, "terraform_azure_data_disk")
    if not disks.count:
        return
    if disks.kind in _LETTERS:
        yield _tiered("data disks", disks.size, disks.kind, disks.gib, disks.count)
        return
    yield Charge("data disks", disks.size, disks.kind, "GiB-hour", Decimal(disks.count * disks.gib))
    yield from performance(disks, _FREE.get(disks.kind, (0, 0)), "IOPS-hour", "MB/s-hour")


def _tiered(line: str, what: str, kind: str, gib: int, count: int) -> Charge:
    letter, least = _LETTERS[kind]
    tier = next(n for n, most in TIERS.items() if n >= least and most >= min(gib, TIERS[80]))
    return Charge(line, f"{what} ({letter}{tier})", f"{letter}{tier}", "month", Decimal(count))
