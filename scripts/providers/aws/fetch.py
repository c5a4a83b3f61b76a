# SPDX-License-Identifier: MIT
"""One fetch of EC2: which calls, in which order, and what a failed one means for the rest.

At most 3 calls a usable region and 22 beside them, and 2 for each region that CLOUD_PRICE_REGIONS names. No
processor is left idle: credentials; identity, regions, and offerings of the default region, which say whether
others may be asked for; together, prices, images and types of the default region, offerings and zones of all
regions; then, for types that it lacks, the fewest regions that have them; last, those whose zones were kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from cloudlib.calls import job
from cloudlib.calls.expected import lack
from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.parallel import Pool
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.shape import Reader
from cloudlib.catalog.category import categorized
from cloudlib.catalog.rates import Rate
from cloudlib.catalog.records import Catalog, Image, InstanceType, Price, Region, Zone
from cloudlib.errors import AccessDenied, BadReply, CallFailed
from cloudlib.provider import RegionList, Request
from providers.aws import calls as aws_calls
from providers.aws import images as aws_images
from providers.aws import parse as aws_parse
from providers.aws import zone_cache
from providers.aws.calls import NAME
from providers.aws.fees import Charged
from providers.aws.offers import Offered, Placed, outside, placed
from providers.aws.place import Located, located
from providers.aws.zone_cache import ZoneCache
from providers.versions import outdated

_BATCH = 100  # DescribeInstanceTypes takes at most 100 names

Answer = Future[Reader]


def catalog(request: Request, pool: Pool) -> Catalog:
    """The whole catalog: identity and regions first, then everything else side by side."""
    early: list[Answer] = []

    def ask_early(region: str) -> None:
        early.append(pool.start(aws_calls.ask, aws_calls.OFFERINGS, region, request.log))

    return Fetch(request, pool, located(request, pool, ask_early)).run(*early)


def region_list(request: Request, pool: Pool) -> RegionList:
    """Every region with its name, and the zones of those that answered."""
    fetch = Fetch(request, pool, located(request, pool))
    zones = fetch.take_zones(*fetch.start_zones())
    results = fetch.results
    every = [zone for in_region in zones.values() for zone in in_region]
    return RegionList(fetch.named_regions(), every, results.not_reached, results.notices())


def image_list(request: Request, pool: Pool) -> Sequence[Image]:
    """The image streams of the default region."""
    fetch = Fetch(request, pool, located(request, pool))
    return fetch.take_images(*fetch.start_images())


@dataclass
class Fetch:
    """The state of one fetch. Creating it makes no vendor call; `located` comes first."""

    request: Request
    pool: Pool
    place: Located
    results: RegionResults = field(init=False)
    long_names: dict[str, str] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    described: dict[str, InstanceType] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    cache: ZoneCache = field(default_factory=ZoneCache)
    planned: int = 0  # calls made, started and set aside

    def __post_init__(self) -> None:
        self.results = RegionResults(self.place.expected, self.place.asked)
        self.planned = self.request.log.calls + 1  # the one for the version

    def run(self, offering: Answer) -> Catalog:
        """The whole catalog; `offering` is that of the default region."""
        default, asked = self.place.default_region, self.place.asked
        priced_regions = self.request.price_regions(default, asked)
        step = self._step("instance types", len(asked))
        types = self._start(aws_calls.TYPES, default, step)
        price_step = self._step("prices", len(priced_regions))
        prices = {
            r: self._start(aws_calls.prices_command(r), aws_calls.PRICING_REGION, price_step)
            for r in priced_regions
        }
        charged = Charged.start(self.request, self.place, self._start)
        images = self.start_images() if self.request.images else None
        version = self.pool.start(aws_calls.version, self.request.log) if self.request.images else None
        per_zone = self._offerings_are_allowed(offering)
        others = {
            region: self._start(aws_calls.OFFERINGS if per_zone else aws_calls.TYPES, region, step)
            for region in asked
            if region != default
        }
        if per_zone and self.request.log.tape is None:
            self.cache = zone_cache.load(self.request.cache, self.place.account)
        zone_step, zones = self.start_zones()
        if per_zone:
            offered, itypes = self._types_by_offering(types, {default: offering, **others})
            zones |= {r: self._start(aws_calls.ZONES, r, zone_step) for r in self.cache.changed(offered)}
        else:
            offered, itypes = self._types_by_region({default: types, **others})
        step.done(f"{len(itypes)} types in {len({itype.family for itype in itypes.values()})} families")
        in_region = self.take_zones(zone_step, zones)
        self.cache.keep({r: task.result() for r, task in zones.items() if r in in_region}, offered)
        usd = job.take_prices(
            price_step,
            prices,
            aws_parse.prices,
            results=self.results,
            offered=offered,
            notices=self.notices,
        )
        return self._catalog(
            zones=in_region,
            offered=offered,
            itypes=itypes,
            prices=usd,
            images=self.take_images(*images) if images else (),
            rates=charged.take(self.place, usd, self.notices),
            version=version.result() if version else "",
        )

    # --- zones ---

    def start_zones(self) -> tuple[Step, dict[str, Answer]]:
        """Ask every region for its zones, but for those whose zones were kept."""
        kept = {r: self.cache.answer(r) for r in self.place.asked if r in self.cache.regions}
        self.planned += len(kept)  # which may have to be asked after all
        asked = [region for region in self.place.asked if region not in kept]
        step = self._step("zones", len(asked))
        return step, kept | {region: self._start(aws_calls.ZONES, region, step) for region in asked}

    def take_zones(self, step: Step, tasks: Mapping[str, Answer]) -> dict[str, tuple[Zone, ...]]:
        """{region: its zones} of the regions that answered; also notes the names of these regions."""

        def read(answer: Reader, region: str) -> tuple[Zone, ...]:
            zones, self.long_names[region] = aws_parse.zones(answer, region)
            names, expected = [zone.name for zone in zones], self.place.expected
            expected.check(region, "zones", names, expected.zones_in(region))
            return zones

        zones = self.results.collect(tasks, read)
        step.done(f"{sum(map(len, zones.values()))} zones in {len(zones)} regions")
        return zones

    def named_regions(self) -> tuple[Region, ...]:
        """Every region, with the name that came with its zones."""
        return tuple(replace(r, long_name=self.long_names.get(r.name, "")) for r in self.place.regions)

    # --- types and where they are offered ---

    def _offerings_are_allowed(self, offering: Answer) -> bool:
        try:
            offering.result()
        except AccessDenied:
            self.notices.append(
                "which zone offers a type is not known: ec2:DescribeInstanceTypeOfferings is denied"
            )
            return False
        return True

    def _types_by_offering(
        self, types: Answer, offerings: Mapping[str, Answer]
    ) -> tuple[Offered, dict[str, InstanceType]]:
        def read(answer: Reader, region: str) -> Placed:
            return self._expected_in(region, {**aws_parse.offerings(answer)})

        def describe(answer: Reader, region: str) -> dict[str, InstanceType]:
            itypes = self._described(answer)
            self.place.expected.check(region, "types", itypes, offered[region])
            return itypes

        default = self.place.default_region
        offered = self.results.collect(offerings, read)
        itypes = self.results.collect({default: types}, describe)[default]
        return offered, {**itypes, **self._types_elsewhere(itypes, offered)}

    def _types_by_region(self, tasks: Mapping[str, Answer]) -> tuple[Offered, dict[str, InstanceType]]:
        """Without the right to ask for offerings, each region is asked for all its types."""
        itypes: dict[str, InstanceType] = {}

        def read(answer: Reader, region: str) -> Placed:
            there = self._expected_in(region, dict.fromkeys(aws_parse.type_names(answer)))
            itypes.update({**self._described(answer), **itypes})
            return there

        return self.results.collect(tasks, read), itypes

    def _expected_in(self, region: str, offered: Placed) -> Placed:
        expected = self.place.expected
        expected.check(region, "types", offered, expected.types_in(region))
        return offered

    def _types_elsewhere(
        self, known: Mapping[str, InstanceType], offered: Offered
    ) -> dict[str, InstanceType]:
        """Types that the default region lacks, asked of the regions that have most of them.

        Where that fails, the figures of the last catalog stand in.
        """
        wanted = {name for types in offered.values() for name in types} - set(known) - self.incomplete
        missing = set(wanted)
        tasks: list[Answer] = []
        while missing and self.planned < (self.request.log.budget or 0):
            region = max(sorted(offered), key=lambda r: len(missing & set(offered[r])))
            names = sorted(missing & set(offered[region]))[:_BATCH]
            tasks.append(self._start((*aws_calls.TYPES, "--instance-types", *names), region))
            missing -= set(names)
        described: dict[str, InstanceType] = {}
        for task in tasks:
            try:
                described.update(self._described(task.result()))
            except CallFailed as error:
                self.notices.append(
                    f"types that {self.place.default_region} lacks are not all described: {error.what}"
                )
        others = {**self._remembered(wanted - set(described) - self.incomplete), **described}
        if left := wanted - others.keys() - self.incomplete:
            if lack("types", {*known, *others}, {*known, *wanted}):
                raise BadReply(f"aws: {len(left)} types are not described by any region", hint=SEE_CALLS)
            self.notices.append(f"left out, as no region described them: {', '.join(sorted(left))}")
        return others

    def _remembered(self, names: set[str]) -> dict[str, InstanceType]:
        last = self.request.known.instance_types if self.request.known else ()
        itypes = {itype.name: itype for itype in last if itype.name in names}
        if itypes:
            self.notices.append(f"described as in the last catalog: {', '.join(sorted(itypes))}")
        return itypes

    def _described(self, answer: Reader) -> dict[str, InstanceType]:
        itypes, incomplete = aws_parse.instance_types(answer)
        self.notices += job.left_out(self.request.log.left_out, set(incomplete) - self.incomplete)
        self.incomplete |= set(incomplete)
        for name, itype in itypes.items():
            if self.described.setdefault(name, itype) != itype:
                self.request.log.left_out.differ("instance types", name)
        return itypes

    # --- images ---

    def start_images(self) -> tuple[Step, list[Answer]]:
        """Ask the default region for the images of known publishers."""
        step = self._step("images", len(aws_images.QUERIES))
        default = self.place.default_region
        return step, [self._start(aws_calls.images_command(q), default, step) for q in aws_images.QUERIES]

    def take_images(self, step: Step, tasks: Sequence[Answer]) -> Sequence[Image]:
        """The image streams."""
        return job.take_images(
            step, tasks, aws_parse.images, aws_images.streams, where=NAME, results=self.results
        )

    # --- the sum ---

    def _catalog(
        self,
        *,
        zones: Mapping[str, Sequence[Zone]],
        offered: Offered,
        itypes: Mapping[str, InstanceType],
        prices: Mapping[str, Mapping[str, Price]],
        images: Sequence[Image],
        rates: Sequence[Rate],
        version: str,
    ) -> Catalog:
        reached = [r for r in self.place.asked if r in zones and r in offered]
        tools = {"aws": version}
        # Offerings name local zones too, and zones that are down, which `aws_parse.zones` leaves out.
        # A name that two regions give to a zone is the first one's: zone names are unique in a catalog.
        unique = {zone.name: zone for region in reversed(reached) for zone in zones[region]}
        known = {(zone.region, zone.name) for zone in unique.values()}
        where = {name: placed(name, reached, offered, known) for name in itypes}
        self._count_local_zones(where, offered, known)
        types = (
            replace(
                itype,
                regions=tuple(where[name]),
                zones=tuple(sorted(z for zones in where[name].values() for z in zones or ())),
                zones_unknown=tuple(r for r, zones in where[name].items() if zones is None),
                prices={r: in_region[name] for r, in_region in prices.items() if name in in_region},
            )
            for name, itype in itypes.items()
        )
        return Catalog.build(
            provider=NAME,
            default_region=self.place.default_region,
            regions=self.named_regions(),
            zones=unique.values(),
            instance_types=categorized(
                (itype for itype in types if itype.regions),
                special=aws_parse.SPECIAL_LETTERS,
                plain=aws_parse.PLAIN_LETTERS,
            ),
            images=images,
            rates=rates,
            provenance=job.live_provenance(
                self.request.log, tools, [*self.notices, *outdated(tools)], regions=self.results
            ),
        )

    def _count_local_zones(
        self, where: Mapping[str, Placed], offered: Offered, known: Collection[tuple[str, str]]
    ) -> None:
        left_out = self.request.log.left_out
        for zone in outside(offered, known):
            left_out.skip("local and Wavelength zones, and zones that are down", zone)
        for name in (name for name, places in where.items() if not places):
            left_out.skip("instance types that only local zones have", name)

    def _step(self, title: str, total: int) -> Step:
        return self.request.progress.step(NAME, title, total)

    def _start(self, command: Sequence[str], region: str, step: Step | None = None) -> Answer:
        self.planned += 1
        return self.pool.start(aws_calls.ask, command, region, self.request.log, step=step)
