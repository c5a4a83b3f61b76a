# SPDX-License-Identifier: MIT
"""Other names for our settings: as kdevops configurations use them.

kdevops had three sets of names: its main branch until September 2025, its branch of dynamic menus of the same
month, and its main branch since. https://github.com/linux-kdevops/kdevops, terraform/*/kconfigs.

A rule is matched against a whole setting without CONFIG_ and TERRAFORM_, such as `AWS_AZ_US_EAST_1A=y`. It is
tried only where the menus have no setting of that name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from cloudlib.config.dropped import Dropped

_ARCH = r"(X86_64|ARM64)"
_NUMBER = r'"?(\d+)"?'

#: Setting there -> setting here. Parts separated by blanks are all set. Of `A/B` the first that the menus
#: have is taken. `?` marks what only holds where nothing else says it.
RENAMED = (
    # AWS: machines and zones
    (r"AWS_INSTANCE_FAMILY_(\w+)=y", r"AWS_INSTANCE_TYPE_\1=y"),
    (r"AWS_INSTANCE_SIZE_(\w+)=y", r"AWS_INSTANCE_\1=y"),
    (r"AWS_INSTANCE_(\w+)_CHOICE=y", r"AWS_INSTANCE_\1=y"),
    (r"AWS_AZ_(\w+)=y", r"AWS_AV_ZONE_\1=y"),
    (r'AWS_AVAILABILITY_ZONE=(".*")', r"AWS_AV_ZONE=\1"),
    # AWS: volumes. A size alone is that of one volume.
    (rf"AWS_EBS_VOLUMES_PER_INSTANCE(?:_(\d+)=y|={_NUMBER})", r"AWS_DATA_VOLUME_COUNT=\1\2"),
    (rf"AWS_EBS_VOLUME_SIZE(?:_(\d+)G=y|={_NUMBER})", r"AWS_DATA_VOLUME_SIZE_GB=\1\2"),
    (r'AWS_(?:EBS|DATA_VOLUME)_SIZE="?(\d+)G?"?', r"AWS_DATA_VOLUME_SIZE_GB=\1 ?AWS_DATA_VOLUME_COUNT=1"),
    (r"AWS_EBS_VOLUME_TYPE_(\w+)=y", r"AWS_DATA_VOLUME_TYPE_\1=y"),
    (r'AWS_EBS_VOLUME_TYPE=(".*")', r"AWS_DATA_VOLUME_TYPE=\1"),
    (rf"AWS_EBS_VOLUME_IOPS={_NUMBER}", r"AWS_DATA_VOLUME_IOPS=\1"),
    (rf"AWS_EBS_VOLUME_THROUGHPUT={_NUMBER}", r"AWS_DATA_VOLUME_THROUGHPUT_MBPS=\1"),
    # AWS: images
    (r"AWS_DISTRO_RHEL=y", r"AWS_DISTRO_REDHAT=y"),
    (r"AWS_DISTRO_SLES=y", r"AWS_DISTRO_SUSE=y"),
    (r"AWS_DISTRO_PYTORCH=y", r"AWS_USE_GPU_AMI=y"),
    (
        r"AWS_AMI_PYTORCH_(AMAZON_LINUX_\d+|UBUNTU_\d+_\d+)(?:_LTS)?=y",
        r"AWS_USE_GPU_AMI=y AWS_GPU_AMI_DEEP_LEARNING_PYTORCH_\1=y",
    ),
    (rf"AWS_AMI_AMAZON_{_ARCH}=y", r"AWS_AMI_AMAZON_LINUX_2023=y TARGET_ARCH_\1=y"),
    (rf"AWS_NS_DEBIAN_(\d+)_{_ARCH}=y", r"AWS_AMI_DEBIAN_\1=y TARGET_ARCH_\2=y"),
    (rf"AWS_(FEDORA|RHEL)(\d+)_{_ARCH}=y", r"AWS_AMI_\1_\2=y TARGET_ARCH_\3=y"),
    (rf"AWS_SLES(\d+)_(SP\d+)_{_ARCH}=y", r"AWS_AMI_SUSE_LINUX_ENTERPRISE_\1_\2=y TARGET_ARCH_\3=y"),
    (r'AWS_AMI_ARCH="x86_64"', r"TARGET_ARCH_X86_64=y"),
    (r'AWS_AMI_ARCH="arm64"', r"TARGET_ARCH_ARM64=y"),
    # Azure: disks and images
    (rf"AZURE_MANAGED_DISKS_PER_INSTANCE(?:_(\d+)=y|={_NUMBER})", r"AZURE_DATA_DISK_COUNT=\1\2"),
    (rf"AZURE_MANAGED_DISKS_SIZE(?:_(\d+)G=y|={_NUMBER})", r"AZURE_DATA_DISK_SIZE_GB=\1\2"),
    (r"AZURE_IMAGE_PUBLISHER_CANONICAL=y", r"?AZURE_DISTRO_UBUNTU=y"),
    (r"AZURE_IMAGE_PUBLISHER_ROCKYLINUX=y", r"?AZURE_DISTRO_ROCKY=y"),
    (r"AZURE_IMAGE_PUBLISHER_(\w+)=y", r"?AZURE_DISTRO_\1=y"),
    (
        r"AZURE_IMAGE_LINUX_DEBIAN_(\d+)_X86=y",
        r"AZURE_IMAGE_DEBIAN_\1_WITH_BACKPORTS/AZURE_IMAGE_DEBIAN_\1=y TARGET_ARCH_X86_64=y",
    ),
    (
        r"AZURE_IMAGE_LINUX_DEBIAN_(\d+)_ARM64=y",
        r"AZURE_IMAGE_DEBIAN_\1/AZURE_IMAGE_DEBIAN_\1_WITH_BACKPORTS=y TARGET_ARCH_ARM64=y",
    ),
    (r"AZURE_IMAGE_LINUX_(DEBIAN_\d+|RHEL_\d+_\d+)=y", r"AZURE_IMAGE_\1=y TARGET_ARCH_X86_64=y"),
    (r"AZURE_IMAGE_LINUX_REDHAT_([89])_0_X86=y", r"AZURE_IMAGE_RHEL_\1=y TARGET_ARCH_X86_64=y"),
    (r"AZURE_IMAGE_LINUX_REDHAT_(\d+_\d+)_X86=y", r"AZURE_IMAGE_RHEL_\1=y TARGET_ARCH_X86_64=y"),
    (r"AZURE_IMAGE_LINUX_REDHAT_(\d+_\d+)_ARM64=y", r"AZURE_IMAGE_RHEL_\1=y TARGET_ARCH_ARM64=y"),
    (
        r"AZURE_IMAGE_LINUX_CANONICAL_(\d+_\d+)_X86=y",
        r"AZURE_IMAGE_UBUNTU_\1_LTS/AZURE_IMAGE_UBUNTU_\1/AZURE_IMAGE_UBUNTU_\1_LTS_MINIMAL/"
        r"AZURE_IMAGE_UBUNTU_\1_MINIMAL=y TARGET_ARCH_X86_64=y",
    ),
    (
        r"AZURE_IMAGE_LINUX_CANONICAL_(\d+_\d+)_ARM64=y",
        r"AZURE_IMAGE_UBUNTU_\1_LTS/AZURE_IMAGE_UBUNTU_\1/AZURE_IMAGE_UBUNTU_\1_LTS_MINIMAL/"
        r"AZURE_IMAGE_UBUNTU_\1_MINIMAL=y TARGET_ARCH_ARM64=y",
    ),
    (r"AZURE_IMAGE_LINUX_ORACLE_([789])_0_X86=y", r"AZURE_IMAGE_ORACLE_LINUX_\1=y TARGET_ARCH_X86_64=y"),
    (r"AZURE_IMAGE_LINUX_ORACLE_(\d+_\d+)_X86=y", r"AZURE_IMAGE_ORACLE_LINUX_\1=y TARGET_ARCH_X86_64=y"),
    (r"AZURE_IMAGE_LINUX_ORACLE_(\d+_\d+)_ARM64=y", r"AZURE_IMAGE_ORACLE_LINUX_\1=y TARGET_ARCH_ARM64=y"),
    (r"AZURE_IMAGE_LINUX_ROCKYLINUX_(\d+)_X86=y", r"AZURE_IMAGE_ROCKY_LINUX_\1=y TARGET_ARCH_X86_64=y"),
    (r"AZURE_IMAGE_LINUX_SUSE_(\d\w*)_X86=y", r"AZURE_IMAGE_SLES_\1=y TARGET_ARCH_X86_64=y"),
    (
        r"AZURE_IMAGE_LINUX_((?:OPENSUSE_LEAP|ALMALINUX)_\d+_\d+)_X86=y",
        r"AZURE_IMAGE_\1=y TARGET_ARCH_X86_64=y",
    ),
    # GCE: machines, zones and disks
    (r"GCE_MACHINE_FAMILY_(E2|F1|G1)_(MICRO|SMALL|MEDIUM)=y", r"GCE_MACHINE_\1_\2=y"),
    (r"GCE_REGION_(\w+\d_[A-F])=y", r"GCE_ZONE_\1=y"),
    (rf"GCE_DISK_COUNT(?:_(\d+)=y|={_NUMBER})", r"GCE_DATA_DISK_COUNT=\1\2"),
    (rf"GCE_DISK_SIZE(?:_(\d+)GB=y|={_NUMBER})", r"GCE_DATA_DISK_SIZE_GB=\1\2"),
    (r"GCE_DISK_TYPE_(\w+)=y", r"GCE_DATA_DISK_TYPE_\1=y"),
    (r'GCE_DISK_TYPE=(".*")', r"GCE_DATA_DISK_TYPE=\1"),
    (rf"GCE_DISK_IOPS={_NUMBER}", r"GCE_DATA_DISK_IOPS=\1"),
    (rf"GCE_DISK_THROUGHPUT={_NUMBER}", r"GCE_DATA_DISK_THROUGHPUT_MBPS=\1"),
    (rf"GCE_IMAGE_SIZE={_NUMBER}", r"ROOT_VOLUME_SIZE_GB=\1"),
    # GCE: images
    (r"GCE_DISTRO_OL=y", r"GCE_DISTRO_ORACLE=y"),
    (r"GCE_DISTRO_RHEL=y", r"GCE_DISTRO_REDHAT=y"),
    (r"GCE_DISTRO_SLES=y", r"GCE_DISTRO_SUSE=y"),
    (rf"GCE_IMAGE_FEDORA_CLOUD_RAWHIDE_{_ARCH}=y", r"GCE_IMAGE_FEDORA_RAWHIDE_PREVIEW=y TARGET_ARCH_\1=y"),
    (rf"GCE_IMAGE_FEDORA_CLOUD_(\w+)_{_ARCH}=y", r"GCE_IMAGE_FEDORA_\1=y TARGET_ARCH_\2=y"),
    (rf"GCE_IMAGE_(?:ORACLE|OL)_(\d+)_{_ARCH}=y", r"GCE_IMAGE_ORACLE_LINUX_\1=y TARGET_ARCH_\2=y"),
    (rf"GCE_IMAGE_(?:REDHAT|RHEL)_(\d+)_{_ARCH}(?:_PAYGO)?=y", r"GCE_IMAGE_RHEL_\1=y TARGET_ARCH_\2=y"),
    (
        rf"GCE_IMAGE_ROCKY_(\d+)_OPTIMIZED_{_ARCH}=y",
        r"GCE_IMAGE_ROCKY_LINUX_\1_OPTIMIZED_FOR_GOOGLE_CLOUD=y TARGET_ARCH_\2=y",
    ),
    (rf"GCE_IMAGE_ROCKY_(\d+)_{_ARCH}=y", r"GCE_IMAGE_ROCKY_LINUX_\1=y TARGET_ARCH_\2=y"),
    (rf"GCE_IMAGE_(?:SUSE|SLES)_(\w+)_{_ARCH}=y", r"GCE_IMAGE_SUSE_LINUX_ENTERPRISE_\1=y TARGET_ARCH_\2=y"),
    (rf"GCE_IMAGE_(\w+)_{_ARCH}=y", r"GCE_IMAGE_\1=y TARGET_ARCH_\2=y"),
    # Lambda Labs; the region was renamed by the vendor
    (r"LAMBDALABS_SMART_CHEAPEST=y", r"LAMBDALABS_REGION_SMART_CHEAPEST=y"),
    (r"LAMBDALABS_SMART_REGION=y", r"LAMBDALABS_REGION_SMART_INFER=y"),
    (r"LAMBDALABS_REGION_EU_CENTRAL_1=y", r"LAMBDALABS_REGION_EUROPE_CENTRAL_1=y"),
    (r'LAMBDALABS_REGION="eu-central-1"', r'LAMBDALABS_REGION="europe-central-1"'),
    # All
    (r'SSH_CONFIG_PRIVKEY_FILE="(.+)"', r'?SSH_CONFIG_PUBKEY_FILE="\1.pub"'),
    (rf"KDEVOPS_NODES={_NUMBER}", r"NODE_COUNT=\1"),
    (r"KDEVOPS_BASELINE_AND_DEV=y", r"NODE_COUNT=2"),
    (r'KDEVOPS_HOSTS_PREFIX=(".*")', r"HOSTS_PREFIX=\1"),
)  # fmt: skip

#: What changes nothing about the machines: named in one note.
WITHOUT_EFFECT = (
    r'\w+=""',
    r"SSH_CONFIG(_UPDATE(_\w+)?|_STRICT\w*|_BACKUP|_GENKEY_(OVERWRITE|EMPTY_PASSPHRASE))?=.*",
    r"SSH_USER_INFER=.*",
    r"(USE_TERRAFORM|USE_OPENTOFU|BINARY_PATH|EXTRA_VARS_AUTO)=.*",
    r"PRIVATE_NET(_\w+)?=.*",
    r"(AWS|AZURE|GCE)_(DATA|SPARSE)_VOLUME_DEVICE_FILE_NAME=.*",
    r"AWS_(DATA_ENABLE|ENABLE_EBS(_VOLUMES)?|ASSIGN_PUBLIC_IP)=y",
    r'AWS_PROFILE="default"',
    r"AZURE_ACCELERATED_NETWORKING_ENABLED=.*",
    r"AZURE_RESOURCE_GROUP_NAME=.*",
    r"GCE_DISK_NEEDS_(IOPS|THROUGHPUT)=.*",
    r'GCE_IMAGE_TYPE="(pd|hyperdisk)-balanced"',
    r"GCE_LICENSE_TYPE_PAYGO_RHEL=y",
    r"LAMBDALABS_SSH_KEY_\w+=.*",
    r"LAMBDALABS_(IMAGE|DISTRO|CUSTOM_IMAGE)(_\w+)?=.*",
)

#: What is set elsewhere in this tree: one note each, with the place.
ELSEWHERE = (
    (r'AWS_PROFILE="(.*)"', r"the account comes from the environment: export AWS_PROFILE=\1"),
    (r'AZURE_SUBSCRIPTION_ID="(.*)"', r"the subscription is the CLI's: az account set --subscription \1"),
    (r'GCE_PROJECT="(.*)"', r"the project comes from the environment: export GOOGLE_CLOUD_PROJECT=\1"),
    (
        r'GCE_CREDENTIALS="(.*)"',
        r"the key comes from the environment: export GOOGLE_APPLICATION_CREDENTIALS=\1",
    ),
)  # fmt: skip

_UNUSED = tuple((pattern, "") for pattern in WITHOUT_EFFECT)

_MACOS = "these machines run macOS only"
#: What would change the machines and is not supported: refused, with the reason.
UNSUPPORTED = (
    (r"\w*OPENSTACK\w*=.*", "there is no provider OpenStack"),
    (r"AWS_INSTANCE_(TYPE_|FAMILY_|SIZE_)?MAC\w*=y", _MACOS),
    (r'AWS_MAC\w*_SIZE=".*"', _MACOS),
    (r"AWS_ASSIGN_PUBLIC_IP=n", "every node has a public address here"),
    (
        r"AWS_GPU_AMI_ID=.*",
        "an image cannot be named by its id; TERRAFORM_AWS_GPU_AMI_CUSTOM_NAME takes a name",
    ),
    (
        r"AZURE_MANAGED_DISKS_TIER(_|=).*",
        "the performance tier of a disk follows its size here, and this is that of another size",
    ),
    (r"AZURE_VM_FAMILY_STANDARD_\w+=y", "several families here have that name; name a size"),
    (r"GCE_IMAGE_TYPE=.*", "the boot disk is pd-balanced here, or hyperdisk-balanced with newer types"),
    (r"GCE_LICENSE_TYPE_BYOS_RHEL=y", "bring-your-own-license images are not offered"),
    (r"GCE_IMAGE_UBUNTU_MINIMAL_\w+=y", "minimal Ubuntu images are not offered"),
    (
        r"LAMBDALABS_SMART_INSTANCE=y",
        "the type cannot be left open within one region; choose an instance type, or "
        "TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST",
    ),
    (r"LAMBDALABS_REGION_US_TX_1=y", "Lambda Labs no longer has a region us-tx-1"),
)  # fmt: skip

#: Settings without TERRAFORM_ in front that say something about the machines.
OTHER_PREFIX = re.compile(r"KDEVOPS_(?:NODES|HOSTS_PREFIX|BASELINE_AND_DEV)\Z")

#: The performance tier of a premium SSD by its size in GiB, as Azure has it.
#: https://learn.microsoft.com/azure/virtual-machines/disks-types#premium-ssd-size
_TIERS = {
    "4": "P1", "8": "P2", "16": "P3", "32": "P4", "64": "P6", "128": "P10", "256": "P15", "512": "P20",
    "1024": "P30", "2048": "P40", "4096": "P50",
}  # fmt: skip
_AZURE_FAMILY = re.compile(r"AZURE_VM_FAMILY_STANDARD_\w+=y")
_AZURE_SIZE = "TERRAFORM_AZURE_VM_SIZE"


@dataclass
class Translation:
    """What a file asks for in our names.

    `settings` are what it asks for, `weak` what holds where nothing else says it, `origin` the line of the
    file that a setting came from, where it is another one. `refused` is what cannot be taken.
    """

    settings: dict[str, str] = field(default_factory=dict)
    weak: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refused: list[Dropped] = field(default_factory=list)


def translate(asked: Mapping[str, str], exists: Callable[[str], bool]) -> Translation:
    """Translate the settings of a file; `exists` tells whether the menus have a setting of that name."""
    made = Translation()
    unused: list[str] = []
    for name, value in asked.items():
        if exists(name) or not (name.startswith("TERRAFORM_") or OTHER_PREFIX.match(name)):
            made.settings[name] = value
            continue
        setting = f"{name.removeprefix('TERRAFORM_')}={value}"
        refusal, place = _first(UNSUPPORTED, setting), _first(ELSEWHERE, setting)
        if _without_effect(setting) or _implied_by_others(setting, asked):
            unused.append(f"CONFIG_{name}")
        elif refusal:
            made.refused.append(Dropped(name, value, refusal))
        elif place:
            made.notes.append(f"CONFIG_{name}: {place}")
        elif renamed := _first(RENAMED, setting):
            _rename(made, f"CONFIG_{name}={value}", renamed, exists)
        elif value != "n":
            made.settings[name] = value
    _without_volumes(made, unused)
    if unused:
        made.notes.append(f"without effect here: {', '.join(unused)}")
    return made


def _without_effect(setting: str) -> bool:
    return not setting.endswith("=n") and _first(_UNUSED, setting) is not None


def _first(rules: tuple[tuple[str, str], ...], setting: str) -> str | None:
    """The template or sentence of the first rule that fits, filled in; None where none does."""
    word = setting.partition("_")[0]
    for pattern, template in _rules_for(rules, word):
        if match := pattern.fullmatch(setting):
            return match.expand(template)
    return None


@cache
def _rules_for(rules: tuple[tuple[str, str], ...], word: str) -> list[tuple[re.Pattern[str], str]]:
    """The rules that may fit settings whose first word is this one: AWS, GCE, SSH."""
    first_words = [re.match(r"([A-Z]+)_", pattern) for pattern, _ in rules]
    return [
        (re.compile(pattern), template)
        for (pattern, template), first in zip(rules, first_words)
        if first is None or first[1] == word
    ]


def _rename(made: Translation, line: str, renamed: str, exists: Callable[[str], bool]) -> None:
    shown = []
    for part in renamed.split(" "):
        names, _, value = part.lstrip("?").partition("=")
        full = [n if n.startswith("TARGET_") else f"TERRAFORM_{n}" for n in names.split("/")]
        name = next((n for n in full if exists(n)), full[0])
        if part.startswith("?"):
            made.weak[name] = value
        elif made.settings.setdefault(name, value) != value:
            reason = f"CONFIG_{name} is {made.settings[name]} elsewhere in the file"
            made.refused.append(
                Dropped(line.removeprefix("CONFIG_").partition("=")[0], line.partition("=")[2], reason)
            )
        else:
            made.origin.setdefault(name, line)
        shown.append(f"CONFIG_{name}={value}")
    made.notes.append(f"{line} is {' and '.join(shown)} here")


def _implied_by_others(setting: str, asked: Mapping[str, str]) -> bool:
    """A family of Azure that the size tells, or a disk's tier that is the one of its size."""
    if _AZURE_FAMILY.fullmatch(setting):
        return any(name.startswith(_AZURE_SIZE) and value != "n" for name, value in asked.items())
    if tier := re.fullmatch(r'AZURE_MANAGED_DISKS_TIER(?:_(P\d+)=y|="(P\d+)")', setting):
        sizes = [
            re.fullmatch(r"TERRAFORM_AZURE_MANAGED_DISKS_SIZE(?:_(\d+)G=y|=(\d+))", f"{n}={v}")
            for n, v in asked.items()
        ]
        return any(_TIERS.get(size[1] or size[2]) == (tier[1] or tier[2]) for size in sizes if size)
    return False


def _without_volumes(made: Translation, unused: list[str]) -> None:
    """Where a file asks for no data volumes, what it says of their type and size has no effect."""
    for name in [n for n in made.settings if re.fullmatch(r"TERRAFORM_\w+_DATA_(VOLUME|DISK)_COUNT", n)]:
        if made.settings[name] == "0":
            prefix = name.removesuffix("COUNT")
            for other in [
                n for n in made.settings if n.startswith(prefix) and n != name and n in made.origin
            ]:
                del made.settings[other]
                unused.append(made.origin[other].partition("=")[0])
