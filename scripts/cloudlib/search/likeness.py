# SPDX-License-Identifier: MIT
"""How like two machines are: the one ranking of whatever is called nearest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from decimal import Decimal

from cloudlib.catalog.text import device, dollars, gib
from cloudlib.search.machine import Machine, count
from cloudlib.search.question import doublings


def unlike(
    wanted: Machine, other: Machine, prices: tuple[Decimal | None, Decimal | None] = (None, None)
) -> tuple[object, ...]:
    """Sort key of how unlike `wanted` another machine is; `prices` are those of the two.

    GPUs come first, as nothing replaces them; then bare metal; then the size, to which price and local disks
    belong; then category, generation, and name.
    """
    size = doublings(wanted.vcpus, other.vcpus) + doublings(wanted.memory_mib, other.memory_mib)
    return (
        bool(_devices(wanted)) != bool(_devices(other)),
        _models(wanted) != _models(other),
        _devices(wanted) != _devices(other),
        wanted.bare_metal != other.bare_metal,
        round(size, 1),
        bool(_ssd_gb(wanted)) != bool(_ssd_gb(other)),
        wanted.category != other.category,
        other.current is False,
        round(_apart(*prices), 1),
        0 if wanted.provider == other.provider else -len(other.regions),
        -difflib.SequenceMatcher(None, wanted.name, other.name).ratio(),
        other.order,
    )


def exceeds(
    wanted: Machine, other: Machine, prices: tuple[Decimal | None, Decimal | None] = (None, None)
) -> bool:
    """Is it larger or dearer? What replaces a machine unasked should be neither."""
    have, new = prices
    dearer = have is not None and new is not None and new > have
    return dearer or other.vcpus > wanted.vcpus or other.memory_mib > wanted.memory_mib


def differences(
    wanted: Machine, other: Machine, prices: tuple[Decimal | None, Decimal | None] = (None, None)
) -> list[str]:
    """How another machine differs, in words: "60 GiB, not 64", "no NVMe"; nothing for an equal one."""
    told = []
    if wanted.vcpus != other.vcpus:
        told.append(f"{other.vcpus} vCPU, not {wanted.vcpus}")
    if wanted.memory_mib != other.memory_mib:
        told.append(f"{gib(other.memory_mib)} GiB, not {gib(wanted.memory_mib)}")
    if not set(wanted.architectures) & set(other.architectures):
        told.append(f"{'+'.join(other.architectures)}, not {'+'.join(wanted.architectures)}")
    if _devices(wanted) != _devices(other):
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


def _devices(machine: Machine) -> list[tuple[str, object]]:
    return sorted((_model(d.name), count(d)) for d in (*machine.gpus, *machine.accelerators))


def _models(machine: Machine) -> set[str]:
    return {_model(d.name) for d in (*machine.gpus, *machine.accelerators)}


def _model(name: str) -> str:
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


def sort_like(
    wanted: Machine, others: Iterable[tuple[Machine, Decimal | None]], usd: Decimal | None
) -> list[tuple[Machine, Decimal | None]]:
    """Machines and their prices, those most like one first."""
    return sorted(others, key=lambda entry: unlike(wanted, entry[0], (usd, entry[1])))
