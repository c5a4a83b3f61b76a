# SPDX-License-Identifier: MIT
"""What leaves Kconfig for Lambda Labs, in the order of extra_vars.yaml; see cloudlib.config.exports."""

from __future__ import annotations

from cloudlib.config.exports import ARCH_FOR_PLAYBOOKS, NODES, PROVIDER
from cloudlib.provider import EXTRA_VARS, Export

EXPORTS = (
    PROVIDER,
    ARCH_FOR_PLAYBOOKS,
    Export("TERRAFORM_LAMBDALABS_REGION", "string"),
    Export("TERRAFORM_LAMBDALABS_INSTANCE_TYPE", "string"),
    Export("TERRAFORM_LAMBDALABS_IS_GPU_INSTANCE", "bool", EXTRA_VARS),
    Export("TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST", "bool", EXTRA_VARS),
    Export("TERRAFORM_LAMBDALABS_REGION_SMART_INFER", "bool", EXTRA_VARS),
    Export("TERRAFORM_LAMBDALABS_SMART_GPU", "bool", EXTRA_VARS),
    *NODES,
)
