# SPDX-License-Identifier: MIT
"""The commands that the four CLIs share. stdout is data, stderr is talk."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cloudlib.calls import tapes
from cloudlib.catalog.records import Image, InstanceType
from cloudlib.errors import CloudError, UsageError
from cloudlib.provider import Provider, RegionList, Request
from cloudlib.publish import refresh, tier
from cloudlib.search.machine import market
from cloudlib.settings import CACHE, ROOT
from cloudlib.show import answering, cheapest, command, details, queries, rows
from cloudlib.show.progress_rows import shown_on
from cloudlib.show.summary import gaps


def main(
    provider: Provider, argv: Sequence[str], *, program: str, extend: Callable[[Any], None] | None = None
) -> int:
    """Run one command for one provider; returns the exit code, or raises a CloudError.

    `extend` gets argparse's subparsers, to add commands that only this provider has.
    """
    options = _parser(provider, program, extend).parse_args(argv)
    if options.live and options.offline:
        raise UsageError("--live asks the provider, --offline asks no one: give only one of them")
    options.run(provider, options)
    return 0


class _Parser(command.Parser):
    """Takes the common options before and after every word of a command."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.add_argument(
            "--output",
            choices=rows.FORMS,
            default=argparse.SUPPRESS,
            help="output format (default: text)",
        )
        self.add_argument(
            "--offline",
            action="store_true",
            default=argparse.SUPPRESS,
            help="answer from this tree's catalog, without a vendor call",
        )
        self.add_argument(
            "--live",
            action="store_true",
            default=argparse.SUPPRESS,
            help="fail without the vendor's CLI or credentials, instead of answering from the catalog",
        )


def _parser(
    provider: Provider, program: str, extend: Callable[[Any], None] | None
) -> argparse.ArgumentParser:
    parser = _Parser(prog=program, description=f"Ask {provider.TITLE} what it offers.")
    parser.set_defaults(output="text", offline=False, live=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listing = _listing(commands, "regions", "regions and zones")
    listing.add_argument("--include-zones", action="store_true", help="include their zones")
    listing.add_argument("--family", default="", metavar="F", help="those that have a type of this family")
    listing.set_defaults(run=_regions)

    listing = _listing(commands, "instance-types", "instance types")
    _narrowing(listing)
    listing.set_defaults(run=_types)

    _listing(commands, "images", "operating system images").set_defaults(run=_images)

    known = commands.add_parser("show", help="everything that is known of a type")
    known.add_argument("type", metavar="TYPE", help="the name of an instance type")
    known.set_defaults(run=details.run)

    parts = commands.add_parser("cheapest", help="types that meet the needs, cheapest first")
    _narrowing(parts)
    cheapest.add(parts)

    generate = commands.add_parser("generate-kconfig", help="fetch everything and write the generated menus")
    generate.set_defaults(run=_generate)
    if extend is not None:
        extend(commands)
    return parser


def _listing(commands: Any, noun: str, what: str) -> argparse.ArgumentParser:
    """The command `NOUN list`."""
    verbs = commands.add_parser(noun, help=what).add_subparsers(required=True, metavar="list")
    parser: argparse.ArgumentParser = verbs.add_parser("list", help=f"list {what}")
    return parser


def _narrowing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--family", default="", metavar="F", help="of this family only")
    parser.add_argument(
        "--region",
        default="",
        metavar="R",
        help="offered there, with its prices: a name, a city, or a pattern",
    )


def _regions(provider: Provider, options: argparse.Namespace) -> None:
    def live() -> RegionList:
        request = Request(log=tapes.call_log(provider.NAME), known=refresh.last_known(ROOT, provider.NAME))
        listed = provider.list_regions(request)
        answering.tell(provider, [*answering.gaps(listed.not_reached, listed.notices), *request.remarks])
        return listed

    if options.family:  # where types are offered, only a whole catalog tells
        catalog, _ = answering.catalog(provider, options, "")
        having = {r for t in queries.types_of(catalog, family=options.family) for r in t.regions}
        listed = RegionList([r for r in catalog.regions if r.name in having], catalog.zones)
    else:
        listed = answering.answer(
            provider, options, live, lambda known: RegionList(known.regions, known.zones)
        )
    rows.show_regions(
        options.output,
        listed.regions,
        [zone for zone in listed.zones if zone.region in {r.name for r in listed.regions}],
        include_zones=options.include_zones,
        about=options.about,
    )


def _types(provider: Provider, options: argparse.Namespace) -> None:
    catalog, named = answering.catalog(provider, options, options.region)
    types = queries.types_of(catalog, family=options.family, regions=named)
    regions = [_priced_in(itype, named, catalog.default_region) for itype in types]
    unstated = market(catalog).unstated
    rows.show_types(
        options.output, types, regions, provider.MENU_NAMES, unstated=unstated, about=options.about
    )


def _priced_in(itype: InstanceType, named: frozenset[str], home: str) -> str:
    """The region whose price is shown: of several that are named the cheapest that has the type."""
    having = queries.cheapest_first(itype, named.intersection(itype.regions))
    return having[0] if len(named) > 1 else next(iter(named), home)


def _images(provider: Provider, options: argparse.Namespace) -> None:
    def live() -> Sequence[Image]:
        request = Request(log=tapes.call_log(provider.NAME))
        answer = provider.list_images(request)
        answering.tell(provider, request.remarks)
        return answer

    images = answering.answer(provider, options, live, lambda catalog: catalog.images)
    if not images:
        raise CloudError(f"no {provider.TITLE} image is known", hint=f"make cloud-config-{provider.NAME}")
    rows.show_images(options.output, images, about=options.about)


def _generate(provider: Provider, options: argparse.Namespace) -> None:
    if options.offline:
        raise UsageError("generate-kconfig asks the provider", hint="leave out --offline")
    with tier.lock(ROOT):
        tier.recover(ROOT)
        with shown_on(sys.stderr) as progress:
            request = Request(log=tapes.call_log(provider.NAME), progress=progress, cache=CACHE)
            fetched = refresh.fetch(provider, ROOT, request)
        changed = refresh.publish(provider, ROOT, fetched)
    published = f"{len(fetched.texts)} files published, {changed} of them changed"
    answering.tell(provider, [published, *gaps(fetched.catalog), *fetched.remarks])
