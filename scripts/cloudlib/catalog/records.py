# SPDX-License-Identifier: MIT
"""The catalog as frozen records: what a cloud offers, in one vocabulary for all providers.

Units are part of a field's name. Figures that the vendor does not state are None, an empty string
or an empty tuple; a price that is not known is absent, never 0 and never estimated. No record exists with a
name, a text or a figure outside the limits of `catalog.limits`: its constructor raises CatalogError.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from cloudlib.catalog import limits
from cloudlib.catalog.contradictions import Offer, Places, refuse, refuse_twice
from cloudlib.catalog.order import family_order, machine_order, natural
from cloudlib.catalog.rates import Rate, rate_order

#: What the root Kconfig lets a user target, by the names the records use.
ARCHITECTURES = ("x86_64", "arm64")
#: How machines of this project are started: see `InstanceType.usage`.
ON_DEMAND = "on-demand"


@dataclass(frozen=True, slots=True)
class Region:
    """A place with its own endpoint.

    `available` is False where this account may not look (AWS: not opted in): such a region is named
    in the menus but cannot be chosen. `opt_in` is True where each account has to enable it first.
    """

    name: str
    long_name: str = ""
    geography: str = ""
    opt_in: bool = False
    available: bool = True
    why_not: str = ""

    def __post_init__(self) -> None:
        limits.check(self, self.name)


@dataclass(frozen=True, slots=True)
class Zone:
    """An availability zone. Names are unique in the catalog.

    `zone_id` is the same in every account; the name need not be (AWS, Azure). `short` is what the vendor
    calls the zone within its region, where that is not the whole name: Azure's eastus-1 is "1".
    """

    name: str
    region: str
    zone_id: str = ""
    short: str = ""

    def __post_init__(self) -> None:
        limits.check(self, self.name)

    @property
    def terraform_name(self) -> str:
        """The name that terraform expects."""
        return self.short or self.name


@dataclass(frozen=True, slots=True)
class Gpu:
    """A kind of GPU or other accelerator in a machine.

    `memory_mib` is that of one device. `fraction` is "1/8" where the machine has a slice of one.
    """

    name: str
    count: int
    memory_mib: int | None = None
    fraction: str = ""

    def __post_init__(self) -> None:
        limits.check(self, self.name)


@dataclass(frozen=True, slots=True)
class LocalDisks:
    """A set of equal disks inside the host; their contents end with the instance. GB is 10^9.

    `nvme` is how they are attached, hard disks too; `media` is "ssd" or "hdd". None and "" are not known.
    """

    count: int
    size_gb: int
    nvme: bool | None = None
    media: str = ""

    def __post_init__(self) -> None:
        limits.check(self, f"{self.count} x {self.size_gb} GB")

    @property
    def kind(self) -> str:
        """What people call them: NVMe (an SSD), HDD, SSD, or disk where neither is known."""
        hdd, ssd = self.media == "hdd", self.media == "ssd"
        return "HDD" if hdd else "NVMe" if self.nvme else "SSD" if ssd else "disk"


@dataclass(frozen=True, slots=True)
class Price:
    """On-demand Linux price, USD per hour, and where the figure was read."""

    usd_per_hour: Decimal
    source: str

    def __post_init__(self) -> None:
        limits.check(self, self.source)


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One machine type. `kvm` is whether guests can run KVM: bare metal or nested virtualization.

    `boot_modes` are the ways in which it can start an image, where the vendor states them. `features` are
    what the provider's MenuNames ask about, by their names there. `max_data_volumes` is how many data volumes
    it takes besides its root volume, None where that is not stated. `usage` is how it is sold ("on-demand",
    "spot", "reservation" …), () for unknown. It is in no zone of a region that has none in `zones`, unless
    `zones_unknown` names the region. `last_known`: see catalog.everybody.
    """

    name: str
    family: str
    category: str
    vcpus: int
    memory_mib: int
    architectures: tuple[str, ...]
    gpus: tuple[Gpu, ...] = ()
    accelerators: tuple[Gpu, ...] = ()
    local_disks: tuple[LocalDisks, ...] = ()
    network: str = ""
    bare_metal: bool = False
    kvm: bool = False
    boot_modes: tuple[str, ...] = ()
    current_generation: bool = True
    features: tuple[str, ...] = ()
    max_data_volumes: int | None = None
    usage: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    zones_unknown: tuple[str, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)
    last_known: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        limits.check(self, self.name)

    def price_in(self, region: str) -> Price | None:
        """The known price in a region, or None: not known."""
        return self.prices.get(region)

    @property
    def linux_architectures(self) -> tuple[str, ...]:
        """The target architectures it can boot, in menu order; empty for a macOS-only machine."""
        return tuple(a for a in ARCHITECTURES if a in self.architectures)

    @property
    def on_demand(self) -> bool:
        """Whether it can be started at once, at the price on demand; assumed where it is not stated."""
        return not self.usage or ON_DEMAND in self.usage

    @property
    def offered(self) -> bool:
        """Whether menus offer it: it boots Linux on a target architecture, in some region, on demand."""
        return bool(self.linux_architectures and self.regions and self.on_demand)


@dataclass(frozen=True, slots=True)
class Image:
    """A stream of operating system images, one per distribution, release and architecture.

    `coordinates` are the strings that terraform needs to find the newest build, by the last part of
    their result symbol: {"AMI_OWNER": "136693071363", "NS": "debian-12-amd64-*"}. `purpose` is "os" or
    "gpu". `boot_modes`, where the vendor states them, are what an instance type must support one of. `symbol`
    is what the Kconfig symbol is named after, where that is not the title. `version` is the one that the
    coordinates name, where a release has several ("9.8.0" of RHEL 9). `preferred` is what the vendor's own
    alias stands for. `features` are as those of types. `supported` is False for a release out of support.
    `fee` is what is billed by the hour for its use, by the part of its rates; NO_FEE where the vendor states
    that nothing is, "" where it states neither.
    """

    distro: str
    release: str
    title: str
    architecture: str
    coordinates: Mapping[str, str]
    purpose: str = "os"
    boot_modes: tuple[str, ...] = ()
    symbol: str = ""
    version: str = ""
    preferred: bool = False
    features: tuple[str, ...] = ()
    supported: bool = True
    fee: str = ""

    def __post_init__(self) -> None:
        limits.check(self, self.title)

    @property
    def key(self) -> tuple[str, tuple[object, ...], str, str, tuple[str, ...]]:
        """Sort key: distribution, release with numbers by value, architecture, purpose, boot modes."""
        return (self.distro, natural(self.release), self.architecture, self.purpose, self.boot_modes)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a catalog came from. The only place where a clock time may stand.

    `source` is "live", "built-in" or a note about a recording; `not_reached` maps what has no answer to why:
    a region, a zone, or by its name in `catalog.merge` a price list or a group of images. `known_since` maps
    those whose data were carried forward to when these were fetched ("" for unknown), and `unanswered` each
    to how many refreshes in a row it missed. `forced` are the doubts that FORCE=1 overrode. `left_out` counts
    what the vendor lists and the catalog has not. `closed` are types closed to this account, by place.
    """

    source: str
    fetched_at: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0
    not_reached: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    known_since: Mapping[str, str] = field(default_factory=dict)
    unanswered: Mapping[str, int] = field(default_factory=dict)
    forced: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits.check(self, self.source)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that one provider offers. Sorted at construction by `Catalog.build`.

    `rates` are prices of disks and the like. Two fields follow from the rest: `offered_in`, the names of the
    regions that offer what boots Linux on a target architecture; `zone_regions`, {zone: its region}.
    """

    provider: str
    default_region: str
    regions: tuple[Region, ...]
    zones: tuple[Zone, ...]
    instance_types: tuple[InstanceType, ...]
    images: tuple[Image, ...]
    provenance: Provenance
    rates: tuple[Rate, ...] = ()
    offered_in: frozenset[str] = field(init=False, repr=False, compare=False)
    zone_regions: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limits.check(self, self.provider)
        offered_in = frozenset(region for t in self.instance_types if t.offered for region in t.regions)
        object.__setattr__(self, "offered_in", offered_in)
        object.__setattr__(self, "zone_regions", {zone.name: zone.region for zone in self.zones})

    @classmethod
    def build(
        cls,
        *,
        provider: str,
        default_region: str,
        regions: Iterable[Region],
        zones: Iterable[Zone],
        instance_types: Iterable[InstanceType],
        images: Iterable[Image],
        provenance: Provenance,
        rates: Iterable[Rate] = (),
    ) -> Catalog:
        """Sort the records, and check them. CatalogError for what cannot be a catalog: one without a usable
        region or an instance type, duplicates, names of unknown regions or zones.
        """
        catalog = cls(
            provider=provider,
            default_region=default_region,
            regions=tuple(sorted(regions, key=lambda r: natural(r.name))),
            zones=tuple(sorted(zones, key=lambda z: natural(z.name))),
            instance_types=tuple(sorted(instance_types, key=machine_order)),
            images=tuple(sorted(images, key=lambda i: i.key)),
            provenance=provenance,
            rates=tuple(sorted(rates, key=rate_order)),
        )
        catalog._refuse_contradictions()
        return catalog

    def _refuse_contradictions(self) -> None:
        who, types = self.provider, self.instance_types
        for noun, records in (("region", self.regions), ("zone", self.zones), ("instance type", types)):
            refuse_twice(who, noun, (record.name for record in records))
        names, usable = [r.name for r in self.regions], [r.name for r in self.regions if r.available]
        offers = [Offer(t.name, t.regions, t.zones, t.prices) for t in types]
        refuse(who, self.default_region, Places(names, usable, self.zone_regions), offers)

    def families(self) -> dict[str, tuple[InstanceType, ...]]:
        """Family name -> its types, smallest first; families newest first within their letters."""
        grouped: dict[str, list[InstanceType]] = {}
        for itype in self.instance_types:
            grouped.setdefault(itype.family, []).append(itype)
        return {name: tuple(grouped[name]) for name in sorted(grouped, key=family_order)}

    def zones_of(self, itype: InstanceType, region: str) -> tuple[Zone, ...] | None:
        """The zones of a region that have a type; None where that is not known."""
        if region in itype.zones_unknown:
            return None
        offered = set(itype.zones)
        return tuple(z for z in self.zones if z.region == region and z.name in offered)

    def types_in(self, region: str) -> tuple[InstanceType, ...]:
        """The types offered in one region."""
        return tuple(t for t in self.instance_types if region in t.regions)

    def within(self, itype: InstanceType, regions: Collection[str]) -> InstanceType:
        """A type of this catalog, narrowed to some regions: zones and prices elsewhere are left out."""
        return replace(
            itype,
            regions=tuple(r for r in itype.regions if r in regions),
            zones=tuple(z for z in itype.zones if self.zone_regions[z] in regions),
            zones_unknown=tuple(r for r in itype.zones_unknown if r in regions),
            prices={r: p for r, p in itype.prices.items() if r in regions},
        )

    def with_provenance(self, provenance: Provenance) -> Catalog:
        """The same records under another provenance block."""
        return replace(self, provenance=provenance)
