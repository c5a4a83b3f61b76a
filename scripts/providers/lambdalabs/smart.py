# SPDX-License-Identifier: MIT
"""Which Lambda type and region have capacity now: for `lambda-cli`, and for `make` when the user wants that.

Nothing here runs while Kconfig parses. An answer holds for the moment; `make` writes it down with its date.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal

from cloudlib.calls.shape import Reader
from cloudlib.catalog import alike
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import InstanceType
from cloudlib.catalog.text import dollars
from cloudlib.errors import CallFailed, UsageError
from cloudlib.provider import Problem, Resolved, Variables
from providers.lambdalabs import parse as lambdalabs_parse

_CHEAPEST = "TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST"
_INFER = "TERRAFORM_LAMBDALABS_REGION_SMART_INFER"
_GPU = "TERRAFORM_LAMBDALABS_SMART_GPU"

#: A type and a region, by name.
Placed = tuple[str, str]

_REGION, _TYPE = "terraform_lambdalabs_region", "terraform_lambdalabs_instance_type"
_IS_GPU = "terraform_lambdalabs_is_gpu_instance"
_PREFERRED = "terraform_lambdalabs_region_preferred"


#: Instance types, the best first. B200 with one GPU came after these names, and is above every ceiling.
_ONE_GPU = (
    "gpu_1x_gh200",
    "gpu_1x_h100_sxm5",
    "gpu_1x_h100_pcie",
    "gpu_1x_a100_sxm4",
    "gpu_1x_a100",
    "gpu_1x_a6000",
    "gpu_1x_rtx6000",
    "gpu_1x_a10",
)
_EIGHT_GPUS = (
    "gpu_8x_b200_sxm6",
    "gpu_8x_h100_sxm5",
    "gpu_8x_a100_80gb_sxm4",
    "gpu_8x_a100",
    "gpu_8x_v100",
    "gpu_8x_v100_n",
)


def _from(types: Sequence[str], best: str) -> tuple[str, ...]:
    return tuple(types[types.index(best) :])


#: What stands in the place of an instance type -> the types that it may become, the best first. The names
#: are those of kdevops, and of terraform/lambdalabs/kconfigs/Kconfig.smart.
TIERS: Mapping[str, tuple[str, ...]] = {
    "GH200_OR_LESS": _ONE_GPU,
    "H100_OR_LESS": _from(_ONE_GPU, "gpu_1x_h100_sxm5"),
    "A100_OR_LESS": _from(_ONE_GPU, "gpu_1x_a100_sxm4"),
    "A6000_OR_LESS": _from(_ONE_GPU, "gpu_1x_a6000"),
    "8X_B200_OR_LESS": _EIGHT_GPUS,
    "8X_H100_OR_LESS": _from(_EIGHT_GPUS, "gpu_8x_h100_sxm5"),
    "8X_A100_OR_LESS": _from(_EIGHT_GPUS, "gpu_8x_a100_80gb_sxm4"),
}


class NoCapacity(CallFailed):
    """Nothing that was asked for can be started anywhere at the moment."""


@dataclass(frozen=True)
class Offer:
    """A type and the regions that can start one now, by name."""

    itype: InstanceType
    regions: tuple[str, ...]

    @property
    def usd(self) -> Decimal | None:
        """USD per hour, the same in every region; None where it is not known."""
        return next((p.usd_per_hour for p in self.itype.prices.values()), None)

    @property
    def price(self) -> str:
        """`$1.29/h`, or "" where it is not known."""
        return "" if self.usd is None else f"{dollars(self.usd)}/h"


def offers(types: Reader) -> list[Offer]:
    """Every type with its regions, by price."""
    available = lambdalabs_parse.capacity(types)
    regions = {name: tuple(r.name for r in there) for name, there in available.items()}
    every = sorted({r for there in regions.values() for r in there}) or ["nowhere"]
    itypes, _ = lambdalabs_parse.instance_types(types, every)  # a price is the same in each
    return by_price(Offer(i, tuple(sorted(regions.get(i.name, ()), key=natural))) for i in itypes)


def by_price(unsorted: Iterable[Offer]) -> list[Offer]:
    """The cheapest first; those without a known price end the list."""
    return sorted(unsorted, key=lambda o: (o.usd is None, o.usd or 0, natural(o.itype.name)))


def cheapest(all_offers: Sequence[Offer], *, architecture: str = "", gpu: bool = False) -> list[Offer]:
    """The offers of the lowest price among those with capacity; NoCapacity without any."""
    fits = [
        o
        for o in all_offers
        if o.regions
        and o.usd is not None
        and (not architecture or architecture in o.itype.architectures)
        and (not gpu or o.itype.gpus)
    ]
    if not fits:
        what = " ".join(word for word in (architecture, "GPU" if gpu else "", "type") if word)
        raise NoCapacity(
            f"no {what} of Lambda has capacity in any region now",
            hint="try again later; `scripts/lambda-cli capacity` lists what is available",
        )
    return [o for o in fits if o.usd == fits[0].usd]


def best(all_offers: Sequence[Offer], tier: str, *, architecture: str = "") -> Offer:
    """The offer of the best type of a tier that has capacity, for an architecture, "" for any.

    Raises NoCapacity without any, which names the types of other tiers that have some.
    """
    with_capacity = {o.itype.name: o for o in all_offers if o.regions}
    fitting = {n: o for n, o in with_capacity.items() if architecture in ("", *o.itype.architectures)}
    for name in TIERS[tier]:
        if name in fitting:
            return fitting[name]
    others = ", ".join(sorted((n for n, o in fitting.items() if o.itype.gpus), key=natural))
    what = f"{architecture} type" if architecture else "type"
    raise NoCapacity(
        f"no {what} of {tier} has capacity in any region now: {', '.join(TIERS[tier])}",
        hint=f"GPUs with capacity: {others}" if others else "try again later: no GPU has capacity",
    )


def named(all_offers: Sequence[Offer], name: str) -> Offer:
    """The offer of one type, with capacity; UsageError where there is no such type, or NoCapacity."""
    by_name = {o.itype.name: o for o in all_offers}
    if name not in by_name:
        hint = alike.nearest(name, by_name.keys(), "`scripts/lambda-cli capacity` lists them")
        raise UsageError(f"Lambda offers no type {name!r}", hint=hint)
    if not by_name[name].regions:
        raise NoCapacity(
            f"{name} has no capacity in any region now",
            hint="try again later, or choose another type; `scripts/lambda-cli capacity` lists all",
        )
    return by_name[name]


def without_capacity(types: Reader, name: str, region: str) -> Problem | None:
    """Why a type cannot be started in a region now, and where it or what is like it can; None where it can.

    How many could be started Lambda does not say.
    """
    by_name = {o.itype.name: o for o in offers(types)}
    if name in by_name and region in by_name[name].regions:
        return None
    if name in by_name and by_name[name].regions:
        return Problem(f"{name} has no capacity in {region} now", by_name[name].regions)
    here = [o for o in by_name.values() if region in o.regions]
    like = by_name.get(name)
    same = [o for o in here if like is None or bool(o.itype.gpus) == bool(like.itype.gpus)]
    nearest = tuple(f"{o.itype.name} {o.price}".strip() for o in (same or here)[:5])
    return Problem(f"{name} has no capacity in any region now", nearest)


def wanted(values: Variables) -> bool:
    """Does this configuration leave the region, or region and type, to the API?"""
    return bool(values.get(_CHEAPEST.lower()) or values.get(_INFER.lower()))


def resolved(
    types: Reader, values: Variables, earlier: Variables, up: Callable[[], Container[Placed]] = frozenset
) -> Resolved:
    """The variables that the API's answer decides.

    The earlier answer stays while it is as good as any other, so that a machine does not move without need:
    same question, still with capacity, and for the cheapest still at the lowest price. It also stays while
    its machines are up, which may have taken the last capacity: `up` asks where the tree's machines are, and
    only where the answer would be another one. Then the region chosen in the menu is preferred, then the
    first by name.
    """
    all_offers = offers(types)
    preferred = str(values[_REGION])
    last = (str(earlier.get(_TYPE)), str(earlier.get(_REGION)))
    before = next((o for o in all_offers if o.itype.name == last[0]), None)
    same = earlier.get(_PREFERRED) == preferred and before is not None and _answers(before, values)
    try:
        candidates, how = _candidates(all_offers, values)
        pairs = [(o, region) for o in candidates for region in o.regions]
        offer, region = min(
            pairs, key=lambda p: (not same or (p[0].itype.name, p[1]) != last, p[1] != preferred)
        )
    except NoCapacity:
        if before is None or not same or last not in up():
            raise
        offer, region, how = before, last[1], "where it is up"
    if before is not None and same and (offer.itype.name, region) != last and last in up():
        offer, region, how = before, last[1], "where it is up"
    when = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return Resolved(
        {
            _REGION: region,
            _TYPE: offer.itype.name,
            _IS_GPU: bool(offer.itype.gpus),
            _PREFERRED: preferred,
        },
        f"resolved {when}: {offer.itype.name} in {region}, {how} {offer.price}".rstrip(),
    )


def _candidates(all_offers: Sequence[Offer], values: Variables) -> tuple[list[Offer], str]:
    """The offers that answer a configuration equally well, and in what they are best. Raises NoCapacity."""
    architecture, asked = str(values["target_arch"]), str(values[_TYPE])
    if values.get(_CHEAPEST.lower()):
        gpu = bool(values.get(_GPU.lower()))
        return cheapest(all_offers, architecture=architecture, gpu=gpu), "cheapest with capacity"
    if asked in TIERS:
        return [best(all_offers, asked, architecture=architecture)], f"the best of {asked} with capacity"
    return [named(all_offers, asked)], "with capacity"


def _answers(offer: Offer, values: Variables) -> bool:
    """Is a type among those that a configuration asks for, with capacity or without?"""
    asked = str(values[_TYPE])
    if str(values["target_arch"]) not in offer.itype.architectures:
        return False
    if values.get(_CHEAPEST.lower()):
        return bool(offer.itype.gpus) or not values.get(_GPU.lower())
    return offer.itype.name in TIERS.get(asked, (asked,))


def remarks(capacity: Mapping[str, Sequence[object]], when: str = "now") -> list[str]:
    """What a run's summary says of capacity."""
    some = [f"{name} ({len(regions)})" for name, regions in capacity.items() if regions]
    listed = ", ".join(some) or "none"
    return [f"capacity {when} (number of regions): {listed}; {len(capacity) - len(some)} types have none"]
