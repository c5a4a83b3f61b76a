# SPDX-License-Identifier: MIT
"""One fetch of Azure: which calls, in which order, and what a failed one means for the rest.

First a token and the locations; then, side by side, the images (more than a hundred small answers, those of
one publisher one after the other), prices page after page, the sizes of each location, and az's version.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from cloudlib.calls import job
from cloudlib.calls.expected import Expected
from cloudlib.calls.parallel import Pool
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.catalog.rates import GLOBAL, Rate
from cloudlib.catalog.records import Catalog, Image, Price, Region, Zone
from cloudlib.errors import CallFailed, UsageError
from cloudlib.provider import Request
from providers.azure import families as azure_families
from providers.azure import images as azure_images
from providers.azure import names as azure_names
from providers.azure import parse as azure_parse
from providers.azure import rates as azure_rates
from providers.azure.calls import ResourceManager, az_version, default_location, login
from providers.azure.images import Sku
from providers.azure.pages import answer_of, pages
from providers.azure.parse import Prices, Sizes
from providers.versions import outdated

_PROVIDER = "azure"
_LOCATIONS = "/locations?api-version=2022-12-01"
_SIZES = "/providers/Microsoft.Compute/skus?api-version=2021-07-01&$filter=location eq '%s'"
_PRICES = "https://prices.azure.com/api/retail/prices"
_PRICE_FILTER = "serviceName eq 'Virtual Machines' and armRegionName eq '%s' and priceType eq 'Consumption'"

#: The end of the names of locations of the Early Updates Access Program, which are listed for everybody and
#: open to few: https://learn.microsoft.com/dotnet/api/microsoft.azure.cosmos.regions.eastus2euap
_EARLY_ACCESS = "euap"

#: Vendor calls: for each location two pages of sizes and a retry; pages of prices for each priced location;
#: images; and what there is besides.
_PER_LOCATION, _PER_PRICED, _IMAGES, _BESIDE = 3, 80, 600, 20


@dataclass
class Fetch:
    """One fetch, as `located` begins it. `home` is the default location, `asked` the locations to ask."""

    request: Request
    pool: Pool
    arm: ResourceManager
    home: str
    asked: tuple[str, ...]
    regions: tuple[Region, ...]
    zones: tuple[Zone, ...]
    expected: Expected
    notices: list[str] = field(default_factory=list)

    @classmethod
    def located(cls, request: Request, pool: Pool) -> Fetch:
        """Get a token and the locations; without them nothing starts.

        Raises the errors of `login` and of ResourceManager.get; UsageError for an unknown location.
        """
        wanted = tuple(azure_parse.name_of(region) for region in request.regions)
        home = wanted[0] if wanted else request.log.setting("location", default_location)
        step = request.progress.step(_PROVIDER, "locations", 2)
        arm = ResourceManager(pool.start(login, request.log, step=step).result(), request.log)
        answer = pool.start(arm.get, arm.base + _LOCATIONS, step=step).result()
        regions, zones = azure_parse.locations(
            answer_of("locations", answer).items("value"), request.log.left_out
        )
        names = [r.name for r in regions]
        expected = Expected(_PROVIDER, home, request.known, request.force)
        expected.check_regions(names)
        asked = wanted or tuple(names)
        for name in (home, *asked):
            if name not in names:
                raise UsageError(
                    f"{name!r} is not a location of this subscription",
                    hint=f"AZURE_DEFAULTS_LOCATION=NAME chooses the default; one of: {', '.join(names)}",
                )
        step.done(f"{len(regions)} locations, {len(zones)} zones")
        return cls(request, pool, arm, home, asked, regions, zones, expected)

    def run(self) -> Catalog:
        """The whole catalog."""
        priced = self.request.price_regions(self.home, self.asked)
        calls = _PER_LOCATION * len(self.asked) + _PER_PRICED * len(priced) + _IMAGES + _BESIDE
        self.request.log.budget = self.request.log.calls + calls
        places = dict.fromkeys((self.home, *self.asked))
        size_step, price_step = self._step("sizes", len(places)), self._step("prices", len(priced))
        reader = azure_parse.SizeReader(self.request.log.left_out)
        version = self.pool.start(az_version, self.request.log) if self.request.images else None
        images = self._start_images() if self.request.images else None  # first: one after the other is slow
        prices = {name: self.pool.start(self._prices, name, step=price_step) for name in priced}
        places_of_rates = (*priced, GLOBAL) if self.request.images else ()
        rates = {name: self.pool.start(self._rates, name) for name in places_of_rates}
        tasks = {name: self.pool.start(self._sizes, reader, name, step=size_step) for name in places}
        results = RegionResults(self.expected, self.asked)
        sizes = results.collect(tasks, self._expected_sizes)
        self._say_what_is_left_out(sizes)
        names = {name for there in sizes.values() for name in there.itypes}
        size_step.done(f"{len(names)} sizes in {len(sizes)} locations")
        offering = {where for where, there in sizes.items() if there.itypes}
        usd = self._take_prices(price_step, prices, results, offering)
        itypes = azure_parse.combined(sizes, usd, {zone.name for zone in self.zones})
        streams = self._take_images(*images, results) if images else ()
        tools = self._tools(version) if version else {}
        return Catalog.build(
            provider=_PROVIDER,
            default_region=self.home,
            regions=self.regions,
            zones=(z for z in self.zones if z.region in sizes),
            instance_types=azure_parse.categorized(itypes),
            images=streams,
            rates=self._take_rates(rates),
            provenance=replace(
                job.live_provenance(self.request.log, tools, [*self.notices, *outdated(tools)], results),
                closed={
                    place: " ".join(sorted(names))
                    for there in sizes.values()
                    for place, names in sorted(there.closed.items())
                },
            ),
        )

    def images(self) -> Sequence[Image]:
        """The image streams alone."""
        self.request.log.budget = self.request.log.calls + _IMAGES + _BESIDE
        return self._take_images(*self._start_images())

    # --- sizes ---

    def _sizes(self, reader: azure_parse.SizeReader, location: str) -> Sizes:
        first = self.arm.base + _SIZES % location
        read = pages(first, self.arm.get, f"sizes of {location}", items="value", link="nextLink")
        return reader.read(read, location)

    def _expected_sizes(self, sizes: Sizes, location: str) -> Sizes:
        """The sizes, where they are as many as they should be; those closed to this subscription count."""
        expected, some = self.expected, not location.endswith(_EARLY_ACCESS)
        answered = sizes.itypes.keys() | sizes.restricted
        expected.check(location, "sizes", answered, expected.types_in(location), some=some)
        zones = [zone.name for zone in self.zones if zone.region == location]
        expected.check(location, "zones", zones, expected.zones_in(location), some=False)
        return sizes

    def _say_what_is_left_out(self, sizes: Mapping[str, Sizes]) -> None:
        known = {name for there in sizes.values() for name in there.itypes}
        incomplete = {name for there in sizes.values() for name in there.incomplete} - known
        self.notices.extend(
            job.left_out(self.request.log.left_out, incomplete, "vCPU, memory or architecture")
        )
        closed = sum(len(there.restricted) for there in sizes.values())
        if closed:
            self.notices.append(f"{closed} offers of sizes are closed to this subscription")
        for name in azure_parse.ambiguous(sizes):
            self.request.log.left_out.differ("sizes", name)
        itypes = {name: itype for there in sizes.values() for name, itype in there.itypes.items()}
        self._name(
            "a GPU whose name is not known",
            (
                name
                for name, itype in itypes.items()
                if any(g.name == azure_names.UNNAMED for g in itype.gpus)
            ),
        )
        odd = azure_families.odd_counts(itypes.values())
        self._name("an unusual number of GPUs, as Azure states it", odd)

    def _name(self, what: str, names: Iterable[str]) -> None:
        if listed := sorted(names):
            self.notices.append(f"{what}: {', '.join(listed)}")

    # --- prices and images ---

    def _prices(self, location: str) -> Prices:
        from cloudlib.calls.rest import Rest  # imports requests

        get = Rest(log=self.request.log).get
        first = f"{_PRICES}?$filter={_PRICE_FILTER % location}"
        read = pages(first, get, f"prices of {location}", items="Items", link="NextPageLink")
        return azure_parse.prices(read, location, self._today(), self.request.log.left_out)

    def _today(self) -> str:
        """The day of the answers, in ISO 8601: that of the recording, where one is replayed."""
        recording = self.request.log.replayed
        now = recording.header.recorded_at if recording else datetime.now(timezone.utc).isoformat()
        return now[:10]

    def _take_prices(
        self,
        step: Step,
        tasks: Mapping[str, Future[Prices]],
        results: RegionResults,
        offering: Container[str],
    ) -> dict[str, Mapping[str, Price]]:
        unclear: set[str] = set()

        def take(prices: Prices, _: str) -> job.Priced:
            unclear.update(prices.unclear)
            return prices.known, prices.zeros

        prices = job.take_prices(step, tasks, take, results=results, offered=offering, notices=self.notices)
        self._name("no price, as Azure states several", unclear)
        return prices

    def _rates(self, location: str) -> tuple[Rate, ...]:
        from cloudlib.calls.rest import Rest

        asked = azure_rates.FEES_FILTER if location == GLOBAL else azure_rates.FILTER % location
        first = f"{_PRICES}?$filter={asked}"
        get = Rest(log=self.request.log).get
        read = pages(first, get, f"disk prices of {location}", items="Items", link="NextPageLink")
        return azure_rates.rates(read, location, self._today(), self.request.log.left_out)

    def _take_rates(self, tasks: Mapping[str, Future[tuple[Rate, ...]]]) -> list[Rate]:
        """The prices of disks and addresses of the locations that have them, and the fees of images; one that
        fails keeps its own."""
        return [
            rate
            for name, task in tasks.items()
            for rate in job.take_rates([task], lambda rates: rates, [name], self.notices)
        ]

    def _start_images(self) -> tuple[Step, list[Future[list[Sku]]]]:
        step = self._step("images", len(azure_images.PUBLISHERS))

        def ask(publisher: str) -> list[Sku]:
            return azure_images.of_publisher(
                publisher,
                self.home,
                lambda url: self.arm.get(self.arm.base + url),
                self.request.log.left_out,
            )

        return step, [self.pool.start(ask, p, step=step) for p in azure_images.PUBLISHERS]

    def _take_images(
        self, step: Step, tasks: Sequence[Future[list[Sku]]], results: RegionResults | None = None
    ) -> Sequence[Image]:
        streams = job.take_images(
            step,
            tasks,
            lambda skus: skus,
            azure_images.streams,
            where=f"azure: {self.home}",
            results=results,
            noun="SKUs",
        )
        lacking = [d for d in azure_images.DISTROS if d not in {i.distro for i in streams}]
        if lacking:
            self.notices.append(f"{self.home} has no image of: {', '.join(lacking)}")
        return streams

    # --- the rest ---

    def _step(self, title: str, total: int) -> Step:
        return self.request.progress.step(_PROVIDER, title, total)

    def _tools(self, version: Future[str]) -> dict[str, str]:
        """az's version, for the provenance alone: a fetch is not lost for the lack of it."""
        try:
            return {"azure-cli": version.result()}
        except CallFailed as error:
            self.notices.append(f"the version of az is not known: {error.what}")
            return {}
