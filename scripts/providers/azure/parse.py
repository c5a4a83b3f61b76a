# SPDX-License-Identifier: MIT
"""Answers of Azure Resource Manager and of the price API -> records. Pure.

https://learn.microsoft.com/rest/api/resources/subscriptions/list-locations
https://learn.microsoft.com/rest/api/compute/resource-skus/list
https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Price, Region, Zone
from cloudlib.errors import BadReply
from providers.azure import names as azure_names

PRICE_SOURCE = "Azure Retail Prices"

_ARCHITECTURES = {"x64": "x86_64", "arm64": "arm64"}
_MIB = 2**20


def name_of(location: str) -> str:
    """The name of a location however it is written: `East US` and EastUS are eastus."""
    return location.replace(" ", "").lower()


def locations(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[Region, ...], tuple[Zone, ...]]:
    """Physical locations, and their zones: eastus-1 is logical zone "1", its id the physical zone's."""
    regions: list[Region] = []
    zones: list[Zone] = []
    for row in rows:
        about = _mapping(row.get("metadata"))
        if about.get("regionType") != "Physical":
            continue
        name = name_of(_text(row, "name"))
        place = str(about.get("physicalLocation") or "")
        title = str(row.get("displayName") or "")
        regions.append(
            Region(
                name,
                long_name=f"{title} ({place})" if place and place not in title else title,
                geography=str(about.get("geographyGroup") or ""),
            )
        )
        for zone in _mappings(row.get("availabilityZoneMappings")):
            short = _text(zone, "logicalZone")
            zones.append(Zone(zone_name(name, short), name, str(zone.get("physicalZone") or ""), short))
    return tuple(regions), tuple(zones)


def zone_name(location: str, zone: str) -> str:
    """`eastus-1`; Azure itself says "1", in every location."""
    return f"{location}-{zone}"


@dataclass
class Sizes:
    """The sizes of one location: where each is offered, and what it is. `poor` lack figures."""

    zones: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[str, InstanceType] = field(default_factory=dict)
    poor: set[str] = field(default_factory=set)
    restricted: int = 0


class SizeReader:
    """SKU rows -> records, built once for equal rows: the same size is described in sixty locations."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], InstanceType | None] = {}

    def read(self, pages: Iterable[Iterable[Mapping[str, Any]]], location: str) -> Sizes:
        """The virtual machine sizes that this subscription may start in a location."""
        found = Sizes()
        for row in (row for page in pages for row in page):
            if row.get("resourceType") != "virtualMachines":
                continue
            zones = _offered(row, location)
            name = _text(row, "name")
            if zones is None:
                found.restricted += 1
                continue
            kind = self._kind(row, name)
            if kind is None:
                found.poor.add(name)
            else:
                found.zones[name], found.kinds[name] = zones, kind
        return found

    def _kind(self, row: Mapping[str, Any], name: str) -> InstanceType | None:
        pairs = tuple((str(c.get("name")), str(c.get("value"))) for c in _mappings(row.get("capabilities")))
        key = (name, row.get("family"), pairs)
        if key not in self._made:
            self._made[key] = _instance_type(name, str(row.get("family") or ""), dict(pairs))
        return self._made[key]


def _offered(row: Mapping[str, Any], location: str) -> tuple[str, ...] | None:
    """Zones in which the size can be started, () where it has none; None where it cannot be started at all.

    A restriction names a whole location, or zones of it. A size all of whose zones are restricted is not
    offered, which is how `az vm list-skus` reads the same rows.
    """
    if location not in {name_of(str(place)) for place in row.get("locations") or ()}:
        return None
    zones: set[str] = set()
    for info in _mappings(row.get("locationInfo")):
        if name_of(str(info.get("location") or "")) == location:
            zones.update(str(z) for z in info.get("zones") or ())
    left = set(zones)
    for restriction in _mappings(row.get("restrictions")):
        about = _mapping(restriction.get("restrictionInfo"))
        places = about.get("locations") or restriction.get("values") or ()
        if location not in {name_of(str(place)) for place in places}:
            continue
        if restriction.get("type") == "Location":
            return None
        left -= {str(z) for z in about.get("zones") or ()}
    if zones and not left:
        return None
    return tuple(zone_name(location, z) for z in sorted(left))


def _instance_type(name: str, family: str, has: Mapping[str, str]) -> InstanceType | None:
    """None without vCPU, memory or architecture figures. The category comes from `categorized`.

    MemoryGB, MaxResourceVolumeMB are in fact GiB and MiB.
    """
    vcpus = _whole(has.get("vCPUsAvailable")) or _whole(has.get("vCPUs"))
    memory_mib = round(_number(has.get("MemoryGB")) * 1024)
    architecture = _ARCHITECTURES.get(has.get("CpuArchitectureType", "").lower())
    if not vcpus or not memory_mib or architecture is None or not family:
        return None
    count = _number(has.get("GPUs"))
    devices: tuple[Gpu, ...] = ()
    if count:
        model, part = azure_names.device(name, vcpus)
        devices = (Gpu(model, max(1, int(count)), fraction=part),)
    fpga = azure_names.category(azure_names.series(name), [1]) == "FPGA"
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
        network="accelerated" if has.get("AcceleratedNetworkingEnabled") == "True" else "",
        boot_modes=tuple(sorted(g.strip() for g in has.get("HyperVGenerations", "").split(",") if g.strip())),
    )


def _disks(has: Mapping[str, str]) -> tuple[LocalDisks, ...]:
    """The local NVMe disks, and the temporary disk of the older kind; from MiB to GB of 10^9 bytes."""
    found = []
    total = _whole(has.get("NvmeDiskSizeInMiB"))
    if total:
        each = _whole(has.get("NvmeSizePerDiskInMiB")) or total
        found.append(LocalDisks(max(1, total // each), round(each * _MIB / 10**9), nvme=True))
    temporary = _whole(has.get("MaxResourceVolumeMB"))
    if temporary:
        found.append(LocalDisks(1, max(1, round(temporary * _MIB / 10**9)), nvme=False))
    return tuple(found)


def categorized(kinds: Iterable[InstanceType]) -> list[InstanceType]:
    """The types under the family names that people know, one category a family."""
    kinds = list(kinds)
    known = azure_names.families({k.name: k.family for k in kinds})
    families: dict[str, list[InstanceType]] = {}
    for kind in kinds:
        families.setdefault(known[kind.family], []).append(kind)
    found = []
    for name, of in families.items():
        category = _category(name, of)
        found += [replace(kind, family=name, category=category) for kind in of]
    return found


def _category(name: str, of: Sequence[InstanceType]) -> str:
    special = sorted({k.category for k in of} - {""})
    return special[0] if special else azure_names.category(name, [k.memory_mib / 1024 / k.vcpus for k in of])


def prices(pages: Iterable[Iterable[Mapping[str, Any]]], location: str) -> tuple[dict[str, Price], int]:
    """Retail rows: size -> pay-as-you-go Linux price, and how many rows of 0 were left out.

    The query's filters are checked again here. Of several prices for one size the answer is unclear, and
    the size gets none.
    """
    found: dict[str, set[Decimal]] = {}
    zeros = 0
    for row in (row for page in pages for row in page):
        name = row.get("armSkuName")
        if not isinstance(name, str) or not name or not _is_plain_linux(row, location):
            continue
        amount = _amount(row.get("retailPrice"))
        if amount > 0:
            found.setdefault(name, set()).add(amount)
        else:
            zeros += 1
    single = {name: amounts.pop() for name, amounts in found.items() if len(amounts) == 1}
    return {name: Price(amount, PRICE_SOURCE) for name, amount in single.items()}, zeros


_OTHER_SYSTEMS = ("windows", "cloudservices", "cloud services", "dedicated host")
_OTHER_RATES = ("spot", "low priority")


def _is_plain_linux(row: Mapping[str, Any], location: str) -> bool:
    product = str(row.get("productName") or "").lower()
    meter = f"{row.get('skuName')} {row.get('meterName')}".lower()
    return (
        name_of(str(row.get("armRegionName") or location)) == location
        and row.get("type", "Consumption") == "Consumption"
        and row.get("currencyCode", "USD") == "USD"
        and row.get("unitOfMeasure") == "1 Hour"
        and not row.get("reservationTerm")
        and not any(word in product for word in _OTHER_SYSTEMS)
        and not any(word in meter for word in _OTHER_RATES)
    )


def _amount(value: Any) -> Decimal:
    """A price without trailing zeros; 0 for what is no number."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return amount.normalize() if amount.is_finite() and amount > 0 else Decimal(0)


def _number(text: str | None) -> float:
    try:
        value = float(text or 0)
    except ValueError:
        return 0.0
    return value if 0 < value < float("inf") else 0.0


def _whole(text: str | None) -> int:
    return int(_number(text))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise BadReply(f"the answer of Azure has a row without {key!r}", hint="DEBUG=1 shows every call")
    return value
