# SPDX-License-Identifier: MIT
"""What leaves Kconfig for AWS, in the order of extra_vars.yaml; see cloudlib.config.exports."""

from __future__ import annotations

from cloudlib.config.exports import NETWORK_AND_ROOT, NODES, PROVIDER, TARGET_ARCH, data_volumes
from cloudlib.provider import EXTRA_VARS, Export
from providers.aws.volumes import VOLUMES

EXPORTS = (
    PROVIDER,
    TARGET_ARCH,
    Export("TERRAFORM_AWS_REGION", "string"),
    Export("TERRAFORM_AWS_AV_ZONE", "string"),
    Export("TERRAFORM_AWS_INSTANCE_TYPE", "string"),
    Export("TERRAFORM_AWS_AMI_OWNER", "string"),
    Export("TERRAFORM_AWS_NS", "string"),
    Export("TERRAFORM_AWS_IS_GPU_INSTANCE", "bool", EXTRA_VARS),
    Export("TERRAFORM_AWS_USE_GPU_AMI", "bool", EXTRA_VARS),
    Export("TERRAFORM_AWS_GPU_AMI_NAME", "string"),
    Export("TERRAFORM_AWS_GPU_AMI_OWNER", "string"),
    Export("TERRAFORM_AWS_NESTED_VIRTUALIZATION", "bool"),
    Export("TERRAFORM_AWS_XEN", "bool"),
    Export("TERRAFORM_AWS_MAX_DATA_VOLUMES", "int"),
    *data_volumes(VOLUMES.prefix),
    *NODES,
    *NETWORK_AND_ROOT,
)
