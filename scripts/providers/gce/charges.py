# SPDX-License-Identifier: MIT
"""What a node on Compute Engine is billed for besides the machine: disks and an external address.

What an account has for nothing each month (30 GiB of pd-standard, an address of 744 h) is not subtracted.
https://cloud.google.com/compute/disks-image-pricing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from cloudlib.catalog.rates import PUBLIC_IPV4
from cloudlib.provider import Charge, Variables

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


def hyperdisk_only(machine: str) -> bool:
    """Does the type take no Persistent Disk? terraform/gce/main.tf has the same rule, and says why."""
    known = re.match(r"[a-z]+([0-9]+)", machine)
    if known is None:
        return False
    first = 6 if re.match(r"(?:ct|tpu)[0-9]", machine) else 4
    return int(known[1]) >= first or machine.startswith("a3-ultragpu-") or machine.endswith("-metal")


def _disks(values: Variables, machine: str) -> Iterator[Charge]:
    def number(name: str) -> int:
        return int(str(values.get(f"terraform_gce_data_disk_{name}") or 0))

    count, gib, iops, mibps = (number(n) for n in ("count", "size_gb", "iops", "throughput_mbps"))
    kind = str(values.get("terraform_gce_data_disk_type", ""))
    if not count:
        return
    if kind.startswith("pd-") and hyperdisk_only(machine):
        kind = "hyperdisk-balanced"
    yield Charge("data disks", f"{count} x {gib} GiB {kind}", kind, "GiB-month", Decimal(count * gib))
    free_iops, free_mibps = _FREE.get(kind, (0, 0))
    if iops > free_iops:
        above = iops - free_iops
        yield Charge("IOPS", f"{count} x {above} of {kind}", kind, "IOPS-month", Decimal(count * above))
    if mibps > free_mibps:
        above = mibps - free_mibps
        yield Charge("throughput", f"{count} x {above} MiB/s", kind, "MiB/s-month", Decimal(count * above))
