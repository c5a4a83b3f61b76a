# SPDX-License-Identifier: MIT
"""What leaves Kconfig, and under which name: the rows that providers share.

One rule names everything. The symbol TERRAFORM_X_Y is `terraform_x_y` in extra_vars.yaml and the variable
`x_y` of the terraform module. A symbol whose dependencies do not hold is left out of extra_vars.yaml (a bool
is false there) and is null for terraform, so every variable has a value in every configuration.

A new option of one provider gets its row in that provider's exports.py and its `variable` block in its
vars.tf, one of all providers here and in terraform/shared.tf. A test compares the two, in both directions.
"""

from __future__ import annotations

from cloudlib.provider import EXTRA_VARS, Export

# Not symbols themselves; cloudlib.config.variables derives them: from the provider choice, from the target
# architecture, and PREFIX-1, PREFIX-2, ... from TERRAFORM_HOSTS_PREFIX and TERRAFORM_NODE_COUNT.
PROVIDER = Export("TERRAFORM_PROVIDER", "string", EXTRA_VARS)
TARGET_ARCH = Export("TARGET_ARCH", "string")
NODE_NAMES = Export("NODE_NAMES", "list")
DERIVED = (PROVIDER, TARGET_ARCH, NODE_NAMES)

#: For a provider whose image search does not depend on the architecture: the image's name says it there.
ARCH_FOR_PLAYBOOKS = Export("TARGET_ARCH", "string", EXTRA_VARS)
_BACKEND = (
    Export("TERRAFORM_BACKEND", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_BUCKET", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_S3_REGION", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_S3_COMPATIBLE", "bool", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_S3_ENDPOINT", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_AZURERM_RESOURCE_GROUP", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_AZURERM_STORAGE_ACCOUNT", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_AZURERM_CONTAINER", "string", EXTRA_VARS),
    Export("TERRAFORM_BACKEND_HTTP_ADDRESS", "string", EXTRA_VARS),
)
NODES = (
    NODE_NAMES,
    Export("TERRAFORM_NODE_COUNT", "int", EXTRA_VARS),
    Export("TERRAFORM_HOSTS_PREFIX", "string"),
    Export("TERRAFORM_MAX_USD_PER_HOUR", "int", EXTRA_VARS),
    Export("TERRAFORM_EXPIRES_HOURS", "int", EXTRA_VARS),
    Export("TERRAFORM_SSH_CONFIG_USER", "string"),
    Export("TERRAFORM_SSH_CONFIG_PUBKEY_FILE", "string"),
    Export("TERRAFORM_SSH_CONFIG_GENKEY", "bool", EXTRA_VARS),
    *_BACKEND,
)
#: The variables of terraform/network.tf.
NETWORK_AND_ROOT = (
    Export("TERRAFORM_SSH_ALLOWED_FROM_ANYWHERE", "bool", EXTRA_VARS),
    Export("TERRAFORM_SSH_ALLOWED_CIDR", "string"),
    Export("TERRAFORM_ROOT_VOLUME_SIZE_GB", "int"),
)


def data_volumes(prefix: str) -> tuple[Export, ...]:
    """The settings of data volumes, whose symbols begin with `prefix`: see cloudlib.provider.VolumeRules."""
    return (
        Export(f"{prefix}_COUNT", "int"),
        Export(f"{prefix}_SIZE_GB", "int"),
        Export(f"{prefix}_TYPE", "string"),
        Export(f"{prefix}_IOPS", "int"),
        Export(f"{prefix}_THROUGHPUT_MBPS", "int"),
    )
