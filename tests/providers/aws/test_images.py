# SPDX-License-Identifier: MIT
"""Names of AMIs and the streams that they belong to: the newest version, and none of the look-alikes."""

from __future__ import annotations

import re

import pytest

from cloudlib.catalog.records import Image
from providers.aws import images

_OWNERS = {ami.rule.distro: ami.rule.publisher for ami in images._AMIS} | {"gpu": "898082745236"}
_UBUNTU = "ubuntu/images/{}/ubuntu-noble-24.04-amd64-server-{}"
_TORCH = "Deep Learning OSS Nvidia Driver AMI GPU PyTorch {} (Ubuntu 24.04) {}"


def streams(distro: str, *names: str) -> list[Image]:
    return images.streams((_OWNERS[distro], name, "") for name in names)


def takes(stream: Image, name: str) -> bool:
    """Does EC2's filter of the stream take this name? "?" is one character or none."""
    pattern = re.escape(stream.coordinates.get("NS") or stream.coordinates["NAME"])
    return re.fullmatch(pattern.replace(r"\*", ".*").replace(r"\?", ".?"), name) is not None


#: Distribution, names of the newest version, names of older ones that may be built later.
NEWEST = [
    (
        "redhat",
        ["RHEL-9.10.0_HVM-20261101-x86_64-0-Hourly2-GP3", "RHEL-9.10.0_HVM_GA-20261001-x86_64-0-Hourly2-GP2"],
        ["RHEL-9.8.0_HVM-20261120-x86_64-0-Hourly2-GP3", "RHEL-9.9.1_HVM-20261121-x86_64-0-Hourly2-GP3"],
    ),
    ("redhat", ["RHEL-10.0.0_HVM_GA-20250516-arm64-0-Hourly2-GP3"], []),
    ("almalinux", ["AlmaLinux OS 8.10.20240530 x86_64"], ["AlmaLinux OS 8.9.20260601 x86_64"]),
    ("rocky", ["Rocky-9-EC2-Base-9.10-20261101.0.aarch64"], ["Rocky-9-EC2-Base-9.9-20261109.0.aarch64"]),
    ("oracle", ["OL9.10-x86_64-HVM-2026-10-01"], ["OL9.9-x86_64-HVM-2026-11-01"]),
    ("ubuntu", [_UBUNTU.format("hvm-ssd-gp3", "20260101"), _UBUNTU.format("hvm-ssd", "20261101.1")], []),
    ("suse", [f"suse-sles-15-sp7-v20260919-hvm-ssd{d}-x86_64" for d in ("", "-gp3")], []),
    ("amazon", ["amzn2-ami-kernel-5.10-hvm-2.0.20260101.0-x86_64-gp2"], []),
    ("gpu", [_TORCH.format("2.10", "20260829")], [_TORCH.format("2.9", "20260910")]),
]  # fmt: skip


@pytest.mark.parametrize(("distro", "newest", "older"), NEWEST)
def test_the_newest_version_wins_however_late_an_older_one_is_built(
    distro: str, newest: list[str], older: list[str]
) -> None:
    (stream,) = (s for s in streams(distro, *newest, *older) if s.distro != "deep_learning")
    assert all(takes(stream, name) for name in newest)
    assert not any(takes(stream, name) for name in older)


#: Look-alikes: they are in no stream, and no stream's filter takes them.
DECOYS = {
    "debian": ["debian-13-backports-amd64-20260914-2601", "debian-13-amd64"],
    "redhat": [
        "RHEL-9.8.0_HVM_BETA-20260301-x86_64-0-Hourly2-GP3",
        "RHEL_HA-9.8.0_HVM-20260728-x86_64-0-Hourly2-GP3",
        "RHEL-9.8.0_HVM-20260728-x86_64-0-Access2-GP3",
        "RHEL-SAP-9.8.0_HVM-20260728-x86_64-0-Hourly2-GP3",
    ],
    "suse": [
        "suse-sles-15-sp7-chost-byos-v20260921-hvm-ssd-x86_64",
        "suse-sles-15-sp7-sapcal-v20260922-hvm-ssd-x86_64",
        "suse-sles-15-sp7-v20260922-ecs-hvm-ssd-x86_64",
        "suse-sles-sap-15-sp7-v20260922-hvm-ssd-x86_64",
    ],
    "amazon": [
        "al2023-ami-minimal-2023.12.20260918.0-kernel-6.18-x86_64",
        "al2023-ami-ecs-hvm-2023.0.20260918-kernel-6.18-x86_64",
        "amzn2-ami-kernel-5.10-hvm-2.0.20260101.0-x86_64-ebs",
    ],
    "fedora": ["Fedora-Cloud-Base-AmazonEC2.x86_64-45-Prerelease-20260920.n.0"],
    "ubuntu": [
        "ubuntu/images-testing/hvm-ssd-gp3/ubuntu-noble-daily-amd64-server-20261101",
        "ubuntu-minimal/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-minimal-20261101",
        "ubuntu-pro-server/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-pro-server-20261101",
    ],
    "rocky": ["Rocky-9-EC2-LVM-9.8-20261101.0.x86_64"],
}
PLAIN = [
    ("debian", "debian-13-amd64-20260901-2601"),
    ("redhat", "RHEL-9.8.0_HVM-20260728-x86_64-0-Hourly2-GP3"),
    ("suse", "suse-sles-15-sp7-v20260919-hvm-ssd-x86_64"),
    ("amazon", "al2023-ami-2023.12.20260918.0-kernel-6.18-x86_64"),
    ("amazon", "amzn2-ami-kernel-5.10-hvm-2.0.20260101.0-x86_64-gp2"),
    ("fedora", "Fedora-Cloud-Base-AmazonEC2.x86_64-44-1.7"),
    ("ubuntu", _UBUNTU.format("hvm-ssd-gp3", "20260101")),
    ("rocky", "Rocky-9-EC2-Base-9.8-20261101.0.x86_64"),
]


@pytest.mark.parametrize(("distro", "name"), PLAIN)
def test_look_alikes_are_in_no_stream(distro: str, name: str) -> None:
    assert streams(distro, *DECOYS[distro]) == []
    (stream,) = streams(distro, name, *DECOYS[distro])
    late = [n for n in DECOYS[distro] if takes(stream, n)]
    assert takes(stream, name) and all("_BETA" in n for n in late), "a beta is older than its release"


def test_amazon_linux_names_its_kernels_and_prefers_that_of_the_alias() -> None:
    names = [f"al2023-ami-2023.12.20260918.0-kernel-{k}-x86_64" for k in ("6.1", "6.12", "6.18", "6.24")]
    by_title = {i.title: i for i in streams("amazon", *names)}
    assert set(by_title) == {f"Amazon Linux 2023 kernel {k}" for k in ("6.1", "6.12", "6.18", "6.24")}
    (preferred,) = (i for i in by_title.values() if i.preferred)
    assert (preferred.title, preferred.symbol) == ("Amazon Linux 2023 kernel 6.18", "Amazon Linux 2023")


def test_without_the_kernel_of_the_alias_the_newest_is_preferred() -> None:
    names = [f"al2023-ami-2023.12.20260918.0-kernel-{k}-x86_64" for k in ("6.1", "6.12")]
    assert [i.title for i in streams("amazon", *names) if i.preferred] == ["Amazon Linux 2023 kernel 6.12"]


def test_a_release_takes_the_place_of_its_preview() -> None:
    (stream,) = streams(
        "amazon",
        "al2027-ami-2027.1.20270301.0-kernel-7.1-x86_64",
        "al2027-preview-ami-2027.0.20260914.0-kernel-7.1-x86_64",
    )
    assert stream.title == "Amazon Linux 2027 kernel 7.1"


def test_the_publisher_is_pinned() -> None:
    assert images.streams([("123456789012", PLAIN[0][1], "")]) == []


def test_of_fedora_coreos_the_newest_release_is_supported() -> None:
    names = [f"fedora-coreos-{n}.20260901.3.0-x86_64" for n in (42, 43, 44)]
    assert {i.release: i.supported for i in streams("fedora-coreos", *names)} == {
        "42": False, "43": False, "44": True
    }  # fmt: skip


def test_an_image_for_gpus_ends_with_its_system() -> None:
    names = [_TORCH.format("2.3.0", "20240825").replace("24.04", n) for n in ("20.04", "24.04")]
    known = {i.title: i.supported for i in streams("gpu", *names) if i.distro != "deep_learning"}
    assert list(known.values()) == [False, True]
