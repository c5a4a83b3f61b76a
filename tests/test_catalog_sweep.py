# SPDX-License-Identifier: MIT
"""The whole committed catalogs: what their menus let a person choose, cloud-check takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.publish import tier
from tests.support.chosen import Chooser
from tests.support.kconf import parse_tree
from tests.support.sweep import shown
from tests.support.terraform import (
    MODULES,
    accepted,
    copy_module,
    environment,
    needs_terraform,
    variables_only,
)
from tests.support.terraform_stub import providers
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


def images_tried(chooser: Chooser) -> tuple[list[tuple[dict[str, str], str]], list[str]]:
    """The coordinates and architectures that were chosen, and everything that cloud-check refuses."""
    found: list[tuple[dict[str, str], str]] = []
    problems = []
    for what, wanted in chooser.images():
        found.append((dict(wanted.image), wanted.architecture))
        problems += [f"{what}: {error}" for error in chooser.errors(wanted)]
    return found, problems


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_a_sample_of_what_can_be_chosen_can_be_launched(kconf: kconfiglib.Kconfig, name: str) -> None:
    catalog = committed(name)
    chooser = Chooser(kconf, cloud_providers.load(name), catalog)
    types, problems = tried(chooser, max(1, len(catalog.instance_types) // _SAMPLE))
    found, wrong = images_tried(chooser)
    missed = {
        (i.title, i.architecture)
        for i in catalog.images
        if i.purpose == "os" and (dict(i.coordinates), i.architecture) not in found
    }
    assert types and not problems + wrong, shown(problems + wrong)
    assert not missed or not chooser.provider.MENU_NAMES.images.coordinates, shown(sorted(map(str, missed)))


@pytest.mark.slow
@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_everything_that_can_be_chosen_can_be_launched(kconf: kconfiglib.Kconfig, name: str) -> None:
    catalog = committed(name)
    types, problems = tried(Chooser(kconf, cloud_providers.load(name), catalog), 1)
    missed = {t.name for t in catalog.instance_types if t.offered} - types
    assert not problems, shown(problems)
    assert not missed, shown(sorted(missed))


@needs_terraform
@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_the_module_takes_what_can_be_chosen(kconf: kconfiglib.Kconfig, name: str, tmp_path: Path) -> None:
    """Its validations take the whole sample; its plan, by the provider's schema, the first and the last."""
    catalog = committed(name)
    chooser = Chooser(kconf, cloud_providers.load(name), catalog)
    chooser.kconf.syms["TERRAFORM_SSH_CONFIG_PUBKEY_FILE"].set_value("key.pub")
    step = max(1, len(catalog.instance_types) // _SAMPLE)
    rows = [json.loads(chooser.collected().tfvars) for _ in chooser.machines(step)]
    env = environment(tmp_path / "home")
    bare = variables_only(name, tmp_path / "variables", env)
    assert accepted(bare, rows, tmp_path / "rows") == [True] * len(rows)
    with providers([MODULES[name]]) as stubs:
        module = copy_module(name, tmp_path / name, {**env, **stubs})
        module.ok("init", "-backend=false")
        for row in (rows[0], rows[-1]):
            (module.folder / "terraform.tfvars.json").write_text(json.dumps(row), encoding="utf-8")
            assert "Plan: " in module.ok("plan", "-no-color")


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
