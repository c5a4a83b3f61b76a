# SPDX-License-Identifier: MIT
"""Lambda Labs: asks Lambda's Cloud API what it offers, what that costs, and where there is capacity.

One fetch makes three requests, a second apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloudlib.calls.run import CallLog
from cloudlib.catalog.image_rules import Publishers
from cloudlib.catalog.records import Catalog, Image
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request, Resolved, Variables
from providers.lambdalabs import calls, exports
from providers.lambdalabs import fetch as lambdalabs_fetch
from providers.lambdalabs import smart as lambdalabs_smart

NAME = "lambdalabs"
TITLE = "Lambda Labs"
SETUP_HINT = calls.SETUP_HINT
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

EXPORTS = exports.EXPORTS
VOLUMES = None
CANARIES = ("gpu_1x_a10", "gpu_1x_gh200")
PUBLISHERS = Publishers()  # Lambda's images are its own, and have no coordinate for that


def fetch(request: Request) -> Catalog:
    """Everything Lambda offers; `request.regions` changes nothing: the answers are whole anyway."""
    return lambdalabs_fetch.catalog(request)


def list_regions(request: Request) -> RegionList:
    """The regions, those known before included; Lambda has no zones. One request, or three."""
    return RegionList(lambdalabs_fetch.regions(request))


def list_images(request: Request) -> Sequence[Image]:
    """The image streams alone: one request."""
    return lambdalabs_fetch.images(request)


def leaves_open(values: Variables) -> bool:
    """Is this a "smart" configuration, whose region, or region and type, Lambda's capacity decides?"""
    return lambdalabs_smart.wanted(values)


def resolve(values: Variables, earlier: Variables) -> Resolved:
    """The region, or region and type, that a "smart" configuration leaves to the API: one request."""
    types = lambdalabs_fetch.instance_types_now(Request(log=CallLog()))
    return lambdalabs_smart.resolved(types, values, earlier)


def terraform_environment() -> Mapping[str, str]:
    """The key under the only name that the terraform provider knows, wherever ours was found."""
    return {"LAMBDALABS_API_KEY": calls.find_key().value}
