# SPDX-License-Identifier: MIT
"""What menus say of a machine, and the conditions under which they offer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from cloudlib.catalog.records import ARCHITECTURES, Catalog, Gpu, InstanceType, Region
from cloudlib.menus.kconfig import all_of, any_of
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.symbols import symbol

#: Family name -> its types.
Families = Mapping[str, Sequence[InstanceType]]


def type_prompt(kind: InstanceType, region: str) -> str:
    """`m7g.2xlarge  8 vCPU  32 GiB  arm64  $0.3264/h`: what people choose by, so that `/` finds it."""
    price = kind.price_in(region)
    parts = [
        kind.name,
        f"{kind.vcpus} vCPU",
        f"{gib(kind.memory_mib)} GiB",
        "+".join(kind.linux_architectures),
        *(device(g) for g in (*kind.gpus, *kind.accelerators)),
        *(f"{d.count} x {d.size_gb} GB {'NVMe' if d.nvme else 'disk'}" for d in kind.local_disks),
        f"{dollars(price.usd_per_hour)}/h" if price else "",
    ]
    return "  ".join(part for part in parts if part)


def family_prompt(name: str, kinds: Sequence[InstanceType], region: str) -> str:
    """One line for a family: its ranges, architectures, devices and lowest known price."""
    prices = [p.usd_per_hour for k in kinds if (p := k.price_in(region))]
    vcpus, memory = [k.vcpus for k in kinds], [k.memory_mib for k in kinds]
    disks = all(k.local_disks for k in kinds)
    nvme = disks and all(d.nvme for k in kinds for d in k.local_disks)
    parts = [
        name,
        f"{_range(min(vcpus), max(vcpus))} vCPU",
        f"{_range(gib(min(memory)), gib(max(memory)))} GiB",
        "+".join(a for a in ARCHITECTURES if any(a in k.architectures for k in kinds)),
        ", ".join(sorted({d.name for k in kinds for d in (*k.gpus, *k.accelerators)})),
        ("local NVMe" if nvme else "local disks") if disks else "",
        f"from {dollars(min(prices))}/h" if prices else "",
    ]
    return "  ".join(part for part in parts if part)


def type_help(kind: InstanceType, catalog: Catalog, names: MenuNames) -> str:
    """The rest of what is known: network, KVM, boot modes, zones by id, prices elsewhere."""
    here = catalog.default_region
    zones = [z.zone_id or z.name for z in catalog.zones if z.region == here and z.name in set(kind.zones)]
    elsewhere = [f"{r} {dollars(kind.prices[r].usd_per_hour)}" for r in sorted(kind.prices) if r != here]
    one_price = len({p.usd_per_hour for p in kind.prices.values()}) == 1 and {*kind.regions} <= {*kind.prices}
    facts = [
        f"Network: {kind.network}." if kind.network else "",
        "Bare metal." if kind.bare_metal else "",
        f"KVM guests: {'yes' if kind.kvm else 'no'}." if names.states_kvm else "",
        f"Boot: {', '.join(kind.boot_modes)}." if kind.boot_modes else "",
        f"Zones in {here}: {', '.join(zones)}." if zones else "",
        "The same price in every region." if one_price and elsewhere else "",
        f"USD per hour elsewhere: {', '.join(elsewhere)}." if elsewhere and not one_price else "",
    ]
    return " ".join(fact for fact in facts if fact)


def device(gpu: Gpu) -> str:
    """`4 x NVIDIA L40S 45 GiB`, or `1/8 x …` for a slice."""
    memory = f" {gib(gpu.memory_mib)} GiB" if gpu.memory_mib else ""
    return f"{gpu.fraction or gpu.count} x {gpu.name}{memory}"


def gib(mib: int) -> str:
    """MiB as GiB, at most two decimals, no trailing zeros."""
    return f"{mib / 1024:.2f}".rstrip("0").rstrip(".")


def dollars(amount: Decimal) -> str:
    """`$0.3264`, `$1.00`: two to four decimals, more only where the first four are zeros."""
    rounded = amount.quantize(Decimal("0.0001")) if amount >= Decimal("0.001") else amount
    text = format(rounded, "f")
    whole, _, cents = text.partition(".")
    return f"${whole}.{cents.rstrip('0').ljust(2, '0')}"


def offered_if(kinds: Iterable[InstanceType], catalog: Catalog, names: MenuNames) -> tuple[str, ...]:
    """The `depends on` lines under which at least one of these types can be started."""
    sets: dict[str, set[str]] = {}
    for kind in kinds:
        for architecture in kind.linux_architectures:
            sets.setdefault(architecture, set()).update(kind.regions)
    if len(sets) > 1 and len({frozenset(regions) for regions in sets.values()}) > 1:
        clauses = (all_of(TARGET[a], *_regions(sets[a], catalog, names)) for a in ARCHITECTURES if a in sets)
        return (any_of(f"({clause})" for clause in clauses),)
    target = [TARGET[a] for a in ARCHITECTURES if a in sets]
    regions = set().union(*sets.values())
    return (*(target if len(target) == 1 else ()), *_regions(regions, catalog, names))


def _regions(wanted: set[str], catalog: Catalog, names: MenuNames) -> tuple[str, ...]:
    """A condition on the region choice, in whichever form is shorter; () for everywhere.

    Exactly one region is y, so "not in these" says the same as "in the others".
    """
    every = [r.name for r in offered_regions(catalog)]
    inside = [symbol(names.region_prefix, name) for name in every if name in wanted]
    outside = [symbol(names.region_prefix, name) for name in every if name not in wanted]
    if len(outside) <= len(inside):
        return tuple(f"!{name}" for name in outside)
    return (any_of(inside),)


def menu_families(catalog: Catalog) -> dict[str, tuple[InstanceType, ...]]:
    """The families of the menus: what boots Linux on a target architecture and is offered somewhere."""
    found = {}
    for name, kinds in catalog.families().items():
        usable = tuple(k for k in kinds if k.linux_architectures and k.regions)
        if usable:
            found[name] = usable
    return found


def type_terms(families: Families, names: MenuNames, has: Callable[[InstanceType], bool]) -> list[str]:
    """The symbols of the types of which `has` is true: a family's own where it holds for all its sizes."""
    terms: list[str] = []
    for name, kinds in families.items():
        chosen = [k for k in kinds if has(k)]
        if len(chosen) == len(kinds) and names.family_prefix:
            terms.append(symbol(names.family_prefix, name))
        else:
            terms += [symbol(names.type_prefix, k.name) for k in chosen]
    return terms


def offered_regions(catalog: Catalog) -> list[Region]:
    """The regions that can be chosen: those in which something is known to start."""
    return [r for r in catalog.regions if r.available and r.name in catalog.offered_in]


def _range(low: object, high: object) -> str:
    return str(low) if low == high else f"{low}-{high}"
