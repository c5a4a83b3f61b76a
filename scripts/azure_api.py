# SPDX-License-Identifier: MIT
"""Microsoft Azure: asks the `az` command, and the public price list, what it offers and what it costs.

A fetch starts two processes of az, a list one. They need the role Reader on the subscription;
docs/cloud-configuration.md has a smaller one.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

from cloudlib.calls.parallel import Pool
from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Catalog, Image
from cloudlib.errors import BadReply, NotSetUp
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request
from providers.azure.az import SETUP_HINT, az_json
from providers.azure.fetch import PROVIDER, Fetch
from providers.azure.parse import name_of

__all__ = [
    "MENU_NAMES",
    "NAME",
    "SETUP_HINT",
    "TITLE",
    "fetch",
    "list_images",
    "list_regions",
    "terraform_environment",
]

NAME = PROVIDER
TITLE = "Azure"
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_AZURE",
    region_prefix="TERRAFORM_AZURE_REGION_",
    region_noun="location",
    zone_prefix="TERRAFORM_AZURE_ZONE_",
    zone_noun="availability zone",
    zone_optional=True,
    family_prefix="TERRAFORM_AZURE_VM_FAMILY_",
    type_prefix="TERRAFORM_AZURE_VM_SIZE_",
    type_noun="VM size",
    types_folder="vm-sizes",
    results=Results("TERRAFORM_AZURE_LOCATION", "TERRAFORM_AZURE_VM_SIZE", "TERRAFORM_AZURE_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_AZURE_IMAGE_",
        distro_prefix="TERRAFORM_AZURE_DISTRO_",
        release_prefix="TERRAFORM_AZURE_IMAGE_",
        coordinates={"PUBLISHER": "Debian", "OFFER": "debian-13", "SKU": "13-gen2"},
    ),
    states_kvm=False,
)
_FIRST_LOCATION = "eastus"


def default_location() -> str:
    """AZURE_DEFAULTS_LOCATION, `az config set defaults.location`, eastus: the order of the Azure CLI."""
    wish = os.environ.get("AZURE_DEFAULTS_LOCATION", "")
    if not wish:
        folder = os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure"
        settings = configparser.ConfigParser(interpolation=None)
        try:
            settings.read(Path(folder) / "config", encoding="utf-8")
            wish = settings.get("defaults", "location", fallback="")
        except (configparser.Error, UnicodeDecodeError):
            wish = ""  # az itself will say what is wrong with the file
    return name_of(wish) or _FIRST_LOCATION


def fetch(request: Request) -> Catalog:
    """Everything Azure offers this subscription, or with `request.regions` what it offers there."""
    with Pool(request.log) as pool:
        return _job(request, pool).run()


def list_regions(request: Request) -> RegionList:
    """Locations and their zones: one process of az, one request."""
    with Pool(request.log) as pool:
        job = _job(request, pool)
        return RegionList(job.regions, job.zones)


def list_images(request: Request) -> tuple[Image, ...]:
    """The image streams of the default location: one process of az, and more than a hundred requests."""
    with Pool(request.log) as pool:
        return _job(request, pool).images()


def terraform_environment() -> Mapping[str, str]:
    """ARM_SUBSCRIPTION_ID, which azurerm wants from version 4 on: ours, or that of az's account."""
    if os.environ.get("ARM_SUBSCRIPTION_ID"):
        return {}
    try:
        found = az_json(["account", "show", "--query", "id"], CallLog())
    except NotSetUp as error:
        error.hint += "\nor set ARM_SUBSCRIPTION_ID, and what else azurerm needs to log in"
        raise
    if not isinstance(found, str) or not found:
        raise BadReply("`az account show` does not tell the subscription", hint="set ARM_SUBSCRIPTION_ID")
    return {"ARM_SUBSCRIPTION_ID": found}


def _job(request: Request, pool: Pool) -> Fetch:
    home = name_of(request.regions[0]) if request.regions else default_location()
    return Fetch(request, pool, home=home)
