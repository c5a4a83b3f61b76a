# SPDX-License-Identifier: MIT
"""What every provider's fetch does in the same way: prices, images, notices, provenance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timezone
from typing import TypeVar

from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.calls.progress import Step
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.run import CallLog
from cloudlib.catalog import limits
from cloudlib.catalog.records import Image, Price, Provenance
from cloudlib.errors import AccessDenied, CallFailed, CatalogError

_Answer = TypeVar("_Answer")
_Row = TypeVar("_Row")

#: {instance type: price}, and how many rows of a price of 0 were left out.
Priced = tuple[Mapping[str, Price], int]


def take_prices(
    step: Step,
    tasks: Mapping[str, Future[_Answer]],
    parse: Callable[[_Answer, str], Priced],
    *,
    default_region: str,
    notices: list[str],
    denied: str | None = None,
) -> dict[str, Mapping[str, Price]]:
    """{region: {instance type: price}} from one task a region; `parse` takes an answer and its region.

    The default region's prices have to come, those of another may be missing, with a notice. With `denied` a
    refusal leaves the whole catalogue without prices, also with a notice: `denied`, or the vendor's message
    where that is "".
    """
    prices: dict[str, Mapping[str, Price]] = {}
    zeros = 0
    for region, task in tasks.items():
        try:
            prices[region], left_out = parse(task.result(), region)
            zeros += left_out
        except CallFailed as error:
            if denied is not None and isinstance(error, AccessDenied):
                notices.append(f"no prices: {denied or error.what}")
                step.failed("denied; the menus will carry no prices")
                return {}
            if region == default_region:
                raise
            hint = f"; {' '.join(error.hint.split())}" if error.hint else ""
            notices.append(f"no prices of {region}: {error.what}{hint}")
    if zeros:
        notices.append(f"{zeros} price rows of 0 were left out")
    where = ", ".join(prices) if len(prices) < 4 else f"{len(prices)} regions"
    step.done(f"{sum(map(len, prices.values()))} prices of {where}")
    return prices


def take_images(
    step: Step,
    tasks: Iterable[Future[_Answer]],
    rows: Callable[[_Answer], Iterable[_Row]],
    streams: Callable[[Sequence[_Row]], Sequence[Image]],
    *,
    where: str,
    noun: str = "images",
) -> Sequence[Image]:
    """The image streams of all answers; `where` names the provider, and the place, that has none."""
    every = [row for task in tasks for row in rows(task.result())]
    images = streams(every)
    if not images:
        raise CatalogError(f"{where}: no image of any known publisher was found", hint=SEE_CALLS)
    step.done(f"{len(images)} streams of {len(every)} {noun}")
    return images


def left_out(names: Iterable[str], lacking: str = "vCPU or memory") -> tuple[str, ...]:
    """The notice of instance types that lack figures; none where there are no such types."""
    listed = ", ".join(sorted(names))
    return (f"left out, without {lacking} figures: {listed}",) if listed else ()


def live_provenance(
    log: CallLog, tools: Mapping[str, str], notices: Iterable[str], regions: RegionResults | None = None
) -> Provenance:
    """The provenance of records that were fetched just now. Words of vendors are made fit for it."""

    def fit(text: str) -> str:
        return limits.line(text, limits.NOTICE)

    every = (*notices, *(regions.notices() if regions else ()), *log.left_out.notices())
    return Provenance(
        source="live",
        fetched_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        tools={name: limits.line(version) for name, version in tools.items() if version},
        calls=log.calls,
        not_reached={r: fit(why) for r, why in sorted(regions.not_reached.items())} if regions else {},
        notices=tuple(fit(notice) for notice in every),
    )
