# SPDX-License-Identifier: MIT
"""Lambda Labs: asks Lambda's Cloud API what it offers, what that costs, and where there is capacity.

One fetch makes three requests, a second apart.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from cloudlib.calls.run import CallLog
from cloudlib.catalog.image_rules import Publishers
from cloudlib.catalog.records import Catalog, Image
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import Machine, Problem, RegionList, Request, Resolved, Variables
from providers.lambdalabs import calls, exports, for_kdevops
from providers.lambdalabs import fetch as lambdalabs_fetch
from providers.lambdalabs import instances as lambdalabs_instances
from providers.lambdalabs import smart as lambdalabs_smart

NAME = "lambdalabs"
TITLE = "Lambda Labs"
SETUP_HINT = calls.SETUP_HINT
_RESULTS = Results("TERRAFORM_LAMBDALABS_REGION", "TERRAFORM_LAMBDALABS_INSTANCE_TYPE")
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_LAMBDALABS",
    region_prefix="TERRAFORM_LAMBDALABS_REGION_",
    type_prefix="TERRAFORM_LAMBDALABS_INSTANCE_TYPE_",
    results=_RESULTS,
    images=ImageNames(
        prefix="TERRAFORM_LAMBDALABS_",
        distro_prefix="TERRAFORM_LAMBDALABS_DISTRO_",
        release_prefix="TERRAFORM_LAMBDALABS_IMAGE_",
        coordinates={},
    ),
    states_kvm=False,
    left_open={"TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST": "the cheapest type with capacity"},
)

EXPORTS = exports.EXPORTS
VOLUMES = None
CANARIES = ("gpu_1x_a10", "gpu_1x_gh200")
PUBLISHERS = Publishers()  # Lambda's images are its own, and have no coordinate for that

#: What scripts of kdevops import from a module of this name.
get_api_key = for_kdevops.get_api_key
get_instance_types_with_capacity = for_kdevops.get_instance_types_with_capacity


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
    """The region, or region and type, that a "smart" configuration leaves to the API: one request, or two."""
    types = lambdalabs_fetch.instance_types_now(Request(log=CallLog()))
    names = values["node_names"]
    assert isinstance(names, list)
    return lambdalabs_smart.resolved(
        types, values, earlier, lambda: lambdalabs_instances.places(Request(log=CallLog(NAME)), names)
    )


def without_capacity(values: Variables) -> Problem | None:
    """Why the chosen type cannot be started in the chosen region now; None where it can. One request."""
    types = lambdalabs_fetch.instance_types_now(Request(log=CallLog(NAME)))
    region, itype = (str(values[name.lower()]) for name in (_RESULTS.region, _RESULTS.instance_type))
    return lambdalabs_smart.without_capacity(types, itype, region)


find = lambdalabs_instances.find


def machines() -> Sequence[Machine]:
    """The machines of the account, however they were started: one request."""
    return lambdalabs_instances.machines(Request(log=CallLog(NAME)))


def terraform_environment() -> Mapping[str, str]:
    """The key under the only name that the terraform provider knows, wherever ours was found.

    And one request at a time: Lambda answers one a second, and takes far fewer launches.
    https://docs.lambda.ai/public-cloud/cloud-api/#rate-limits
    """
    one = {f"TF_CLI_ARGS_{name}": _one_at_a_time(name) for name in ("plan", "apply", "destroy")}
    return {"LAMBDALABS_API_KEY": calls.find_key().value, **one}


def _one_at_a_time(command: str) -> str:
    """What the user gives terraform this way himself comes last, and wins."""
    return f"-parallelism=1 {os.environ.get(f'TF_CLI_ARGS_{command}', '')}".strip()
