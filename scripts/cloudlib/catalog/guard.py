# SPDX-License-Identifier: MIT
"""Is a new catalogue plausible as the successor of the committed one?"""

from __future__ import annotations

from decimal import Decimal

from cloudlib.catalog.records import Catalog

#: A fifth of anything gone at once, or a price ten times off, is rather a fault than a change.
_GONE = 0.2
_FACTOR = Decimal(10)


def suspicious_changes(new: Catalog, old: Catalog) -> list[str]:
    """Reasons not to promote `new` over `old` unasked; empty when there are none."""
    found = []
    for noun, before, after in _counted(new, old):
        gone = len(before - after)
        if before and gone > _GONE * len(before):
            found.append(f"{gone} of {len(before)} {noun} are gone")
    if new.default_region != old.default_region:
        found.append(f"the default region was {old.default_region}, now {new.default_region}")
    repriced = _repriced(new, old)
    if repriced:
        found.append(
            f"ten times dearer or cheaper: {', '.join(repriced[:5])}{' …' if len(repriced) > 5 else ''}"
        )
    return found


def _counted(new: Catalog, old: Catalog) -> list[tuple[str, set[object], set[object]]]:
    def prices(catalog: Catalog) -> set[object]:
        return {(t.name, region) for t in catalog.instance_types for region in t.prices}

    return [
        ("instance types", {t.name for t in old.instance_types}, {t.name for t in new.instance_types}),
        ("regions", _used(old), _used(new)),
        ("image streams", {i.key for i in old.images}, {i.key for i in new.images}),
        ("prices", prices(old), prices(new)),
    ]


def _used(catalog: Catalog) -> set[object]:
    return {region for t in catalog.instance_types for region in t.regions}


def _repriced(new: Catalog, old: Catalog) -> list[str]:
    before = {t.name: t for t in old.instance_types}
    found = []
    for kind in new.instance_types:
        for region, price in kind.prices.items():
            known = before[kind.name].price_in(region) if kind.name in before else None
            if known and not 1 / _FACTOR < price.usd_per_hour / known.usd_per_hour < _FACTOR:
                found.append(f"{kind.name} in {region} (${known.usd_per_hour} -> ${price.usd_per_hour})")
    return found
