# SPDX-License-Identifier: MIT
"""Releases of distributions that their vendors no longer support, as of November 2026. Pure.

A release is supported by default: one that is newer than this table is not marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Distribution -> the first supported release of each major version that has one. Where a minor release ends
#: with the next one, only the vendor's paid extensions keep the older one.
_FIRST: Mapping[str, tuple[str, ...]] = {
    "almalinux": ("8", "9", "10"),  # https://wiki.almalinux.org/release-notes/
    "amazon": ("2023",),  # https://aws.amazon.com/amazon-linux-2/faqs/
    "centos": ("9", "10"),  # https://www.centos.org/cl-vs-cs/#end-of-life
    "debian": ("12", "13"),  # https://wiki.debian.org/LTS
    "fedora": ("43", "44"),  # https://docs.fedoraproject.org/en-US/releases/lifecycle/
    "opensuse": ("16.0",),  # https://en.opensuse.org/Lifetime
    "oracle": ("8", "9", "10"),  # https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf
    "redhat": ("8.10", "9.6", "10.0"),  # https://access.redhat.com/support/policy/updates/errata
    "rocky": ("8", "9", "10"),  # https://wiki.rockylinux.org/rocky/version/
    "suse": ("15.sp7", "16.0"),  # https://www.suse.com/lifecycle
    "ubuntu": ("22.04", "24.04", "26.04"),  # https://ubuntu.com/about/release-cycle
}
#: Releases of Ubuntu between two of every second April are supported for nine months; these still are.
_UBUNTU_NOW = ("26.10",)


def ended(distro: str, release: str) -> bool:
    """Has the vendor's support of a release ended? Of one without a minor number, the newest is meant."""
    first = {_numbers(one)[0]: _numbers(one) for one in _FIRST.get(distro, ())}
    numbers = _numbers(release)
    if not first or not numbers or not numbers[0] or numbers[0] > max(first):  # Rawhide is 0
        return False
    if numbers[0] not in first:
        return True
    if distro == "ubuntu":
        return release.partition("-")[0] not in (*_FIRST["ubuntu"], *_UBUNTU_NOW)
    return numbers[1:] != () and numbers < first[numbers[0]]


def _numbers(release: str) -> tuple[int, ...]:
    """15.sp7 -> (15, 7); a variant behind a dash does not count."""
    return tuple(int(n) for n in re.findall(r"\d+", release.partition("-")[0]))
