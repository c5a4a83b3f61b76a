# SPDX-License-Identifier: MIT
"""The whole committed catalogs: what their menus let a person choose, cloud-check takes."""

from __future__ import annotations

from collections.abc import Iterator

import kconfiglib
import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.publish import tier
from tests.support.chosen import Chooser
from tests.support.kconf import parse_tree
from tests.support.sweep import shown
from tests.support.tree import ROOT

#: How many types of a provider the fast suite tries; the slow one tries them all.
_SAMPLE = 25


@pytest.fixture(scope="module")
def kconf() -> kconfiglib.Kconfig:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", tier.STATIC)
        return parse_tree(ROOT)


def committed(name: str) -> Catalog:
    return catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.{tier.STATIC}")


def tried(chooser: Chooser, step: int) -> tuple[set[str], list[str]]:
    """The names of the types that were chosen, and everything that cloud-check refuses."""
    types, problems = set(), []
    for what, wanted in chooser.machines(step):
        types.add(wanted.instance_type)
        problems += [f"{what}: {error}" for error in chooser.errors(wanted)]
    return types, problems


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_a_sample_of_what_can_be_chosen_can_be_launched(kconf: kconfiglib.Kconfig, name: str) -> None:
    catalog = committed(name)
    chooser = Chooser(kconf, cloud_providers.load(name), catalog)
    types, problems = tried(chooser, max(1, len(catalog.instance_types) // _SAMPLE))
    problems += [f"{what}: {e}" for what, wanted in chooser.images() for e in chooser.errors(wanted)]
    assert types and not problems, shown(problems)


@pytest.mark.slow
@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_everything_that_can_be_chosen_can_be_launched(kconf: kconfiglib.Kconfig, name: str) -> None:
    catalog = committed(name)
    types, problems = tried(Chooser(kconf, cloud_providers.load(name), catalog), 1)
    missed = {t.name for t in catalog.instance_types if t.offered} - types
    assert not problems, shown(problems)
    assert not missed, shown(sorted(missed))


def contradictions(itype: InstanceType) -> Iterator[str]:
    """What a record says against itself."""
    devices = (*itype.gpus, *itype.accelerators)
    if itype.category == "GPU" and not itype.gpus:
        yield "is in the category GPU, and has none"
    if itype.gpus and itype.category not in ("GPU", "Machine learning accelerators"):
        yield f"has a GPU, and is in the category {itype.category}"
    if itype.vcpus < 1 or itype.memory_mib < 1 or any(device.count < 1 for device in devices):
        yield "has none of something"
    if any(price.usd_per_hour <= 0 for price in itype.prices.values()):
        yield "has a price of 0"
    if not itype.architectures:
        yield "has no architecture"
    if itype.bare_metal and not itype.kvm and itype.linux_architectures:
        yield "is bare metal that cannot run KVM"


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_no_record_contradicts_itself(name: str) -> None:
    problems = [f"{t.name} {why}" for t in committed(name).instance_types for why in contradictions(t)]
    assert not problems, shown(problems)
