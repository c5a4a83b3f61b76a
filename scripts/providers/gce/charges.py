# SPDX-License-Identifier: MIT
"""What a node on Compute Engine is billed for besides the machine: disks and an external address.

What an account has for nothing each month (30 GiB of pd-standard, an address of 744 h) is not subtracted.
https://cloud.google.com/compute/disks-image-pricing
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from cloudlib.catalog.rates import PUBLIC_IPV4
from cloudlib.provider import Charge, Variables
from providers.charges import data_disks, performance
from providers.gce.disks import hyperdisk_only

#: Disk type -> the IOPS and MiB/s that come with each disk.
_FREE = {"hyperdisk-balanced": (3000, 140)}


def charges(values: Variables) -> list[Charge]:
    """Boot disk, data disks with the IOPS and the throughput that they are given, address."""
    machine = str(values.get("terraform_gce_machine_type", ""))
    boot = "hyperdisk-balanced" if hyperdisk_only(machine) else "pd-balanced"
    root = int(str(values.get("terraform_root_volume_size_gb") or 0))
    what = f"{root} GiB {boot}" if root else f"the image's size {boot}"
    return [
        Charge("root disk", what, boot, "GiB-month", Decimal(root) if root else None),
        *_disks(values, machine),
        Charge("public address", "IPv4", PUBLIC_IPV4, "hour", Decimal(1)),
    ]


def _disks(values: Variables, machine: str) -> Iterator[Charge]:
    disks = data_disks(values, "terraform_gce_data_disk")
    if not disks.count:
        return
    if disks.kind.startswith("pd-") and hyperdisk_only(machine):
        disks = replace(disks, kind="hyperdisk-balanced")
    yield Charge("data disks", disks.size, disks.kind, "GiB-month", Decimal(disks.count * disks.gib))
    yield from performance(disks, _FREE.get(disks.kind, (0, 0)), "IOPS-month", "MiB/s-month")
