# SPDX-License-Identifier: MIT
"""One fetch of Compute Engine: which calls, in which order, and what a failed one means for the rest.

The order on the wire: settings, regions and zones; then, together, machine types of all zones in a few
batches, accelerator types, images, and a token with which the billing catalog is read page after page.
A list of gcloud is whole or has failed, but for that of machine types: there a zone may fail alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import pairwise

from cloudlib.calls import job
from cloudlib.calls.expected import Expected
from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.parallel import Pool
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.catalog.category import categorized
from cloudlib.catalog.records import Catalog, Image, Price, Region, Zone
from cloudlib.errors import CallFailed, ShortAnswer, UsageError
from cloudlib.provider import RegionList, Request
from providers.gce import calls as gce_calls
from providers.gce import images as gce_images
from providers.gce import parse as gce_parse
from providers.gce.calls import NAME
from providers.gce.prices import PriceBook
from providers.versions import outdated

#: The most zones of one process, which asks for them in one request. A start of gcloud costs half a second of
#: CPU time, but then it compares every row with the name of each of its zones: 132 zones cost the same in two
#: to five processes, and a third more in one.
_ZONES_A_BATCH = 44
_SPARE_CALLS = 30  # pages of the billing catalog, and tries after a failure

_REGIONS = ("compute", "regions", "list")
_ZONES = ("compute", "zones", "list")
_TYPES = ("compute", "machine-types", "list")
_ACCELERATORS = ("compute", "accelerator-types", "list")
_IMAGES = ("compute", "images", "list")

Rows = Future[list[list[str]]]
ZoneRows = Future[tuple[list[list[str]], CallFailed | None]]

#: AI zones, such as us-central1-ai1a, have few machine types or, for most projects, none:
#: https://cloud.google.com/compute/docs/regions-zones/ai-zones
_AI_ZONE = re.compile(r".*-ai[0-9]+[a-z]?")


@dataclass(frozen=True)
class Located:
    """What a fetch knows before it starts: every region, the regions to ask, their zones, the default region.

    `down` are zones that are down or withdrawn, `version` is gcloud's; answers are held against `expected`.
    """

    regions: tuple[Region, ...]
    zones: tuple[Zone, ...]
    down: tuple[str, ...]
    asked: tuple[str, ...]
    default_region: str
    version: str
    expected: Expected


def located(request: Request, pool: Pool) -> Located:
    """Ask for settings, regions and zones, and validate the requested regions against them.

    The region of gcloud's configuration matters only where none is requested. Raises UsageError for one that
    does not exist or is down.
    """
    step = request.progress.step(NAME, "regions, zones", 3)
    settings = pool.start(gce_calls.settings, request.log, step=step)
    region_rows, zone_rows = (
        pool.start(gce_calls.run_gcloud, command, columns, request.log, step=step)
        for command, columns in ((_REGIONS, gce_parse.REGION_COLUMNS), (_ZONES, gce_parse.ZONE_COLUMNS))
    )
    regions = gce_parse.regions(region_rows.result(), request.log.left_out)
    usable = [r.name for r in regions if r.available]
    every, down = gce_parse.zones(zone_rows.result(), request.log.left_out)
    asked = tuple(request.regions) or tuple(usable)
    default = asked[0] if request.regions else settings.result().region
    expected = Expected(NAME, default, request.known, request.force)
    expected.check_regions([r.name for r in regions])
    for name in (*asked, default):
        if name not in usable:
            raise UsageError(f"{name!r} is not a usable region", hint="one of: " + ", ".join(usable))
    request.log.accepted = True
    step.done(f"{len(usable)} regions, {len(every)} zones")
    zones = tuple(z for z in every if z.region in asked)
    return Located(regions, zones, down, asked, default, settings.result().version, expected)


def catalog(request: Request, pool: Pool) -> Catalog:
    """The whole catalog: regions and zones first, then everything else side by side."""
    return Fetch(request, pool, located(request, pool)).run()


def region_list(request: Request, pool: Pool) -> RegionList:
    """Regions and zones. Only a whole fetch learns where a region is; here it is taken from the last one."""
    known = {r.name: r.long_name for r in request.known.regions} if request.known else {}
    place = located(request, pool)
    regions = tuple(replace(r, long_name=known.get(r.name, "")) for r in place.regions)
    return RegionList(regions, place.zones, notices=_down(place))


def image_list(request: Request, pool: Pool) -> Sequence[Image]:
    """The image streams."""
    return _take_images(*_start_images(request, pool), request.log.left_out)


@dataclass
class Fetch:
    """The state of one fetch. Creating it makes no vendor call; `located` comes first."""

    request: Request
    pool: Pool
    place: Located
    results: RegionResults = field(init=False)
    notices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.results = RegionResults(self.place.expected, [z.name for z in self.place.zones], noun="zones")

    def run(self) -> Catalog:
        """The whole catalog."""
        log, place = self.request.log, self.place
        self.notices += _down(place)
        batches = _batches([z.name for z in place.zones])
        wanted = self.request.price_regions(place.default_region, place.asked)
        log.budget = log.calls + 3 * len(batches) + 2 + len(gce_images.CALLS) + _SPARE_CALLS
        type_step = self.request.progress.step(NAME, "machine types", len(batches) + 1)
        types = {batch: self._start_types(batch, type_step) for batch in batches}
        devices = self._start(_ACCELERATORS, gce_parse.ACCELERATOR_COLUMNS, type_step)
        price_step = self.request.progress.step(NAME, "prices", 1)
        book = self.pool.start(gce_calls.price_book, log, step=price_step)
        images = _start_images(self.request, self.pool) if self.request.images else None
        accelerators = gce_parse.accelerators(devices.result())
        place.expected.check_whole("accelerator types", accelerators)
        offered = self._take_types(types, accelerators)
        families = {itype.family for itype in offered.itypes.values()}
        type_step.done(f"{len(offered.itypes)} types in {len(families)} families")
        self.notices += job.left_out(self.request.log.left_out, offered.incomplete)
        prices = self._take_prices(price_step, offered, book, wanted)
        return self._catalog(
            offered, prices, book, _take_images(*images, log.left_out, self.results) if images else ()
        )

    def _start_types(self, zones: Sequence[str], step: Step) -> ZoneRows:
        ask, columns = gce_calls.run_gcloud_by_zone, gce_parse.TYPE_COLUMNS
        return self.pool.start(ask, _TYPES, zones, columns, self.request.log, step=step)

    def _take_types(
        self, tasks: Mapping[tuple[str, ...], ZoneRows], accelerators: Mapping[str, str]
    ) -> gce_parse.Types:
        """The machine types of all zones; notes the zones that failed, or answered with too few."""
        place, expected = self.place, self.place.expected
        region_of = {z.name: z.region for z in place.zones}
        answers = {batch: task.result() for batch, task in tasks.items()}
        offered = gce_parse.types(
            (row for rows, _ in answers.values() for row in rows),
            region_of,
            accelerators,
            self.request.log.left_out,
        )
        there: dict[str, set[str]] = {zone: set() for zone in region_of}
        for name, itype in offered.itypes.items():
            for zone in itype.zones:
                there[zone].add(name)
        failed = {zone: error for batch, (_, error) in answers.items() for zone in batch if error}
        for region in place.asked:
            zones = [zone for zone in region_of if region_of[zone] == region]
            listed = (*zones, *(zone for zone in place.down if zone.startswith(f"{region}-")))
            self._check(region, "zones", listed, expected.zones_in(region))
            for zone in zones:
                if zone in failed and not there[zone]:
                    self.results.fail(zone, failed[zone])
                else:
                    some = not _AI_ZONE.fullmatch(zone)
                    self._check(zone, "machine types", there[zone], expected.types_in(zone), some=some)
            self.results.merge_into_region(region, zones)
        return offered

    def _check(
        self, where: str, noun: str, answered: Collection[str], known: Collection[str], *, some: bool = True
    ) -> None:
        try:
            self.place.expected.check(where, noun, answered, known, some=some)
        except ShortAnswer as error:
            self.results.fail(where, error)

    def _start(self, command: Sequence[str], columns: Sequence[str], step: Step) -> Rows:
        return self.pool.start(gce_calls.run_gcloud, command, columns, self.request.log, step=step)

    def _take_prices(
        self, step: Step, offered: gce_parse.Types, book: Future[PriceBook], regions: Sequence[str]
    ) -> dict[str, Mapping[str, Price]]:
        """The prices of machine types in the wanted regions, all from one billing catalog."""
        prices = job.take_prices(
            step,
            dict.fromkeys(regions, book),
            lambda parts, region: (offered.prices(parts, region, self.request.log.left_out), 0),
            results=self.results,
            offered={region for itype in offered.itypes.values() for region in itype.regions},
            notices=self.notices,
        )
        if prices and book.result().unusable:
            self.notices.append(f"SKUs without one price above 0 were left out: {book.result().unusable}")
        return prices

    def _catalog(
        self,
        offered: gce_parse.Types,
        prices: Mapping[str, Mapping[str, Price]],
        book: Future[PriceBook],
        images: Sequence[Image],
    ) -> Catalog:
        place_of = book.result().place if prices else (lambda region: "")
        tools = {"gcloud": self.place.version}
        types = [
            replace(
                itype, prices={r: in_region[name] for r, in_region in prices.items() if name in in_region}
            )
            for name, itype in offered.itypes.items()
        ]
        return Catalog.build(
            provider=NAME,
            default_region=self.place.default_region,
            regions=(replace(r, long_name=place_of(r.name)) for r in self.place.regions),
            zones=self.place.zones,
            instance_types=categorized(
                types, special=gce_parse.SPECIAL_LETTERS, plain=gce_parse.PLAIN_LETTERS
            ),
            images=images,
            rates=job.take_rates([book], lambda book: book.rates, self.place.asked, []) if prices else (),
            provenance=job.live_provenance(
                self.request.log, tools, [*self.notices, *outdated(tools)], self.results
            ),
        )


def _start_images(request: Request, pool: Pool) -> tuple[Step, list[Rows]]:
    step = request.progress.step(NAME, "images", len(gce_images.CALLS))
    tasks = [
        pool.start(gce_calls.run_gcloud, (*_IMAGES, *flags), gce_images.COLUMNS, request.log, step=step)
        for flags in gce_images.CALLS
    ]
    return step, tasks


def _take_images(
    step: Step, tasks: Sequence[Rows], left_out: LeftOut, results: RegionResults | None = None
) -> Sequence[Image]:
    def streams(rows: Sequence[Sequence[str]]) -> list[Image]:
        return gce_images.streams(rows, left_out)

    return job.take_images(step, tasks, lambda rows: rows, streams, where=NAME, results=results)


def _down(place: Located) -> tuple[str, ...]:
    return (f"zones that are down were left out: {', '.join(place.down)}",) if place.down else ()


def _batches(zones: Sequence[str]) -> list[tuple[str, ...]]:
    """As few batches as hold the zones, of equal size within one: the largest is what a fetch waits for."""
    count = -(-len(zones) // _ZONES_A_BATCH)
    ends = [len(zones) * i // count for i in range(count + 1)] if count else []
    return [tuple(zones[start:end]) for start, end in pairwise(ends)]
