# SPDX-License-Identifier: MIT
"""What every provider's fetch does in the same way: prices, images, notices, provenance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timezone
from typing import TypeVar

from cloudlib.calls.expected import lack
from cloudlib.calls.left_out import SEE_CALLS, LeftOut
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.run import CallLog
from cloudlib.catalog import limits
from cloudlib.catalog.merge import images_like, prices_of
from cloudlib.catalog.rates import GLOBAL, Rate, one_each
from cloudlib.catalog.records import Image, Price, Provenance
from cloudlib.errors import CallFailed, CatalogError, NoCredentials, NotRecorded, ShortAnswer

_Answer = TypeVar("_Answer")
_Row = TypeVar("_Row")

#: {instance type: price}, and how many rows of a price of 0 were left out.
Priced = tuple[Mapping[str, Price], int]


def take_prices(
    step: Step,
    tasks: Mapping[str, Future[_Answer]],
    parse: Callable[[_Answer, str], Priced],
    *,
    results: RegionResults,
    offered: Container[str],
    notices: list[str],
) -> dict[str, Mapping[str, Price]]:
    """{region: {instance type: price}} from one task a region; `parse` takes an answer and its region.

    A price list that is refused, fails, or lacks what is known is noted in `results`, also the default
    region's: it costs its prices, never the catalog. `offered` has the regions that have to have prices.
    """
    prices: dict[str, Mapping[str, Price]] = {}
    zeros = 0
    for region, task in tasks.items():
        if region in results.not_reached:
            continue
        try:
            listed, left_out = parse(task.result(), region)
            check_prices(results, region, listed, some=region in offered)
        except (CallFailed, NoCredentials) as error:  # other partitions have other credentials
            results.miss(prices_of(region), error)
        else:
            prices[region] = listed
            zeros += left_out
    if zeros:
        notices.append(f"{zeros} price rows of 0 were left out")
    where = ", ".join(prices) if len(prices) < 4 else f"{len(prices)} regions"
    if prices or not tasks:
        step.done(f"{sum(map(len, prices.values()))} prices of {where}")
    else:
        step.failed("there is no usable price list")
    return prices


def check_prices(
    results: RegionResults, region: str, listed: Mapping[str, Price], *, some: bool = True
) -> None:
    """ShortAnswer where a region's price list lacks known prices; with `some` also where it has none."""
    expected = results.expected
    expected.check(prices_of(region), "prices", listed, expected.priced_in(region), some=some)


def take_rates(
    tasks: Iterable[Future[_Answer]],
    parse: Callable[[_Answer], Iterable[Rate]],
    regions: Collection[str],
    notices: list[str],
) -> tuple[Rate, ...]:
    """The prices of disks, addresses and licenses in some regions, all of them or none.

    A list that is refused or fails costs these prices alone, and is noted; a recording that was made before
    they were asked for has none.
    """
    try:
        every = [rate for task in tasks for rate in parse(task.result())]
    except NotRecorded:
        return ()
    except (CallFailed, NoCredentials) as error:
        notices.append(f"prices of disks, addresses and image fees: {error.what}")
        return ()
    return one_each(rate for rate in every if rate.region in regions or rate.region == GLOBAL)


def take_images(
    step: Step,
    tasks: Iterable[Future[_Answer]],
    rows: Callable[[_Answer], Iterable[_Row]],
    streams: Callable[[Sequence[_Row]], Sequence[Image]],
    *,
    where: str,
    results: RegionResults | None = None,
    noun: str = "images",
) -> Sequence[Image]:
    """The image streams of all answers; `where` names the provider, and the place, that has none.

    With `results` they are held against the known ones: see `check_images`.
    """
    every = [row for task in tasks for row in rows(task.result())]
    images = streams(every)
    if not images:
        raise CatalogError(f"{where}: no image of any known publisher was found", hint=SEE_CALLS)
    if results:
        check_images(results, images)
    step.done(f"{len(images)} streams of {len(every)} {noun}")
    return images


def check_images(results: RegionResults, images: Sequence[Image]) -> None:
    """Note in `results` the distributions of which an answer has no stream.

    Where more than a tenth of all streams is gone, these are all distributions that lack any. Images depend
    on the region that is asked: those of another default region are not compared.
    """
    expected = results.expected
    if expected.known is None or expected.known.default_region != expected.home:
        return
    now, before = _names_by_group(images), _names_by_group(expected.known.images)
    short = lack("streams", set().union(*now.values()), set().union(*before.values()))
    for group, names in sorted(before.items()):
        gone = names - now.get(group, set())
        if gone and (short or group not in now):
            try:
                expected.doubt(group, f"lacks {len(gone)} of {len(names)} known streams")
            except ShortAnswer as error:
                results.miss(group, error)


def _names_by_group(images: Iterable[Image]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for image in images:
        groups.setdefault(images_like(image), set()).add(f"{image.key} {image.title}")
    return groups


def left_out(rows: LeftOut, names: Collection[str], lacking: str = "vCPU or memory") -> tuple[str, ...]:
    """Count instance types that lack figures; returns the notice of them, none where there are none."""
    for name in names:
        rows.skip(f"instance types without {lacking} figures", name)
    listed = ", ".join(sorted(names))
    return (f"left out, without {lacking} figures: {listed}",) if listed else ()


def live_provenance(
    log: CallLog, tools: Mapping[str, str], notices: Iterable[str], regions: RegionResults | None = None
) -> Provenance:
    """The provenance of records that were fetched just now. Notices are made fit for it, one of each."""

    def fit(text: str) -> str:
        return limits.line(text, limits.NOTICE)

    every = (*notices, *(regions.notices() if regions else ()), *log.left_out.notices())
    return Provenance(
        source="live",
        fetched_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        tools={name: limits.line(version) for name, version in tools.items() if version},
        calls=log.calls,
        not_reached={r: fit(why) for r, why in regions.not_reached.items()} if regions else {},
        notices=tuple(dict.fromkeys(map(fit, every))),
        left_out=log.left_out.counts(),
    )
