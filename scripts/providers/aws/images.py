# SPDX-License-Identifier: MIT
"""Which AMIs to look for, and which streams they belong to.

Releases come from the names of existing images, so a new one needs no change here. A stream's
name pattern fits every build of one distribution, release and architecture, and is what terraform's
`aws_ami` data source filters by; of the builds that fit, it takes the one of the newest date. So the pattern
names the newest version there is: publishers go on building older ones (RHEL 9.6 after 9.8, PyTorch 2.7
after 2.8). The publisher's account is always pinned: anybody may publish an AMI called "debian-12-amd64-…".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cloudlib.catalog import support
from cloudlib.catalog.image_rules import ARCHITECTURES, Match, Publishers, Rule, match, pinned
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Image

_A = r"(?P<arch>x86_64|amd64|arm64|aarch64)"


@dataclass(frozen=True, slots=True)
class Ami:
    """A rule over AMI names. `glob` is EC2's pattern for the query; `stream`, a format string over the rule's
    groups, is EC2's pattern for the builds of one release and architecture. In EC2's patterns "?" is one
    character or none, "*" any number of them."""

    glob: str
    stream: str
    rule: Rule


#: Accounts: https://wiki.debian.org/Cloud/AmazonEC2Image, https://ubuntu.com/server/docs/cloud-images,
#: https://fedoraproject.org/cloud/download, https://access.redhat.com/solutions/15356,
#: https://wiki.almalinux.org/cloud/AWS.html, https://rockylinux.org/download, and AWS's own.
_AMIS = (
    Ami(
        "AlmaLinux OS *", "AlmaLinux OS {version}* {arch}",
        Rule(
            "almalinux", "764336703387",
            (rf"AlmaLinux OS (?P<version>(?P<major>\d+)\.\d+)[\d.]* {_A}",), "{major}",
        ),
    ),
    Ami(
        "al20*-ami-20*-kernel-*", "al{year}-ami-{year}.*-kernel-{kernel}-{arch}",
        Rule(
            "amazon", "137112412989", (rf"al(?P<year>20\d\d)-ami-20[\d.]+-kernel-(?P<kernel>[\d.]+)-{_A}",),
            "{year}-{kernel}", "Amazon Linux {year} kernel {kernel}",
        ),
    ),
    Ami(
        "al20*-ami-20*-kernel-*", "al{year}-preview-ami-{year}.*-kernel-{kernel}-{arch}",
        Rule(
            "amazon", "137112412989",
            (rf"al(?P<year>20\d\d)-preview-ami-20[\d.]+-kernel-(?P<kernel>[\d.]+)-{_A}",),
            "{year}-{kernel}", "Amazon Linux {year} preview kernel {kernel}",
        ),
    ),
    Ami(
        "amzn2-ami-kernel-*-hvm-2.0.*-gp*", "amzn2-ami-kernel-{kernel}-hvm-2.0.*-{arch}-gp?",
        Rule(
            "amazon", "137112412989",
            (rf"amzn2-ami-kernel-(?P<kernel>[\d.]+)-hvm-2\.0\.[\d.]+-{_A}-gp[23]",),
            "2-{kernel}", "Amazon Linux 2 kernel {kernel}",
        ),
    ),
    Ami(
        "debian-*", "debian-{major}-{arch}-*",
        Rule("debian", "136693071363", (rf"debian-(?P<major>\d+)-{_A}-\d{{8}}-\d+",), "{major}"),
    ),
    Ami(
        "Fedora-Cloud-Base-AmazonEC2.*", "Fedora-Cloud-Base-AmazonEC2.{arch}-{major}-*",
        Rule(
            "fedora", "125523088429",
            (rf"Fedora-Cloud-Base-AmazonEC2\.{_A}-(?P<major>\d+)-[\d.]+",), "{major}",
        ),
    ),
    Ami(
        "fedora-coreos-*.3.*", "fedora-coreos-{major}.*.3.*-{arch}",
        Rule(
            "fedora-coreos", "125523088429",
            (rf"fedora-coreos-(?P<major>\d+)\.\d+\.3\.\d+-{_A}",), "{major}",
        ),
    ),
    Ami(
        "openSUSE-Leap-*", "openSUSE-Leap-{major}-{minor}-v????????-hvm-ssd*-{arch}*",
        Rule(
            "opensuse", "679593333241",
            (
                r"openSUSE-Leap-(?P<major>\d+)-(?P<minor>\d+)-v\d{8}-hvm-ssd(?:-gp3)?-"
                rf"{_A}(?:-[0-9a-f-]+)?",
            ),
            "{major}.{minor}",
        ),
    ),
    Ami(
        "OL*-HVM-*", "OL{version}-{arch}-HVM-*",
        Rule(
            "oracle", "131827586825",
            (rf"OL(?P<version>(?P<major>\d+)\.\d+)-{_A}-HVM-[\d-]+",), "{major}",
        ),
    ),
    Ami(
        "RHEL-*_HVM*-Hourly2-GP*", "RHEL-{version}_HVM*-{arch}-*-Hourly2-GP?",
        Rule(
            "redhat", "309956199498",
            (rf"RHEL-(?P<version>(?P<major>\d+)\.[\d.]+)_HVM(?:_GA)?-\d+-{_A}-\d+-Hourly2-GP[23]",),
            "{major}",
        ),
    ),
    Ami(
        "Rocky-*-EC2-Base-*", "Rocky-{major}-EC2-Base-{version}-*.{arch}",
        Rule(
            "rocky", "792107900819",
            (rf"Rocky-(?P<major>\d+)-EC2-Base-(?P<version>\d+\.\d+)-[\d.-]+\.{_A}",), "{major}",
        ),
    ),
    Ami(
        "suse-sles-*-hvm-ssd-*", "suse-sles-{major}-{sp}-v????????-hvm-ssd*-{arch}",
        Rule(
            "suse", "013907871322",
            (rf"suse-sles-(?P<major>\d+)-(?P<sp>sp\d+|\d+)-v\d{{8}}-hvm-ssd(?:-gp3)?-{_A}",),
            "{major}.{sp}",
        ),
    ),
    Ami(
        "ubuntu/images/hvm-ssd*/ubuntu-*-server-*",
        "ubuntu/images/hvm-ssd*/ubuntu-{code}-{major}.{minor}-{arch}-server-*",
        Rule(
            "ubuntu", "099720109477",
            (
                r"ubuntu/images/hvm-ssd(?:-gp3)?/ubuntu-(?P<code>[a-z]+)-"
                rf"(?P<major>\d\d)\.(?P<minor>\d\d)-{_A}-server-[\d.]+",
            ),
            "{major}.{minor}",
        ),
    ),
)  # fmt: skip
_RULES = tuple(ami.rule for ami in _AMIS)
_STREAMS = {ami.rule: ami.stream for ami in _AMIS}

#: Release of Amazon Linux -> the kernel that AWS's alias stands for, which need be neither the oldest nor the
#: newest: al2023-ami-kernel-default-x86_64 went from 6.1 to 6.18 in September 2026.
#: https://docs.aws.amazon.com/linux/al2023/ug/kernel-update.html
_ALIAS_KERNELS = {"2023": "6.18", "2": "5.10"}

#: https://docs.aws.amazon.com/dlami/latest/devguide/appendix-ami-release-notes.html
_DEEP_LEARNING_OWNER = "898082745236"
_DEEP_LEARNING = re.compile(
    r"(?P<start>Deep Learning (?:ARM64 )?"
    r"(?:Base OSS Nvidia Driver GPU AMI|(?:AMI )?OSS Nvidia Driver (?:AMI )?GPU PyTorch))"
    r"(?: (?P<torch>[\d.]+))? \((?P<os>[A-Za-z ]+[\d.]+)\) \d{8}"
)

PINNED = Publishers(("AMI_OWNER", "OWNER"), pinned(_RULES) | {("gpu", _DEEP_LEARNING_OWNER)})

#: The queries: owners and globs that travel in one `describe-images` call each, of like size, side by side.
QUERIES: tuple[tuple[str, ...], ...] = (
    ("amazon", "gpu", "ubuntu"),
    ("almalinux", "debian", "fedora", "fedora-coreos", "opensuse", "oracle", "redhat", "rocky", "suse"),
)


def query(distros: Sequence[str]) -> tuple[list[str], list[str]]:
    """(owners, name globs) that find the images of these distributions."""
    wanted = [ami for ami in _AMIS if ami.rule.distro in distros]
    owners = [ami.rule.publisher for ami in wanted] + ([_DEEP_LEARNING_OWNER] if "gpu" in distros else [])
    globs = [ami.glob for ami in wanted] + (["Deep Learning *Nvidia Driver*"] if "gpu" in distros else [])
    return list(dict.fromkeys(owners)), list(dict.fromkeys(globs))


def streams(rows: Iterable[tuple[str, str, str]]) -> list[Image]:
    """(owner, name, fee) of images to one record a stream; a name that fits no rule is passed over."""
    newest: dict[tuple[str, str, str], Match] = {}
    fees: dict[tuple[str, str, str], set[str]] = {}
    gpu: dict[re.Match[str], str] = {}
    for owner, name, fee in sorted(rows):
        fit = match(_RULES, owner, name)
        if fit is not None:
            key = (fit.rule.distro, fit.release, ARCHITECTURES[fit.groups["arch"]])
            newest[key] = max(newest.get(key, fit), fit, key=lambda m: m.version)
            fees.setdefault(key, set()).add(fee)
        flavor = _DEEP_LEARNING.fullmatch(name) if owner == _DEEP_LEARNING_OWNER else None
        if flavor:
            gpu[flavor] = fee
    os_images = [_os_image(fit, key[2], fees[key]) for key, fit in newest.items()]
    return [*_newest_coreos(_default_kernels(os_images)), *_gpu_images(gpu)]


def _os_image(fit: Match, architecture: str, fees: Collection[str]) -> Image:
    """The record of a stream; of images with several fees it is not known which one starts."""
    stream = _STREAMS[fit.rule].format(**fit.groups)
    image = fit.image(architecture, {"AMI_OWNER": fit.rule.publisher, "NS": stream})
    return replace(image, fee=_one(fees))


def _one(fees: Collection[str]) -> str:
    return next(iter(fees)) if len(fees) == 1 else ""


def _default_kernels(images: Iterable[Image]) -> list[Image]:
    """The images, of each release of Amazon Linux one marked as preferred: it has the kernel of the alias.

    That one has the release's plain symbol, so that a configuration follows the alias.
    """
    images = list(images)
    kernels: dict[str, set[str]] = {}
    for image in images:
        if image.distro == "amazon":
            release, _, kernel = image.release.partition("-")
            kernels.setdefault(release, set()).add(kernel)
    preferred = {f"{release}-{_default_kernel(release, known)}" for release, known in kernels.items()}
    return [
        replace(i, preferred=True, symbol=i.title.partition(" kernel")[0])
        if i.distro == "amazon" and i.release in preferred
        else i
        for i in images
    ]


def _default_kernel(release: str, kernels: Collection[str]) -> str:
    """The kernel that the alias names, or the newest one where that is not known."""
    named = _ALIAS_KERNELS.get(release, "")
    return named if named in kernels else max(kernels, key=natural)


def _newest_coreos(images: Sequence[Image]) -> list[Image]:
    """The images; of Fedora CoreOS the newest release alone is supported: nodes move on to it by themselves.

    https://docs.fedoraproject.org/en-US/fedora-coreos/update-streams/
    """
    releases = [natural(i.release) for i in images if i.distro == "fedora-coreos"]
    return [
        replace(i, supported=False)
        if i.distro == "fedora-coreos" and natural(i.release) < max(releases)
        else i
        for i in images
    ]


def _gpu_images(fees: Mapping[re.Match[str], str]) -> list[Image]:
    """One stream for each flavor (PyTorch or base), system and architecture, of the newest PyTorch.

    `deep_learning` stands for PyTorch on the newest Ubuntu there is for an architecture.
    """
    streams: dict[tuple[str, str], Image] = {}
    alike: dict[tuple[str, str, str], set[str]] = {}
    for fit, fee in fees.items():
        alike.setdefault((fit["start"], fit["torch"], fit["os"]), set()).add(fee)
    for fit in sorted(fees, key=lambda fit: natural(fit["torch"] or "")):
        system, torch = fit["os"], "PyTorch" in fit["start"]
        flavor = "PyTorch" if torch else "base"
        version = f" {fit['torch']}" if fit["torch"] else ""
        key = f"deep_learning_{flavor}_{system}".lower()
        architecture = "arm64" if "ARM64" in fit["start"] else "x86_64"
        streams[key, architecture] = Image(
            distro=key,
            release=("2-" if torch else "1-") + (system if "Ubuntu" in system else "0"),
            title=f"Deep Learning AMI, {flavor}{version}, {system}",
            architecture=architecture,
            coordinates={"NAME": f"{fit['start']}{version} ({system}) *", "OWNER": _DEEP_LEARNING_OWNER},
            purpose="gpu",
            version=fit["torch"] or "",
            supported=not support.ended("ubuntu" if "Ubuntu" in system else "amazon", system.split()[-1]),
            fee=_one(alike[fit["start"], fit["torch"], fit["os"]]),
        )
    newest: dict[str, Image] = {}
    for image in sorted(streams.values(), key=lambda i: natural(i.release)):
        if image.release.startswith("2-Ubuntu"):
            newest[image.architecture] = replace(
                image, distro="deep_learning", release="3", title="Deep Learning AMI, PyTorch, newest Ubuntu"
            )
    return [*streams.values(), *newest.values()]
