# SPDX-License-Identifier: MIT
"""Which image families are distributions, and what people call them.

A stream is an image family of the publisher's own project: terraform starts the newest image of it.
Releases are read off the families that exist, so a new one needs no change here.

https://cloud.google.com/compute/docs/images/os-details
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cloudlib.calls.left_out import LeftOut
from cloudlib.catalog import limits
from cloudlib.catalog.image_rules import Publishers, Rule, match, pinned
from cloudlib.catalog.rates import NO_FEE
from cloudlib.catalog.records import Image
from providers.gce.parse import ARCHITECTURES

COLUMNS = ("selfLink", "family", "architecture", "status")

#: Flags of each `gcloud compute images list`, which asks its project and, in the same request, some that it
#: knows itself. Two publishers are not among these; naming one of them leaves out the caller's own project.
#: https://fedoraproject.org/cloud/download, https://wiki.almalinux.org/cloud/Google-cloud.html
CALLS = (("--project=almalinux-cloud",), ("--project=fedora-cloud", "--no-standard-images"))

_PROJECT = re.compile(r"/projects/(?P<project>[^/]+)/global/images/[^/]+\Z")
#: What families end with where there is one for each architecture.
_A = r"(?:-(?:amd64|arm64|x86-64|aarch64))?"


def _rule(distro: str, project: str, family: str, release: str, title: str = "") -> Rule:
    return Rule(distro, project, (family + _A,), release, title)


_RULES = (
    _rule("almalinux", "almalinux-cloud", r"almalinux-(?P<n>\d+)", "{n}"),
    _rule("centos", "centos-cloud", r"centos-stream-(?P<n>\d+)", "{n}"),
    _rule("debian", "debian-cloud", r"debian-(?P<n>\d+)", "{n}"),
    _rule("fedora", "fedora-cloud", r"fedora-cloud-(?P<n>\d+)", "{n}"),
    _rule("fedora", "fedora-cloud", r"fedora-cloud-rawhide", "0", "Fedora Rawhide preview"),
    # The third number of a Fedora CoreOS version is its stream: 1 is next, 2 testing, 3 stable.
    _rule("fedora-coreos", "fedora-coreos-cloud", "fedora-coreos-stable", "3", "Fedora CoreOS stable"),
    _rule("fedora-coreos", "fedora-coreos-cloud", "fedora-coreos-testing", "2", "Fedora CoreOS testing"),
    _rule("fedora-coreos", "fedora-coreos-cloud", "fedora-coreos-next", "1", "Fedora CoreOS next"),
    _rule("opensuse", "opensuse-cloud", "opensuse-leap", ""),
    _rule("oracle", "oracle-linux-cloud", r"oracle-linux-(?P<n>\d+)", "{n}"),
    _rule("redhat", "rhel-cloud", r"rhel-(?P<n>\d+)", "{n}"),
    _rule("rocky", "rocky-linux-cloud", r"rocky-linux-(?P<n>\d+)", "{n}"),
    _rule(
        "rocky",
        "rocky-linux-cloud",
        r"rocky-linux-(?P<n>\d+)-optimized-gcp",
        "{n}",
        "Rocky Linux {n} optimized for Google Cloud",
    ),
    _rule("suse", "suse-cloud", r"sles-(?P<n>\d+)", "{n}"),
    _rule("suse", "suse-cloud", r"sles-(?P<n>\d+)-(?P<sp>sp\d+|\d+)", "{n}.{sp}"),
    _rule("ubuntu", "ubuntu-os-cloud", r"ubuntu-(?P<y>\d\d)(?P<m>\d\d)(?:-lts)?", "{y}.{m}"),
)

PINNED = Publishers(("IMAGE_PROJECT",), pinned(_RULES))
#: Projects with premium images -> what their fees begin with, before the major release. No other project of
#: the rules has any: https://cloud.google.com/compute/disks-image-pricing#premiumimages
_PREMIUM = {"rhel-cloud": "rhel", "suse-cloud": "sles"}


def streams(rows: Iterable[Sequence[str]], left_out: LeftOut) -> list[Image]:
    """Rows of `images list`, from which gcloud leaves out deprecated images: one record a family and
    architecture."""
    images: dict[tuple[str, str, str], Image] = {}
    for image in left_out.each("images", rows, lambda row: _image(row, left_out)):
        if image is not None:
            images[image.coordinates["IMAGE_PROJECT"], image.title, image.architecture] = image
    return list(images.values())


def _image(row: Sequence[str], left_out: LeftOut) -> Image | None:
    """None for a row that no rule describes, and for an architecture that is not a target."""
    link, family, stated, status = row
    where = _PROJECT.search(link[: limits.TEXT])
    if where is None or status != "READY" or not limits.NAME.fits(family):
        return None
    project = where["project"]
    fit = match(_RULES, project, family)
    machine = ARCHITECTURES.get(stated)
    if fit is None or machine is None:
        return None
    if not machine:
        machine = "arm64" if family.endswith(("-arm64", "-aarch64")) else "x86_64"
        left_out.assume(f"images without an architecture, taken for {machine}", family)
    fee = f"{_PREMIUM[project]}-{fit.groups['n']}" if project in _PREMIUM else NO_FEE
    return replace(fit.image(machine, {"IMAGE_PROJECT": project, "IMAGE_FAMILY": family}), fee=fee)
