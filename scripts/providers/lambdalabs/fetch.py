# SPDX-License-Identifier: MIT
"""One fetch of Lambda: three requests, and the regions that an answer leaves out.

An answer names a region as long as that has something to offer: where there is no capacity there may be no
region. Menus must not change with capacity, so a fetch offers every type in every region that it sees or that
the tree knew before, until so many refreshes in a row did not name it that it must be gone; capacity is told
in the summary and by `lambda-cli`, never written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cloudlib.calls import job
from cloudlib.calls.expected import Expected
from cloudlib.calls.regions import RegionResults
from cloudlib.calls.shape import Reader
from cloudlib.catalog.merge import prices_of
from cloudlib.catalog.records import Catalog, Image, InstanceType, Region
from cloudlib.errors import CatalogError, NotFound, ShortAnswer
from cloudlib.provider import Request
from providers.lambdalabs import parse as lambdalabs_parse
from providers.lambdalabs import smart as lambdalabs_smart
from providers.lambdalabs.calls import Client, client

_PROVIDER = "lambdalabs"
#: Where Lambda's own examples start machines; used when the tree has no default region yet.
_FIRST_REGION = "us-east-1"
#: A region that so many refreshes in a row do not name is forgotten: closed, or a slip of one answer.
_FORGOTTEN_AFTER = 20
_CALL_BUDGET = 15  # three requests, each tried five times at the most


def catalog(request: Request) -> Catalog:
    """Types, prices, images and regions; `request.regions` changes nothing: the answers are whole anyway."""
    lambda_api = _client(request)
    step = request.progress.step(_PROVIDER, "instance types, images, regions", 3)
    types = lambda_api.answer("instance-types")
    step.advance()
    images = lambda_api.answer("images")
    step.advance()
    seen = lambdalabs_parse.regions_seen(types, images, _regions_or_none(lambda_api))
    regions = _with_known(seen, request)
    names = [r.name for r in regions]
    itypes, notices = lambdalabs_parse.instance_types(types, names)
    streams = lambdalabs_parse.images(images)
    home = _default_region(regions, request)
    results = _as_expected(Expected(_PROVIDER, home, request.known, request.force), itypes, streams)
    step.done(f"{len(itypes)} types, {len(streams)} image streams, {len(regions)} regions")
    when = "then" if request.log.replayed else "now"
    request.remarks.extend(lambdalabs_smart.remarks(lambdalabs_parse.capacity(types), when))
    return Catalog.build(
        provider=_PROVIDER,
        default_region=home,
        regions=regions,
        zones=(),
        instance_types=itypes,
        images=streams,
        provenance=replace(
            job.live_provenance(request.log, {"Lambda Cloud API": "v1"}, notices, results),
            unanswered={name: count for name, count in _missed(seen, request).items() if name in names},
        ),
    )


def _as_expected(
    expected: Expected, itypes: Sequence[InstanceType], images: Sequence[Image]
) -> RegionResults:
    """What is missing. A type stands in the answer with its price whether or not there is capacity."""
    results = RegionResults(expected, ())
    known = expected.types_in(expected.home)
    expected.check_whole("instance types", [itype.name for itype in itypes], known)
    expected.check_whole("images", [image.title for image in images])
    job.check_images(results, images)
    for region in sorted({region for itype in itypes for region in itype.regions}):
        prices = {itype.name: itype.prices[region] for itype in itypes if region in itype.prices}
        try:
            job.check_prices(results, region, prices)
        except ShortAnswer as error:
            results.miss(prices_of(region), error)
    return results


def regions(request: Request) -> Sequence[Region]:
    """The regions, those known before included: one request, or three."""
    lambda_api = _client(request)
    listed = _regions_or_none(lambda_api)
    if listed is not None:
        seen = lambdalabs_parse.regions_seen(None, None, listed)
    else:
        types = lambda_api.answer("instance-types")
        seen = lambdalabs_parse.regions_seen(types, lambda_api.answer("images"), None)
    return _with_known(seen, request)


def images(request: Request) -> Sequence[Image]:
    """The image streams alone: one request."""
    return lambdalabs_parse.images(_client(request).answer("images"))


def instance_types_now(request: Request) -> Reader:
    """The answer to `/instance-types`, capacity included: one request."""
    return _client(request).answer("instance-types")


def _client(request: Request) -> Client:
    request.log.budget = _CALL_BUDGET
    return client(request)


def _regions_or_none(lambda_api: Client) -> Reader | None:
    """The answer to `/regions`, or None from an API of before 1.10, which has no such list."""
    try:
        return lambda_api.answer("regions")
    except NotFound:
        return None


def _with_known(seen: Mapping[str, Region], request: Request) -> tuple[Region, ...]:
    """The regions of the answer and those the tree knew: one that is not named may only lack capacity."""
    missed = _missed(seen, request)
    kept = {name: count for name, count in missed.items() if count <= _FORGOTTEN_AFTER}
    for verb, names in (("kept from before", sorted(kept)), ("forgotten", sorted(missed.keys() - kept))):
        if names:
            request.remarks.append(f"not named in this answer, {verb}: {', '.join(names)}")
    known = request.known.regions if request.known else ()
    every = {**{r.name: r for r in known if r.name in kept}, **seen}
    if not every:
        raise CatalogError(
            "lambdalabs: the answer names no region, and none is known from before",
            hint="no type has capacity anywhere just now: try again later",
        )
    return tuple(every[name] for name in sorted(every))


def _missed(seen: Mapping[str, Region], request: Request) -> dict[str, int]:
    """{region that the tree knew and the answer does not name: how many refreshes in a row now}."""
    if request.known is None:
        return {}
    before = request.known.provenance.unanswered
    return {r.name: before.get(r.name, 0) + 1 for r in request.known.regions if r.name not in seen}


def _default_region(regions: Sequence[Region], request: Request) -> str:
    """The tree's, so that it does not move with capacity; else us-east-1, else the first there is."""
    names = [r.name for r in regions]
    preferred = [request.known.default_region if request.known else "", _FIRST_REGION, names[0]]
    return next(name for name in preferred if name in names)
