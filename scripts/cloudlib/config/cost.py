# SPDX-License-Identifier: MIT
"""What the chosen machines cost, at the price of the chosen region."""

from __future__ import annotations

from decimal import Decimal

from cloudlib.catalog.records import Catalog
from cloudlib.catalog.text import dollars
from cloudlib.config.selection import Selection
from cloudlib.errors import message

#: A year has 8760 hours; the clouds' own calculators take a twelfth of that as a month.
HOURS_A_MONTH = 730
_LEFT_OUT = "without volumes, addresses, traffic and image fees"


def line(wanted: Selection, catalog: Catalog | None) -> str:
    """`cost: 3 x m7i.large in us-east-1 = $0.3024/h, $220.75/month (730 h); without volumes, …`."""
    what = message(f"{wanted.nodes} x {wanted.instance_type} in {wanted.region}")
    total = hourly_total(wanted, catalog)
    if total is None:
        why = "this tree has no catalog" if catalog is None else "the catalog has no price for it"
        return f"cost: {what}: unknown, {why}"
    single = f" at {dollars(total / wanted.nodes)}" if wanted.nodes > 1 else ""
    month = f"${total * HOURS_A_MONTH:,.2f}"
    return f"cost: {what}{single} = {dollars(total)}/h, {month}/month ({HOURS_A_MONTH} h); {_LEFT_OUT}"


def hourly_total(wanted: Selection, catalog: Catalog | None) -> Decimal | None:
    """USD per hour of all nodes; None where it is not known."""
    each = hourly(catalog, wanted.instance_type, wanted.region)
    return None if each is None else each * wanted.nodes


def hourly(catalog: Catalog | None, instance_type: str, region: str) -> Decimal | None:
    """USD per hour of one machine in a region; None where it is not known."""
    instance_types = catalog.instance_types if catalog else ()
    itype = next((t for t in instance_types if t.name == instance_type), None)
    price = itype.price_in(region) if itype else None
    return price.usd_per_hour if price else None
