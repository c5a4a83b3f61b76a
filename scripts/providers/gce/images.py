# SPDX-License-Identifier: MIT
"""Which image families are distributions, and how a person calls them.

A stream is an image family of the publisher's own project: terraform starts the newest image of it.
Releases are read off the families that exist, so a new one needs no change here.

https://cloud.google.com/compute/docs/images/os-details
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cloudlib.catalog.records import Image

COLUMNS = ("selfLink", "family", "architecture", "status")

#: Flags of each `gcloud compute images list`, which asks its project and, in the same request, some that it
#: knows itself. Two publishers are not among these; naming one of them leaves out the caller's own project.
#: https://fedoraproject.org/cloud/download, https://wiki.almalinux.org/cloud/Google-cloud.html
CALLS = (("--project=almalinux-cloud",), ("--project=fedora-cloud", "--no-standard-images"))

_ARCHITECTURES = {"X86_64": "x86_64", "ARM64": "arm64"}
_PROJECT = re.compile(r"/projects/(?P<project>[^/]+)/global/images/[^/]+\Z")
#: What families end with where there is one for each architecture.
_A = r"(?:-(?:amd64|arm64|x86-64|aarch64))?"


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher's naming rule: `family` is a pattern, `release` and `title` are forms over its groups."""

    distro: str
    project: str
    family: str
    release: str
    title: str


_PUBLISHERS = (
    Publisher("almalinux", "almalinux-cloud", rf"almalinux-(?P<n>\d+){_A}", "{n}", "AlmaLinux {n}"),
    Publisher(
        "centos", "centos-cloud", rf"centos-stream-(?P<n>\d+){_A}", "{n}", "CentOS Stream {n}"
    ),
    Publisher("debian", "debian-cloud", rf"debian-(?P<n>\d+){_A}", "{n}", "Debian {n}"),
    Publisher("fedora", "fedora-cloud", rf"fedora-cloud-(?P<n>\d+){_A}", "{n}", "Fedora {n}"),
    Publisher(
        "fedora", "fedora-cloud", rf"fedora-cloud-(?P<n>rawhide){_A}", "0", "Fedora Rawhide preview"
    ),
    # The third number of a Fedora CoreOS version is its stream: 1 is next, 2 testing, 3 stable.
    *(
        Publisher(
            "fedora-coreos", "fedora-coreos-cloud", rf"fedora-coreos-{stream}{_A}", number,
            f"Fedora CoreOS {stream}",
        )
        for number, stream in (("3", "stable"), ("2", "testing"), ("1", "next"))
    ),
    Publisher("opensuse", "opensuse-cloud", rf"opensuse-leap{_A}", "", "openSUSE Leap"),
    Publisher("oracle", "oracle-linux-cloud", rf"oracle-linux-(?P<n>\d+){_A}", "{n}", "Oracle Linux {n}"),
    Publisher("redhat", "rhel-cloud", rf"rhel-(?P<n>\d+){_A}", "{n}", "RHEL {n}"),
    Publisher("rocky", "rocky-linux-cloud", rf"rocky-linux-(?P<n>\d+){_A}", "{n}", "Rocky Linux {n}"),
    Publisher(
        "rocky", "rocky-linux-cloud", rf"rocky-linux-(?P<n>\d+)-optimized-gcp{_A}",
        "{n}", "Rocky Linux {n} optimized for Google Cloud",
    ),
    Publisher(
        "suse", "suse-cloud", rf"sles-(?P<n>\d+){_A}", "{n}", "SUSE Linux Enterprise {n}"
    ),
    Publisher(
        "suse", "suse-cloud", rf"sles-(?P<n>\d+)-sp(?P<sp>\d+){_A}", "{n}.{sp}",
        "SUSE Linux Enterprise {n} SP{sp}",
    ),
    Publisher(
        "suse", "suse-cloud", rf"sles-(?P<n>\d+)-(?P<sp>\d+){_A}", "{n}.{sp}",
        "SUSE Linux Enterprise {n}.{sp}",
    ),
    Publisher(
        "ubuntu", "ubuntu-os-cloud", rf"ubuntu-(?P<y>\d\d)(?P<m>\d\d)-lts{_A}",
        "{y}.{m}", "Ubuntu {y}.{m} LTS",
    ),
    Publisher(
        "ubuntu", "ubuntu-os-cloud", rf"ubuntu-(?P<y>\d\d)(?P<m>\d\d){_A}",
        "{y}.{m}", "Ubuntu {y}.{m}",
    ),
)  # fmt: skip


def streams(rows: Iterable[Sequence[str]]) -> list[Image]:
    """Rows of `images list`, deprecated images left out by gcloud -> one record a family and architecture."""
    found: dict[tuple[str, str, str], Image] = {}
    for link, family, architecture, status in rows:
        match = _PROJECT.search(link)
        machine = _ARCHITECTURES.get(architecture)
        if match is None or machine is None or status != "READY":
            continue
        for publisher in _PUBLISHERS:
            named = re.fullmatch(publisher.family, family)
            if named and publisher.project == match["project"]:
                image = _image(publisher, named, family, machine)
                found[publisher.project, image.title, machine] = image
    return list(found.values())


def _image(publisher: Publisher, named: re.Match[str], family: str, machine: str) -> Image:
    return Image(
        distro=publisher.distro,
        release=publisher.release.format(**named.groupdict()),
        title=publisher.title.format(**named.groupdict()),
        architecture=machine,
        coordinates={"IMAGE_PROJECT": publisher.project, "IMAGE_FAMILY": family},
    )
