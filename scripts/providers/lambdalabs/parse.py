# SPDX-License-Identifier: MIT
"""Answers of Lambda's Cloud API -> records. Pure; shapes are those of the API's OpenAPI text.

`/instance-types`: {NAME: {"instance_type": {"name", "description", "gpu_description",
"price_cents_per_hour", "specs": {"vcpus", "memory_gib", "storage_gib", "gpus"}, "architecture"},
"regions_with_capacity_available": [REGION]}}, `/images`: [{"family", "architecture", "region": REGION}],
`/regions`: [REGION]; a REGION is {"name", "description"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cloudlib.catalog.records import Gpu, Image, InstanceType, LocalDisks, Price, Region
from cloudlib.errors import BadReply

PRICE_SOURCE = "Lambda Cloud API"

#: "A10 (24 GB PCIe)", "GH200 (96 GB)", "RTX 6000 (24 GB)".
_GPU = re.compile(r"(?P<name>[^(]+?)\s*(?:\((?P<gb>\d+) GB(?: (?P<form>[^)]+))?\))?\Z")
#: How NVIDIA names what Lambda offers: A10, B200, GH200, H100, L40S, Tesla V100, RTX 6000.
_NVIDIA = re.compile(r"(?:GB|GH|[ABHLTV])\d|RTX |Tesla |Quadro ")
#: NVIDIA's Grace CPU, the "G" of GH200 and GB200, is Arm:
#: https://docs.lambda.ai/public-cloud/on-demand/ names the GH200's architecture.
_GRACE = re.compile(r"(?:GB|GH)\d")
_TYPE = re.compile(r"(?:gpu|cpu)_\d+x_(?P<family>.+)\Z")
_FAMILY = re.compile(r"(?P<distro>.+?)-(?P<release>\d+-\d\d)\Z")
_DISTROS = {"lambda-stack": "Lambda Stack", "gpu-base": "GPU Base", "ubuntu": "Ubuntu"}
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def capacity(types: Any) -> dict[str, tuple[Region, ...]]:
    """Type name -> the regions that can start one now."""
    return {
        name: tuple(sorted(_regions(entry.get("regions_with_capacity_available")), key=lambda r: r.name))
        for name, entry in _entries(types)
    }


def regions_seen(types: Any, images: Any, regions: Any) -> dict[str, Region]:
    """Every region that any answer names, by name; one without a description only where none has any."""
    found: dict[str, Region] = {}
    rows = _list(images, "images")
    seen = [*_regions(regions), *_regions([r["region"] for r in rows if "region" in r])]
    for region in (*seen, *(r for of in capacity(types).values() for r in of)):
        if region.name not in found or not found[region.name].long_name:
            found[region.name] = region
    return found


def instance_types(types: Any, regions: Sequence[str]) -> tuple[list[InstanceType], list[str]]:
    """The types, offered in all these regions at one price, and what had to be left out or is not known."""
    found: list[InstanceType] = []
    poor, priceless = [], []
    for name, entry in _entries(types):
        kind = entry["instance_type"]
        specs = kind.get("specs") if isinstance(kind.get("specs"), Mapping) else {}
        vcpus, memory_gib, gpus = (_whole(specs.get(key)) for key in ("vcpus", "memory_gib", "gpus"))
        if not vcpus or not memory_gib:
            poor.append(name)
            continue
        cents = _whole(kind.get("price_cents_per_hour"))
        if not cents:
            priceless.append(name)
        price = Price(Decimal(cents) / 100, PRICE_SOURCE)
        model = _model(kind, name)
        match = _TYPE.match(name)
        found.append(
            InstanceType(
                name=name,
                family=match["family"] if match else name,
                category="GPU" if gpus else "General purpose",
                vcpus=vcpus,
                memory_mib=memory_gib * 1024,
                architectures=(_architecture(kind, model),),
                gpus=(_gpu(model, gpus),) if gpus else (),
                local_disks=_disks(_whole(specs.get("storage_gib"))),
                regions=tuple(regions),
                prices=dict.fromkeys(regions, price) if cents else {},
            )
        )
    notices = [f"left out, without vCPU or memory figures: {', '.join(sorted(poor))}"] if poor else []
    notices += [f"no price is known of: {', '.join(sorted(priceless))}"] if priceless else []
    return found, notices


def images(rows: Any) -> list[Image]:
    """One stream a family and architecture; which regions have it is left to the launch."""
    found: dict[tuple[str, str], Image] = {}
    for row in _list(rows, "images"):
        family, architecture = row.get("family"), _ARCHITECTURES.get(str(row.get("architecture")))
        if not family or not isinstance(family, str) or architecture is None:
            continue
        match = _FAMILY.match(family)
        distro, release = (match["distro"], match["release"].replace("-", ".")) if match else (family, "")
        title = f"{_DISTROS.get(distro, distro)} {release}".strip()
        found[family, architecture] = Image(distro, release, title, architecture, {"IMAGE_FAMILY": family})
    return list(found.values())


def _model(kind: Mapping[str, Any], name: str) -> str:
    """ "A10 (24 GB PCIe)"; from the description, "1x A10 (24 GB PCIe)", where the GPU has none of its own."""
    text = str(kind.get("gpu_description") or "").strip()
    if not text or text.upper() == "N/A":
        text = re.sub(r"\d+x ", "", str(kind.get("description") or "").strip(), count=1)
    return text or name


def _gpu(model: str, count: int) -> Gpu:
    """ "A100 (40 GB SXM4)" -> NVIDIA A100 SXM4 with 40 x 1024 MiB.

    A GB of GPU memory is 2^30 bytes, as everywhere in the trade (an "A10 24 GB" has 24,576 MiB of GDDR6).
    """
    match = _GPU.match(model)
    if match is None:
        return Gpu(model, count)
    name = " ".join(part for part in (match["name"], match["form"]) if part)
    if _NVIDIA.match(name):
        name = f"NVIDIA {name}"
    return Gpu(name, count, int(match["gb"]) * 1024 if match["gb"] else None)


def _architecture(kind: Mapping[str, Any], model: str) -> str:
    """What the API says; where it says nothing, arm64 for a GPU that comes with a Grace CPU, else x86_64."""
    stated = _ARCHITECTURES.get(str(kind.get("architecture")))
    return stated or ("arm64" if _GRACE.match(model) else "x86_64")


def _disks(gib: int) -> tuple[LocalDisks, ...]:
    """The local storage as one disk in GB of 10^9; whether it is NVMe the API does not say."""
    return (LocalDisks(1, round(gib * 2**30 / 10**9), nvme=False),) if gib else ()


def _entries(types: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(type name, entry) in the order of the answer; BadReply where it is none of the documented shape."""
    if not isinstance(types, Mapping):
        raise BadReply("Lambda's answer to instance-types is no object of types", hint="try again")
    for key, entry in types.items():
        kind = entry.get("instance_type") if isinstance(entry, Mapping) else None
        if not isinstance(kind, Mapping):
            raise BadReply(f"Lambda's answer to instance-types has no instance_type in {key!r}")
        yield str(kind.get("name") or key), entry


def _list(rows: Any, what: str) -> list[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadReply(f"Lambda's answer to {what} is no list of objects", hint="try again")
    return rows


def _regions(rows: Any) -> Iterable[Region]:
    for row in _list(rows or [], "regions"):
        name = row.get("name")
        if not isinstance(name, str) or not name:
            raise BadReply("Lambda's answer has a region without a name", hint="try again")
        yield Region(name, long_name=str(row.get("description") or ""))


def _whole(value: Any) -> int:
    """A count of the API; 0 for none, and for anything that is no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
