# SPDX-License-Identifier: MIT
"""One fetch of EC2: which calls, in which order, and what a failed one means for the rest.

At most 3 calls a usable region and 10 beside them. The order on the wire: identity and regions; then,
together, types, prices and images of the default region, offerings and zones of every region; and, as
soon as the offerings are in, for types that the default region lacks one call to each of the fewest regions
that have them. Calls cost processor time, so the order is the one that leaves no processor idle.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from cloudlib.calls.parallel import Pool, Task
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.catalog.category import categorized
from cloudlib.catalog.records import Catalog, Image, InstanceType, Price, Provenance, Region, Zone
from cloudlib.errors import AccessDenied, CallFailed, CatalogError, UsageError
from cloudlib.provider import Request
from cloudlib.settings import price_regions
from providers.aws import images as aws_images
from providers.aws import parse as aws_parse

_PROVIDER = "aws"
#: The Price List has few end points; this one knows the prices of every region.
#: https://docs.aws.amazon.com/general/latest/gr/billing.html
_PRICING_REGION = "us-east-1"
_CALLS_PER_REGION, _CALLS_BESIDE = 3, 10
_BATCH = 100  # DescribeInstanceTypes takes at most 100 names

_IDENTITY = ("sts", "get-caller-identity")
_REGIONS = ("ec2", "describe-regions", "--all-regions")
_ZONES = ("ec2", "describe-availability-zones")
_OFFERINGS = ("ec2", "describe-instance-type-offerings", "--location-type", "availability-zone")
_TYPES = ("ec2", "describe-instance-types")

Ask = Callable[[Sequence[str], str], Any]
#: {region: {type name: zones}}; zones are () where only the region is known.
Offered = dict[str, dict[str, tuple[str, ...]]]


@dataclass
class Fetch:
    """The state of one fetch. Making it asks for identity and regions: without them nothing starts.

    `ask(command, region)` runs one aws command, `version()` tells the CLI's version, `home` is the
    default region.
    """

    request: Request
    pool: Pool
    ask: Ask
    version: Callable[[], str]
    home: str
    regions: tuple[Region, ...] = ()
    asked: tuple[str, ...] = ()
    planned: int = 0
    long_names: dict[str, str] = field(default_factory=dict)
    reach: RegionResults = field(init=False)
    poor: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        step = self._step("identity, regions", 2)
        who = self._start(_IDENTITY, self.home, step)
        rows = self._start(_REGIONS, self.home, step)
        who.result()
        self.regions = aws_parse.regions(rows.result())
        usable = [r.name for r in self.regions if r.available]
        self.asked = tuple(self.request.regions) or tuple(usable)
        for name in (self.home, *self.asked):
            if name not in usable:
                raise UsageError(
                    f"{name!r} is no region this account can use", hint="one of: " + ", ".join(usable)
                )
        self.reach = RegionResults(self.home, self.asked)
        log = self.request.log
        self.planned = log.calls + 1  # and the version's
        log.budget = _CALLS_PER_REGION * len(usable) + _CALLS_BESIDE
        step.done(f"{len(usable)} usable regions, {len(self.regions) - len(usable)} not opted in")

    def run(self) -> Catalog:
        """The whole catalogue."""
        priced_regions = price_regions(self.home, self.asked)
        step = self._step("instance types", len(self.asked) + 1)
        types = self._start(_TYPES, self.home, step)
        offering = self._start(_OFFERINGS, self.home, step)
        price_step = self._step("prices", len(priced_regions))
        prices = {r: self._start(_prices_command(r), _PRICING_REGION, price_step) for r in priced_regions}
        images = self._start_images() if self.request.images else None
        version = self.pool.start(self.version) if self.request.images else None
        per_zone = self._offerings_are_allowed(offering)
        others = {
            region: self._start(_OFFERINGS if per_zone else _TYPES, region, step)
            for region in self.asked
            if region != self.home
        }
        zone_step, zones = self._start_zones()
        if per_zone:
            offered, kinds = self._types_by_offering(types, {self.home: offering, **others})
        else:
            offered, kinds = self._types_by_region({self.home: types, **others})
        step.done(f"{len(kinds)} types in {len({k.family for k in kinds.values()})} families")
        return self._catalog(
            zones=self._take_zones(zone_step, zones),
            offered=offered,
            kinds=kinds,
            prices=self._take_prices(price_step, prices),
            images=self._take_images(*images) if images else [],
            version=version.result() if version else "",
        )

    def regions_and_zones(self) -> tuple[tuple[Region, ...], tuple[Zone, ...]]:
        """Regions, named, and the zones of those that answered."""
        zones = self._take_zones(*self._start_zones())
        return self._named_regions(), tuple(z for of in zones.values() for z in of)

    def images(self) -> tuple[Image, ...]:
        """The image streams alone."""
        return tuple(self._take_images(*self._start_images()))

    # --- zones ---

    def _start_zones(self) -> tuple[Step, dict[str, Task]]:
        step = self._step("zones", len(self.asked))
        return step, {region: self._start(_ZONES, region, step) for region in self.asked}

    def _take_zones(self, step: Step, tasks: Mapping[str, Task]) -> dict[str, tuple[Zone, ...]]:
        found: dict[str, tuple[Zone, ...]] = {}
        for region, answer in self.reach.answers(tasks).items():
            found[region], self.long_names[region] = aws_parse.zones(answer, region)
        step.done(f"{sum(map(len, found.values()))} zones in {len(found)} regions")
        return found

    def _named_regions(self) -> tuple[Region, ...]:
        return tuple(replace(r, long_name=self.long_names.get(r.name, "")) for r in self.regions)

    # --- types and where they are offered ---

    def _offerings_are_allowed(self, offering: Task) -> bool:
        try:
            offering.result()
        except AccessDenied:
            self.notices.append(
                "which zone offers a type is not known: ec2:DescribeInstanceTypeOfferings is denied"
            )
            return False
        return True

    def _types_by_offering(
        self, types: Task, offerings: Mapping[str, Task]
    ) -> tuple[Offered, dict[str, InstanceType]]:
        offered = {
            region: aws_parse.offerings(answer) for region, answer in self.reach.answers(offerings).items()
        }
        kinds = self._described(types.result())
        return offered, {**kinds, **self._types_elsewhere(kinds, offered)}

    def _types_by_region(self, tasks: Mapping[str, Task]) -> tuple[Offered, dict[str, InstanceType]]:
        """Without the right to ask for offerings, each region is asked for its types whole."""
        offered: Offered = {}
        kinds: dict[str, InstanceType] = {}
        for region, answer in self.reach.answers(tasks).items():
            offered[region] = dict.fromkeys(aws_parse.type_names(answer), ())
            kinds = {**self._described(answer), **kinds}
        return offered, kinds

    def _types_elsewhere(
        self, known: Mapping[str, InstanceType], offered: Offered
    ) -> dict[str, InstanceType]:
        """Types that the default region lacks, asked of the regions that have most of them.

        Where that fails, the figures of the last catalogue stand in.
        """
        wanted = {name for types in offered.values() for name in types} - set(known) - self.poor
        missing = set(wanted)
        tasks: dict[str, Task] = {}
        while missing and self.planned < (self.request.log.budget or 0):
            region = max(sorted(offered), key=lambda r: len(missing & set(offered[r])))
            names = sorted(missing & set(offered[region]))[:_BATCH]
            tasks[f"{region} {len(tasks)}"] = self._start((*_TYPES, "--instance-types", *names), region)
            missing -= set(names)
        if missing:
            self.notices.append(f"left out for want of calls: {', '.join(sorted(missing))}")
        found: dict[str, InstanceType] = {}
        for task in tasks.values():
            try:
                found.update(self._described(task.result()))
            except CallFailed as error:
                self.notices.append(f"types that {self.home} lacks are not all described: {error.what}")
        return {**self._remembered(wanted - set(found) - self.poor), **found}

    def _remembered(self, names: set[str]) -> dict[str, InstanceType]:
        last = self.request.known.instance_types if self.request.known else ()
        found = {kind.name: kind for kind in last if kind.name in names}
        if found:
            self.notices.append(f"described as in the last catalogue: {', '.join(sorted(found))}")
        return found

    def _described(self, answer: Any) -> dict[str, InstanceType]:
        kinds, poor = aws_parse.instance_types(answer)
        new = set(poor) - self.poor
        if new:
            self.notices.append(f"left out, without vCPU or memory figures: {', '.join(sorted(new))}")
            self.poor |= new
        return kinds

    # --- prices and images ---

    def _take_prices(self, step: Step, tasks: Mapping[str, Task]) -> dict[str, dict[str, Price]]:
        found: dict[str, dict[str, Price]] = {}
        zeros = 0
        for region, task in tasks.items():
            try:
                found[region], zero = aws_parse.prices(task.result(), region)
                zeros += zero
            except AccessDenied:
                self.notices.append("no prices: pricing:GetProducts is denied")
                step.failed("denied; the menus will carry no prices")
                return {}
            except CallFailed as error:
                if region == self.home:
                    raise
                self.notices.append(f"no prices of {region}: {error.what}")
        if zeros:
            self.notices.append(f"{zeros} price rows of 0 were left out")
        where = ", ".join(found) if len(found) < 4 else f"{len(found)} regions"
        step.done(f"{sum(map(len, found.values()))} prices of {where}")
        return found

    def _start_images(self) -> tuple[Step, list[Task]]:
        step = self._step("images", len(aws_images.QUERIES))
        return step, [self._start(_images_command(q), self.home, step) for q in aws_images.QUERIES]

    def _take_images(self, step: Step, tasks: Sequence[Task]) -> list[Image]:
        rows = [row for task in tasks for row in aws_parse.images(task.result())]
        streams = aws_images.streams(rows)
        if not streams:
            raise CatalogError(
                "aws: no image of any known publisher was found", hint="DEBUG=1 shows every call"
            )
        step.done(f"{len(streams)} streams of {len(rows)} images")
        return streams

    # --- the sum ---

    def _catalog(
        self,
        *,
        zones: Mapping[str, Sequence[Zone]],
        offered: Offered,
        kinds: Mapping[str, InstanceType],
        prices: Mapping[str, Mapping[str, Price]],
        images: Sequence[Image],
        version: str,
    ) -> Catalog:
        reached = [r for r in self.asked if r in zones and r in offered]
        types = (
            replace(
                kind,
                regions=tuple(r for r in reached if name in offered[r]),
                zones=tuple(sorted(z for r in reached for z in offered[r].get(name, ()))),
                prices={r: of[name] for r, of in prices.items() if name in of},
            )
            for name, kind in kinds.items()
        )
        return Catalog.build(
            provider=_PROVIDER,
            default_region=self.home,
            regions=self._named_regions(),
            zones=(zone for region in reached for zone in zones[region]),
            instance_types=categorized(
                (k for k in types if k.regions),
                special=aws_parse.SPECIAL_LETTERS,
                plain=aws_parse.PLAIN_LETTERS,
            ),
            images=images,
            provenance=Provenance(
                source="live",
                fetched_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                tools={"aws": version} if version else {},
                calls=self.request.log.calls,
                not_reached=dict(sorted(self.reach.not_reached.items())),
                notices=tuple(self.notices),
            ),
        )

    # --- calls ---

    def _step(self, title: str, total: int) -> Step:
        return self.request.progress.step(_PROVIDER, title, total)

    def _start(self, command: Sequence[str], region: str, step: Step | None = None) -> Task:
        self.planned += 1
        return self.pool.start(self.ask, list(command), region, step=step)


def _prices_command(region: str) -> list[str]:
    filters = {"regionCode": region, **aws_parse.PRICE_FILTERS}
    words = [f"Type=TERM_MATCH,Field={key},Value={value}" for key, value in filters.items()]
    return ["pricing", "get-products", "--service-code", "AmazonEC2", "--filters", *words]


def _images_command(distros: Sequence[str]) -> list[str]:
    owners, globs = aws_images.query(distros)
    filters = [{"Name": "name", "Values": globs}, {"Name": "state", "Values": ["available"]}]
    return ["ec2", "describe-images", "--owners", *owners, "--filters", json.dumps(filters)]
