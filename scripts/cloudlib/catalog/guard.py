# SPDX-License-Identifier: MIT
"""Is a new catalogue plausible as the successor of the committed one?"""

from __future__ import annotations

from decimal import Decimal

from cloudlib.catalog.diff import CatalogDiff, image_name
from cloudlib.catalog.records import Catalog

#: More than a fifth of anything gone at once, or a tenfold price change, is more likely a fault than news.
_GONE = 0.2
_FACTOR = Decimal(10)
_SHOWN = 5


def suspicious_changes(diff: CatalogDiff, old: Catalog, new: Catalog) -> list[str]:
    """Reasons not to promote `new` over `old` unasked, [] for none; `diff` is their difference."""
    reasons = [
        f"{gone} of {total} {noun} are gone"
        for noun, gone, total in _losses(diff, old, new)
        if gone > _GONE * total
    ]
    if diff.default_region:
        reasons.append("the default region was {}, now {}".format(*diff.default_region))
    repriced = [p for p in diff.repriced if not 1 / _FACTOR < p.ratio < _FACTOR]
    if repriced:
        examples = [f"{p.type} in {p.region} (${p.before} -> ${p.after})" for p in repriced[:_SHOWN]]
        more = " …" if len(repriced) > _SHOWN else ""
        reasons.append(f"prices changed by a factor of 10 or more: {', '.join(examples)}{more}")
    return reasons


def _losses(diff: CatalogDiff, old: Catalog, new: Catalog) -> list[tuple[str, int, int]]:
    """(noun, how many are gone, how many there were). A removed type takes its prices with it."""
    removed = {*diff.types.removed}
    prices = sum(len(t.prices) for t in old.instance_types)
    prices_gone = sum(len(t.prices) for t in old.instance_types if t.name in removed) + diff.unpriced
    return [
        ("instance types", len(removed), len(old.instance_types)),
        ("regions", len(old.offered_in - new.offered_in), len(old.offered_in)),
        ("image streams", len(diff.images.removed), len({image_name(i) for i in old.images})),
        ("prices", prices_gone, prices),
    ]
