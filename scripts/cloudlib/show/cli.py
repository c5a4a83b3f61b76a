# SPDX-License-Identifier: MIT
"""The commands that the four CLIs share. stdout is data, stderr is talk."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from cloudlib.calls import tapes
from cloudlib.catalog.records import ARCHITECTURES, Catalog, Image
from cloudlib.errors import CatalogError, CloudError, NotSetUp, UsageError, printable
from cloudlib.provider import Provider, RegionList, Request
from cloudlib.publish import refresh, tier
from cloudlib.settings import CACHE, ROOT, recording
from cloudlib.show import command, queries, rows
from cloudlib.show.progress_rows import shown_on
from cloudlib.show.queries import Needs
from cloudlib.show.summary import gaps

_T = TypeVar("_T")


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
            choices=("json", "text"),
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
    listing.set_defaults(run=_regions)

    listing = _listing(commands, "instance-types", "instance types")
    _narrowing(listing)
    listing.set_defaults(run=_types)

    _listing(commands, "images", "operating system images").set_defaults(run=_images)

    cheapest = commands.add_parser("cheapest", help="types that meet the needs, cheapest first")
    _narrowing(cheapest)
    cheapest.add_argument("--min-vcpus", type=_whole, default=0, metavar="N", help="at least N vCPUs")
    cheapest.add_argument(
        "--min-memory-gib", type=_amount, default=0, metavar="N", help="at least N GiB of memory"
    )
    cheapest.add_argument("--arch", choices=ARCHITECTURES, default="", help="for this architecture")
    cheapest.add_argument("--gpu", action="store_true", help="with a GPU")
    cheapest.add_argument("--nvme", action="store_true", help="with local NVMe disks")
    cheapest.add_argument("--kvm", action="store_true", help="able to run KVM guests")
    cheapest.add_argument("--max-price", type=_usd, metavar="USD", help="at most USD per hour")
    cheapest.add_argument(
        "--count", type=_positive, default=10, metavar="N", help="show at most N (default: 10)"
    )
    cheapest.set_defaults(run=_cheapest)

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
    parser.add_argument("--region", default="", metavar="R", help="offered in this region, with its prices")


def _whole(text: str) -> int:
    return _number(text, int, lambda number: number >= 0, "a whole number")


def _positive(text: str) -> int:
    return _number(text, int, lambda number: number > 0, "a whole number above 0")


def _amount(text: str) -> float:
    return _number(text, float, lambda number: 0 <= number < math.inf, "a number")


def _usd(text: str) -> Decimal:
    return _number(text, Decimal, lambda usd: usd.is_finite() and usd > 0, "an amount of USD above 0")


def _number(text: str, read: Callable[[str], _T], valid: Callable[[_T], bool], what: str) -> _T:
    try:
        number = read(text)
        if valid(number):
            return number
    except (ValueError, InvalidOperation):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not {what}")


def _regions(provider: Provider, options: argparse.Namespace) -> None:
    def live() -> RegionList:
        request = Request(log=tapes.call_log(provider.NAME), known=refresh.last_known(ROOT, provider.NAME))
        answer = provider.list_regions(request)
        _tell(provider, [*_gaps(answer.not_reached, answer.notices), *request.remarks])
        return answer

    listed = _answer(provider, options, live, lambda catalog: RegionList(catalog.regions, catalog.zones))
    rows.show_regions(options.output, listed.regions, listed.zones, include_zones=options.include_zones)


def _types(provider: Provider, options: argparse.Namespace) -> None:
    catalog, region = _catalog(provider, options)
    types = queries.types_of(catalog, family=options.family, region=region)
    rows.show_types(options.output, types, region or catalog.default_region, provider.MENU_NAMES)


def _cheapest(provider: Provider, options: argparse.Namespace) -> None:
    """Only types with a known price in the region can be compared; stderr says how many have none."""
    catalog, region = _catalog(provider, options)
    region = region or catalog.default_region
    needs = Needs(
        min_vcpus=options.min_vcpus,
        min_memory_gib=options.min_memory_gib,
        arch=options.arch,
        gpu=options.gpu,
        nvme=options.nvme,
        kvm=options.kvm,
        max_price=options.max_price,
    )
    try:
        answer = queries.cheapest(
            queries.types_of(catalog, family=options.family, region=region), needs, region
        )
    except CloudError as error:
        error.hint += _more_to_know(provider, options, catalog, region)
        raise
    if answer.unpriced:
        print(f"{answer.unpriced} more types meet these needs, at unknown prices", file=sys.stderr)
    rows.show_types(options.output, answer.types[: options.count], region, provider.MENU_NAMES)


def _more_to_know(provider: Provider, options: argparse.Namespace, catalog: Catalog, region: str) -> str:
    """Hints on facts that the catalog lacks: they may be why there is no answer."""
    lines = ""
    if options.kvm and not provider.MENU_NAMES.states_kvm:
        lines += f"\n{provider.TITLE} does not say which types can run KVM guests; leave out --kvm"
    if options.offline and not any(itype.price_in(region) for itype in catalog.instance_types):
        lines += (
            f"\nthis tree's catalog has no prices of {region}: ask with --live, or"
            f"\nmake cloud-config-{provider.NAME} CLOUD_PRICE_REGIONS={region}"
        )
    return lines


def _images(provider: Provider, options: argparse.Namespace) -> None:
    def live() -> Sequence[Image]:
        request = Request(log=tapes.call_log(provider.NAME))
        answer = provider.list_images(request)
        _tell(provider, request.remarks)
        return answer

    images = _answer(provider, options, live, lambda catalog: catalog.images)
    if not images:
        raise CloudError(f"no {provider.TITLE} image is known", hint=f"make cloud-config-{provider.NAME}")
    rows.show_images(options.output, images)


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
    _tell(provider, [published, *gaps(fetched.catalog), *fetched.remarks])


def _catalog(provider: Provider, options: argparse.Namespace) -> tuple[Catalog, str]:
    """The catalog to answer from, and the name of the region of --region in it, "" without one.

    A named region narrows a live fetch to that region. One that the tree's catalog knows by another name,
    `East US` for eastus, is asked for by the vendor's.
    """

    def live() -> Catalog:
        known = refresh.last_known(ROOT, provider.NAME)
        wanted = (_vendors_name(known, options.region),) if options.region else ()
        with shown_on(sys.stderr, quiet=True) as progress:
            request = Request(
                log=tapes.call_log(provider.NAME),
                progress=progress,
                regions=wanted,
                known=known,
                images=False,
            )
            answer = provider.fetch(request)
        missing = _gaps(answer.provenance.not_reached, answer.provenance.notices)
        _tell(provider, [*missing, *request.remarks])
        return answer

    catalog = _answer(provider, options, live, lambda published: published)
    return catalog, queries.region_named(catalog, options.region).name if options.region else ""


def _answer(
    provider: Provider,
    options: argparse.Namespace,
    live: Callable[[], _T],
    published: Callable[[Catalog], _T],
) -> _T:
    """The provider's answer, or that of this tree's catalog: with --offline, and where nobody can be asked.

    --live insists on the provider, and so does REPLAY on its recording: NotSetUp.
    """
    if not options.offline:
        try:
            return live()
        except NotSetUp as error:
            if options.live or recording()[1] or refresh.last_known(ROOT, provider.NAME) is None:
                raise
            said = error.what
    catalog = _published(provider)
    if not options.offline:
        options.offline = True  # for the hints of an error
        when = catalog.provenance.fetched_at[:10] or "an unknown date"
        _tell(provider, [said, f"answered from this tree's catalog of {when}; --live insists"])
    return published(catalog)


def _vendors_name(known: Catalog | None, text: str) -> str:
    """The name to ask for; one that the tree does not know may be new, and the vendor decides."""
    try:
        return queries.region_named(known, text).name if known else text.lower()
    except UsageError:
        return text.lower()


def _gaps(not_reached: Mapping[str, str], notices: Sequence[str]) -> list[str]:
    """What a live answer lacks, so that an incomplete list does not pass for a complete one."""
    missing = [f"not reached: {region} ({why})" for region, why in not_reached.items()]
    return [*missing, *(f"notice: {notice}" for notice in notices)]


def _tell(provider: Provider, remarks: Sequence[str]) -> None:
    for remark in remarks:
        print(printable(f"{provider.NAME}: {remark}"), file=sys.stderr)


def _published(provider: Provider) -> Catalog:
    catalog = refresh.last_known(ROOT, provider.NAME)
    if catalog is None:
        raise CatalogError(
            f"this tree has no {provider.TITLE} catalog", hint=f"make cloud-config-{provider.NAME}"
        )
    return catalog
