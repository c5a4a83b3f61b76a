# SPDX-License-Identifier: MIT
"""Which AMIs to look for, and which streams the found ones belong to.

Releases are read off the names of the images that exist, so a new one needs no change here. A stream's
name pattern fits every build of one distribution, release and architecture, and is what terraform's
`aws_ami` data source filters by. The publisher's account is always pinned: anybody may publish an AMI
called "debian-12-amd64-…".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloudlib.catalog.records import Image, natural

_ARCH = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_A = r"(?P<arch>x86_64|amd64|arm64|aarch64)"


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher's naming rule. `find` is EC2's glob for the query, `name` the exact form of a build.

    `pattern`, `release` and `title` are format strings over the groups of `name`.
    """

    distro: str
    owner: str
    find: str
    name: str
    pattern: str
    release: str
    title: str


#: Accounts: https://wiki.debian.org/Cloud/AmazonEC2Image, https://ubuntu.com/server/docs/cloud-images,
#: https://fedoraproject.org/cloud/download, https://access.redhat.com/solutions/15356,
#: https://wiki.almalinux.org/cloud/AWS.html, https://rockylinux.org/download, and AWS's own.
_PUBLISHERS = (
    Publisher(
        "almalinux", "764336703387", "AlmaLinux OS *",
        rf"AlmaLinux OS (?P<major>\d+)\.[\d.]+ {_A}",
        "AlmaLinux OS {major}.* {arch}", "{major}", "AlmaLinux {major}",
    ),
    Publisher(
        "amazon", "137112412989", "al20*-ami-20*-kernel-*",
        rf"al(?P<year>20\d\d)(?P<preview>-preview)?-ami-20[\d.]+-kernel-(?P<kernel>[\d.]+)-{_A}",
        "al{year}{preview}-ami-{year}.*-kernel-{kernel}-{arch}", "{year}-{kernel}",
        "Amazon Linux {year}{preview} kernel {kernel}",
    ),
    Publisher(
        "amazon", "137112412989", "amzn2-ami-kernel-*-hvm-2.0.*-gp2",
        rf"amzn2-ami-kernel-(?P<kernel>[\d.]+)-hvm-2\.0\.[\d.]+-{_A}-gp2",
        "amzn2-ami-kernel-{kernel}-hvm-2.0.*-{arch}-gp2", "2-{kernel}", "Amazon Linux 2 kernel {kernel}",
    ),
    Publisher(
        "debian", "136693071363", "debian-*",
        rf"debian-(?P<major>\d+)-{_A}-\d{{8}}-\d+", "debian-{major}-{arch}-*", "{major}", "Debian {major}",
    ),
    Publisher(
        "fedora", "125523088429", "Fedora-Cloud-Base-AmazonEC2.*",
        rf"Fedora-Cloud-Base-AmazonEC2\.{_A}-(?P<major>\d+)-[\d.]+",
        "Fedora-Cloud-Base-AmazonEC2.{arch}-{major}-*", "{major}", "Fedora {major}",
    ),
    Publisher(
        "fedora-coreos", "125523088429", "fedora-coreos-*.3.*",
        rf"fedora-coreos-(?P<major>\d+)\.\d+\.3\.\d+-{_A}",
        "fedora-coreos-{major}.*.3.*-{arch}", "{major}", "Fedora CoreOS {major}",
    ),
    Publisher(
        "opensuse", "679593333241", "openSUSE-Leap-*",
        rf"openSUSE-Leap-(?P<major>\d+)-(?P<minor>\d+)-v\d{{8}}-hvm-ssd-{_A}(?:-[0-9a-f-]+)?",
        "openSUSE-Leap-{major}-{minor}-v*-hvm-ssd-{arch}*",
        "{major}.{minor}", "openSUSE Leap {major}.{minor}",
    ),
    Publisher(
        "oracle", "131827586825", "OL*-HVM-*",
        rf"OL(?P<major>\d+)\.\d+-{_A}-HVM-[\d-]+",
        "OL{major}.*-{arch}-HVM-*", "{major}", "Oracle Linux {major}",
    ),
    Publisher(
        "redhat", "309956199498", "RHEL-*_HVM-*-Hourly2-GP3",
        rf"RHEL-(?P<major>\d+)\.[\d.]+_HVM-\d+-{_A}-\d+-Hourly2-GP3",
        "RHEL-{major}.*_HVM-*-{arch}-*-Hourly2-GP3", "{major}", "RHEL {major}",
    ),
    Publisher(
        "rocky", "792107900819", "Rocky-*-EC2-Base-*",
        rf"Rocky-(?P<major>\d+)-EC2-Base-\d+\.[\d.-]+\.{_A}",
        "Rocky-{major}-EC2-Base-{major}.*.{arch}", "{major}", "Rocky Linux {major}",
    ),
    Publisher(
        "suse", "013907871322", "suse-sles-*-hvm-ssd-*",
        rf"suse-sles-(?P<major>\d+)-(?P<sp>sp\d+|\d+)-v\d{{8}}-hvm-ssd-{_A}",
        "suse-sles-{major}-{sp}-v*-hvm-ssd-{arch}", "{major}.{sp}", "SUSE Linux Enterprise {major} {sp}",
    ),
    Publisher(
        "ubuntu", "099720109477", "ubuntu/images/hvm-ssd*/ubuntu-*-server-*",
        rf"ubuntu/images/(?P<disk>hvm-ssd(?:-gp3)?)/ubuntu-(?P<code>[a-z]+)-(?P<major>\d\d)\.(?P<minor>\d\d)-{_A}"
        r"-server-[\d.]+",
        "ubuntu/images/{disk}/ubuntu-{code}-{major}.{minor}-{arch}-server-*", "{major}.{minor}",
        "Ubuntu {major}.{minor}",
    ),
)  # fmt: skip

#: https://docs.aws.amazon.com/dlami/latest/devguide/appendix-ami-release-notes.html
_DEEP_LEARNING_OWNER = "898082745236"
_DEEP_LEARNING = re.compile(
    r"(?P<start>Deep Learning (?:ARM64 )?"
    r"(?:Base OSS Nvidia Driver GPU AMI|(?:AMI )?OSS Nvidia Driver (?:AMI )?GPU PyTorch))"
    r"(?: (?P<torch>[\d.]+))? \((?P<os>[A-Za-z ]+[\d.]+)\) \d{8}"
)

#: The queries: owners and globs that travel in one `describe-images` call each, of like size, side by side.
QUERIES: tuple[tuple[str, ...], ...] = (
    ("amazon", "gpu", "ubuntu"),
    ("almalinux", "debian", "fedora", "fedora-coreos", "opensuse", "oracle", "redhat", "rocky", "suse"),
)


def query(distros: Sequence[str]) -> tuple[list[str], list[str]]:
    """(owners, name globs) that find the images of these distributions."""
    wanted = [p for p in _PUBLISHERS if p.distro in distros]
    owners = [p.owner for p in wanted] + ([_DEEP_LEARNING_OWNER] if "gpu" in distros else [])
    globs = [p.find for p in wanted] + (["Deep Learning *Nvidia Driver*"] if "gpu" in distros else [])
    return list(dict.fromkeys(owners)), globs


def streams(rows: Iterable[Mapping[str, Any]]) -> list[Image]:
    """`describe-images` rows -> one record a stream; rows that follow no publisher's rule are passed over."""
    found: dict[tuple[str, str], Image] = {}
    gpu: list[tuple[re.Match[str], str]] = []
    for row in sorted(rows, key=lambda r: natural(str(r.get("Name", "")))):
        name, owner = str(row.get("Name", "")), str(row.get("OwnerId", ""))
        for publisher in _PUBLISHERS:
            match = re.fullmatch(publisher.name, name) if owner == publisher.owner else None
            if match:
                image = _os_image(publisher, match)
                found[image.title, image.architecture] = image
        match = _DEEP_LEARNING.fullmatch(name) if owner == _DEEP_LEARNING_OWNER else None
        if match:
            gpu.append((match, "arm64" if "ARM64" in name else "x86_64"))
    return [*_default_kernels(found.values()), *_gpu_images(gpu)]


def _os_image(publisher: Publisher, match: re.Match[str]) -> Image:
    words = {key: value or "" for key, value in match.groupdict().items()}
    title = _TITLES.get(publisher.distro, str)(publisher.title.format(**words))
    return Image(
        distro=publisher.distro,
        release=publisher.release.format(**words),
        title=title,
        architecture=_ARCH[words["arch"]],
        coordinates={"AMI_OWNER": publisher.owner, "NS": publisher.pattern.format(**words)},
    )


def _ubuntu_title(title: str) -> str:
    """Every second April is a long-term release."""
    year, month = title.split()[1].split(".")
    return f"{title} LTS" if month == "04" and int(year) % 2 == 0 else title


def _suse_title(title: str) -> str:
    """`15 sp6` is called 15 SP6; since 16 the second number is a minor release: 16.0."""
    start, _, last = title.rpartition(" ")
    return f"{start}.{last}" if last.isdigit() else f"{start} {last.upper()}"


_TITLES: Mapping[str, Callable[[str], str]] = {
    "amazon": lambda title: title.replace("-preview", " preview"),
    "suse": _suse_title,
    "ubuntu": _ubuntu_title,
}


def _default_kernels(images: Iterable[Image]) -> list[Image]:
    """The images, `Amazon Linux 2023 kernel 6.1` renamed `Amazon Linux 2023`, and others alike.

    The first kernel of a release is the one that AWS's own `kernel-default` alias stands for:
    https://docs.aws.amazon.com/linux/al2023/ug/kernel-update.html
    """
    images = list(images)
    first: dict[str, str] = {}
    for image in images:
        if image.distro == "amazon":
            year = image.release.partition("-")[0]
            first[year] = min(first.get(year, image.release), image.release, key=natural)
    return [
        replace(i, title=i.title.partition(" kernel")[0])
        if i.distro == "amazon" and i.release in first.values()
        else i
        for i in images
    ]


def _gpu_images(found: Sequence[tuple[re.Match[str], str]]) -> list[Image]:
    """One stream for each kind, system and architecture.

    `deep_learning` stands for PyTorch on the newest Ubuntu there is for an architecture.
    """
    made: dict[tuple[str, str], Image] = {}
    for match, architecture in found:
        system, torch = match.group("os"), "PyTorch" in match.group("start")
        kind = "PyTorch" if torch else "base"
        key = f"deep_learning_{kind}_{system}".lower()
        made[key, architecture] = Image(
            distro=key,
            release=("2-" if torch else "1-") + (system if "Ubuntu" in system else "0"),
            title=f"Deep Learning AMI, {kind}, {system}",
            architecture=architecture,
            coordinates={
                "NAME": match.group("start") + (f" * ({system}) *" if torch else f" ({system}) *"),
                "OWNER": _DEEP_LEARNING_OWNER,
            },
            purpose="gpu",
        )
    newest: dict[str, Image] = {}
    for image in sorted(made.values(), key=lambda i: natural(i.release)):
        if image.release.startswith("2-Ubuntu"):
            newest[image.architecture] = replace(
                image, distro="deep_learning", release="3", title="Deep Learning AMI, PyTorch, newest Ubuntu"
            )
    return [*made.values(), *newest.values()]
