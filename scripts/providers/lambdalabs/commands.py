# SPDX-License-Identifier: MIT
"""The commands that `lambda-cli` has besides those of every provider: `capacity` and `smart`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from cloudlib.calls.run import CallLog
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import ARCHITECTURES
from cloudlib.errors import UsageError, printable
from cloudlib.provider import Provider, Request
from cloudlib.show import rows
from providers.lambdalabs.fetch import instance_types_now
from providers.lambdalabs.smart import NoCapacity, Offer, cheapest, named, offers


def add(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of every provider."""
    table = nouns.add_parser("capacity", help="which types can be started now, and where")
    table.add_argument("--region", metavar="R", help="in this region only")
    table.set_defaults(run=_capacity)
    smart = nouns.add_parser("smart", help="one type and region that can be started now")
    mode = smart.add_mutually_exclusive_group(required=True)
    mode.add_argument("--cheapest", action="store_true", help="the cheapest type with capacity")
    mode.add_argument("--region-for", metavar="TYPE", help="a region with capacity for this type")
    smart.add_argument("--arch", choices=ARCHITECTURES, help="the cheapest of this architecture")
    smart.add_argument("--gpu", action="store_true", help="the cheapest with a GPU")
    smart.set_defaults(run=_smart)


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
    if options.region_for and (options.arch or options.gpu):
        raise UsageError("--arch and --gpu narrow --cheapest, not --region-for")
    every = _offers(options)
    if options.cheapest:
        offer = cheapest(every, architecture=options.arch or "", gpu=options.gpu)[0]
    else:
        offer = named(every, options.region_for)
    row = {**_row(offer), "region": offer.regions[0], "regions": list(offer.regions)}
    if options.output == "json":
        rows.show_json(row)
    else:
        parts = (offer.itype.name, offer.regions[0], offer.price)
        print(printable("  ".join(part for part in parts if part)))


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
