# SPDX-License-Identifier: MIT
"""Which releases of distributions are out of support."""

from __future__ import annotations

import pytest

from cloudlib.catalog.image_rules import NAMES
from cloudlib.catalog.support import _FIRST, ended


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
    assert set(_FIRST) <= set(NAMES)
    assert not any(ended(distro, first) for distro, releases in _FIRST.items() for first in releases)
