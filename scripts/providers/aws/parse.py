# SPDX-License-Identifier: MIT
"""EC2 and Price List answers to records. Pure; the shapes are those of the `aws` CLI's JSON.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.rates import MARKETPLACE, NO_FEE
from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Price, Region, Zone

#: The feature of types that do not run on the Nitro System.
XEN = "xen"
PRICE_SOURCE = "AWS Price List"
#: The system of plain prices.
LINUX = "Linux"

#: Families with Arm processors: a "g" behind the generation is Graviton, GB200 and the like have a Grace.
#: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_ARM = re.compile(r"^(?:a1|[a-z]+\d+g[a-z]*|[a-z0-9]+-g[bh]\d+)\.")

_PLAIN_ZONE = "availability-zone"
#: A state; the others (information, impaired, constrained) are of zones in use.
_DOWN = "unavailable"
_OPTED_IN = ("opt-in-not-required", "opted-in")

#: Leading letters of a family -> category: where figures cannot tell (special), and where figures of local
#: disks, which go first, may tell better (plain).
SPECIAL_LETTERS = {
    "hpc": "High performance computing",
    "mac": "macOS",
    "trn": "Machine learning accelerators",
    "inf": "Machine learning accelerators",
    "dl": "Machine learning accelerators",
    "vt": "Media",
}
PLAIN_LETTERS = dict.fromkeys(("im", "is", "d", "h", "i"), "Storage optimized")


def regions(answer: Reader) -> tuple[Region, ...]:
    """`describe-regions --all-regions`."""
    read = answer.each("regions", "Regions", _region)
    return tuple(answer.left_out.once("regions", read, lambda region: region.name))


def _region(row: Reader) -> Region:
    status = row.maybe_text("OptInStatus", _OPTED_IN[0])
    available = status in _OPTED_IN
    why_not = "" if available else "this account has not opted in"
    opt_in = status != _OPTED_IN[0]
    return Region(row.name("RegionName"), opt_in=opt_in, available=available, why_not=why_not)


def zones(answer: Reader, region: str) -> tuple[tuple[Zone, ...], str]:
    """`describe-availability-zones`: the zones, local and wavelength zones left out, and the region's name.

    The name is GroupLongName ("US East (N. Virginia) 1") without its number, "" where EC2 sends none.
    """

    def zone(row: Reader) -> tuple[Zone, str] | None:
        if row.maybe_text("ZoneType", _PLAIN_ZONE) != _PLAIN_ZONE or row.maybe_text("State") == _DOWN:
            return None
        long_name = re.sub(r" [0-9]+$", "", row.prose("GroupLongName"))
        return Zone(row.name("ZoneName", limits.ZONE), region, row.prose("ZoneId")), long_name

    plain = (known for known in answer.each("zones", "AvailabilityZones", zone) if known)
    up = list(answer.left_out.once("zones", plain, lambda known: known[0].name))
    return tuple(zone for zone, _ in up), next((name for _, name in up if name), "")


def offerings(answer: Reader) -> dict[str, tuple[str, ...]]:
    """`describe-instance-type-offerings --location-type availability-zone`: type -> zones."""
    where: dict[str, list[str]] = {}

    def offering(row: Reader) -> tuple[str, str]:
        return row.name("InstanceType"), row.name("Location", limits.ZONE)

    for name, zone in answer.each("offerings", "InstanceTypeOfferings", offering):
        where.setdefault(name, []).append(zone)
    return {name: tuple(sorted(zones)) for name, zones in where.items()}


def type_names(answer: Reader) -> tuple[str, ...]:
    """The names in a `describe-instance-types` answer."""
    return tuple(answer.each("instance types", "InstanceTypes", lambda row: row.name("InstanceType")))


def instance_types(answer: Reader) -> tuple[dict[str, InstanceType], tuple[str, ...]]:
    """`describe-instance-types`: types by name, and the names of those without vCPU or memory figures.

    Where a type is offered, and its prices, come from other answers; its category from `categorized`.
    """
    types: dict[str, InstanceType] = {}
    incomplete: list[str] = []
    every = answer.each("instance types", "InstanceTypes", _named_type)
    for name, itype in answer.left_out.once("instance types", every, lambda row: row[0]):
        if itype is None:
            incomplete.append(name)
        else:
            types[name] = itype
    return types, tuple(sorted(incomplete))


def _named_type(row: Reader) -> tuple[str, InstanceType | None]:
    name = row.name("InstanceType")
    vcpus = row.maybe_at("VCpuInfo").maybe_whole("DefaultVCpus")
    memory_mib = row.maybe_at("MemoryInfo").maybe_whole("SizeInMiB")
    return name, _instance_type(name, vcpus, memory_mib, row) if vcpus and memory_mib else None


def _instance_type(name: str, vcpus: int, memory_mib: int, row: Reader) -> InstanceType:
    processor = row.maybe_at("ProcessorInfo")
    bare_metal = row.flag("BareMetal", False)
    return InstanceType(
        name=name,
        family=name.partition(".")[0],
        category=_own_category(row),
        vcpus=vcpus,
        memory_mib=memory_mib,
        architectures=tuple(sorted(processor.texts("SupportedArchitectures"))) or (_unstated(name, row),),
        gpus=_devices(row.maybe_at("GpuInfo").maybe_rows("Gpus")),
        accelerators=_accelerators(row),
        local_disks=_disks(row.maybe_at("InstanceStorageInfo")),
        network=row.maybe_at("NetworkInfo").prose("NetworkPerformance"),
        bare_metal=bare_metal,
        kvm=bare_metal or "nested-virtualization" in processor.texts("SupportedFeatures"),
        boot_modes=tuple(sorted(row.texts("SupportedBootModes"))),
        current_generation=row.flag("CurrentGeneration", True),
        features=(XEN,) if row.prose("Hypervisor") == "xen" else (),
        max_data_volumes=_data_volumes(row.maybe_at("EbsInfo").maybe_whole("MaximumEbsAttachments")),
        usage=tuple(sorted(row.names("SupportedUsageClasses"))),
    )


def _unstated(name: str, row: Reader) -> str:
    """The architecture of a type that states none, by its name."""
    assumed = "arm64" if _ARM.match(name) else "x86_64"
    row.left_out.assume(f"instance types without an architecture, taken for {assumed}", name)
    return assumed


def _data_volumes(attachments: int | None) -> int | None:
    """What MaximumEbsAttachments leaves besides the root volume.

    Where the limit is shared with network interfaces and NVMe disks of the host (AttachmentLimitType), the
    figure is already without the disks and the first interface: 26 of m5d.large, 27 of m5.large, of 28.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-limits.html
    """
    return None if attachments is None else max(attachments - 1, 0)


def _disks(storage: Reader) -> tuple[LocalDisks, ...]:
    nvme = storage.maybe_text("NvmeSupport") in ("required", "supported")
    return tuple(
        LocalDisks(disk.whole("Count"), disk.whole("SizeInGB"), nvme, _media(disk))
        for disk in storage.maybe_rows("Disks")
    )


def _media(disk: Reader) -> str:
    """ "ssd" or "hdd": https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DiskInfo.html"""
    media = disk.maybe_text("Type")
    return media if media in ("ssd", "hdd") else ""


def _devices(rows: Iterable[Reader]) -> tuple[Gpu, ...]:
    """Gpus, Accelerators, Fpgas and NeuronDevices share one shape. A slice of a GPU has Count 0."""
    devices = []
    for row in rows:
        maker, model = row.prose("Manufacturer"), row.prose("Name")
        name = model if not maker or model.startswith(maker) else f"{maker} {model}"
        part = row.maybe_decimal("GpuPartitionSize") or Decimal(1)
        fraction = str(Fraction(part).limit_denominator(64)) if 0 < part < 1 else ""
        count = row.maybe_whole("Count") or row.maybe_whole("LogicalGpuCount") or 1
        devices.append(Gpu(name, count, row.maybe_at("MemoryInfo").maybe_whole("SizeInMiB"), fraction))
    return tuple(devices)


def _accelerators(row: Reader) -> tuple[Gpu, ...]:
    """Inference and training chips, FPGAs, media accelerators. Inf1 stands under two keys: one counts."""
    neuron = _devices(row.maybe_at("NeuronInfo").maybe_rows("NeuronDevices"))
    inference = _devices(row.maybe_at("InferenceAcceleratorInfo").maybe_rows("Accelerators"))
    fpgas = _devices(row.maybe_at("FpgaInfo").maybe_rows("Fpgas"))
    media = _devices(row.maybe_at("MediaAcceleratorInfo").maybe_rows("Accelerators"))
    return (*(neuron or inference), *fpgas, *media)


def _own_category(row: Reader) -> str:
    """The category of one type's special hardware; "" where it has none."""
    if row.maybe_at("GpuInfo").maybe_rows("Gpus"):
        return "GPU"
    if row.has("NeuronInfo") or row.has("InferenceAcceleratorInfo"):
        return "Machine learning accelerators"
    if row.has("FpgaInfo"):
        return "FPGA"
    if row.has("MediaAcceleratorInfo"):
        return "Media"
    return "Burstable" if row.flag("BurstablePerformanceSupported", False) else ""


def prices(answer: Reader, region: str, system: str = LINUX) -> tuple[dict[str, Price], int]:
    """`pricing get-products`: type -> on-demand price of a system, and how many rows of 0 were left out.

    The filters of the query are checked again here: a row of another region, system, tenancy or
    capacity class must never become a price. Of terms with different dates the latest counts; a type with
    several prices in it gets none, as it is not clear which one is right, and is counted.
    """
    every: dict[str, dict[str, set[Price]]] = {}
    zeros = 0

    def row(entry: Reader) -> tuple[str, list[tuple[str, Price | None]]]:
        product = entry.decoded()
        attributes = product.maybe_at("product").maybe_at("attributes")
        if not _is_plain(attributes, region, system):
            return "", []
        priced = [(date, Price(usd, PRICE_SOURCE) if usd else None) for date, usd in _hourly(product)]
        return attributes.name("instanceType"), priced

    for name, priced in answer.left_out.each("prices", answer.items("PriceList"), row):
        for date, price in priced:
            if price is None:
                zeros += 1
            else:
                every.setdefault(name, {}).setdefault(date, set()).add(price)
    newest = {name: dates[max(dates)] for name, dates in every.items()}
    for name, several in newest.items():
        if len(several) > 1:
            answer.left_out.skip("types with several prices at once", name)
    return {name: next(iter(one)) for name, one in newest.items() if len(one) == 1}, zeros


def images(answer: Reader) -> list[tuple[str, str, str]]:
    """`describe-images`: (owner, name, fee) of each image; see `Image.fee`."""

    def image(row: Reader) -> tuple[str, str, str]:
        return row.name("OwnerId"), row.name("Name", limits.IMAGE), _fee(row)

    return list(answer.each("images", "Images", image))


def _fee(row: Reader) -> str:
    """What EC2 bills for an image by PlatformDetails and UsageOperation; "" where it does not state both.

    A product code is one of AWS Marketplace, whose prices are not in the Price List.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
    """
    stated = row.maybe_text("PlatformDetails"), row.maybe_text("UsageOperation")
    if row.maybe_rows("ProductCodes"):
        return MARKETPLACE
    return _FEES.get(stated, "other") if all(stated) else ""


_FEES = {
    ("Linux/UNIX", "RunInstances"): NO_FEE,
    ("Red Hat Enterprise Linux", "RunInstances:0010"): "rhel",
    ("SUSE Linux", "RunInstances:000g"): "sles",
}
#: `Image.fee` -> the operating system of the Price List whose prices have it in them.
SYSTEMS = {"rhel": "RHEL", "sles": "SUSE"}
#: The product attributes that make a row the on-demand price of a shared host, besides its system.
PRICE_FILTERS = {
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}


def _is_plain(attributes: Reader, region: str, system: str) -> bool:
    if not attributes.has("instanceType") or attributes.maybe_text("regionCode", region) != region:
        return False
    wanted = {"operatingSystem": system, **PRICE_FILTERS}
    return all(attributes.maybe_text(key, value) == value for key, value in wanted.items())


def _hourly(product: Reader) -> Iterator[tuple[str, Decimal]]:
    """The hourly USD amounts of a product's on-demand terms, and from when on they are in effect."""
    for _, term in product.maybe_at("terms").maybe_entries("OnDemand"):
        for _, dimension in term.maybe_entries("priceDimensions"):
            if dimension.maybe_text("unit", "Hrs") == "Hrs":
                amount = dimension.maybe_at("pricePerUnit").maybe_decimal("USD")
                if amount is not None:
                    yield term.maybe_text("effectiveDate"), amount
