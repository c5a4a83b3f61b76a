# SPDX-License-Identifier: MIT
"""Google Compute Engine: asks `gcloud` what it offers, and the billing catalog what that costs.

One fetch starts gcloud 7 times and once for each 44 zones, and reads about ten pages of SKUs. It needs the
role compute.viewer. Prices need the Cloud Billing API enabled in the project; they are optional: if denied,
the catalog is built without them and says so. Nothing is ever enabled or changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudlib.calls.parallel import Pool
from cloudlib.catalog.records import Catalog, Image
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request
from providers.gce import calls, disks, exports, images, volumes
from providers.gce import charges as gce_charges
from providers.gce import fetch as gce_fetch
from providers.gce import find as gce_find

NAME = calls.NAME
TITLE = "GCE"
SETUP_HINT = calls.SETUP_HINT
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_GCE",
    region_prefix="TERRAFORM_GCE_REGION_",
    zone_prefix="TERRAFORM_GCE_ZONE_",
    zones_gate=True,
    family_prefix="TERRAFORM_GCE_MACHINE_FAMILY_",
    type_prefix="TERRAFORM_GCE_MACHINE_",
    type_noun="machine type",
    results=Results("TERRAFORM_GCE_REGION", "TERRAFORM_GCE_MACHINE_TYPE", "TERRAFORM_GCE_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_GCE_",
        distro_prefix="TERRAFORM_GCE_DISTRO_",
        release_prefix="TERRAFORM_GCE_IMAGE_",
        coordinates={"IMAGE_PROJECT": "debian-cloud", "IMAGE_FAMILY": "debian-12"},
    ),
    states_kvm=False,
    features=disks.FEATURES,
    most_data_volumes=20,
    # https://cloud.google.com/compute/docs/machine-resource
    family_hint="In n4d-highmem, n4d is the series: its letter says what it is good at, the number is the "
    "generation, d means AMD, a Arm. highcpu, standard and highmem have about 2, 4 and 8 GiB of memory a "
    "vCPU; lssd means local disks, metal no hypervisor.",
)
EXPORTS = exports.EXPORTS
VOLUMES = volumes.VOLUMES
CANARIES = ("e2-standard-4", "n2-standard-4")
PUBLISHERS = images.PINNED
machine_problems = volumes.machine_problems
charges = gce_charges.charges
find = gce_find.find

terraform_environment = calls.terraform_environment


def fetch(request: Request) -> Catalog:
    """Everything Compute Engine offers, or with `request.regions` what it offers there."""
    with Pool(request.log) as pool:
        return gce_fetch.catalog(request, pool)


def list_regions(request: Request) -> RegionList:
    """Regions and zones: three calls."""
    with Pool(request.log) as pool:
        return gce_fetch.region_list(request, pool)


def list_images(request: Request) -> Sequence[Image]:
    """The image streams alone: two calls."""
    with Pool(request.log) as pool:
        return gce_fetch.image_list(request, pool)
