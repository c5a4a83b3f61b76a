# SPDX-License-Identifier: MIT
"""Microsoft Azure: asks the `az` command, and the public price list, what it offers and what it costs.

A fetch starts two processes of az, a list one. It needs the role Reader on the subscription;
docs/administrators.md has a smaller one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from cloudlib.calls.parallel import Pool
from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Catalog, Image
from cloudlib.errors import BadReply, NotSetUp
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request
from providers.azure import boot, calls, exports, images, volumes
from providers.azure import charges as azure_charges
from providers.azure import find as azure_find
from providers.azure.fetch import Fetch

NAME = "azure"
TITLE = "Azure"
SETUP_HINT = calls.SETUP_HINT
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_AZURE",
    region_prefix="TERRAFORM_AZURE_REGION_",
    region_noun="location",
    zone_prefix="TERRAFORM_AZURE_ZONE_",
    zone_noun="availability zone",
    zone_optional=True,
    zones_gate=True,
    own_zone_names=True,
    family_prefix="TERRAFORM_AZURE_VM_FAMILY_",
    type_prefix="TERRAFORM_AZURE_VM_SIZE_",
    type_noun="VM size",
    results=Results("TERRAFORM_AZURE_LOCATION", "TERRAFORM_AZURE_VM_SIZE", "TERRAFORM_AZURE_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_AZURE_IMAGE_",
        distro_prefix="TERRAFORM_AZURE_DISTRO_",
        release_prefix="TERRAFORM_AZURE_IMAGE_",
        coordinates={"PUBLISHER": "Debian", "OFFER": "debian-13", "SKU": "13-gen2", "PLAN": images.NO_PLAN},
        rule=images.RULE,
    ),
    states_kvm=False,
    features=boot.FEATURES,
    most_data_volumes=20,
    exports_boot_modes=True,
    # https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
    family_hint="In Dpdsv6, D is the series, v6 the version, the rest what is special: a AMD, p Arm (arm64), "
    "d a local disk, s Premium SSDs as data disks, l less memory, m more memory, t least memory, b more disk "
    "throughput, i alone on its host, r RDMA, C (in DC and EC) confidential computing.",
)
EXPORTS = exports.EXPORTS
VOLUMES = volumes.VOLUMES
CANARIES = ("Standard_D4s_v5", "Standard_E8s_v5")
#: https://learn.microsoft.com/azure/virtual-machines/linux/faq
RESERVED_USERS = frozenset([
    "1", "123", "a", "actuser", "adm", "admin", "admin1", "admin2", "administrator", "aspnet", "backup",
    "console", "david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0",
    "sys", "test", "test1", "test2", "test3", "user", "user1", "user2", "user3", "user4", "user5",
])  # fmt: skip
PUBLISHERS = images.PINNED
machine_problems = volumes.machine_problems
charges = azure_charges.charges
find = azure_find.find


def fetch(request: Request) -> Catalog:
    """Everything Azure offers this subscription, or with `request.regions` what it offers there."""
    with Pool(request.log) as pool:
        return Fetch.located(request, pool).run()


def list_regions(request: Request) -> RegionList:
    """Locations and their zones: one process of az, one request."""
    with Pool(request.log) as pool:
        located = Fetch.located(request, pool)
        return RegionList(located.regions, located.zones)


def list_images(request: Request) -> Sequence[Image]:
    """The image streams of the default location: one process of az, and more than a hundred requests."""
    with Pool(request.log) as pool:
        return Fetch.located(request, pool).images()


def terraform_environment() -> Mapping[str, str]:
    """ARM_SUBSCRIPTION_ID, which azurerm wants from version 4 on: ours, or that of az's account."""
    if os.environ.get("ARM_SUBSCRIPTION_ID"):
        return {}
    try:
        subscription = calls.az_json(["account", "show", "--query", "id"], CallLog())
    except NotSetUp as error:
        error.hint += "\nor set ARM_SUBSCRIPTION_ID, and what else azurerm needs to log in"
        raise
    if not isinstance(subscription, str) or not subscription:
        raise BadReply("`az account show` does not tell the subscription", hint="set ARM_SUBSCRIPTION_ID")
    return {"ARM_SUBSCRIPTION_ID": subscription}
