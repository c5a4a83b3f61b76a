# SPDX-License-Identifier: MIT
"""EBS volume types and their limits: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"""

from __future__ import annotations

from cloudlib.provider import VolumeLimits, VolumeRules

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
