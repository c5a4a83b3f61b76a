# SPDX-License-Identifier: MIT
"""EC2 and Price List answers -> records. Pure; the shapes are those of the `aws` CLI's JSON.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks, Price, Region, Zone
from cloudlib.errors import BadReply

PRICE_SOURCE = "AWS Price List"

_OPTED_IN = ("opt-in-not-required", "opted-in")

#: Leading letters of a family -> category: of machines that figures do not tell from others, and of those
#: that figures may tell better.
SPECIAL_LETTERS = {
    "hpc": "High performance computing",
    "mac": "macOS",
    "trn": "Machine learning accelerators",
    "inf": "Machine learning accelerators",
    "dl": "Machine learning accelerators",
    "vt": "Media",
}
PLAIN_LETTERS = dict.fromkeys(("im", "is", "d", "h", "i"), "Storage optimized")


_P = ParamSpec("_P")
_R = TypeVar("_R")


def _documented(parse: Callable[_P, _R]) -> Callable[_P, _R]:
    """An answer of another shape than the documented one is a BadReply, whatever trips over it."""

    @wraps(parse)
    def parsed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return parse(*args, **kwargs)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise BadReply(
                f"aws answered {parse.__name__.replace('_', ' ')} of an unknown shape ({error!r})",
                hint="DEBUG=1 shows every call",
            ) from error

    return parsed


@_documented
def regions(answer: Mapping[str, Any]) -> tuple[Region, ...]:
    """`describe-regions --all-regions`."""
    found = []
    for row in _rows(answer, "Regions"):
        status = row.get("OptInStatus", _OPTED_IN[0])
        available = status in _OPTED_IN
        why_not = "" if available else "this account has not opted in"
        opt_in = status != _OPTED_IN[0]
        found.append(Region(_text(row, "RegionName"), opt_in=opt_in, available=available, why_not=why_not))
    return tuple(found)


@_documented
def zones(answer: Mapping[str, Any], region: str) -> tuple[tuple[Zone, ...], str]:
    """`describe-availability-zones`: the zones, local and wavelength zones left out, and the region's name.

    The name is GroupLongName ("US East (N. Virginia) 1") without its number, "" where EC2 sends none.
    """
    found, long_name = [], ""
    for row in _rows(answer, "AvailabilityZones"):
        if (
            row.get("ZoneType", "availability-zone") == "availability-zone"
            and row.get("State", "available") == "available"
        ):
            found.append(Zone(_text(row, "ZoneName"), region, row.get("ZoneId", "")))
            long_name = long_name or re.sub(r" \d+$", "", row.get("GroupLongName", ""))
    return tuple(found), long_name


@_documented
def offerings(answer: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """`describe-instance-type-offerings --location-type availability-zone`: type -> zones."""
    found: dict[str, list[str]] = {}
    for row in _rows(answer, "InstanceTypeOfferings"):
        found.setdefault(_text(row, "InstanceType"), []).append(_text(row, "Location"))
    return {name: tuple(sorted(where)) for name, where in found.items()}


@_documented
def type_names(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in a `describe-instance-types` answer."""
    return tuple(_text(row, "InstanceType") for row in _rows(answer, "InstanceTypes"))


@_documented
def instance_types(answer: Mapping[str, Any]) -> tuple[dict[str, InstanceType], tuple[str, ...]]:
    """`describe-instance-types`: types by name, and the names of those without vCPU or memory figures.

    Where a type is offered, and for what, comes from other answers; its category from `categorized`.
    """
    found: dict[str, InstanceType] = {}
    poor: list[str] = []
    for row in _rows(answer, "InstanceTypes"):
        name = _text(row, "InstanceType")
        vcpus, memory = (
            row.get("VCpuInfo", {}).get("DefaultVCpus"),
            row.get("MemoryInfo", {}).get("SizeInMiB"),
        )
        if not vcpus or not memory:
            poor.append(name)
        else:
            found[name] = _instance_type(name, int(vcpus), int(memory), row)
    return found, tuple(sorted(poor))


def _instance_type(name: str, vcpus: int, memory_mib: int, row: Mapping[str, Any]) -> InstanceType:
    processor = row.get("ProcessorInfo", {})
    bare_metal = bool(row.get("BareMetal"))
    return InstanceType(
        name=name,
        family=name.partition(".")[0],
        category=_own_category(row),
        vcpus=vcpus,
        memory_mib=memory_mib,
        architectures=tuple(sorted(processor.get("SupportedArchitectures", ()))),
        gpus=_devices(row.get("GpuInfo", {}).get("Gpus", ())),
        accelerators=_accelerators(row),
        local_disks=tuple(
            LocalDisks(int(d["Count"]), int(d["SizeInGB"]), nvme=_is_nvme(row["InstanceStorageInfo"]))
            for d in row.get("InstanceStorageInfo", {}).get("Disks", ())
        ),
        network=row.get("NetworkInfo", {}).get("NetworkPerformance", ""),
        bare_metal=bare_metal,
        kvm=bare_metal or "nested-virtualization" in processor.get("SupportedFeatures", ()),
        boot_modes=tuple(sorted(row.get("SupportedBootModes", ()))),
        current_generation=bool(row.get("CurrentGeneration", True)),
    )


def _is_nvme(storage: Mapping[str, Any]) -> bool:
    return storage.get("NvmeSupport") in ("required", "supported")


def _devices(rows: Iterable[Mapping[str, Any]]) -> tuple[Gpu, ...]:
    """Gpus, Accelerators, Fpgas and NeuronDevices share one shape. A slice of a GPU has Count 0."""
    found = []
    for row in rows:
        maker, model = row.get("Manufacturer", ""), row.get("Name", "")
        name = model if not maker or model.startswith(maker) else f"{maker} {model}"
        part = float(row.get("GpuPartitionSize") or 1)
        fraction = str(Fraction(part).limit_denominator(64)) if 0 < part < 1 else ""
        count = int(row.get("Count") or row.get("LogicalGpuCount") or 1)
        found.append(Gpu(name, count, row.get("MemoryInfo", {}).get("SizeInMiB"), fraction))
    return tuple(found)


def _accelerators(row: Mapping[str, Any]) -> tuple[Gpu, ...]:
    """Inference and training chips, FPGAs, media accelerators. Inf1 stands under two keys: one counts."""
    neuron = _devices(row.get("NeuronInfo", {}).get("NeuronDevices", ()))
    inference = _devices(row.get("InferenceAcceleratorInfo", {}).get("Accelerators", ()))
    fpgas = _devices(row.get("FpgaInfo", {}).get("Fpgas", ()))
    media = _devices(row.get("MediaAcceleratorInfo", {}).get("Accelerators", ()))
    return (*(neuron or inference), *fpgas, *media)


def _own_category(row: Mapping[str, Any]) -> str:
    """What one type's special hardware says; "" where it has none."""
    if row.get("GpuInfo", {}).get("Gpus"):
        return "GPU"
    if row.get("NeuronInfo") or row.get("InferenceAcceleratorInfo"):
        return "Machine learning accelerators"
    if row.get("FpgaInfo"):
        return "FPGA"
    if row.get("MediaAcceleratorInfo"):
        return "Media"
    return "Burstable" if row.get("BurstablePerformanceSupported") else ""


@_documented
def prices(answer: Mapping[str, Any], region: str) -> tuple[dict[str, Price], int]:
    """`pricing get-products`: type -> on-demand Linux price, and how many rows of 0 were left out.

    The filters of the query are checked again here: a row of another region, system, tenancy or
    capacity class must never become a price. Of several prices for one type the answer is unclear,
    and the type gets none.
    """
    found: dict[str, set[Decimal]] = {}
    zeros = 0
    for entry in answer.get("PriceList", ()):
        product = json.loads(entry) if isinstance(entry, str) else entry
        attributes = product.get("product", {}).get("attributes", {})
        if not _is_plain_linux(attributes, region):
            continue
        for amount in _hourly(product):
            if amount > 0:
                found.setdefault(attributes["instanceType"], set()).add(amount)
            else:
                zeros += 1
    single = {name: amounts.pop() for name, amounts in found.items() if len(amounts) == 1}
    return {name: Price(amount, PRICE_SOURCE) for name, amount in single.items()}, zeros


def images(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The rows of a `describe-images` answer."""
    return _rows(answer, "Images")


#: The product attributes that make a row the on-demand price of a shared Linux host.
PRICE_FILTERS = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}


def _is_plain_linux(attributes: Mapping[str, str], region: str) -> bool:
    if "instanceType" not in attributes or attributes.get("regionCode", region) != region:
        return False
    return all(attributes.get(key, value) == value for key, value in PRICE_FILTERS.items())


def _hourly(product: Mapping[str, Any]) -> Iterable[Decimal]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            if dimension.get("unit", "Hrs") == "Hrs":
                try:
                    amount = Decimal(dimension["pricePerUnit"]["USD"])
                except (KeyError, InvalidOperation):
                    continue
                yield amount.normalize() if amount else Decimal(0)


def _rows(answer: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    rows = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadReply(f"the answer of aws has no list {key!r}", hint="DEBUG=1 shows every call")
    return rows


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise BadReply(f"the answer of aws has a row without {key!r}", hint="DEBUG=1 shows every call")
    return value
