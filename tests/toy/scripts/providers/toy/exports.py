# SPDX-License-Identifier: MIT
"""What leaves Kconfig for Toy, in the order of extra_vars.yaml; see cloudlib.config.exports."""

from __future__ import annotations

from cloudlib.config.exports import ARCH_FOR_PLAYBOOKS, NETWORK_AND_ROOT, NODES, PROVIDER
from cloudlib.provider import EXTRA_VARS, Export

EXPORTS = (
    PROVIDER,
    ARCH_FOR_PLAYBOOKS,
    Export("TERRAFORM_TOY_REGION", "string"),
    Export("TERRAFORM_TOY_DOMAIN", "string"),
    Export("TERRAFORM_TOY_SHAPE", "string"),
    Export("TERRAFORM_TOY_IMAGE", "string"),
    Export("TERRAFORM_TOY_IS_GPU_INSTANCE", "bool", EXTRA_VARS),
    *NODES,
    *NETWORK_AND_ROOT,
)
