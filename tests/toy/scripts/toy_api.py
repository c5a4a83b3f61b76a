# SPDX-License-Identifier: MIT
"""Toy: a cloud that does not exist, for docs/adding-a-provider.md. One fetch makes three requests."""

from __future__ import annotations

from collections.abc import Sequence

from providers.toy import calls, exports
from providers.toy import fetch as toy_fetch

from cloudlib.catalog.image_rules import Publishers
from cloudlib.catalog.records import Catalog, Image
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request

NAME = calls.NAME
TITLE = "Toy Cloud"
SETUP_HINT = calls.SETUP_HINT
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_TOY",
    region_prefix="TERRAFORM_TOY_REGION_",
    zone_prefix="TERRAFORM_TOY_DOMAIN_",
    zone_noun="availability domain",
    zones_gate=True,
    family_prefix="TERRAFORM_TOY_SHAPE_FAMILY_",
    type_prefix="TERRAFORM_TOY_SHAPE_",
    type_noun="shape",
    results=Results("TERRAFORM_TOY_REGION", "TERRAFORM_TOY_SHAPE", "TERRAFORM_TOY_DOMAIN"),
    images=ImageNames(
        prefix="TERRAFORM_TOY_",
        distro_prefix="TERRAFORM_TOY_DISTRO_",
        release_prefix="TERRAFORM_TOY_RELEASE_",
        coordinates={"IMAGE": "debian-13-*"},
    ),
    states_kvm=False,
)
EXPORTS = exports.EXPORTS
VOLUMES = None  # no data volumes
CANARIES = ("VM.Flex-1", "VM.Flex-2")
PUBLISHERS = Publishers()  # its images are all its own


def fetch(request: Request) -> Catalog:
    """Everything Toy offers."""
    return toy_fetch.catalog(request)


def list_regions(request: Request) -> RegionList:
    """Regions and their availability domains: one request."""
    return toy_fetch.regions(request)


def list_images(request: Request) -> Sequence[Image]:
    """The image streams: one request."""
    return toy_fetch.images(request)
