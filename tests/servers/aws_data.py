# SPDX-License-Identifier: MIT
"""What the AWS test server knows: regions, zones, instance types, offerings, prices and images.

`recorded(facts)` is AWS at full scale, `small()` a handful of regions and families that needs no
facts. Both are shared and read-only; the methods of `AwsData` return changed copies for fault tests.

The instance types and offerings are the recordings that the installed moto package carries.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

INSTANCE_TYPES = "instance_types.json.gz"
LISTED = "2025-12-20T00:00:00.000Z"
"""CreationDate of an image whose name tells none: a day it is known to have been listed on."""


@dataclass(frozen=True)
class Region:
    """A region; `opt_in` is opt-in-not-required, opted-in or not-opted-in."""

    name: str
    long_name: str
    opt_in: str = "opt-in-not-required"

    @property
    def usable(self) -> bool:
        """Whether the account may call into it."""
        return self.opt_in != "not-opted-in"


@dataclass(frozen=True)
class Zone:
    """An availability zone: us-east-1a, use1-az6 of us-east-1."""

    name: str
    zone_id: str
    region: str
    state: str = "available"


@dataclass(frozen=True)
class Image:
    """A machine image, which is in every region.

    `ids` holds the recorded image ids by region; elsewhere an id is derived from the name.
    `deprecation` is an ISO time; past it, DescribeImages lists the image only on demand.
    """

    name: str
    owner_id: str
    architecture: str
    owner_alias: str = ""
    description: str = ""
    created: str = LISTED
    state: str = "available"
    deprecation: str = ""
    boot_mode: str = ""
    virtualization: str = "hvm"
    ids: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class AwsData:
    """Everything served.

    types: {instance type: its DescribeInstanceTypes document}
    offerings: {zone name: the instance types offered in it}
    prices: {(region, instance type): USD an hour as a decimal string}, Linux on demand, shared tenancy
    rates: (region, usage type, unit, USD) of volumes and addresses
    fees: {(operating system, region, instance type): USD an hour that it costs more than Linux}; with any,
        images state what is billed for them
    """

    regions: tuple[Region, ...]
    zones: tuple[Zone, ...]
    types: Mapping[str, Mapping[str, Any]]
    offerings: Mapping[str, frozenset[str]]
    prices: Mapping[tuple[str, str], str]
    images: tuple[Image, ...]
    rates: tuple[tuple[str, str, str, str], ...] = ()
    fees: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def region(self, name: str) -> Region | None:
        """The region of that name, if there is one."""
        return next((region for region in self.regions if region.name == name), None)

    def zones_of(self, region: str) -> list[Zone]:
        """The zones of a region."""
        return [zone for zone in self.zones if zone.region == region]

    def offered(self, region: str) -> list[str]:
        """The instance types offered in a region, in an order that looks random, as EC2's does."""
        found: set[str] = set()
        for zone in self.zones_of(region):
            found |= self.offerings.get(zone.name, frozenset())
        return sorted(found, key=scramble)

    def without_types(self, fraction: float) -> AwsData:
        """Without this fraction (0..1) of the instance types, the same ones each time."""
        ordered = sorted(self.types, key=scramble)
        return self._keeping(frozenset(ordered[round(len(ordered) * fraction) :]))

    def without_family(self, family: str) -> AwsData:
        """Without one family."""
        return self._keeping(frozenset(name for name in self.types if family_of(name) != family))

    def without_figures(self, name: str) -> AwsData:
        """One type's document lacks its memory and vCPU figures."""
        document = {
            key: val for key, val in self.types[name].items() if key not in ("MemoryInfo", "VCpuInfo")
        }
        return replace(self, types={**self.types, name: document})

    def with_type_renamed(self, old: str, new: str) -> AwsData:
        """One type goes by another name wherever it occurs."""
        return self._mapped({old: (new,)})

    def with_new_family(self, family: str, like: str = "m5") -> AwsData:
        """One more family: the sizes, offerings and prices of an existing one."""
        copies = {
            name: (name, f"{family}.{name.partition('.')[2]}")
            for name in self.types
            if family_of(name) == like
        }
        return self._mapped(copies)

    def with_zero_price(self, name: str) -> AwsData:
        """One type's price is 0 in every region that has one."""
        prices = {key: "0" if key[1] == name else usd for key, usd in self.prices.items()}
        return replace(self, prices=prices)

    def with_zone_down(self, name: str) -> AwsData:
        """One zone is unavailable; its offerings are still listed."""
        zones = (replace(z, state="unavailable") if z.name == name else z for z in self.zones)
        return replace(self, zones=tuple(zones))

    def empty(self) -> AwsData:
        """The regions and zones only: every other list is empty."""
        return replace(self, types={}, offerings={}, prices={}, images=())

    def _keeping(self, names: frozenset[str]) -> AwsData:
        return self._mapped({name: () for name in self.types if name not in names})

    def _mapped(self, changes: Mapping[str, tuple[str, ...]]) -> AwsData:
        """Each type under the names that `changes` has for it, if any."""

        def names(old: str) -> tuple[str, ...]:
            return changes.get(old, (old,))

        return replace(
            self,
            types={
                new: doc if new == old else {**doc, "InstanceType": new}
                for old, doc in self.types.items()
                for new in names(old)
            },
            offerings={
                zone: frozenset(new for old in offered for new in names(old))
                for zone, offered in self.offerings.items()
            },
            prices={(region, new): usd for (region, old), usd in self.prices.items() for new in names(old)},
        )


def recorded(facts: Path) -> AwsData:
    """AWS at full scale, from moto's recordings and the CSV files in `facts`."""
    from tests.servers import aws_recorded

    return aws_recorded.load(facts)


@lru_cache(maxsize=1)
def small() -> AwsData:
    """Five regions (one of them not opted in), 15 families, a few prices and images; needs no facts."""
    from tests.servers import aws_small

    return aws_small.load()


def family_of(instance_type: str) -> str:
    """m5 of m5.large."""
    return instance_type.partition(".")[0]


def scramble(name: str) -> tuple[int, str]:
    """A sort key for an order that looks random but never changes."""
    return zlib.crc32(name.encode()), name


@lru_cache(maxsize=1)
def moto_types() -> dict[str, dict[str, Any]]:
    """All instance types that moto has recorded; read-only."""
    types: dict[str, dict[str, Any]] = _moto_json(INSTANCE_TYPES)
    return types


def moto_regions() -> list[str]:
    """The regions that moto has recorded offerings for."""
    folder = _moto_resources() / "instance_type_offerings" / "availability-zone"
    return sorted(path.name.removesuffix(".json.gz") for path in folder.glob("*.json.gz"))


def moto_offerings(region: str) -> dict[str, frozenset[str]]:
    """{zone name: instance types offered in it} of a region, as recorded by moto."""
    found: dict[str, set[str]] = {}
    for row in _moto_json(f"instance_type_offerings/availability-zone/{region}.json.gz"):
        found.setdefault(row["Location"], set()).add(row["InstanceType"])
    return {zone: frozenset(names) for zone, names in found.items()}


def _moto_resources() -> Path:
    spec = importlib.util.find_spec("moto")  # found, not imported: the import takes a second
    if spec is None or spec.origin is None:
        raise RuntimeError("the AWS test server needs the recordings of moto: pip install 'moto[ec2,server]'")
    return Path(spec.origin).parent / "ec2" / "resources"


def _moto_json(name: str) -> Any:
    with gzip.open(_moto_resources() / name) as stream:
        return json.load(stream)
