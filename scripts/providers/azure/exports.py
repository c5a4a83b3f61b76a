# SPDX-License-Identifier: MIT
"""What leaves Kconfig for Azure, in the order of extra_vars.yaml; see cloudlib.config.exports."""

from __future__ import annotations

from cloudlib.config.exports import ARCH_FOR_PLAYBOOKS, NETWORK_AND_ROOT, NODES, PROVIDER, data_volumes
from cloudlib.provider import EXTRA_VARS, Export
from providers.azure.volumes import VOLUMES

EXPORTS = (
    PROVIDER,
    ARCH_FOR_PLAYBOOKS,
    Export("TERRAFORM_AZURE_LOCATION", "string"),
    Export("TERRAFORM_AZURE_ZONE", "string"),
    Export("TERRAFORM_AZURE_VM_SIZE", "string"),
    Export("TERRAFORM_AZURE_IMAGE_PUBLISHER", "string"),
    Export("TERRAFORM_AZURE_IMAGE_OFFER", "string"),
    Export("TERRAFORM_AZURE_IMAGE_SKU", "string"),
    Export("TERRAFORM_AZURE_IMAGE_PLAN", "string"),
    Export("TERRAFORM_AZURE_BOOT_MODES", "string"),
    Export("TERRAFORM_AZURE_IMAGE_BOOT_MODES", "string"),
    Export("TERRAFORM_AZURE_TRUSTED_LAUNCH", "bool"),
    Export("TERRAFORM_AZURE_ACCELERATED_NETWORKING", "bool"),
    Export("TERRAFORM_AZURE_PREMIUM_DISKS", "bool"),
    Export("TERRAFORM_AZURE_MAX_DATA_VOLUMES", "int"),
    Export("TERRAFORM_AZURE_IS_GPU_INSTANCE", "bool", EXTRA_VARS),
    *data_volumes(VOLUMES.prefix),
    *NODES,
    *NETWORK_AND_ROOT,
)
