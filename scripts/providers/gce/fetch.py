# SPDX-License-Identifier: MIT
"""One fetch of Compute Engine: which calls, in which order, and what a failed one means for the rest.

The order on the wire: settings, regions and zones; then, together, machine types of all zones in a few
batches, accelerator types, images, and a token with which the billing catalogue is read page after page.
A list of gcloud is whole or has failed, so there is no region that alone is not reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import pairwise

from cloudlib.calls.parallel import Pool, Task
from cloudlib.calls.progress import Step
from cloudlib.catalog.category import categorized
from cloudlib.catalog.records import Catalog, Image, InstanceType, Price, Provenance, Region, Zone
from cloudlib.errors import AccessDenied, CatalogError, UsageError
from cloudlib.provider import Request
from cloudlib.settings import price_regions
from providers.gce import images as gce_images
from providers.gce import parse as gce_parse
from providers.gce.prices import PriceBook

_PROVIDER = "gce"
_FIRST_REGION = "us-central1"  # used where the configuration of gcloud names none

#: The most zones of one process, which asks for them in one request. A start of gcloud costs half a second of
#: CPU time, but it then holds every row against the names of its zones in turn: 132 zones cost the same in
#: two to five processes, and a third more in one.
_ZONES_A_BATCH = 44
_SPARE_CALLS = 30  # pages of the billing catalogue, and tries after a failure

_REGIONS = ("compute", "regions", "list")
_ZONES = ("compute", "zones", "list")
_TYPES = ("compute", "machine-types", "list")
_ACCELERATORS = ("compute", "accelerator-types", "list")
_IMAGES = ("compute", "images", "list")

#: (words, columns) -> rows.
Ask = Callable[[Sequence[str], Sequence[str]], list[list[str]]]


@dataclass(frozen=True)
class Settings:
    """What gcloud itself is set to: its version, and the region of its configuration or ""."""

    version: str
    region: str


@dataclass
class Fetch:
    """The state of one fetch. `locate` comes before anything but `images`.

    `ask` runs one list command of gcloud, `settings` tells what gcloud is set to, `book` gets a token and
    reads the billing catalogue.
    """

    request: Request
    pool: Pool
    ask: Ask
    settings: Callable[[], Settings]
    book: Callable[[], PriceBook]
    regions: tuple[Region, ...] = ()
    zones: tuple[Zone, ...] = ()
    home: str = ""
    version: str = ""
    asked: tuple[str, ...] = ()
    notices: list[str] = field(default_factory=list)

    def locate(self) -> None:
        """Ask for settings, regions and zones, and hold what is wished for against them."""
        step = self._step("regions, zones", 3)
        settings = self.pool.start(self.settings, step=step)
        regions = self._start(_REGIONS, gce_parse.REGION_COLUMNS, step)
        zones = self._start(_ZONES, gce_parse.ZONE_COLUMNS, step)
        self.regions = gce_parse.regions(regions.result())
        usable = [r.name for r in self.regions if r.available]
        every, down = gce_parse.zones(zones.result())
        self.home = settings.result().region or _FIRST_REGION
        self.version = settings.result().version
        self.asked = tuple(self.request.regions) or tuple(usable)
        for name in (*self.asked, self.home):
            if name not in usable:
                raise UsageError(
                    f"{name!r} is no region that can be used", hint="one of: " + ", ".join(usable)
                )
        if self.request.regions:
            self.home = self.asked[0]
        self.zones = tuple(z for z in every if z.region in self.asked)
        if down:
            self.notices.append(f"zones that are down were left out: {', '.join(down)}")
        step.done(f"{len(usable)} regions, {len(every)} zones")

    def run(self) -> Catalog:
        """The whole catalogue."""
        self.locate()
        batches = _batches([z.name for z in self.zones])
        wanted = price_regions(self.home, self.asked)
        self.request.log.budget = (
            self.request.log.calls + len(batches) + 2 + len(gce_images.CALLS) + _SPARE_CALLS
        )
        type_step = self._step("machine types", len(batches) + 1)
        types = [self._start_types(batch, type_step) for batch in batches]
        devices = self._start(_ACCELERATORS, gce_parse.ACCELERATOR_COLUMNS, type_step)
        price_step = self._step("prices", 1)
        book = self.pool.start(self.book, step=price_step)
        images = self._start_images() if self.request.images else None
        found = gce_parse.types(
            (row for task in types for row in task.result()),
            {z.name: z.region for z in self.zones},
            gce_parse.accelerators(devices.result()),
        )
        families = {k.family for k in found.kinds.values()}
        type_step.done(f"{len(found.kinds)} types in {len(families)} families")
        if found.poor:
            self.notices.append(f"left out, without vCPU or memory figures: {', '.join(found.poor)}")
        prices = self._take_prices(price_step, book)
        kinds = (replace(kind, prices=_prices(found, kind, prices, wanted)) for kind in found.kinds.values())
        return self._catalog(kinds, prices, self._take_images(*images) if images else [])

    def images(self) -> tuple[Image, ...]:
        """The image streams alone."""
        return tuple(self._take_images(*self._start_images()))

    def _start_types(self, zones: Sequence[str], step: Step) -> Task:
        return self._start((*_TYPES, f"--zones={','.join(zones)}"), gce_parse.TYPE_COLUMNS, step)

    # --- prices and images ---

    def _take_prices(self, step: Step, task: Task) -> PriceBook:
        """The billing catalogue; an empty one, and a notice, where it may not be read."""
        try:
            book: PriceBook = task.result()
        except AccessDenied as error:
            self.notices.append(f"no prices: {error.what}")
            step.failed("denied; the menus will carry no prices")
            return PriceBook()
        if book.unusable:
            self.notices.append(f"SKUs without one price above 0 were left out: {book.unusable}")
        step.done("the billing catalogue")
        return book

    def _start_images(self) -> tuple[Step, list[Task]]:
        step = self._step("images", len(gce_images.CALLS))
        tasks = [self._start((*_IMAGES, *flags), gce_images.COLUMNS, step) for flags in gce_images.CALLS]
        return step, tasks

    def _take_images(self, step: Step, tasks: Sequence[Task]) -> list[Image]:
        rows = [row for task in tasks for row in task.result()]
        streams = gce_images.streams(rows)
        if not streams:
            raise CatalogError(
                "gce: no image of any known publisher was found", hint="DEBUG=1 shows every call"
            )
        step.done(f"{len(streams)} families of {len(rows)} images")
        return streams

    # --- the sum ---

    def _catalog(self, kinds: Iterable[InstanceType], book: PriceBook, images: Sequence[Image]) -> Catalog:
        return Catalog.build(
            provider=_PROVIDER,
            default_region=self.home,
            regions=(replace(r, long_name=book.place(r.name)) for r in self.regions),
            zones=self.zones,
            instance_types=categorized(
                kinds, special=gce_parse.SPECIAL_LETTERS, plain=gce_parse.PLAIN_LETTERS
            ),
            images=images,
            provenance=Provenance(
                source="live",
                fetched_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                tools={"gcloud": self.version},
                calls=self.request.log.calls,
                notices=tuple(self.notices),
            ),
        )

    # --- calls ---

    def _step(self, title: str, total: int) -> Step:
        return self.request.progress.step(_PROVIDER, title, total)

    def _start(self, words: Sequence[str], columns: Sequence[str], step: Step) -> Task:
        return self.pool.start(self.ask, words, columns, step=step)


def _batches(zones: Sequence[str]) -> list[Sequence[str]]:
    """As few batches as hold the zones, of equal size within one: the largest is what a fetch waits for."""
    count = -(-len(zones) // _ZONES_A_BATCH)
    ends = [len(zones) * i // count for i in range(count + 1)] if count else []
    return [zones[start:end] for start, end in pairwise(ends)]


def _prices(
    found: gce_parse.Types, kind: InstanceType, book: PriceBook, wanted: Sequence[str]
) -> Mapping[str, Price]:
    """The known prices of a type, in the wanted regions that have it."""
    shape = found.shapes[kind.name]
    return {r: price for r in wanted if r in kind.regions and (price := book.price(shape, r))}
