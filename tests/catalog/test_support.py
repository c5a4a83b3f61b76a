# SPDX-License-Identifier: MIT
"""Which releases of distributions are out of support."""

from __future__ import annotations

import pytest

from cloudlib.catalog.image_rules import NAMES
from cloudlib.catalog.support import LIFECYCLES, ended, why


@pytest.mark.parametrize(
    ("distro", "release", "out"),
    [
        ("debian", "11", True),
        ("debian", "11-backports", True),
        ("debian", "12", False),
        ("debian", "14", False),
        ("ubuntu", "20.04-minimal", True),
        ("ubuntu", "22.04", False),
        ("ubuntu", "25.10", True),
        ("ubuntu", "26.10", False),
        ("ubuntu", "28.04", False),
        ("redhat", "7.9", True),
        ("redhat", "8.9", True),
        ("redhat", "8.10", False),
        ("redhat", "8", False),
        ("redhat", "10.1", False),
        ("suse", "12.sp5", True),
        ("suse", "15.sp6", True),
        ("suse", "15.sp7", False),
        ("suse", "15", False),
        ("opensuse", "15.6", True),
        ("opensuse", "", False),
        ("fedora", "0", False),
        ("fedora-coreos", "39", False),
        ("amazon", "2-5.10", True),
        ("amazon", "2023-6.18", False),
        ("somebody", "1", False),
    ],
)
def test_ended(distro: str, release: str, out: bool) -> None:
    assert ended(distro, release) == out


def test_the_table_knows_its_distributions() -> None:
    assert set(LIFECYCLES) <= set(NAMES)
    for distro, known in LIFECYCLES.items():
        assert known.page.startswith("https://")
        assert not any(ended(distro, first) for first in known.first)
        assert all(ended(distro, release) and month < "2026-12" for release, month in known.ends.items())


@pytest.mark.parametrize(
    ("distro", "release", "said"),
    [
        ("debian", "10-backports", "Out of support since 2024-06: https://wiki.debian.org/LTS"),
        ("redhat", "7.9", "Out of support since 2024-06: https://access.redhat.com/"),
        ("redhat", "8.4", "Out of support: https://access.redhat.com/"),
        ("fedora-coreos", "39", "Out of support"),
    ],
)
def test_why(distro: str, release: str, said: str) -> None:
    assert why(distro, release).startswith(said)
