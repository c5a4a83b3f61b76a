# SPDX-License-Identifier: MIT
"""What a configuration costs, part by part, at the prices of the catalog. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.catalog import rates as catalog_rates
from cloudlib.catalog.rates import GLOBAL, HOURS_A_MONTH, MARKETPLACE, NO_FEE
from cloudlib.catalog.records import Catalog
from cloudlib.catalog.text import dollars
from cloudlib.config.selection import Selection
from cloudlib.config.session import Session
from cloudlib.errors import message, some
from cloudlib.provider import Billed, Charge, Provider

#: What nobody can know beforehand.
_USE = "traffic"
#: The part that depends on the image.
_FEE = "image fee"
#: Why a price is not known, where fetching may change that.
_NO_PRICE, _NOT_STATED = "no price in the catalog", "the catalog does not say what is billed for it"


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the bill: USD per hour of all nodes, None where a price or an amount is not known.

    `source` is the price list that the figure comes from, or why there is none; "" where nothing is billed.
    """

    name: str
    what: str
    usd_per_hour: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Bill:
    """All parts, the machines first."""

    wanted: Selection
    parts: tuple[Part, ...]

    @property
    def total(self) -> Decimal | None:
        """USD per hour of the parts that are known; None where that of the machines is not."""
        if self.parts[0].usd_per_hour is None:
            return None
        return sum((part.usd_per_hour for part in self.parts if part.usd_per_hour is not None), Decimal(0))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the parts whose price or amount is not known: they cost something all the same."""
        return tuple(dict.fromkeys(part.name for part in self.parts if part.usd_per_hour is None))

    @property
    def left_out(self) -> str:
        """What the total is without: "root disk, public address and traffic"."""
        return " and ".join(filter(None, (", ".join(self.unknown), _USE)))


def bill(wanted: Selection, catalog: Catalog | None, provider: Provider) -> Bill:
    """What all nodes cost: the machines, and what the provider charges for besides."""
    price = _machine_price(wanted, catalog)
    machines = Part(
        "machines",
        message(f"{wanted.nodes} x {wanted.instance_type}"),
        None if price is None else price[0] * wanted.nodes,
        price[1] if price else _NO_PRICE if catalog else "no catalog",
    )
    charges = provider.charges(wanted.values) if isinstance(provider, Billed) else ()
    priced = [_part(charge, wanted, catalog) for charge in charges]
    return Bill(wanted, (machines, *priced, *_image_fee(wanted, catalog)))


def of(now: Session) -> Bill:
    """The bill of a loaded configuration."""
    return bill(now.selection, now.catalog, now.provider)


def line(bill: Bill, catalog: Catalog | None) -> str:
    """`cost: 3 x m7i.large in us-east-1 at $0.1008 = $0.3024/h, $220.75/month (730 h); without …`.

    The price of one machine is there where the total is that of the machines alone, and `at least` where a
    part is not known.
    """
    wanted, total = bill.wanted, bill.total
    what = message(f"{wanted.nodes} x {wanted.instance_type} in {wanted.region}")
    if total is None:
        if catalog is None:
            return f"cost: {what}: unknown, this tree has no catalog"
        return f"cost: {what}: unknown, the catalog has no price for it; {fetch_hint(catalog.provider)}"
    alone = bill.parts[0].usd_per_hour == total and wanted.nodes > 1
    single = f" at {dollars(total / wanted.nodes)}" if alone else ""
    month = f"{_month(total)}/month ({HOURS_A_MONTH} h)"
    least = "at least " if bill.unknown else ""
    return f"cost: {what}{single} = {least}{dollars(total)}/h, {month}; without {bill.left_out}"


def lines(bill: Bill, catalog: Catalog | None) -> list[str]:
    """The bill, a line for each part with its USD per hour, day and month, and what the sum is without."""
    rows = [(f"{p.name}: {p.what}" if p.what else p.name, p.usd_per_hour, p.source) for p in bill.parts]
    wide = max((len(name) for name, usd, _ in rows if usd is not None), default=0)
    said = [line(bill, catalog), f"  {'':{wide}}{'hour':>11}{'day':>12}{'month':>14}"]
    said += [_row(name, usd, wide) if usd is not None else f"  {name}: unknown" for name, usd, _ in rows]
    if bill.total is not None:
        total = "at least" if bill.unknown else "total"
        said += [_row(total, bill.total, wide), f"  without {bill.left_out}"]
    sources = dict.fromkeys(source for _, usd, source in rows if usd is not None and source)
    if sources:
        said.append(f"  prices: {', '.join(sources)}")
    said += [f"  {_FEE}: {p.source}" for p in bill.parts if p.name == _FEE and p.usd_per_hour is None]
    if catalog and any(p.usd_per_hour is None and p.source in (_NO_PRICE, _NOT_STATED) for p in bill.parts):
        said.append(f"  {fetch_hint(catalog.provider)}")
    return said


def fetch_hint(provider: str) -> str:
    """The command that fetches the prices of a provider."""
    return f"make cloud-config-{provider} fetches prices"


def hourly(catalog: Catalog | None, instance_type: str, region: str) -> Decimal | None:
    """USD per hour of one machine in a region; None where it is not known."""
    instance_types = catalog.instance_types if catalog else ()
    itype = next((t for t in instance_types if t.name == instance_type), None)
    price = itype.price_in(region) if itype else None
    return price.usd_per_hour if price else None


def _machine_price(wanted: Selection, catalog: Catalog | None) -> tuple[Decimal, str] | None:
    for itype in catalog.instance_types if catalog else ():
        price = itype.price_in(wanted.region) if itype.name == wanted.instance_type else None
        if price:
            return price.usd_per_hour, price.source
    return None


def _part(charge: Charge, wanted: Selection, catalog: Catalog | None) -> Part:
    """A charge at the rate of its region, or of all regions."""
    what = f"{wanted.nodes} x {charge.what}"
    rates = [
        rate
        for rate in (catalog.rates if catalog else ())
        if (rate.part, rate.unit) == (charge.part, charge.unit) and rate.region in (wanted.region, GLOBAL)
    ]
    rate = min(rates, key=lambda rate: rate.region == GLOBAL, default=None)
    if rate is None or charge.amount is None:
        why = _NO_PRICE if rate is None else "its size is the image's"
        return Part(charge.line, what, None, why)
    return Part(charge.line, what, rate.usd_per_hour * charge.amount * wanted.nodes, rate.source)


def _image_fee(wanted: Selection, catalog: Catalog | None) -> Iterator[Part]:
    """What is billed for the use of the image; nothing is said where there is no image to choose.

    An image that the catalog does not have, or whose vendor states nothing, may have a fee: it is not known.
    """
    if catalog is None or not any(wanted.image.values()):
        return
    image = next((i for i in catalog.images if dict(i.coordinates) == dict(wanted.image)), None)
    if image is None:
        yield Part(_FEE, "", None, "the catalog does not have the image")
        return
    if image.fee == NO_FEE:
        yield Part(_FEE, "none", Decimal(0), "")
        return
    itype = next((t for t in catalog.instance_types if t.name == wanted.instance_type), None)
    places = (wanted.region, GLOBAL)
    fee = itype and catalog_rates.fee(catalog.rates, image.fee, places, itype.name, itype.vcpus)
    what = f"{wanted.nodes} x {image.title.replace('SUSE Linux Enterprise', 'SLES')}"
    usd, source = fee or (None, _why_no_fee(image.fee, catalog, wanted.region))
    yield Part(_FEE, what, None if usd is None else usd * wanted.nodes, source)


def _why_no_fee(part: str, catalog: Catalog, region: str) -> str:
    regions = sorted({rate.region for rate in catalog.rates if rate.part == part})
    if not part:
        return _NOT_STATED
    if part == MARKETPLACE:
        return "prices of the Marketplace are in no price list"
    if not regions:
        return _NO_PRICE
    if region in regions or GLOBAL in regions:
        return "none is listed for this instance type"
    return message(f"known in {some(regions)}; fetch again with {region} as the default region")


def _row(name: str, usd: Decimal, wide: int) -> str:
    return f"  {name:{wide}}{_exact(usd):>11}{'$' + format(usd * 24, ',.2f'):>12}{_month(usd):>14}"


def _exact(usd: Decimal) -> str:
    """USD per hour, with as many digits as a small part of a bill needs."""
    return f"${usd:.4f}" if usd >= Decimal("0.01") or not usd else f"${usd:.6f}"


def _month(usd: Decimal) -> str:
    return f"${usd * HOURS_A_MONTH:,.2f}"
