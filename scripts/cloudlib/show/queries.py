# SPDX-License-Identifier: MIT
"""Questions to a catalog: the types of a family or a region, the cheapest that meet needs. Pure.

An answer is never empty: a question without an answer is an error that names what is nearest to it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.catalog import merge
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Catalog, InstanceType, Region
from cloudlib.catalog.text import dollars, type_prompt
from cloudlib.errors import CloudError, UsageError


@dataclass(frozen=True)
class Needs:
    """What a type must have; by default any that boots Linux will do. `max_price` is USD per hour."""

    min_vcpus: int = 0
    min_memory_gib: float = 0
    arch: str = ""
    gpu: bool = False
    nvme: bool = False
    kvm: bool = False
    max_price: Decimal | None = None

    def unmet(self, itype: InstanceType) -> list[str]:
        """The options that a type does not satisfy; its price is not among them."""
        checks = (
            (f"--min-vcpus {self.min_vcpus}", itype.vcpus >= self.min_vcpus),
            (f"--min-memory-gib {self.min_memory_gib:g}", itype.memory_mib >= self.min_memory_gib * 1024),
            (f"--arch {self.arch}", not self.arch or self.arch in itype.architectures),
            ("--gpu", not self.gpu or bool(itype.gpus)),
            ("--nvme", not self.nvme or any(d.kind == "NVMe" for d in itype.local_disks)),
            ("--kvm", not self.kvm or itype.kvm),
        )
        return [option for option, met in checks if not met]


@dataclass(frozen=True)
class Cheapest:
    """Types by rising price, and how many more would do but have no known price."""

    types: tuple[InstanceType, ...]
    unpriced: int


def region_named(catalog: Catalog, text: str) -> Region:
    """A region by its name or long name, in any case and with any blanks: `East US` is eastus."""
    wanted = _plain(text)
    for region in catalog.regions:
        if wanted in (_plain(region.name), _plain(region.long_name)):
            return region
    names = {_plain(title): r.name for r in catalog.regions for title in (r.long_name, r.name) if title}
    raise UsageError(f"there is no region {text!r}", hint=_nearest(text, names, "`regions list` lists them"))


def types_of(catalog: Catalog, *, family: str = "", region: str = "") -> list[InstanceType]:
    """The types of a family, of all families for "", that are offered in a region, anywhere for ""."""
    families = catalog.families()
    if family and family not in families:
        hint = _nearest(family, {_plain(name): name for name in families}, "instance-types list shows them")
        raise UsageError(f"there is no family {family!r}", hint=hint)
    every = families[family] if family else [t for types in families.values() for t in types]
    offered = [t for t in every if not region or region in t.regions]
    if not offered:
        what = f"no type of family {family}" if family else "no type"
        raise CloudError(f"{what} is offered in {region}", hint=_elsewhere(catalog, every, region))
    return offered


def cheapest(types: Sequence[InstanceType], needs: Needs, region: str) -> Cheapest:
    """The types that boot Linux, meet the needs and have a known price in the region."""
    linux = [t for t in types if t.linux_architectures]
    fitting = [t for t in linux if not needs.unmet(t)]
    priced = sorted(
        ((p.usd_per_hour, natural(t.name), t) for t in fitting if (p := t.price_in(region))),
        key=lambda entry: entry[:2],
    )
    affordable = [t for usd, _, t in priced if needs.max_price is None or usd <= needs.max_price]
    if affordable:
        return Cheapest(tuple(affordable), len(fitting) - len(priced))
    if priced:
        assert needs.max_price is not None, "only a limit can leave none of the priced types"
        what = f"no type in {region} meets these needs for at most {dollars(needs.max_price)}/h"
        raise CloudError(what, hint=f"nearest: {type_prompt(priced[0][2], region)}")
    if fitting:
        names = ", ".join(t.name for t in fitting[:5]) + (" …" if len(fitting) > 5 else "")
        raise CloudError(
            f"no type with a known price in {region} meets these needs", hint=f"without one: {names}"
        )
    raise CloudError(f"no type in {region} meets these needs", hint=_nearest_type(linux, needs, region))


def _nearest_type(types: Iterable[InstanceType], needs: Needs, region: str) -> str:
    """The type that misses the fewest needs, and these by the least."""

    def distance(itype: InstanceType) -> tuple[object, ...]:
        price = itype.price_in(region)
        return (
            len(needs.unmet(itype)),
            max(0, needs.min_vcpus - itype.vcpus),
            max(0, needs.min_memory_gib * 1024 - itype.memory_mib),
            price.usd_per_hour if price else Decimal("Infinity"),
            itype.vcpus,
            itype.memory_mib,
            natural(itype.name),
        )

    best = min(types, key=distance, default=None)
    if best is None:
        return "ask for another region: no type here boots Linux"
    return f"nearest: {type_prompt(best, region)}, which does not meet {', '.join(needs.unmet(best))}"


def _elsewhere(catalog: Catalog, types: Iterable[InstanceType], region: str) -> str:
    """Where types are offered that are not offered in a region, or why nothing is."""
    record = next((r for r in catalog.regions if r.name == region), None)
    if record is not None and not record.available:
        return f"{region} cannot be used: {record.why_not or 'not available to this account'}"
    if region in catalog.provenance.not_reached:
        return f"{region} was not reached; {merge.kept_data(catalog, region)}"
    regions = sorted({name for itype in types for name in itype.regions}, key=natural)
    close = sorted(regions, key=lambda name: -difflib.SequenceMatcher(None, region, name).ratio())
    return f"nearest regions that have it: {', '.join(close[:5])}" if close else "it is offered nowhere"


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _nearest(text: str, names: dict[str, str], otherwise: str) -> str:
    """`nearest: a, b`, by `names`: plain title -> name."""
    close = difflib.get_close_matches(_plain(text), names, n=5, cutoff=0.3)
    return f"nearest: {', '.join(dict.fromkeys(names[plain] for plain in close))}" if close else otherwise
