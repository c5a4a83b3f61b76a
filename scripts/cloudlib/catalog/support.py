# SPDX-License-Identifier: MIT
"""Releases of distributions that their vendors no longer support, as of November 2026. Pure.

A release is supported by default: one that is newer than this table is not marked. What only paid extensions
keep (ESM, ELS, EUS, LTSS) counts as out of support, as its packages need a subscription of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The vendor's page; the first supported release of each major version that has one, and the months in
    which the support of others ended. Where a minor release ends with the next one, no month is given.
    """

    page: str
    first: tuple[str, ...]
    ends: Mapping[str, str] = field(default_factory=dict)


LIFECYCLES: Mapping[str, Lifecycle] = {
    "almalinux": Lifecycle("https://wiki.almalinux.org/release-notes/", ("8", "9", "10")),
    "amazon": Lifecycle("https://aws.amazon.com/amazon-linux-2/faqs/", ("2023",), {"2": "2026-06"}),
    "centos": Lifecycle(
        "https://www.centos.org/cl-vs-cs/#end-of-life", ("9", "10"), {"7": "2024-06", "8": "2024-05"}
    ),
    "debian": Lifecycle(
        "https://wiki.debian.org/LTS",
        ("12", "13"),
        {"8": "2020-06", "9": "2022-06", "10": "2024-06", "11": "2026-08"},
    ),
    "fedora": Lifecycle(
        "https://docs.fedoraproject.org/en-US/releases/eol/",
        ("43", "44"),
        {"38": "2024-05", "39": "2024-11", "40": "2025-05", "41": "2025-12", "42": "2026-05"},
    ),
    "opensuse": Lifecycle(
        "https://en.opensuse.org/Lifetime",
        ("16.0",),
        {"15.2": "2022-01", "15.3": "2022-12", "15.4": "2023-12", "15.5": "2024-12", "15.6": "2026-04"},
    ),
    "oracle": Lifecycle(
        "https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf",
        ("8", "9", "10"),
        {"6": "2021-03", "7": "2024-12"},
    ),
    "redhat": Lifecycle(
        "https://access.redhat.com/support/policy/updates/errata",
        ("8.10", "9.6", "10.0"),
        {"6": "2020-11", "7": "2024-06"},
    ),
    "rocky": Lifecycle("https://wiki.rockylinux.org/rocky/version/", ("8", "9", "10")),
    "suse": Lifecycle(
        "https://www.suse.com/lifecycle",
        ("15.sp7", "16.0"),
        {
            "12.sp4": "2020-06", "12.sp5": "2024-10", "15.sp2": "2021-12", "15.sp3": "2022-12",
            "15.sp4": "2023-12", "15.sp5": "2024-12", "15.sp6": "2025-12",
        },
    ),
    "ubuntu": Lifecycle(
        "https://ubuntu.com/about/release-cycle",
        ("22.04", "24.04", "26.04"),
        {
            "14.04": "2019-04", "16.04": "2021-04", "18.04": "2023-05", "20.04": "2025-05",
            "22.10": "2023-07", "23.04": "2024-01", "23.10": "2024-07", "24.10": "2025-07",
            "25.04": "2026-01", "25.10": "2026-07",
        },
    ),
}  # fmt: skip
#: Releases of Ubuntu between two of every second April are supported for nine months; these still are.
_UBUNTU_NOW = ("26.10",)


def ended(distro: str, release: str) -> bool:
    """Has the vendor's support of a release ended? Of one without a minor number, the newest is meant."""
    known = LIFECYCLES.get(distro)
    first = {_numbers(one)[0]: _numbers(one) for one in known.first} if known else {}
    numbers = _numbers(release)
    if not first or not numbers or not numbers[0] or numbers[0] > max(first):  # Rawhide is 0
        return False
    if numbers[0] not in first:
        return True
    if distro == "ubuntu":
        return release.partition("-")[0] not in (*LIFECYCLES["ubuntu"].first, *_UBUNTU_NOW)
    return numbers[1:] != () and numbers < first[numbers[0]]


def why(distro: str, release: str) -> str:
    """`Out of support since 2024-06: https://…`, for a release of which `ended` is True.

    Without the month where the table has none, and without a page for a distribution that it has not.
    """
    known = LIFECYCLES.get(distro)
    plain = release.partition("-")[0]
    month = (known.ends.get(plain) or known.ends.get(plain.partition(".")[0], "")) if known else ""
    since = f" since {month}" if month else ""
    return f"Out of support{since}" + (f": {known.page}" if known else "")


def _numbers(release: str) -> tuple[int, ...]:
    """15.sp7 -> (15, 7); a variant behind a dash does not count."""
    return tuple(int(n) for n in re.findall(r"\d+", release.partition("-")[0]))
