# SPDX-License-Identifier: MIT
"""Which sizes start which images: generation, disk controller, confidential computing. Pure.

A boot mode is a generation of Hyper-V and what it needs besides:

    V1, V2     the disks are on a SCSI controller
    V2+NVMe    they are on an NVMe controller; generation 1 has none
    V2+CVM     a confidential machine, with SEV-SNP or TDX

https://learn.microsoft.com/azure/virtual-machines/generation-2,
https://learn.microsoft.com/azure/virtual-machines/enable-nvme-remote-faqs,
https://learn.microsoft.com/azure/confidential-computing/confidential-vm-overview
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NVME = "V2+NVMe"
CONFIDENTIAL = "V2+CVM"
#: A feature of sizes and images, and two of sizes alone.
TRUSTED_LAUNCH, ACCELERATED_NETWORKING, PREMIUM = "trusted-launch", "accelerated-networking", "premium-disks"
FEATURES = (TRUSTED_LAUNCH, ACCELERATED_NETWORKING, PREMIUM)


def modes_of_size(has: Mapping[str, str]) -> tuple[str, ...]:
    """The boot modes of a size, from its capabilities; () where it states no generation.

    The API names no controllers for sizes that are older than NVMe in Azure: these have SCSI. A confidential
    size starts nothing but confidential machines, and those have no NVMe.
    """
    generations = _listed(has.get("HyperVGenerations", ""))
    if not generations:
        return ()
    if has.get("ConfidentialComputingType"):
        return (CONFIDENTIAL,)
    return _modes(generations, has.get("DiskControllerTypes", ""))


def modes_of_image(generation: str, features: Mapping[str, str]) -> tuple[str, ...]:
    """The boot modes of an image version; () where it states no generation.

    An image that names no controllers knows SCSI alone. The values of SecurityType are those of
    https://learn.microsoft.com/azure/virtual-machines/trusted-launch-portal#trusted-launch-vm-supported-images
    and of confidential images.
    """
    if not generation:
        return ()
    security = features.get("SecurityType", "").lower()
    if security == "confidentialvm":
        return (CONFIDENTIAL,)
    modes = _modes([generation], features.get("DiskControllerTypes", ""))
    return (*modes, CONFIDENTIAL) if "confidentialvm" in security else modes


def features_of_size(has: Mapping[str, str]) -> tuple[str, ...]:
    """The features of a size. Trusted Launch is generation 2, and not for confidential sizes."""
    trusted = (
        "V2" in _listed(has.get("HyperVGenerations", ""))
        and not _true(has, "TrustedLaunchDisabled")
        and not has.get("ConfidentialComputingType")
    )
    stated = (trusted, _true(has, "AcceleratedNetworkingEnabled"), _true(has, "PremiumIO"))
    return tuple(feature for feature, has_it in zip(FEATURES, stated) if has_it)


def features_of_image(generation: str, features: Mapping[str, str]) -> tuple[str, ...]:
    """The features of an image: SecurityType is TrustedLaunch, TrustedLaunchSupported or a longer word."""
    trusted = generation == "V2" and "trustedlaunch" in features.get("SecurityType", "").lower()
    return (TRUSTED_LAUNCH,) if trusted else ()


def _modes(generations: list[str], controllers: str) -> tuple[str, ...]:
    """`SCSI, NVMe` and V1, V2 -> V1, V2, V2+NVMe."""
    known = {name.upper() for name in _listed(controllers)} or {"SCSI"}
    scsi = generations if "SCSI" in known else []
    return tuple(sorted([*scsi, *([NVME] if "NVME" in known and "V2" in generations else [])]))


def _listed(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _true(has: Mapping[str, str], name: str) -> bool:
    return has.get(name, "").lower() == "true"
