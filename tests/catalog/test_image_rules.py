# SPDX-License-Identifier: MIT
"""Names of images, the releases that they are of, and the one title of each release."""

from __future__ import annotations

import pytest

from cloudlib.catalog.image_rules import NAMES, Match, Rule, match, title
from cloudlib.catalog.records import Image
from cloudlib.menus.images import DISTROS

SLES = Rule("suse", "SUSE", (r"sles-(?P<major>\d+)-(?P<sp>sp\d+|\d+)", r"gen[12]"), "{major}.{sp}")
SLES_OLD = Rule("suse", "SUSE", (r"SLES", r"(?P<major>\d+)-(?P<sp>(?:sp|SP)\d+)"), "{major}.{sp}")
RHEL = Rule("redhat", "RedHat", (r"RHEL", r"(?P<major>\d)\.?(?P<minor>\d*)"), "{major}.{minor}")
RULES = (SLES, SLES_OLD, RHEL)


@pytest.mark.parametrize(
    ("distro", "release", "expected"),
    [
        ("debian", "12", "Debian 12"),
        ("debian", "13-backports", "Debian 13 with backports"),
        ("redhat", "9.4", "RHEL 9.4"),
        ("opensuse", "15.6", "openSUSE Leap 15.6"),
        ("opensuse", "", "openSUSE Leap"),
        ("suse", "15", "SUSE Linux Enterprise 15"),
        ("suse", "15.sp6", "SUSE Linux Enterprise 15 SP6"),
        ("suse", "16.0", "SUSE Linux Enterprise 16.0"),
        ("ubuntu", "24.04", "Ubuntu 24.04 LTS"),
        ("ubuntu", "24.04-minimal", "Ubuntu 24.04 LTS minimal"),
        ("ubuntu", "25.04", "Ubuntu 25.04"),
        ("ubuntu", "24.10", "Ubuntu 24.10"),
        ("ubuntu", "25.10-minimal", "Ubuntu 25.10 minimal"),
        ("plan9", "4-odd", "plan9 4 odd"),
    ],
)
def test_titles(distro: str, release: str, expected: str) -> None:
    assert title(distro, release) == expected


def test_every_distribution_of_the_menus_has_a_title() -> None:
    assert set(NAMES) == set(DISTROS)


def test_the_publisher_is_pinned_and_the_whole_name_counts() -> None:
    assert match(RULES, "SUSE", "sles-16-0", "gen2") == Match(SLES, {"major": "16", "sp": "0"})
    assert match(RULES, "Somebody", "sles-16-0", "gen2") is None
    assert match(RULES, "SUSE", "sles-16-0-sapcal", "gen2") is None
    assert match(RULES, "SUSE", "sles-16-0", "gen2-byos") is None


def test_a_rule_can_be_asked_about_the_first_parts() -> None:
    assert SLES.fits("sles-15-sp6") == {"major": "15", "sp": "sp6"} and SLES.fits("SLES") is None


def test_records() -> None:
    fit = match(RULES, "SUSE", "SLES", "12-SP4")
    assert fit is not None and (fit.release, fit.title) == ("12.sp4", "SUSE Linux Enterprise 12 SP4")
    whole = match(RULES, "RedHat", "RHEL", "9")
    assert whole is not None and (whole.release, whole.title) == ("9", "RHEL 9"), "no minor release"
    assert whole.image("arm64", {"SKU": "9"}, ("V2",)) == Image(
        "redhat", "9", "RHEL 9", "arm64", {"SKU": "9"}, boot_modes=("V2",)
    )


def test_a_rule_may_have_a_title_and_a_symbol_of_its_own() -> None:
    rule = Rule("suse", "x", (r"sles-(?P<n>\d+)(?P<odd>-odd)?",), "{n}", "Odd {n}{odd}", "SLES {n} ")
    fit = match([rule], "x", "sles-16")
    assert fit is not None and fit.image("x86_64", {}).title == "Odd 16"
    assert fit.image("x86_64", {}).symbol == "SLES 16"
