# SPDX-License-Identifier: MIT
"""Is a new catalog plausible as the successor of the committed one? Pure: no clock, no files.

What the menus offer is what counts: a type without a known architecture is in the catalog and in no menu.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from statistics import median
from typing import Any, TypeVar

from cloudlib.catalog.diff import CatalogDiff, Repriced, image_name
from cloudlib.catalog.image_rules import Publishers
from cloudlib.catalog.records import Catalog, Gpu, InstanceType
from cloudlib.catalog.text import device, disks, dollars

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `share` of what there was may be gone or changed, and `few` however few there were.

    `what` continues a message after "3 of 10", and `why` the reason for the figures.
    """

    share: float
    few: int
    what: str
    why: str


#: How much may change from one refresh to the next.
LIMITS: Mapping[str, Limit] = {
    "types": Limit(0.1, 1, "instance types are no longer offered", "clouds retire a few a year"),
    "families": Limit(0.1, 1, "families are no longer offered", "clouds retire a few a year"),
    "large families": Limit(0, 0, "families of 5 or more types are gone", "such a retirement is announced"),
    "regions": Limit(0, 0, "regions no longer offer anything", "clouds do not close regions"),
    "zones": Limit(0.05, 1, "zones are gone", "clouds hardly ever close one"),
    "offers": Limit(0.1, 1, "offers of a type in a region are gone", "types spread to more regions"),
    "zone offers": Limit(0.1, 1, "offers of a type in a zone are gone", "types spread to more zones"),
    "images": Limit(0.2, 1, "image streams are gone", "releases end a few at a time"),
    "hardware": Limit(0.01, 1, "instance types have other hardware", "a type keeps its hardware for life"),
    "generation": Limit(0.1, 1, "instance types changed generation", "families age one at a time"),
    "unpriced": Limit(0.1, 1, "prices are no longer known", "the price list may be cut off"),
    "repriced": Limit(0.2, 1, "prices changed", "list prices rarely change"),
    "repriced far": Limit(
        0.1, 1, "prices changed by a factor of 1.2 or more", "price cuts are for a few families"
    ),
    "tenfold": Limit(0, 0, "prices changed by a factor of 10 or more", "a unit may be wrong"),
}
_LARGE = 5  # types of a family
_HARDWARE = (
    *("vcpus", "memory_mib", "architectures", "gpus", "accelerators", "local_disks", "bare_metal", "kvm"),
)
_FACTORS = {"repriced": Decimal(1), "repriced far": Decimal("1.2"), "tenfold": Decimal(10)}
#: Of all prices, unchanged ones included: a wrong currency or unit moves the median, a price cut does not.
_MEDIAN = (Decimal("0.8"), Decimal("1.25"))
#: How far the clocks of two machines may be apart.
_CLOCKS = timedelta(hours=1)
_SHOWN = 3


def doubts(
    diff: CatalogDiff | None, old: Catalog | None, new: Catalog, *, canaries: Iterable[str], now: datetime
) -> list[str]:
    """Reasons not to promote `new` over `old`, each with figures and examples; [] for none.

    `diff` is their difference; both are None where nothing is committed yet. `canaries` are types that are
    always there. `now` has a time zone.
    """
    reasons = list(_date(new, now))
    if old is None or diff is None:
        return reasons
    if diff.default_region:
        reasons.append("the default region was {}, now {}".format(*diff.default_region))
    still = {t.name for t in new.instance_types if t.offered}
    gone = [t for t in old.instance_types if t.offered and t.name not in still]
    dead = [t.name for t in gone if t.name in {*canaries}]
    if dead:
        reasons.append(f"types that are always there are no longer offered: {', '.join(dead)}")
    return [
        *reasons,
        *_types(old, new, gone),
        *_places(diff, old, new),
        *_over("images", len({image_name(i) for i in old.images}), diff.images.removed),
        *_figures(diff, old, new),
        *_prices(diff, old),
    ]


def strangers(new: Catalog, publishers: Publishers) -> list[str]:
    """A reason never to promote `new`, [] for none: images by publishers that are not pinned."""
    strange = [
        f"{image_name(image)} by {publishers.publisher(image) or 'nobody'}"
        for image in new.images
        if publishers.strange(image)
    ]
    return (
        [f"{len(strange)} of {len(new.images)} images have other publishers: {_some(strange)}"]
        if strange
        else []
    )


def _some(items: Sequence[str]) -> str:
    return ", ".join(items[:_SHOWN]) + (", …" if len(items) > _SHOWN else "")


def _over(
    key: str,
    total: int,
    items: Sequence[_T],
    show: Callable[[_T], str] = str,
    weight: Callable[[_T], Any] = lambda item: 0,
) -> Iterator[str]:
    """The reason, where these are more than the limit allows; the items of the largest weight are shown.

    `252 of 1263 instance types are no longer offered (limit 10 %: clouds retire a few a year): …`.
    """
    limit = LIMITS[key]
    if len(items) <= max(limit.few, limit.share * total):
        return
    worst = heapq.nlargest(_SHOWN + 1, items, key=weight)
    most = f"limit {limit.share * 100:g} %" if limit.share else "limit 0"
    yield f"{len(items)} of {total} {limit.what} ({most}: {limit.why}): {_some([*map(show, worst)])}"


def _types(old: Catalog, new: Catalog, gone: Sequence[InstanceType]) -> Iterator[str]:
    """Types and families of the menus that are gone; those offered in most regions come first."""
    before = Counter(t.family for t in old.instance_types if t.offered)
    now = {t.family for t in new.instance_types if t.offered}
    lost = [family for family in before if family not in now]

    def sized(family: str) -> str:
        return f"{family} ({before[family]} types)"

    yield from _over("types", before.total(), gone, show=lambda t: t.name, weight=lambda t: len(t.regions))
    yield from _over("families", len(before), lost, show=sized, weight=before.__getitem__)
    large = [family for family in lost if before[family] >= _LARGE]
    yield from _over(
        "large families",
        sum(n >= _LARGE for n in before.values()),
        large,
        show=sized,
        weight=before.__getitem__,
    )


def _places(diff: CatalogDiff, old: Catalog, new: Catalog) -> Iterator[str]:
    """Regions and zones that are gone, and what is offered in fewer of them."""
    types = Counter(region for t in old.instance_types if t.offered for region in t.regions)
    closed = sorted(old.offered_in - new.offered_in)
    yield from _over("regions", len(old.offered_in), closed, weight=types.__getitem__)
    zones = Counter(zone for t in old.instance_types for zone in t.zones)
    yield from _over("zones", len(old.zones), diff.zones.removed, weight=zones.__getitem__)
    for key, total, losses in (
        ("offers", types.total(), [(m.type, region) for m in diff.moved for region in m.lost]),
        ("zone offers", zones.total(), [(m.type, zone) for m in diff.moved for zone in m.zones_lost]),
    ):
        yield from _over(key, total, losses, show=_in_place)


def _figures(diff: CatalogDiff, old: Catalog, new: Catalog) -> Iterator[str]:
    """Types whose figures changed: what a machine is made of, and whether it is of the current generation."""
    before = {t.name: t for t in old.instance_types}
    after = {t.name: t for t in new.instance_types}
    kept = len(before) - len(diff.types.removed)
    hardware = [
        (name, field)
        for name, differing in diff.types.changed.items()
        for field in differing
        if field in _HARDWARE
    ]
    first = dict(reversed(hardware))

    def changed(name: str) -> str:
        a, b = (_shown(getattr(types[name], first[name])) for types in (before, after))
        return f"{name} {first[name]} {a} -> {b}"

    yield from _over("hardware", kept, [*first], show=changed, weight=lambda name: before[name].vcpus)
    aged = [name for name, differing in diff.types.changed.items() if "current_generation" in differing]
    yield from _over("generation", kept, aged, weight=lambda name: len(before[name].regions))


def _prices(diff: CatalogDiff, old: Catalog) -> Iterator[str]:
    """Prices that are gone, and prices that changed."""
    gone = {*diff.types.removed}
    before = {(t.name, r): p.usd_per_hour for t in old.instance_types for r, p in t.prices.items()}
    total = sum(name not in gone for name, _ in before)
    yield from _over("unpriced", total, diff.unpriced, show=_in_place, weight=before.__getitem__)
    total -= len(diff.unpriced)
    for key, factor in _FACTORS.items():
        moved = [p for p in diff.repriced if p.factor >= factor]
        yield from _over(key, total, moved, show=_repriced, weight=lambda p: p.factor)
    ratio = (
        median([p.ratio for p in diff.repriced] + [Decimal(1)] * (total - len(diff.repriced))) if total else 1
    )
    if not _MEDIAN[0] <= ratio <= _MEDIAN[1]:
        low, high = _MEDIAN
        yield f"the median price is {ratio:.2f} times the old one, and {low} to {high} are plausible"


def _date(new: Catalog, now: datetime) -> Iterator[str]:
    text = new.provenance.fetched_at
    try:
        fetched = datetime.fromisoformat(text)
    except ValueError:
        yield f"the date of the fetch is not known: {text!r}"
        return
    if fetched.tzinfo is None:
        fetched = fetched.replace(tzinfo=timezone.utc)
    if fetched > now + _CLOCKS:
        yield f"it was fetched in the future, on {text[:16]}: one of the clocks is wrong"


def _repriced(price: Repriced) -> str:
    return f"{price.type} in {price.region} {dollars(price.before)} -> {dollars(price.after)}"


def _in_place(item: tuple[str, str]) -> str:
    return f"{item[0]} in {item[1]}"


def _shown(value: Any) -> str:
    """A figure of a type: `4`, `arm64`, `1 x NVIDIA A10G`, `none`."""
    if not isinstance(value, tuple):
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return (
        " + ".join(i if isinstance(i, str) else device(i) if isinstance(i, Gpu) else disks(i) for i in value)
        or "none"
    )
