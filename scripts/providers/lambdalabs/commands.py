# SPDX-License-Identifier: MIT
"""The commands that `lambda-cli` has besides those of every provider: `capacity` and `smart`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import ARCHITECTURES
from cloudlib.errors import UsageError
from cloudlib.provider import Provider, Request
from cloudlib.show import cli
from providers.lambdalabs.fetch import instance_types_now
from providers.lambdalabs.smart import Offer, cheapest, named, offers


def add(nouns: Any) -> None:
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
    rows = [
        {**_row(o), "regions": [r for r in o.regions if options.region in (None, r)]}
        for o in _offers(options)
    ]
    shown = [row for row in rows if row["regions"]]
    if len(shown) < len(rows):
        print(f"{len(rows) - len(shown)} more types have no capacity now", file=sys.stderr)
    cli.show_rows(options, shown, lambda r: (r["instance_type"], r["price"], " ".join(r["regions"])))


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
        print(json.dumps(row, indent=2))
    else:
        print("  ".join(part for part in (offer.itype.name, offer.regions[0], offer.price) if part))


def _offers(options: argparse.Namespace) -> list[Offer]:
    if options.offline:
        raise UsageError("only the API knows what has capacity", hint="leave out --offline")
    return offers(instance_types_now(Request(log=CallLog())))


def _row(offer: Offer) -> dict[str, Any]:
    usd = offer.usd
    return {
        "instance_type": offer.itype.name,
        "usd_per_hour": float(usd) if usd is not None else None,
        "price": offer.price,
    }
