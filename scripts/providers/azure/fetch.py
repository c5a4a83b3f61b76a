# SPDX-License-Identifier: MIT
"""One fetch of Azure: which calls, in which order, and what a failed one means for the rest.

Processes of az: one for a token, one for the CLI's version. All else are requests of our own, because what
costs is starting az: the locations; then, side by side, images (more than a hundred small answers, those of
one publisher one after the other), prices page after page, and the sizes of each location.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from cloudlib.calls.parallel import Pool, Task
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.rest import Rest
from cloudlib.catalog.records import Catalog, Image, Price, Provenance, Region, Zone
from cloudlib.errors import CallFailed, CatalogError, UsageError
from cloudlib.provider import Request
from cloudlib.settings import price_regions
from providers.azure import az as azure_az
from providers.azure import images as azure_images
from providers.azure import parse as azure_parse
from providers.azure.arm import ResourceManager
from providers.azure.pages import pages, rows
from providers.azure.parse import Sizes

PROVIDER = "azure"
_LOCATIONS = "/locations?api-version=2022-12-01"
_SIZES = "/providers/Microsoft.Compute/skus?api-version=2021-07-01&$filter=location eq '%s'"
_PRICES = "https://prices.azure.com/api/retail/prices"
_PRICE_FILTER = "serviceName eq 'Virtual Machines' and armRegionName eq '%s' and priceType eq 'Consumption'"

#: Vendor calls: for each location two pages of sizes and a retry; pages of prices for each priced location;
#: images; and what there is besides.
_PER_LOCATION, _PER_PRICED, _IMAGES, _BESIDE = 3, 80, 600, 20


@dataclass
class Fetch:
    """The state of one fetch. Making it asks for a token and the locations: without them nothing starts.

    `home` is the default location.
    """

    request: Request
    pool: Pool
    home: str
    door: ResourceManager = field(init=False)
    regions: tuple[Region, ...] = ()
    zones: tuple[Zone, ...] = ()
    asked: tuple[str, ...] = ()
    reach: RegionResults = field(init=False)
    notices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        step = self._step("locations", 2)
        self.door = self.pool.start(ResourceManager, self.request.log, step=step).result()
        answer = self.pool.start(self.door.get, self.door.base + _LOCATIONS, step=step).result()
        self.regions, self.zones = azure_parse.locations(rows(answer, "value", "locations"))
        names = [r.name for r in self.regions]
        self.asked = tuple(azure_parse.name_of(r) for r in self.request.regions) or tuple(names)
        for name in (self.home, *self.asked):
            if name not in names:
                raise UsageError(
                    f"{name!r} is no location of this subscription",
                    hint=f"AZURE_DEFAULTS_LOCATION=NAME chooses the default; one of: {', '.join(names)}",
                )
        self.reach = RegionResults(self.home, self.asked)
        step.done(f"{len(self.regions)} locations, {len(self.zones)} zones")

    def run(self) -> Catalog:
        """The whole catalogue."""
        priced = price_regions(self.home, self.asked)
        calls = _PER_LOCATION * len(self.asked) + _PER_PRICED * len(priced) + _IMAGES + _BESIDE
        self.request.log.budget = self.request.log.calls + calls
        places = dict.fromkeys((self.home, *self.asked))
        size_step, price_step = self._step("sizes", len(places)), self._step("prices", len(priced))
        reader = azure_parse.SizeReader()
        version = self.pool.start(self._version) if self.request.images else None
        images = self._start_images() if self.request.images else None  # first: one after the other is slow
        prices = {name: self.pool.start(self._prices, name, step=price_step) for name in priced}
        sizes = {name: self.pool.start(self._sizes, reader, name, step=size_step) for name in places}
        found = self.reach.collect(sizes)
        self._say_what_is_left_out(found)
        names = {name for of in found.values() for name in of.kinds}
        size_step.done(f"{len(names)} sizes in {len(found)} locations")
        return self._catalog(
            found,
            self._take_prices(price_step, prices),
            self._take_images(*images) if images else [],
            {"azure-cli": version.result()} if version else {},
        )

    def images(self) -> tuple[Image, ...]:
        """The image streams alone."""
        self.request.log.budget = self.request.log.calls + _IMAGES + _BESIDE
        return tuple(self._take_images(*self._start_images()))

    # --- sizes ---

    def _sizes(self, reader: azure_parse.SizeReader, location: str) -> Sizes:
        first = self.door.base + _SIZES % location
        read = pages(first, self.door.get, items="value", link="nextLink")
        return reader.read(read, location)

    def _say_what_is_left_out(self, found: Mapping[str, Sizes]) -> None:
        known = {name for of in found.values() for name in of.kinds}
        poor = sorted({name for of in found.values() for name in of.poor} - known)
        if poor:
            self.notices.append(f"left out, without vCPU, memory or architecture figures: {', '.join(poor)}")
        closed = sum(of.restricted for of in found.values())
        if closed:
            self.notices.append(f"{closed} offers of sizes are closed to this subscription")

    # --- prices and images ---

    def _prices(self, location: str) -> tuple[dict[str, Price], int]:
        rest = Rest(log=self.request.log)
        first = f"{_PRICES}?$filter={_PRICE_FILTER % location}"
        return azure_parse.prices(pages(first, rest.get, items="Items", link="NextPageLink"), location)

    def _take_prices(self, step: Step, tasks: Mapping[str, Task]) -> dict[str, dict[str, Price]]:
        found: dict[str, dict[str, Price]] = {}
        zeros = 0
        for location, task in tasks.items():
            try:
                found[location], zero = task.result()
                zeros += zero
            except CallFailed as error:
                if location == self.home:
                    raise
                self.notices.append(f"no prices of {location}: {error.what}")
        if zeros:
            self.notices.append(f"{zeros} price rows of 0 were left out")
        where = ", ".join(found) if len(found) < 4 else f"{len(found)} locations"
        step.done(f"{sum(map(len, found.values()))} prices of {where}")
        return found

    def _start_images(self) -> tuple[Step, list[Task]]:
        step = self._step("images", len(azure_images.PUBLISHERS))

        def ask(publisher: str) -> list[azure_images.Found]:
            return azure_images.of_publisher(
                publisher, self.home, lambda url: self.door.get(self.door.base + url)
            )

        return step, [self.pool.start(ask, p, step=step) for p in azure_images.PUBLISHERS]

    def _take_images(self, step: Step, tasks: Sequence[Task]) -> list[Image]:
        found = [item for task in tasks for item in task.result()]
        streams = azure_images.streams(found)
        if not streams:
            raise CatalogError(
                f"azure: no image of any known publisher was found in {self.home}",
                hint="DEBUG=1 shows every call",
            )
        lacking = [d for d in azure_images.DISTROS if d not in {i.distro for i in streams}]
        if lacking:
            self.notices.append(f"{self.home} has no image of: {', '.join(lacking)}")
        step.done(f"{len(streams)} streams of {len(found)} SKUs")
        return streams

    # --- the sum ---

    def _catalog(
        self,
        found: Mapping[str, Sizes],
        prices: Mapping[str, Mapping[str, Price]],
        images: Sequence[Image],
        tools: Mapping[str, str],
    ) -> Catalog:
        kinds = {name: kind for of in reversed(list(found.values())) for name, kind in of.kinds.items()}
        reached = [name for name in self.asked if name in found]
        known = {
            zone.name for zone in self.zones
        }  # of some locations Azure lists sizes by zone, and no zones
        types = (
            replace(
                kind,
                regions=tuple(r for r in reached if name in found[r].zones),
                zones=tuple(sorted(z for r in reached for z in found[r].zones.get(name, ()) if z in known)),
                prices={r: of[name] for r, of in prices.items() if name in of and name in found[r].zones},
            )
            for name, kind in kinds.items()
        )
        return Catalog.build(
            provider=PROVIDER,
            default_region=self.home,
            regions=self.regions,
            zones=(z for z in self.zones if z.region in found),
            instance_types=azure_parse.categorized(types),
            images=images,
            provenance=Provenance(
                source="live",
                fetched_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                tools=tools,
                calls=self.request.log.calls,
                not_reached=dict(sorted(self.reach.not_reached.items())),
                notices=tuple(self.notices),
            ),
        )

    # --- calls ---

    def _step(self, title: str, total: int) -> Step:
        return self.request.progress.step(PROVIDER, title, total)

    def _version(self) -> str:
        return str(azure_az.az_json(["version"], self.request.log).get("azure-cli", ""))
