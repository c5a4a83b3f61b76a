# SPDX-License-Identifier: MIT
"""What EC2 would refuse: the menus, cloud-check and the module refuse it alike."""

from __future__ import annotations

from tests.support.refused import Case

A = "TERRAFORM_AWS"
HERE = (f"{A}=y", f"{A}_REGION_US_EAST_1=y", f"{A}_PREVIOUS_GENERATION=y")


def machine(name: str, category: str = "GENERAL_PURPOSE") -> tuple[str, ...]:
    family, size = name.upper().split(".")
    return (
        f"{A}_CATEGORY_{category}=y",
        f"{A}_INSTANCE_TYPE_{family}=y",
        f"{A}_INSTANCE_{family}_{size}=y",
    )


def volume(kind: str, **figures: int) -> tuple[str, ...]:
    """One data volume of a type, with its other figures."""
    prefix = f"{A}_DATA_VOLUME"
    given = (f"{prefix}_{name.upper()}={figure}" for name, figure in figures.items())
    return (f"{prefix}_COUNT=1", f"{prefix}_TYPE_{kind.upper()}=y", *given)


V = "terraform_aws_data_volume"
CASES = {
    "more volumes than the type attaches": Case(
        machine("d3.8xlarge", "STORAGE_OPTIMIZED"),
        (f"{A}_DATA_VOLUME_COUNT=3",),
        "a number from 0 to 2",
        "d3.8xlarge takes at most 2 data volumes, not 3",
        "2 data volumes",
        {f"{V}_count": 3, f"{V}_type": "gp2", f"{V}_size_gb": 100},
    ),
    "a large io2 volume of a type on Xen": Case(
        (*machine("m4.large"), *volume("io2", size_gb=16384)),
        (f"{A}_DATA_VOLUME_SIZE_GB=16385",),
        "a number from 4 to 16384",
        "m4.large attaches io2 volumes of at most 16384 GiB",
        "16384 GiB",
        {f"{V}_size_gb": 16385},
    ),
    "a fast io2 volume of a type on Xen": Case(
        (*machine("m4.large"), *volume("io2", size_gb=1000, iops=64000)),
        (f"{A}_DATA_VOLUME_IOPS=64001",),
        "a number from 100 to 64000",
        "m4.large attaches io2 volumes of at most 64000 IOPS",
        "64000 IOPS",
        {f"{V}_iops": 64001},
    ),
    "more IOPS than the size allows": Case(
        (*machine("m7i.large"), *volume("gp3", size_gb=10, iops=5000)),
        (f"{A}_DATA_VOLUME_IOPS=5001",),
        "",
        "a gp3 volume of 10 GiB has at most 5000 IOPS, not 5001",
        "11 GiB",
        {f"{V}_iops": 5001},
    ),
    "a zone of another region": Case(
        machine("m7i.large"),
        (f"{A}_AV_ZONE_US_WEST_2A=y",),
        "it is not offered in us-east-1, but in us-west-2",
        "us-east-1 has no availability zone us-west-2a",
        "us-east-1",
        {"terraform_aws_av_zone": "us-west-2a"},
    ),
}
#: What only the catalog knows, and no module.
PLACES = {
    "a zone that has not got the type": Case(
        machine("m7i.large"),
        (f"{A}_AV_ZONE_US_EAST_1E=y",),
        f"{A}_AV_ZONE_US_EAST_1E",
        "m7i.large is not offered in availability zone us-east-1e",
        "us-east-1a",
        {"terraform_aws_av_zone": "us-east-1e"},
    ),
}
