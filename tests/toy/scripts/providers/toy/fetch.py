# SPDX-License-Identifier: MIT
"""The order of Toy's calls: regions, shapes, images."""

from __future__ import annotations

from collections.abc import Sequence

from providers.toy import parse
from providers.toy.calls import NAME, Client

from cloudlib.calls import job
from cloudlib.catalog.records import Catalog, Image
from cloudlib.provider import RegionList, Request


def catalog(request: Request) -> Catalog:
    """Everything; `request.regions` changes nothing: the answers are whole anyway."""
    client = Client(request)
    step = request.progress.step(NAME, "regions, shapes, images", 3)
    listed, zones = parse.regions(client.answer("regions"))
    step.advance()
    itypes = parse.instance_types(client.answer("shapes"), {zone.name: zone.region for zone in zones})
    step.advance()
    streams = parse.images(client.answer("images"))
    step.done(f"{len(itypes)} shapes, {len(streams)} image streams, {len(listed)} regions")
    return Catalog.build(
        provider=NAME,
        default_region=listed[0].name,
        regions=listed,
        zones=zones,
        instance_types=itypes,
        images=streams,
        provenance=job.live_provenance(request.log, {"Toy API": "v1"}, ()),
    )


def regions(request: Request) -> RegionList:
    """Regions and availability domains: one request."""
    return RegionList(*parse.regions(Client(request).answer("regions")))


def images(request: Request) -> Sequence[Image]:
    """The image streams: one request."""
    return parse.images(Client(request).answer("images"))
