# SPDX-License-Identifier: MIT
"""Help texts: all that is known of an instance type, a family, a region or a zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from cloudlib.catalog.records import Catalog, InstanceType, Region, Zone
from cloudlib.catalog.text import device, disks, dollars
from cloudlib.errors import counted
from cloudlib.menus.conditions import offered_regions
from cloudlib.menus.names import MenuNames

#: Category -> what it is for.
CATEGORIES = {
    "General purpose": "about 4 GiB of memory a vCPU",
    "Burstable": "cheap, full speed for a while only",
    "Compute optimized": "about 2 GiB of memory a vCPU",
    "Memory optimized": "8 GiB of memory a vCPU, or more",
    "Storage optimized": "large local disks",
    "GPU": "graphics and machine learning",
    "Machine learning accelerators": "no GPU, the vendor's own or others",
    "FPGA": "programmable logic",
    "Media": "video transcoding",
    "High performance computing": "fast network between nodes",
}
#: A list of so many regions is still read; longer ones are counted.
_FEW = 6
_ELSEWHERE = "Price per hour elsewhere: "


def type_help(itype: InstanceType, catalog: Catalog, names: MenuNames) -> str:
    """What its row does not say, or not in full: the hardware, how it runs, where it is, its prices.

    Few lines, as each of them takes time whenever the menus are read.
    """
    here, zones = catalog.default_region, set(itype.zones)
    inside = [z.zone_id or z.name for z in catalog.zones if z.region == here and z.name in zones]
    hardware = (
        _labeled("GPU", (device(gpu) for gpu in itype.gpus)),
        _labeled("Accelerator", (device(other) for other in itype.accelerators)),
        _labeled("Local disks", (disks(local) for local in itype.local_disks)),
        _labeled("Network", (itype.network,)),
        "" if itype.max_data_volumes is None else f"Data volumes: at most {itype.max_data_volumes}.",
    )
    software = (
        "Bare metal." if itype.bare_metal else "",
        f"KVM guests: {'yes' if itype.kvm else 'no'}." if names.states_kvm else "",
        _labeled("Boot", itype.boot_modes),
        _labeled("Sold", itype.usage),
    )
    place = (
        _regions(itype, catalog, names),
        _labeled("As last known, and closed to the account that asked", itype.last_known),
        _labeled(f"Zones in {here}", inside),
    )
    groups = (hardware, software, place, (_prices_elsewhere(itype, here),))
    lines = (" ".join(fact for fact in facts if fact) for facts in groups)
    return "\n".join(line for line in lines if line)


def family_help(itypes: Sequence[InstanceType], catalog: Catalog, names: MenuNames) -> str:
    """What all sizes have in common, and where one of them is offered."""
    everywhere = {region for t in itypes for region in t.regions}
    current = any(t.current_generation for t in itypes)
    lines = (
        f"{itypes[0].category}, {counted(len(itypes), 'size')}.",
        "" if current else "Previous generation: newer ones usually do more for the price.",
        _labeled("GPU", sorted({gpu.name for t in itypes for gpu in t.gpus})),
        _labeled("Accelerator", sorted({other.name for t in itypes for other in t.accelerators})),
        f"KVM guests: {_some([t.kvm for t in itypes])}." if names.states_kvm else "",
        "Some sizes are bare metal." if any(t.bare_metal for t in itypes) else "",
        f"Offered in {len(everywhere)} of {len(offered_regions(catalog))} {names.region_noun}s.",
    )
    return "\n".join(line for line in lines if line)


def region_help(region: Region, catalog: Catalog) -> str:
    """Its place, how much is offered there, and its zones."""
    itypes = [t for t in catalog.types_in(region.name) if t.offered]
    zones = [_zone(z) for z in catalog.zones if z.region == region.name]
    lines = (
        f"{region.long_name}." if region.long_name else "",
        "Each account has to enable it first." if region.opt_in else "",
        "As last known: the last refresh did not reach it."
        if region.name in catalog.provenance.known_since
        else "",
        f"{len(itypes)} types in {len({t.family for t in itypes})} families.",
        _labeled("Zones", zones),
    )
    return "\n".join(line for line in lines if line)


def zone_help(zone: Zone) -> str:
    """Its id, where the vendor has such."""
    if not zone.zone_id:
        return ""
    return (
        f"Zone id {zone.zone_id} in the account that made this catalog. The id means the same place in every "
        "account, the letter does not."
    )


def price_note(catalog: Catalog) -> str:
    """Where prices come from, for the help of a list."""
    source = next((p.source for t in catalog.instance_types if (p := t.price_in(catalog.default_region))), "")
    if not source:
        return f"No prices are known for {catalog.default_region}, the default region of this catalog."
    return (
        f"Prices are on demand, for Linux, in USD per hour, in {catalog.default_region}, the default region "
        f"of this catalog ({source}). The help of a type lists its prices elsewhere, where they are known. "
        "Memory is in GiB (2^30 bytes), local disks are in GB (10^9)."
    )


def same_everywhere(itype: InstanceType) -> bool:
    """Is there one price, known in every region that has the type?"""
    return len({p.usd_per_hour for p in itype.prices.values()}) == 1 and {*itype.regions} <= {*itype.prices}


def price_elsewhere(text: str, region: str) -> Decimal | None:
    """The price of a region in the help of a type; None where it is not there."""
    _, _, listed = " ".join(text.split()).partition(_ELSEWHERE)
    for group in listed.removesuffix(".").split("; ") if listed else ():
        usd, *regions = group.split()
        if region in regions:
            return Decimal(usd.removeprefix("$"))
    return None


def _labeled(label: str, items: Iterable[str]) -> str:
    text = ", ".join(item for item in items if item)
    return f"{label}: {text}." if text else ""


def _some(each: Sequence[bool]) -> str:
    return "yes" if all(each) else "in some sizes" if any(each) else "no"


def _zone(zone: Zone) -> str:
    return f"{zone.name} ({zone.zone_id})" if zone.zone_id else zone.name


def _regions(itype: InstanceType, catalog: Catalog, names: MenuNames) -> str:
    every = [r.name for r in offered_regions(catalog)]
    missing = [name for name in every if name not in itype.regions]
    if not missing:
        return f"Offered in every {names.region_noun}."
    if len(missing) <= _FEW < len(itype.regions):
        return _labeled(f"Offered in every {names.region_noun} but", missing)
    if len(itype.regions) <= _FEW:
        return _labeled("Offered in", [name for name in every if name in itype.regions])
    return f"Offered in {len(itype.regions)} of {len(every)} {names.region_noun}s."


def _prices_elsewhere(itype: InstanceType, here: str) -> str:
    """ "$0.096 eastus2 westus2": each price of the other regions with its regions, cheapest first."""
    regions: dict[Decimal, list[str]] = {}
    for region in sorted({*itype.prices} - {here}):
        regions.setdefault(itype.prices[region].usd_per_hour, []).append(region)
    if regions and same_everywhere(itype):
        return "The same price in every region."
    each = [f"{dollars(usd)} {' '.join(regions[usd])}" for usd in sorted(regions)]
    return f"{_ELSEWHERE}{'; '.join(each)}." if each else ""
