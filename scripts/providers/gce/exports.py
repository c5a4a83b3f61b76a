# SPDX-License-Identifier: MIT
"""What leaves Kconfig for GCE, in the order of extra_vars.yaml; see cloudlib.config.exports."""

from __future__ import annotations

from cloudlib.config.exports import ARCH_FOR_PLAYBOOKS, NETWORK_AND_ROOT, NODES, PROVIDER, data_volumes
from cloudlib.provider import Export
from providers.gce.volumes import VOLUMES

EXPORTS = (
    PROVIDER,
    ARCH_FOR_PLAYBOOKS,
    Export("TERRAFORM_GCE_REGION", "string"),
    Export("TERRAFORM_GCE_ZONE", "string"),
    Export("TERRAFORM_GCE_MACHINE_TYPE", "string"),
    Export("TERRAFORM_GCE_IMAGE_PROJECT", "string"),
    Export("TERRAFORM_GCE_IMAGE_FAMILY", "string"),
    Export("TERRAFORM_GCE_IS_GPU_INSTANCE", "bool"),
    Export("TERRAFORM_GCE_NESTED_VIRTUALIZATION", "bool"),
    Export("TERRAFORM_GCE_MAX_DATA_VOLUMES", "int"),
    *data_volumes(VOLUMES.prefix),
    *NODES,
    *NETWORK_AND_ROOT,
)
