# SPDX-License-Identifier: MIT
"""Which sizes of Azure start which images, by what both sides state."""

from __future__ import annotations

import pytest

from cloudlib.catalog.boot import boots
from cloudlib.catalog.records import Image, InstanceType
from providers.azure import boot as azure_boot

MODES = ("V1", "V2", "V2+NVMe", "V2+CVM")


def size(generations: str = "V1,V2", **has: str) -> InstanceType:
    has["HyperVGenerations"] = generations
    modes, features = azure_boot.modes_of_size(has), azure_boot.features_of_size(has)
    return InstanceType("s", "f", "", 2, 8192, ("x86_64",), boot_modes=modes, features=features)


def image(generation: str = "V2", **says: str) -> Image:
    modes, features = (
        azure_boot.modes_of_image(generation, says),
        azure_boot.features_of_image(generation, says),
    )
    return Image("debian", "12", "Debian 12", "x86_64", {}, boot_modes=modes, features=features)


@pytest.mark.parametrize(
    ("has", "modes"),
    [
        ({}, ("V1", "V2")),
        ({"generations": "V1"}, ("V1",)),
        ({"generations": ""}, ()),
        ({"DiskControllerTypes": "SCSI"}, ("V1", "V2")),
        ({"DiskControllerTypes": "SCSI,NVMe"}, ("V1", "V2", "V2+NVMe")),
        ({"DiskControllerTypes": "NVMe, SCSI", "generations": "V2"}, ("V2", "V2+NVMe")),
        ({"DiskControllerTypes": "NVMe"}, ("V2+NVMe",)),
        ({"DiskControllerTypes": "NVMe,SCSI", "ConfidentialComputingType": "SNP"}, ("V2+CVM",)),
        ({"ConfidentialComputingType": "TDX", "generations": "V2"}, ("V2+CVM",)),
    ],
)
def test_the_boot_modes_of_a_size(has: dict[str, str], modes: tuple[str, ...]) -> None:
    assert size(**has).boot_modes == modes


@pytest.mark.parametrize(
    ("says", "modes"),
    [
        ({}, ("V2",)),
        ({"generation": "V1"}, ("V1",)),
        ({"generation": ""}, ()),
        ({"DiskControllerTypes": "SCSI"}, ("V2",)),
        ({"DiskControllerTypes": "SCSI, NVMe"}, ("V2", "V2+NVMe")),
        ({"DiskControllerTypes": "NVMe,SCSI"}, ("V2", "V2+NVMe")),
        ({"DiskControllerTypes": "NVME; SCSI"}, ("V2", "V2+NVMe")),
        ({"DiskControllerTypes": "SCSI, NVMe", "generation": "V1"}, ("V1",)),
        ({"SecurityType": "ConfidentialVM"}, ("V2+CVM",)),
        ({"SecurityType": "ConfidentialVmSupported"}, ("V2", "V2+CVM")),
        ({"SecurityType": "TrustedLaunchAndConfidentialVmSupported"}, ("V2", "V2+CVM")),
        ({"SecurityType": "TrustedLaunch"}, ("V2",)),
    ],
)
def test_the_boot_modes_of_an_image(says: dict[str, str], modes: tuple[str, ...]) -> None:
    assert image(**says).boot_modes == modes


@pytest.mark.parametrize(
    ("machine", "picture", "good"),
    [
        (size(DiskControllerTypes="NVMe"), image(DiskControllerTypes="SCSI"), False),
        (size(DiskControllerTypes="NVMe"), image(), False),
        (size(DiskControllerTypes="NVMe"), image(""), False),
        (size(DiskControllerTypes="NVMe"), image(DiskControllerTypes="SCSI, NVMe"), True),
        (size(DiskControllerTypes="SCSI"), image(), True),
        (size(), image(""), True),
        (size("V2"), image(""), False),
        (size(ConfidentialComputingType="SNP"), image(DiskControllerTypes="SCSI, NVMe"), False),
        (size(ConfidentialComputingType="SNP"), image(SecurityType="ConfidentialVmSupported"), True),
        (size(), image(SecurityType="ConfidentialVM"), False),
    ],
)
def test_both_sides_together(machine: InstanceType, picture: Image, good: bool) -> None:
    assert boots(picture, machine, MODES) == good


def test_the_features_of_sizes_and_images() -> None:
    assert size().features == ("trusted-launch",)
    assert size("V1", PremiumIO="True").features == ("premium-disks",)
    assert size(AcceleratedNetworkingEnabled="True").features == ("trusted-launch", "accelerated-networking")
    for has in (
        {"generations": "V1"},
        {"TrustedLaunchDisabled": "True"},
        {"ConfidentialComputingType": "SNP"},
    ):
        assert size(**has).features == ()
    for word in ("TrustedLaunch", "TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported"):
        assert image(SecurityType=word).features == ("trusted-launch",)
        assert image("V1", SecurityType=word).features == ()
    assert image().features == () == image(SecurityType="ConfidentialVM").features
