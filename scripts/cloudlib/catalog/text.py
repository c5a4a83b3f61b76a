# SPDX-License-Identifier: MIT
"""Records as people read them: prices, memory, devices, and one line for a type or a family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from cloudlib.catalog.records import ARCHITECTURES, Gpu, InstanceType, LocalDisks
from cloudlib.errors import CatalogError


def type_prompt(itype: InstanceType, region: str) -> str:
    """`m7g.2xlarge  8 vCPU  32 GiB  arm64  $0.3264/h`: one line for messages."""
    price = itype.price_in(region)
    parts = [
        itype.name,
        f"{itype.vcpus} vCPU",
        f"{gib(itype.memory_mib)} GiB",
        "+".join(itype.linux_architectures),
        *(device(gpu) for gpu in (*itype.gpus, *itype.accelerators)),
        *(disks(d) for d in itype.local_disks),
        f"{dollars(price.usd_per_hour)}/h" if price else "",
    ]
    return "  ".join(part for part in parts if part)


def sold_as(itype: InstanceType) -> str:
    """`only as capacity-block`: how a type is sold that is not sold on demand."""
    return f"only as {' or '.join(itype.usage)}"


def family_prompt(name: str, instance_types: Sequence[InstanceType], region: str) -> str:
    """One line for a family: its ranges, architectures, devices and lowest known price."""
    prices = [p.usd_per_hour for t in instance_types if (p := t.price_in(region))]
    disks = all(t.local_disks for t in instance_types)
    nvme = disks and all(d.kind == "NVMe" for t in instance_types for d in t.local_disks)
    parts = [
        name,
        f"{span(t.vcpus for t in instance_types)} vCPU",
        f"{span((t.memory_mib for t in instance_types), gib)} GiB",
        "+".join(a for a in ARCHITECTURES if any(a in t.architectures for t in instance_types)),
        ", ".join(sorted({d.name for t in instance_types for d in (*t.gpus, *t.accelerators)})),
        ("local NVMe" if nvme else "local disks") if disks else "",
        f"from {dollars(min(prices))}/h" if prices else "",
    ]
    return "  ".join(part for part in parts if part)


def device(gpu: Gpu) -> str:
    """`4 x NVIDIA L40S 45 GiB`, or `1/8 x …` for a slice."""
    memory = f" {gib(gpu.memory_mib)} GiB" if gpu.memory_mib else ""
    return f"{gpu.fraction or gpu.count} x {gpu.name}{memory}"


def disks(local: LocalDisks) -> str:
    """`2 x 3750 GB NVMe`."""
    return f"{local.count} x {local.size_gb} GB {local.kind}"


def gib(mib: int) -> str:
    """MiB as GiB, at most two decimals, no trailing zeros."""
    return f"{mib / 1024:.2f}".rstrip("0").rstrip(".")


def dollars(amount: Decimal) -> str:
    """`$0.3264`, `$1.00`: two to four decimals, more only where the first three are zeros.

    CatalogError for what is not a price: infinity, not a number, more digits than a Decimal rounds.
    """
    try:
        rounded = amount.quantize(Decimal("0.0001")) if amount >= Decimal("0.001") else amount
    except InvalidOperation as error:
        raise CatalogError(f"{amount} is not a price in USD") from error
    whole, _, cents = format(rounded, "f").partition(".")
    return f"${whole}.{cents.rstrip('0').ljust(2, '0')}"


def span(values: Iterable[int], written: Callable[[int], str] = str) -> str:
    """`2-192`, or `2` where all are alike."""
    every = {*values}
    return "-".join(dict.fromkeys((written(min(every)), written(max(every)))))
