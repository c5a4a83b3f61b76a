# SPDX-License-Identifier: MIT
"""What leaves Kconfig, and under which name: the one table.

One rule names everything. The symbol TERRAFORM_X_Y is `terraform_x_y` in extra_vars.yaml and the variable
`x_y` of the terraform module. A symbol whose dependencies do not hold is left out of extra_vars.yaml (a bool
is false there) and is null for terraform, so every variable has a source in every configuration.

A new option that terraform or a playbook shall see gets its row here, and its `variable` block in the
vars.tf of the providers that list it. A test holds the two against each other, in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass

from cloudlib.errors import UsageError

BOTH, EXTRA_VARS = "both", "extra_vars"


@dataclass(frozen=True, slots=True)
class Export:
    """One value. `kind` is string, int, bool or list; `to` is who gets it."""

    symbol: str
    kind: str
    to: str = BOTH

    @property
    def key(self) -> str:
        """Its name in extra_vars.yaml."""
        return self.symbol.lower()

    @property
    def variable(self) -> str:
        """Its name in terraform."""
        return self.key.removeprefix("terraform_")


# Not symbols themselves; cloudlib.config.variables derives them: from the provider choice, from the target
# architecture, and PREFIX-1, PREFIX-2, ... from TERRAFORM_HOSTS_PREFIX and TERRAFORM_NODE_COUNT.
PROVIDER = Export("TERRAFORM_PROVIDER", "string", EXTRA_VARS)
TARGET_ARCH = Export("TARGET_ARCH", "string")
NODE_NAMES = Export("NODE_NAMES", "list")
DERIVED = (PROVIDER, TARGET_ARCH, NODE_NAMES)

_NODES = (
    NODE_NAMES,
    Export("TERRAFORM_NODE_COUNT", "int", EXTRA_VARS),
    Export("TERRAFORM_HOSTS_PREFIX", "string"),
    Export("TERRAFORM_SSH_CONFIG_USER", "string"),
    Export("TERRAFORM_SSH_CONFIG_PUBKEY_FILE", "string"),
    Export("TERRAFORM_SSH_CONFIG_GENKEY", "bool", EXTRA_VARS),
)
_NETWORK_AND_ROOT = (
    Export("TERRAFORM_SSH_ALLOWED_FROM_ANYWHERE", "bool", EXTRA_VARS),
    Export("TERRAFORM_SSH_ALLOWED_CIDR", "string"),
    Export("TERRAFORM_ROOT_VOLUME_SIZE_GB", "int"),
)
#: terraform takes the architecture of the image search from it; elsewhere the image's name says it.
_ARCH_FOR_PLAYBOOKS = Export("TARGET_ARCH", "string", EXTRA_VARS)

#: Provider -> its exports, in the order of extra_vars.yaml.
EXPORTS: dict[str, tuple[Export, ...]] = {
    "aws": (
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
        Export("TERRAFORM_AWS_DATA_VOLUME_COUNT", "int"),
        Export("TERRAFORM_AWS_DATA_VOLUME_SIZE_GB", "int"),
        Export("TERRAFORM_AWS_DATA_VOLUME_TYPE", "string"),
        Export("TERRAFORM_AWS_DATA_VOLUME_IOPS", "int"),
        Export("TERRAFORM_AWS_DATA_VOLUME_THROUGHPUT_MBPS", "int"),
        *_NODES,
        *_NETWORK_AND_ROOT,
    ),
    "azure": (
        PROVIDER,
        _ARCH_FOR_PLAYBOOKS,
        Export("TERRAFORM_AZURE_LOCATION", "string"),
        Export("TERRAFORM_AZURE_ZONE", "string"),
        Export("TERRAFORM_AZURE_VM_SIZE", "string"),
        Export("TERRAFORM_AZURE_IMAGE_PUBLISHER", "string"),
        Export("TERRAFORM_AZURE_IMAGE_OFFER", "string"),
        Export("TERRAFORM_AZURE_IMAGE_SKU", "string"),
        Export("TERRAFORM_AZURE_IS_GPU_INSTANCE", "bool", EXTRA_VARS),
        Export("TERRAFORM_AZURE_DATA_DISK_COUNT", "int"),
        Export("TERRAFORM_AZURE_DATA_DISK_SIZE_GB", "int"),
        Export("TERRAFORM_AZURE_DATA_DISK_TYPE", "string"),
        Export("TERRAFORM_AZURE_DATA_DISK_IOPS", "int"),
        Export("TERRAFORM_AZURE_DATA_DISK_THROUGHPUT_MBPS", "int"),
        *_NODES,
        *_NETWORK_AND_ROOT,
    ),
    "gce": (
        PROVIDER,
        _ARCH_FOR_PLAYBOOKS,
        Export("TERRAFORM_GCE_REGION", "string"),
        Export("TERRAFORM_GCE_ZONE", "string"),
        Export("TERRAFORM_GCE_MACHINE_TYPE", "string"),
        Export("TERRAFORM_GCE_IMAGE_PROJECT", "string"),
        Export("TERRAFORM_GCE_IMAGE_FAMILY", "string"),
        Export("TERRAFORM_GCE_IS_GPU_INSTANCE", "bool"),
        Export("TERRAFORM_GCE_NESTED_VIRTUALIZATION", "bool"),
        Export("TERRAFORM_GCE_DATA_DISK_COUNT", "int"),
        Export("TERRAFORM_GCE_DATA_DISK_SIZE_GB", "int"),
        Export("TERRAFORM_GCE_DATA_DISK_TYPE", "string"),
        Export("TERRAFORM_GCE_DATA_DISK_IOPS", "int"),
        Export("TERRAFORM_GCE_DATA_DISK_THROUGHPUT_MBPS", "int"),
        *_NODES,
        *_NETWORK_AND_ROOT,
    ),
    "lambdalabs": (
        PROVIDER,
        _ARCH_FOR_PLAYBOOKS,
        Export("TERRAFORM_LAMBDALABS_REGION", "string"),
        Export("TERRAFORM_LAMBDALABS_INSTANCE_TYPE", "string"),
        Export("TERRAFORM_LAMBDALABS_IMAGE_FAMILY", "string", EXTRA_VARS),
        Export("TERRAFORM_LAMBDALABS_IS_GPU_INSTANCE", "bool", EXTRA_VARS),
        Export("TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST", "bool", EXTRA_VARS),
        Export("TERRAFORM_LAMBDALABS_REGION_SMART_INFER", "bool", EXTRA_VARS),
        Export("TERRAFORM_LAMBDALABS_SMART_GPU", "bool", EXTRA_VARS),
        *_NODES,
    ),
}


def of(provider: str) -> tuple[Export, ...]:
    """The exports of one provider; UsageError for one that has no rows."""
    if provider not in EXPORTS:
        raise UsageError(
            f"no exports are listed for {provider}", hint="scripts/cloudlib/config/exports.py needs its rows"
        )
    return EXPORTS[provider]


def markdown() -> str:
    """The table of docs/cloud-configuration.md, what all providers share first."""
    providers: dict[Export, list[str]] = {}
    for name, rows in EXPORTS.items():
        for row in rows:
            providers.setdefault(row, []).append(name)
    lines = ["| extra_vars.yaml | terraform | type | providers |", "|---|---|---|---|"]
    for row, names in sorted(providers.items(), key=lambda pair: -len(pair[1])):
        variable = f"`{row.variable}`" if row.to == BOTH else ""
        who = "all" if len(names) == len(EXPORTS) else ", ".join(names)
        lines.append(f"| `{row.key}` | {variable} | {row.kind} | {who} |")
    return "\n".join(lines) + "\n"
