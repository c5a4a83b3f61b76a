# SPDX-License-Identifier: MIT
"""The commands that `lambda-cli` has besides those of every provider: what has capacity, and kdevops's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace

from cloudlib.calls.run import CallLog
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import ARCHITECTURES
from cloudlib.catalog.text import dollars
from cloudlib.errors import UsageError, printable
from cloudlib.provider import Provider, Request
from cloudlib.show import answering, rows
from providers.lambdalabs.fetch import instance_types_now
from providers.lambdalabs.smart import TIERS, NoCapacity, Offer, best, by_price, cheapest, named, offers


def add(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of every provider."""
    table = nouns.add_parser("capacity", help="which types can be started now, and where")
    table.add_argument("--region", metavar="R", help="in this region only")
    table.set_defaults(run=_capacity)
    smart = nouns.add_parser("smart", help="one type and region that can be started now")
    mode = smart.add_mutually_exclusive_group(required=True)
    mode.add_argument("--cheapest", action="store_true", help="the cheapest type with capacity")
    tiers = ", ".join(TIERS)
    mode.add_argument(
        "--tier", choices=TIERS, metavar="TIER", help=f"the best GPU with capacity, up to this one: {tiers}"
    )
    mode.add_argument("--region-for", metavar="TYPE", help="a region with capacity for this type")
    smart.add_argument(
        "--arch", choices=ARCHITECTURES, help="the cheapest, or of the tier the best, of this architecture"
    )
    smart.add_argument("--gpu", action="store_true", help="the cheapest with a GPU")
    smart.set_defaults(run=_smart)
    _add_those_of_kdevops(nouns)


def _add_those_of_kdevops(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Commands that kdevops's lambda-cli has, and its playbooks and its users call."""
    check = nouns.add_parser("check-availability", help="can a type be started in a region now?")
    check.add_argument("instance_type", metavar="TYPE", help="an instance type")
    check.add_argument("region", metavar="REGION", help="a region")
    check.set_defaults(run=_check_availability)
    select = nouns.add_parser("smart-select", help="the same as `smart --cheapest --gpu`")
    select.add_argument("--mode", choices=("cheapest",), default="cheapest", help="the only one there is")
    select.set_defaults(run=_smart, cheapest=True, region_for=None, tier=None, arch=None, gpu=True)
    prices = nouns.add_parser("pricing", help="prices").add_subparsers(required=True, metavar="list")
    table = prices.add_parser("list", help="USD per hour, day and month of 30 days")
    table.add_argument("--instance-type", metavar="TYPE", help="of this type only")
    table.set_defaults(run=_pricing)


def _capacity(provider: Provider, options: argparse.Namespace) -> None:
    every = _offers(options)
    here = [replace(o, regions=tuple(r for r in o.regions if options.region in (None, r))) for o in every]
    shown = [offer for offer in here if offer.regions]
    if not shown:
        elsewhere = sorted({region for offer in every for region in offer.regions}, key=natural)
        raise NoCapacity(
            f"no type has capacity in {options.region or 'any region'} now",
            hint=f"nearest regions with capacity: {', '.join(elsewhere)}" if elsewhere else "try again later",
        )
    if len(shown) < len(every):
        print(f"{len(every) - len(shown)} more types have no capacity now", file=sys.stderr)
    columns: list[rows.Column[Offer]] = [
        rows.Column("instance type", lambda o: o.itype.name),
        rows.Column("per hour", lambda o: o.price.removesuffix("/h"), number=True),
        rows.Column("regions", lambda o: " ".join(o.regions)),
    ]
    rows.show(options.output, shown, columns, lambda o: {**_row(o), "regions": list(o.regions)})


def _smart(provider: Provider, options: argparse.Namespace) -> None:
    if (options.region_for and options.arch) or (options.gpu and not options.cheapest):
        raise UsageError("--arch narrows --cheapest and --tier, --gpu narrows --cheapest")
    every = _offers(options)
    if options.cheapest:
        offer = cheapest(every, architecture=options.arch or "", gpu=options.gpu)[0]
    elif options.tier:
        offer = best(every, options.tier, architecture=options.arch or "")
    else:
        offer = named(every, options.region_for)
    row = {**_row(offer), "region": offer.regions[0], "regions": list(offer.regions)}
    if options.output == "json":
        rows.show_json(row)
    else:
        parts = (offer.itype.name, offer.regions[0], offer.price)
        print(printable("  ".join(part for part in parts if part)))


def _check_availability(provider: Provider, options: argparse.Namespace) -> None:
    """Both yes and no are answers: the exit code is 0, and `available` tells, as kdevops reads it."""
    offer = next((o for o in _offers(options) if o.itype.name == options.instance_type), None)
    regions = offer.regions if offer else ()
    available = options.region in regions
    where = f"has capacity in {', '.join(regions)}" if regions else "has no capacity in any region"
    said = f"{options.instance_type} {where if offer else 'is not offered'}"
    row = {
        "available": available,
        "instance_type": options.instance_type,
        "region": options.region,
        "available_regions": list(regions),
        "message" if available else "error": said,
    }
    if options.output == "json":
        rows.show_json(row)
    else:
        print(printable(f"{'yes' if available else 'no'}: {said}"))


def _pricing(provider: Provider, options: argparse.Namespace) -> None:
    priced = answering.answer(
        provider,
        options,
        lambda: _offers(options),
        lambda catalog: by_price(Offer(itype, ()) for itype in catalog.instance_types),
    )
    every = [o for o in priced if options.instance_type in (None, o.itype.name)]
    if not every:
        named(priced, options.instance_type)  # says which there are
    columns: list[rows.Column[Offer]] = [
        rows.Column("instance type", lambda o: o.itype.name),
        *(rows.Column(f"per {period}", _cost(hours), number=True) for period, hours in _HOURS.items()),
    ]
    rows.show(options.output, every, columns, _costs)


_HOURS = {"hour": 1, "day": 24, "month": 24 * 30}


def _cost(hours: int) -> Callable[[Offer], str]:
    return lambda offer: "" if offer.usd is None else dollars(offer.usd * hours)


def _costs(offer: Offer) -> dict[str, object]:
    usd = offer.usd
    costs = {
        f"usd_per_{period}": None if usd is None else float(usd * hours) for period, hours in _HOURS.items()
    }
    return {"instance_type": offer.itype.name, **costs}


def _offers(options: argparse.Namespace) -> list[Offer]:
    if options.offline:
        raise UsageError("only the API knows what has capacity", hint="leave out --offline")
    return offers(instance_types_now(Request(log=CallLog())))


def _row(offer: Offer) -> dict[str, object]:
    usd = offer.usd
    return {
        "instance_type": offer.itype.name,
        "usd_per_hour": float(usd) if usd is not None else None,
        "price": offer.price,
    }
