# SPDX-License-Identifier: MIT
"""A machine type of any provider as questions see it. What the provider does not state is None or empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from cloudlib.catalog.area import area
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Catalog, Gpu, Image, InstanceType, LocalDisks, Price, Provenance, Region

#: A vendor's boot mode -> what it is called here. V1 and V2 are Azure's generations of Hyper-V:
#: https://learn.microsoft.com/azure/virtual-machines/generation-2
_BOOT = {"V1": "legacy-bios", "V2": "uefi"}
BOOT_MODES = ("uefi", "legacy-bios")


@dataclass(frozen=True, slots=True)
class Place:
    """A region that can be used, and the part of the world that it is in."""

    name: str
    long_name: str
    area: str


@dataclass(frozen=True, eq=False)
class Market:
    """What the machines of a provider share.

    `unstated` has "kvm" and "current" where the catalog says so of no type: the provider does not state it.
    """

    provider: str
    default_region: str
    places: Mapping[str, Place]
    provenance: Provenance
    unstated: frozenset[str]
    make_images: Callable[[], Sequence[Image]] = field(repr=False)

    @cached_property
    def images(self) -> Sequence[Image]:
        """The image streams of the catalog."""
        return self.make_images()


@dataclass(frozen=True, eq=False)
class Machine:
    """A machine type that boots Linux on a target architecture.

    What begins with `make_` gives what few questions need, or of few machines; it is called when asked for.
    """

    market: Market
    name: str
    family: str
    category: str
    vcpus: int
    memory_mib: int
    architectures: tuple[str, ...]
    gpus: tuple[Gpu, ...]
    accelerators: tuple[Gpu, ...]
    local_disks: tuple[LocalDisks, ...]
    bare_metal: bool
    kvm: bool | None
    current: bool | None
    on_demand: bool
    boot: frozenset[str]
    regions: tuple[str, ...]
    make_record: Callable[[], InstanceType] = field(repr=False)
    make_prices: Callable[[], Mapping[str, Price]] = field(repr=False)
    make_amounts: Callable[[], Mapping[str, Decimal]] = field(repr=False)

    @property
    def provider(self) -> str:
        """The name of its provider."""
        return self.market.provider

    @cached_property
    def record(self) -> InstanceType:
        """All that the catalog has of it. CatalogError where the catalog is damaged."""
        return self.make_record()

    @cached_property
    def prices(self) -> Mapping[str, Price]:
        """Region -> its known price there."""
        return self.make_prices()

    @cached_property
    def amounts(self) -> Mapping[str, Decimal]:
        """Region -> USD per hour, where that is known: `prices` without their sources, which takes longer."""
        return self.make_amounts()

    @property
    def gpu_count(self) -> Fraction:
        """How many GPUs it has; a slice of one is 1/8."""
        return sum((count(gpu) for gpu in self.gpus), Fraction(0))

    @property
    def gpu_memory_gib(self) -> float | None:
        """GiB of its largest GPU; 0 without one, None where it is not known."""
        known = [gpu.memory_mib / 1024 for gpu in self.gpus if gpu.memory_mib]
        return max(known) if known else None if self.gpus else 0

    @property
    def nvme(self) -> tuple[int, int] | None:
        """Local NVMe SSDs and their GB in all; None where the kind of a local disk is not known."""
        ssds = [disks for disks in self.local_disks if disks.kind == "NVMe"]
        if not ssds and any(disks.nvme is None for disks in self.local_disks):
            return None
        return sum(d.count for d in ssds), sum(d.count * d.size_gb for d in ssds)

    def usd(self, region: str) -> Decimal | None:
        """USD per hour in a region; None where that is not known."""
        return self.amounts.get(region)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key of names."""
        return (natural(self.name), self.provider)


def count(gpu: Gpu) -> Fraction:
    """How many devices: 8, or 1/8 for a slice."""
    return Fraction(gpu.fraction) if gpu.fraction else Fraction(gpu.count)


def boot_modes(modes: Iterable[str]) -> frozenset[str]:
    """A vendor's boot modes as BOOT_MODES has them."""
    return frozenset(_BOOT.get(mode.partition("+")[0], mode) for mode in modes)


def market(catalog: Catalog) -> Market:
    """What the machines of a catalog share."""
    types = catalog.instance_types
    stated = unstated(any(t.kvm for t in types), any(not t.current_generation for t in types))
    return Market(
        provider=catalog.provider,
        default_region=catalog.default_region,
        places=places(catalog.regions),
        provenance=catalog.provenance,
        unstated=stated,
        make_images=lambda: catalog.images,
    )


def unstated(some_kvm: bool, some_previous: bool) -> frozenset[str]:
    """The facts that no type of a catalog has, which is taken for a vendor that does not state them."""
    return frozenset(name for name, known in (("kvm", some_kvm), ("current", some_previous)) if not known)


def places(regions: Iterable[Region]) -> dict[str, Place]:
    """{name: place} of the regions that can be used."""
    return {r.name: Place(r.name, r.long_name, area(r)) for r in regions if r.available}


def of_catalog(catalog: Catalog) -> list[Machine]:
    """The machines of a catalog that boot Linux in some region, in its order; see `Machine.on_demand`."""
    shared = market(catalog)
    return [of_record(t, shared) for t in catalog.instance_types if t.linux_architectures and t.regions]


def of_record(itype: InstanceType, shared: Market) -> Machine:
    """A type of a catalog as a machine; `shared` is the catalog's market."""
    return Machine(
        market=shared,
        name=itype.name,
        family=itype.family,
        category=itype.category,
        vcpus=itype.vcpus,
        memory_mib=itype.memory_mib,
        architectures=itype.linux_architectures,
        gpus=itype.gpus,
        accelerators=itype.accelerators,
        local_disks=itype.local_disks,
        bare_metal=itype.bare_metal,
        kvm=None if "kvm" in shared.unstated else itype.kvm,
        current=None if "current" in shared.unstated else itype.current_generation,
        on_demand=itype.on_demand,
        boot=boot_modes(itype.boot_modes),
        regions=itype.regions,
        make_record=lambda: itype,
        make_prices=lambda: itype.prices,
        make_amounts=lambda: {region: price.usd_per_hour for region, price in itype.prices.items()},
    )
