# SPDX-License-Identifier: MIT
"""Lambda Labs: asks Lambda's Cloud API what it offers, what that costs, and where there is capacity.

One fetch makes three requests, a second apart. The API names a region as long as it has something to do
with the answer: where there is no capacity there may be no region. Menus must not change with capacity,
so a fetch offers every type in every region that it sees or that the tree knew before, and capacity itself
is told in the summary and by `lambda-cli`, never written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Catalog, Image, Provenance, Region
from cloudlib.errors import CatalogError, NotFound
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request, Resolved, Variables
from providers.lambdalabs import key as lambdalabs_key
from providers.lambdalabs import parse as lambdalabs_parse
from providers.lambdalabs import smart as lambdalabs_smart

NAME = "lambdalabs"
TITLE = "Lambda Labs"
SETUP_HINT = lambdalabs_key.SETUP_HINT
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_LAMBDALABS",
    region_prefix="TERRAFORM_LAMBDALABS_REGION_",
    type_prefix="TERRAFORM_LAMBDALABS_INSTANCE_TYPE_",
    results=Results("TERRAFORM_LAMBDALABS_REGION", "TERRAFORM_LAMBDALABS_INSTANCE_TYPE"),
    images=ImageNames(
        prefix="TERRAFORM_LAMBDALABS_",
        distro_prefix="TERRAFORM_LAMBDALABS_DISTRO_",
        release_prefix="TERRAFORM_LAMBDALABS_IMAGE_",
        coordinates={"IMAGE_FAMILY": "lambda-stack-22-04"},
        default_distro="lambda-stack",
    ),
    states_kvm=False,
)

#: Where Lambda's own examples start machines; used when the tree has no default region yet.
_FIRST_REGION = "us-east-1"
_CALL_BUDGET = 15  # three requests, each tried five times at the most


def fetch(request: Request) -> Catalog:
    """Types, prices, images and regions; `request.regions` changes nothing: the answers are whole anyway."""
    from providers.lambdalabs.client import Client  # requests costs 0.1 s to import: only where it is needed

    request.log.budget = _CALL_BUDGET
    client = Client(request)
    step = request.progress.step(NAME, "instance types, images, regions", 3)
    types = client.data("instance-types")
    step.advance()
    rows = client.data("images")
    step.advance()
    seen = lambdalabs_parse.regions_seen(types, rows, _regions_or_none(client))
    regions = _with_known(seen, request)
    kinds, notices = lambdalabs_parse.instance_types(types, [r.name for r in regions])
    streams = lambdalabs_parse.images(rows)
    step.done(f"{len(kinds)} types, {len(streams)} image streams, {len(regions)} regions")
    request.remarks.extend(lambdalabs_smart.remarks(lambdalabs_parse.capacity(types)))
    return Catalog.build(
        provider=NAME,
        default_region=_default_region(regions, request),
        regions=regions,
        zones=(),
        instance_types=kinds,
        images=streams,
        provenance=Provenance(
            source="live",
            fetched_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            tools={"Lambda Cloud API": "v1"},
            calls=request.log.calls,
            notices=tuple(notices),
        ),
    )


def list_regions(request: Request) -> RegionList:
    """The regions, those known before included; Lambda has no zones. One request, or three."""
    from providers.lambdalabs.client import Client

    request.log.budget = _CALL_BUDGET
    client = Client(request)
    rows = _regions_or_none(client)
    if rows is not None:
        seen = lambdalabs_parse.regions_seen({}, [], rows)
    else:
        types = client.data("instance-types")
        seen = lambdalabs_parse.regions_seen(types, client.data("images"), None)
    return RegionList(_with_known(seen, request))


def list_images(request: Request) -> tuple[Image, ...]:
    """The image streams alone: one request."""
    from providers.lambdalabs.client import Client

    request.log.budget = _CALL_BUDGET
    return tuple(lambdalabs_parse.images(Client(request).data("images")))


def leaves_open(values: Variables) -> bool:
    """Is this a "smart" configuration, whose region, or region and type, Lambda's capacity decides?"""
    return lambdalabs_smart.wanted(values)


def resolve(values: Variables, earlier: Variables) -> Resolved:
    """The region, or region and type, that a "smart" configuration leaves to the API: one request."""
    return lambdalabs_smart.resolved(instance_types_now(Request(log=CallLog())), values, earlier)


def terraform_environment() -> Mapping[str, str]:
    """The key under the only name that the terraform provider knows, wherever ours found it."""
    return {"LAMBDALABS_API_KEY": lambdalabs_key.find_key().value}


def instance_types_now(request: Request) -> Mapping[str, Any]:
    """The data of `/instance-types`, capacity included."""
    from providers.lambdalabs.client import Client

    request.log.budget = _CALL_BUDGET
    data: Mapping[str, Any] = Client(request).data("instance-types")
    return data


def _regions_or_none(client: Any) -> Any:
    """The data of `/regions`, or None from an API of before 1.10, which has no such list."""
    try:
        return client.data("regions")
    except NotFound:
        return None


def _with_known(seen: Mapping[str, Region], request: Request) -> tuple[Region, ...]:
    """The regions of the answer and those the tree knew: that one is not named proves nothing."""
    known = {r.name: r for r in request.known.regions} if request.known else {}
    kept = sorted(set(known) - set(seen))
    if kept:
        request.remarks.append(f"not named in this answer, kept from before: {', '.join(kept)}")
    found = {**known, **seen}
    if not found:
        raise CatalogError(
            "lambdalabs: the answer names no region, and none is known from before",
            hint="no type has capacity anywhere just now: try again later",
        )
    return tuple(found[name] for name in sorted(found))


def _default_region(regions: tuple[Region, ...], request: Request) -> str:
    """The tree's, so that it does not move with capacity; else the first choice, else the first there is."""
    names = [r.name for r in regions]
    wishes = [request.known.default_region if request.known else "", _FIRST_REGION, names[0]]
    return next(name for name in wishes if name in names)
