# SPDX-License-Identifier: MIT
"""Answers of Azure Resource Manager and of the price API -> records. Pure.

https://learn.microsoft.com/rest/api/resources/subscriptions/list-locations
https://learn.microsoft.com/rest/api/compute/resource-skus/list
https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog import category, limits
from cloudlib.catalog.image_rules import ARCHITECTURES
from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Price, Region, Zone
from providers.azure import boot as azure_boot
from providers.azure import families as azure_families
from providers.azure import names as azure_names

PRICE_SOURCE = "Azure Retail Prices"

_MIB = 2**20


def name_of(location: str) -> str:
    """The name of a location however it is written: `East US` and EastUS are eastus."""
    return location.replace(" ", "").lower()


def locations(rows: Iterable[Reader], left_out: LeftOut) -> tuple[tuple[Region, ...], tuple[Zone, ...]]:
    """Physical locations, and their zones: eastus-1 is logical zone "1", its id the physical zone's."""
    read = [location for location in left_out.each("locations", rows, _location) if location]
    return tuple(region for region, _ in read), tuple(zone for _, zones in read for zone in zones)


def _location(row: Reader) -> tuple[Region, list[Zone]] | None:
    about = row.maybe_at("metadata")
    if about.maybe_text("regionType") != "Physical":
        return None
    name = name_of(row.text("name"))
    place, title = about.prose("physicalLocation"), row.prose("displayName")
    long_name = f"{title} ({place})" if place and place not in title else title
    zones = []
    for zone in row.maybe_rows("availabilityZoneMappings"):
        short = zone.name("logicalZone")
        zones.append(Zone(zone_name(name, short), name, zone.prose("physicalZone"), short))
    return Region(name, long_name=limits.line(long_name), geography=about.prose("geographyGroup")), zones


def zone_name(location: str, zone: str) -> str:
    """`eastus-1`; Azure itself says "1", in every location."""
    return f"{location}-{zone}"


@dataclass
class Sizes:
    """The sizes of one location: where each is offered, and what it is.

    `incomplete` lack figures, `ambiguous` are listed twice with different ones; `restricted` are those
    that this subscription may not start. `closed` has these too, by location or zone.
    """

    zones: dict[str, tuple[str, ...]] = field(default_factory=dict)
    itypes: dict[str, InstanceType] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    ambiguous: set[str] = field(default_factory=set)
    restricted: set[str] = field(default_factory=set)
    closed: dict[str, set[str]] = field(default_factory=dict)


class SizeReader:
    """SKU rows -> records, built once for equal rows: the same size is described in sixty locations."""

    def __init__(self, left_out: LeftOut) -> None:
        self._left_out = left_out
        self._made: dict[str, list[tuple[object, InstanceType | None]]] = {}

    def read(self, pages: Iterable[Iterable[Reader]], location: str) -> Sizes:
        """The virtual machine sizes that this subscription may start in a location.

        BadReply where no row can be read. Of a size that is listed twice the first row is taken.
        """
        sizes = Sizes()
        rows = (row for page in pages for row in page)
        for size in self._left_out.each("sizes", rows, lambda row: self._size(row, location)):
            if size is None:
                continue
            name, zones, itype, closed = size
            for place in closed:
                sizes.closed.setdefault(place, set()).add(name)
            if zones is None:
                sizes.restricted.add(name)
            elif itype is None:
                sizes.incomplete.add(name)
            elif name not in sizes.itypes:
                sizes.zones[name], sizes.itypes[name] = zones, itype
            elif (sizes.zones[name], sizes.itypes[name]) != (zones, itype):
                sizes.ambiguous.add(name)
        return sizes

    def _size(
        self, row: Reader, location: str
    ) -> tuple[str, tuple[str, ...] | None, InstanceType | None, Sequence[str]] | None:
        if row.maybe_text("resourceType") != "virtualMachines":
            return None
        name = row.name("name")
        zones, closed = _offered(row, location)
        return name, zones, self._itype(row, name) if zones is not None else None, closed

    def _itype(self, row: Reader, name: str) -> InstanceType | None:
        assert isinstance(row.value, dict)
        stated = row.value.get("family"), row.value.get("capabilities")
        made = self._made.setdefault(name, [])
        for earlier, itype in made:
            if earlier == stated:
                return itype
        has = {c.text("name"): c.maybe_text("value") for c in row.maybe_rows("capabilities")}
        itype = _instance_type(name, azure_families.known_as(row.prose("family")), has)
        made.append((stated, itype))
        return itype


def combined(
    sizes: Mapping[str, Sizes], prices: Mapping[str, Mapping[str, Price]], zones: Container[str]
) -> Iterator[InstanceType]:
    """Each size once, with the locations and zones that offer it and its prices there.

    What it is comes from the first location, the default one where that has it. Of its zones those in `zones`
    are kept: some locations list sizes by zone, and no zones.
    """
    itypes = {name: t for there in reversed(list(sizes.values())) for name, t in there.itypes.items()}
    for name, itype in itypes.items():
        offering = sorted(where for where, there in sizes.items() if name in there.zones)
        yield replace(
            itype,
            regions=tuple(offering),
            zones=tuple(sorted(z for where in offering for z in sizes[where].zones[name] if z in zones)),
            prices={where: prices[where][name] for where in offering if name in prices.get(where, {})},
        )


def ambiguous(sizes: Mapping[str, Sizes]) -> set[str]:
    """Sizes that one location lists twice with different figures, or two locations differently."""
    first: dict[str, InstanceType] = {}
    for there in sizes.values():
        for name, itype in there.itypes.items():
            first.setdefault(name, itype)
    differing = {n for there in sizes.values() for n, itype in there.itypes.items() if itype != first[n]}
    return differing.union(*(there.ambiguous for there in sizes.values()))


def _offered(row: Reader, location: str) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Zones in which the size can be started, () where it has none, and None where it cannot be started at
    all; and the zones, or the location, that are closed to this subscription.

    A restriction names a whole location, or zones of it. A size all of whose zones are restricted is not
    offered, which is how `az vm list-skus` reads the same rows.
    """
    if location not in map(name_of, row.texts("locations")):
        return None, ()
    zones: set[str] = set()
    for info in row.maybe_rows("locationInfo"):
        if name_of(info.text("location")) == location:
            zones.update(info.names("zones"))
    left = set(zones)
    for restriction in row.maybe_rows("restrictions"):
        about = restriction.maybe_at("restrictionInfo")
        if location not in map(name_of, about.texts("locations") or restriction.texts("values")):
            continue
        if restriction.maybe_text("type") == "Location":
            return None, (location,)
        left -= set(about.texts("zones"))
    if zones and not left:
        return None, (location,)
    names = [tuple(zone_name(location, z) for z in sorted(some)) for some in (left, zones - left)]
    return names[0], names[1]


def _instance_type(name: str, family: str, has: Mapping[str, str]) -> InstanceType | None:
    """None without vCPU, memory or architecture figures. The category comes from `categorized`.

    MemoryGB and MaxResourceVolumeMB are in fact GiB and MiB. Where the architecture is missing, that of the
    CPU beside the accelerator is known.
    """
    vcpus = _whole(has.get("vCPUsAvailable")) or _whole(has.get("vCPUs"))
    memory_mib = round(_number(has.get("MemoryGB")) * 1024)
    stated = has.get("CpuArchitectureType", "").lower()
    architecture = "arm64" if not stated and azure_names.grace(name) else ARCHITECTURES.get(stated)
    if not vcpus or not memory_mib or architecture is None or not family:
        return None
    count = _number(has.get("GPUs")) or azure_names.devices(name)
    devices: tuple[Gpu, ...] = ()
    if count:
        fraction = (
            azure_names.share(name, vcpus) if count >= 1 else str(Fraction(count).limit_denominator(64))
        )
        devices = (Gpu(azure_names.accelerator(name), max(1, int(count)), fraction=fraction),)
    features = azure_boot.features_of_size(has)
    fpga = azure_names.series(name).startswith("NP")
    return InstanceType(
        name=name,
        family=family,
        category="GPU" if devices and not fpga else "",
        vcpus=vcpus,
        memory_mib=memory_mib,
        architectures=(architecture,),
        gpus=() if fpga else devices,
        accelerators=tuple(replace(d, name="FPGA") for d in devices) if fpga else (),
        local_disks=_disks(has),
        current_generation=family not in azure_families.PREVIOUS,
        network="accelerated" if azure_boot.ACCELERATED_NETWORKING in features else "",
        boot_modes=azure_boot.modes_of_size(has),
        features=features,
        max_data_volumes=_whole(has["MaxDataDiskCount"]) if has.get("MaxDataDiskCount") else None,
    )


def _disks(has: Mapping[str, str]) -> tuple[LocalDisks, ...]:
    """The local NVMe disks, and the temporary disk of the older kind; from MiB to GB of 10^9 bytes."""
    disks = []
    total = _whole(has.get("NvmeDiskSizeInMiB"))
    if total:
        each = _whole(has.get("NvmeSizePerDiskInMiB")) or total
        disks.append(LocalDisks(max(1, total // each), round(each * _MIB / 10**9), nvme=True, media="ssd"))
    temporary = _whole(has.get("MaxResourceVolumeMB"))
    if temporary:
        disks.append(LocalDisks(1, max(1, round(temporary * _MIB / 10**9)), nvme=False))
    return tuple(disks)


def categorized(instance_types: Iterable[InstanceType]) -> list[InstanceType]:
    """The types with one category a family."""
    return category.categorized(list(instance_types), special=azure_names.CATEGORIES, plain={})


@dataclass(frozen=True, slots=True)
class Prices:
    """What the price list says of one location: size -> pay-as-you-go Linux price.

    `unclear` are sizes with several prices at once; `zeros` counts the rows with a price of 0.
    """

    known: Mapping[str, Price]
    unclear: frozenset[str] = frozenset()
    zeros: int = 0


def prices(pages: Iterable[Iterable[Reader]], location: str, today: str, left_out: LeftOut) -> Prices:
    """Retail rows -> prices. The query's filters are checked again here.

    Of rows with different dates the latest counts that is in effect on a day, in ISO 8601. Where that one
    states several prices, the size has none. BadReply where no row can be read.
    """
    dated: dict[str, dict[str, set[Price]]] = {}
    zeros = 0

    def read(row: Reader) -> tuple[str, str, Price | None] | None:
        if not row.maybe_text("armSkuName") or not _is_plain_linux(row, location):
            return None
        usd = row.decimal("retailPrice")
        price = _price(usd) if usd else None
        name, start = row.name("armSkuName"), row.maybe_text("effectiveStartDate")
        if not in_effect(row, today):
            left_out.skip("prices that are not in effect", name)
            return None
        return name, start, price

    for row in left_out.each("prices", (row for page in pages for row in page), read):
        if row is None:
            continue
        name, date, price = row
        if price is None:
            zeros += 1
        else:
            dated.setdefault(name, {}).setdefault(date, set()).add(price)
    newest = {name: dates[max(dates)] for name, dates in dated.items()}
    known = {name: next(iter(prices)) for name, prices in newest.items() if len(prices) == 1}
    return Prices(known, frozenset(newest.keys() - known.keys()), zeros)


def in_effect(row: Reader, today: str) -> bool:
    """Is the price of a retail row that of a day, in ISO 8601?"""
    start, end = (row.maybe_text(f"effective{bound}Date")[:10] for bound in ("Start", "End"))
    return start <= today <= (end or today)


@cache  # sixty locations share most prices
def _price(usd: Decimal) -> Price:
    return Price(usd, PRICE_SOURCE)


_OTHER_SYSTEMS = ("windows", "cloudservices", "cloud services", "dedicated host")
_OTHER_RATES = ("spot", "low priority")


def _is_plain_linux(row: Reader, location: str) -> bool:
    meter = f"{row.maybe_text('skuName')} {row.maybe_text('meterName')}"
    return (
        _is_plain(row.maybe_text("productName"), meter)
        and name_of(row.maybe_text("armRegionName", location)) == location
        and row.maybe_text("type", "Consumption") == "Consumption"
        and row.maybe_text("currencyCode", "USD") == "USD"
        and row.maybe_text("unitOfMeasure") == "1 Hour"
        and not row.maybe_text("reservationTerm")
    )


@cache
def _is_plain(product: str, meter: str) -> bool:
    """Do the names of a product and of its meter speak of Linux on demand?"""
    product, meter = product.lower(), meter.lower()
    return not (any(s in product for s in _OTHER_SYSTEMS) or any(rate in meter for rate in _OTHER_RATES))


def _number(text: str | None) -> float:
    """A figure of the API, 0 for none and for what is not a number in digits."""
    return float(text) if text and re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]+)?", text) else 0.0


def _whole(text: str | None) -> int:
    return int(_number(text))
