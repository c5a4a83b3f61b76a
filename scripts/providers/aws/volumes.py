# SPDX-License-Identifier: MIT
"""EBS volume types and their limits: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"""

from __future__ import annotations

from cloudlib.provider import Problem, Variables, VolumeLimits, VolumeRules

VOLUMES = VolumeRules(
    prefix="TERRAFORM_AWS_DATA_VOLUME",
    types={
        "gp3": VolumeLimits((1, 65536), (3000, 80000), 500, (125, 2000)),
        "gp2": VolumeLimits((1, 16384)),
        "io2": VolumeLimits((4, 65536), (100, 256000), 1000),
        "io1": VolumeLimits((4, 16384), (100, 64000), 50),
        "st1": VolumeLimits((125, 16384)),
        "sc1": VolumeLimits((125, 16384)),
    },
)

#: (GiB, IOPS) that an io2 volume may have at most at an instance that is not on the Nitro System.
#: https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html#io2-block-express
IO2_ON_XEN = (16384, 64000)


def machine_problems(values: Variables) -> list[Problem]:
    """io2 volumes of more GiB or IOPS than the chosen type can attach."""
    if not values.get("terraform_aws_data_volume_count") or not values.get("terraform_aws_xen"):
        return []
    if values.get("terraform_aws_data_volume_type") != "io2":
        return []
    figures = (("size_gb", "GiB"), ("iops", "IOPS"))
    return [
        Problem(
            f"{values.get('terraform_aws_instance_type')} attaches io2 volumes of at most {most} {unit}: "
            "more needs a type on the Nitro System",
            (f"{most} {unit}",),
        )
        for (name, unit), most in zip(figures, IO2_ON_XEN)
        if int(str(values.get(f"terraform_aws_data_volume_{name}") or 0)) > most
    ]
