# SPDX-License-Identifier: MIT
"""How like two machines are: the one ranking of whatever is called nearest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Gpu
from cloudlib.catalog.text import device, dollars, gib
from cloudlib.search.machine import Machine, count
from cloudlib.search.question import doublings


@dataclass(frozen=True, slots=True)
class Figures:
    """What machines are compared by; a default is what compares as equal.

    `devices` are (model, how many), sorted. `ssd_gb` is local NVMe in all, `usd` the price per hour.
    """

    name: str
    vcpus: float
    memory_mib: float
    devices: tuple[tuple[str, Fraction], ...] = ()
    bare_metal: bool = False
    ssd_gb: int | None = None
    category: str = ""
    previous: bool = False
    usd: Decimal | None = None
    provider: str = ""
    regions: int = 0


def figures(machine: Machine, usd: Decimal | None = None) -> Figures:
    """The figures of a machine at a price."""
    return Figures(
        name=machine.name,
        vcpus=machine.vcpus,
        memory_mib=machine.memory_mib,
        devices=devices(machine.gpus, machine.accelerators),
        bare_metal=machine.bare_metal,
        ssd_gb=_ssd_gb(machine),
        category=machine.category,
        previous=machine.current is False,
        usd=usd,
        provider=machine.provider,
        regions=len(machine.regions),
    )


def devices(*groups: Iterable[Gpu]) -> tuple[tuple[str, Fraction], ...]:
    """GPUs and accelerators as `Figures` has them."""
    return tuple(sorted((model(d.name), count(d)) for group in groups for d in group))


def unlike(wanted: Figures, other: Figures) -> tuple[object, ...]:
    """Sort key of how unlike `wanted` another machine is.

    GPUs come first, as nothing replaces them; then bare metal; then vCPUs and memory; then local disks,
    category, generation, and price. In another cloud, where names tell nothing, the more regions have it the
    nearer it is.
    """
    size = doublings(wanted.vcpus, other.vcpus) + doublings(wanted.memory_mib, other.memory_mib)
    return (
        bool(wanted.devices) != bool(other.devices),
        {name for name, _ in wanted.devices} != {name for name, _ in other.devices},
        wanted.devices != other.devices,
        wanted.bare_metal != other.bare_metal,
        round(size, 1),
        bool(wanted.ssd_gb) != bool(other.ssd_gb),
        wanted.category != other.category,
        other.previous,
        round(_apart(wanted.usd, other.usd), 1),
        0 if wanted.provider == other.provider else -other.regions,
        -common_start(wanted.name, other.name),
        (natural(other.name), other.provider),
    )


def common_start(name: Sequence[str], other: Sequence[str]) -> int:
    """How many letters, or words, two names begin with alike."""
    pairs = enumerate(zip(name, other))
    return next((number for number, (one, two) in pairs if one != two), min(len(name), len(other)))


def unlike_and_no_more(wanted: Figures, other: Figures) -> tuple[object, ...]:
    """`unlike`, where what is larger or dearer comes after all that is not: nothing is replaced by more."""
    dearer = wanted.usd is not None and other.usd is not None and other.usd > wanted.usd
    exceeds = dearer or other.vcpus > wanted.vcpus or other.memory_mib > wanted.memory_mib
    first, *rest = unlike(wanted, other)
    return (first, exceeds, *rest)


def differences(
    wanted: Machine, other: Machine, prices: Sequence[Decimal | None] = (None, None)
) -> list[str]:
    """How another machine differs, in words: "60 GiB, not 64", "no NVMe"; nothing for an equal one."""
    told = []
    if wanted.vcpus != other.vcpus:
        told.append(f"{other.vcpus} vCPU, not {wanted.vcpus}")
    if wanted.memory_mib != other.memory_mib:
        told.append(f"{gib(other.memory_mib)} GiB, not {gib(wanted.memory_mib)}")
    if not set(wanted.architectures) & set(other.architectures):
        told.append(f"{'+'.join(other.architectures)}, not {'+'.join(wanted.architectures)}")
    if devices(wanted.gpus, wanted.accelerators) != devices(other.gpus, other.accelerators):
        theirs = ", ".join(device(d) for d in (*other.gpus, *other.accelerators))
        told.append(theirs or "no GPU")
    if _ssd_gb(wanted) != _ssd_gb(other):
        told.append(_disks(other))
    if wanted.bare_metal != other.bare_metal:
        told.append("bare metal" if other.bare_metal else "not bare metal")
    if wanted.kvm and not other.kvm:
        told.append("KVM not known" if other.kvm is None else "no KVM")
    if wanted.category != other.category:
        told.append(other.category.lower() if other.category != "GPU" else "GPU")
    if other.current is False and wanted.current is not False:
        told.append("previous generation")
    have, new = prices
    if have and new:
        told.append(_price(have, new))
    return told


def _price(have: Decimal, new: Decimal) -> str:
    percent = round((new / have - 1) * 100)
    if percent == 0:
        return "same price"
    return f"{dollars(abs(new - have))} {'more' if new > have else 'less'} ({percent:+d} %)"


def _apart(have: Decimal | None, new: Decimal | None) -> float:
    """Doublings between two prices. One that is not known counts as the double of one that is."""
    return doublings(float(have), float(new)) if have and new else float(bool(have))


def model(name: str) -> str:
    """The model without how it is built in: "NVIDIA H100 SXM5" and "NVIDIA H100 PCIe" are both an H100."""
    words = [w for w in name.split() if w not in _FORMS]
    return " ".join(words)


_FORMS = frozenset({"SXM4", "SXM5", "SXM6", "PCIe", "MEGA", "Tesla"})


def _ssd_gb(machine: Machine) -> int | None:
    known = machine.nvme
    return known[1] if known else None


def _disks(machine: Machine) -> str:
    known = machine.nvme
    if known is None:
        return "local disks of an unknown kind"
    return f"{known[0]} NVMe of {known[1]:,} GB in all" if known[0] else "no NVMe"
