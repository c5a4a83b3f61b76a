# SPDX-License-Identifier: MIT
"""Amazon Web Services: asks the `aws` CLI what EC2 offers and what it costs.

One fetch makes at most 3 calls a usable region plus 22, and 2 for each region that CLOUD_PRICE_REGIONS names.
It needs ec2:DescribeRegions, DescribeAvailabilityZones, DescribeInstanceTypes, DescribeImages and
sts:GetCallerIdentity.
ec2:DescribeInstanceTypeOfferings (zones of types) and pricing:GetProducts (prices) are optional: if denied,
the catalog is built without them and says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudlib.calls.parallel import Pool
from cloudlib.catalog.records import Catalog, Image
from cloudlib.menus.names import ImageNames, MenuNames, Results
from cloudlib.provider import RegionList, Request
from providers.aws import calls, exports, images, parse, volumes
from providers.aws import charges as aws_charges
from providers.aws import fetch as aws_fetch
from providers.aws import find as aws_find

NAME = calls.NAME
TITLE = "AWS"
SETUP_HINT = calls.SETUP_HINT
MENU_NAMES = MenuNames(
    provider=NAME,
    title=TITLE,
    switch="TERRAFORM_AWS",
    region_prefix="TERRAFORM_AWS_REGION_",
    zone_prefix="TERRAFORM_AWS_AV_ZONE_",
    zone_noun="availability zone",
    family_prefix="TERRAFORM_AWS_INSTANCE_TYPE_",
    type_prefix="TERRAFORM_AWS_INSTANCE_",
    features=(parse.XEN,),
    most_data_volumes=20,
    zones_gate=True,
    own_zone_names=True,
    results=Results("TERRAFORM_AWS_REGION", "TERRAFORM_AWS_INSTANCE_TYPE", "TERRAFORM_AWS_AV_ZONE"),
    images=ImageNames(
        prefix="TERRAFORM_AWS_",
        distro_prefix="TERRAFORM_AWS_DISTRO_",
        release_prefix="TERRAFORM_AWS_AMI_",
        coordinates={"AMI_OWNER": "self", "NS": "*"},
        gpu="GPU_AMI",
        gpu_coordinates=("NAME", "OWNER"),
    ),
    # https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
    family_hint="In m7gd, m is the series, 7 the generation, the rest what is special: a AMD, g Graviton "
    "(arm64), i Intel, d local disks, n more network, b more block storage, e more memory or disks, "
    "z a faster clock, flex not full speed all the time.",
    extra_results=("TERRAFORM_AWS_GPU_AMI_NAME", "TERRAFORM_AWS_GPU_AMI_OWNER"),
)
EXPORTS = exports.EXPORTS
VOLUMES = volumes.VOLUMES
machine_problems = volumes.machine_problems
charges = aws_charges.charges
find = aws_find.find
CANARIES = ("m5.large", "t3.micro")
PUBLISHERS = images.PINNED

run_aws_command = calls.run_aws_command


def fetch(request: Request) -> Catalog:
    """Everything EC2 offers, or with `request.regions` what it offers there."""
    with Pool(request.log) as pool:
        return aws_fetch.catalog(request, pool)


def list_regions(request: Request) -> RegionList:
    """Regions and their zones, without types: one call a region and two more."""
    with Pool(request.log) as pool:
        return aws_fetch.region_list(request, pool)


def list_images(request: Request) -> Sequence[Image]:
    """The image streams of the default region: two calls, and two to get there."""
    with Pool(request.log) as pool:
        return aws_fetch.image_list(request, pool)
