# SPDX-License-Identifier: MIT
"""What a cloud would refuse: the menus, cloud-check and the module refuse it alike, each rule for itself.

The rules of a provider are in refused.py of its folder: CASES, and PLACES that only the catalog knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.publish import tier
from tests.support.kconf import parse_tree
from tests.support.refused import Case, Trial
from tests.support.terraform import needs_terraform
from tests.support.tree import ROOT

RULES = {
    name: import_module(f"tests.providers.{name}.refused")
    for name in cloud_providers.PROVIDER_NAMES
    if (Path(__file__).parent / name / "refused.py").exists()
}
ALL: list[tuple[str, str, Case]] = [
    (name, rule, case)
    for name, rules in RULES.items()
    for rule, case in {**rules.CASES, **getattr(rules, "PLACES", {})}.items()
]
IDS = [f"{name}-{rule}" for name, rule, _ in ALL]


@pytest.fixture(scope="module")
def kconf() -> Iterator[kconfiglib.Kconfig]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", tier.STATIC)
        yield parse_tree(ROOT)


def trial(name: str, kconf: kconfiglib.Kconfig, folder: Path) -> Trial:
    return Trial(cloud_providers.load(name), kconf, folder, RULES[name].HERE)


@pytest.mark.parametrize(("name", "rule", "case"), ALL, ids=IDS)
def test_menus_and_cloud_check_refuse_it(
    name: str, rule: str, case: Case, kconf: kconfiglib.Kconfig, tmp_path: Path
) -> None:
    tried = trial(name, kconf, tmp_path)
    if case.menu:  # "" where figures depend on each other, which no menu can say
        assert case.menu in tried.in_menus(case)
    error = tried.in_check(case)
    assert case.check in error.what and any(case.nearest in n for n in error.nearest), error


@needs_terraform
@pytest.mark.parametrize("name", RULES)
def test_the_module_refuses_it(name: str, kconf: kconfiglib.Kconfig, tmp_path: Path) -> None:
    cases = RULES[name].CASES
    assert trial(name, kconf, tmp_path).in_module(cases.values()) == [True, False] * len(cases)
