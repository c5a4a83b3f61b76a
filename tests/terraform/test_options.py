# SPDX-License-Identifier: MIT
"""The options for terraform, as Kconfig offers them and as the modules take them."""

from __future__ import annotations

import json
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.config import variables
from tests.support.kconf import choose, parse_tree, value, visible
from tests.support.terraform import diagnostics, environment, needs_terraform, variables_only
from tests.support.tree import ROOT

#: Provider -> the rules of its data volumes.
VOLUMES = {n: rules for n in cloud_providers.PROVIDER_NAMES if (rules := cloud_providers.load(n).VOLUMES)}


@pytest.fixture
def kconf() -> kconfiglib.Kconfig:
    return parse_tree(ROOT)


def of(kconf: kconfiglib.Kconfig, provider: str) -> dict[str, object]:
    """What terraform gets, by the names of its variables."""
    made = variables.collect(kconf, cloud_providers.load(provider), {}, ask=False)
    found: dict[str, object] = json.loads(made.tfvars)
    return found


def switch(kconf: kconfiglib.Kconfig, provider: str) -> None:
    choose(kconf, cloud_providers.load(provider).MENU_NAMES.switch)


#: A machine that takes every type of disk, where the default one does not.
LARGE = {
    "gce": (
        "TERRAFORM_GCE_CATEGORY_MEMORY_OPTIMIZED",
        "TERRAFORM_GCE_MACHINE_FAMILY_M3_MEGAMEM",
        "TERRAFORM_GCE_MACHINE_M3_MEGAMEM_64",
    )
}


def types(kconf: kconfiglib.Kconfig, prefix: str) -> list[str]:
    return visible(kconf, f"{prefix}_TYPE_")


@pytest.mark.parametrize("provider", VOLUMES)
def test_no_volumes_unless_asked_for(provider: str, kconf: kconfiglib.Kconfig) -> None:
    prefix = VOLUMES[provider].prefix
    switch(kconf, provider)
    assert types(kconf, prefix) == []
    found = of(kconf, provider)
    name = prefix.lower().removeprefix("terraform_")
    assert found[f"{name}_count"] == 0
    assert {found[f"{name}_{what}"] for what in ("type", "size_gb", "iops", "throughput_mbps")} == {None}


@pytest.mark.parametrize("provider", VOLUMES)
def test_figures_only_where_the_type_takes_them(provider: str, kconf: kconfiglib.Kconfig) -> None:
    rules = VOLUMES[provider]
    prefix = rules.prefix
    switch(kconf, provider)
    for name in LARGE.get(provider, ()):
        choose(kconf, name)
    kconf.syms[f"{prefix}_COUNT"].set_value("2")
    seen = set()
    for kind in types(kconf, prefix):
        choose(kconf, f"{prefix}_TYPE_{kind}")
        name = prefix.lower().removeprefix("terraform_")
        found = {k.removeprefix(f"{name}_"): v for k, v in of(kconf, provider).items() if k.startswith(name)}
        assert found["count"] == 2 and isinstance(found["size_gb"], int)
        limits = rules.types[str(found["type"])]
        assert (found["iops"] is None) == (limits.iops is None), found
        assert (found["throughput_mbps"] is None) == (limits.mbps is None), found
        seen.add(found["type"])
    assert seen == set(rules.types)


@needs_terraform
@pytest.mark.parametrize("provider", VOLUMES)
def test_the_module_takes_what_kconfig_gives(
    provider: str, kconf: kconfiglib.Kconfig, tmp_path: Path
) -> None:
    """Each type with its defaults and, where no figure depends on it, with its least and greatest size."""
    rules = VOLUMES[provider]
    prefix = rules.prefix
    module = variables_only(provider, tmp_path / "vars", environment(tmp_path / "home"))
    tfvars = tmp_path / "x.tfvars.json"
    switch(kconf, provider)
    kconf.syms[f"{prefix}_COUNT"].set_value("20")
    size = kconf.syms[f"{prefix}_SIZE_GB"]
    for kind in types(kconf, prefix):
        choose(kconf, f"{prefix}_TYPE_{kind}")
        size.unset_value()
        low, high = next((lo, hi) for lo, hi, cond in size.ranges if kconfiglib.expr_value(cond))
        scaled = rules.types[value(kconf, f"{prefix}_TYPE")].iops is not None
        for number in [size.str_value, *([] if scaled else [low.str_value]), high.str_value]:
            size.set_value(number)
            assert size.str_value == number
            tfvars.write_text(json.dumps(of(kconf, provider)), encoding="utf-8")
            assert diagnostics(module, tfvars) == [], f"{kind} {number}"


def test_nobody_may_reach_ssh_until_somebody_says_who(kconf: kconfiglib.Kconfig) -> None:
    switch(kconf, "aws")
    assert of(kconf, "aws")["ssh_allowed_cidr"] == "127.0.0.1/32"
    kconf.syms["TERRAFORM_SSH_ALLOWED_CIDR"].set_value("203.0.113.0/24")
    assert of(kconf, "aws")["ssh_allowed_cidr"] == "203.0.113.0/24"


def test_the_world_is_let_in_by_its_own_switch(kconf: kconfiglib.Kconfig) -> None:
    switch(kconf, "aws")
    cidr = kconf.syms["TERRAFORM_SSH_ALLOWED_CIDR"]
    cidr.set_value("203.0.113.0/24")
    choose(kconf, "TERRAFORM_SSH_ALLOWED_FROM_ANYWHERE")
    assert of(kconf, "aws")["ssh_allowed_cidr"] == "0.0.0.0/0" and not cidr.visibility


def test_lambda_labs_is_asked_only_what_it_can_do(kconf: kconfiglib.Kconfig) -> None:
    switch(kconf, "lambdalabs")
    assert visible(kconf, "TERRAFORM_SSH_") == ["CONFIG_PUBKEY_FILE", "CONFIG_GENKEY"]
    assert not kconf.syms["TERRAFORM_ROOT_VOLUME_SIZE_GB"].visibility
    assert value(kconf, "TERRAFORM_SSH_CONFIG_USER") == "ubuntu"


def test_nested_virtualization_where_the_type_can(kconf: kconfiglib.Kconfig) -> None:
    """Null leaves the argument out, false would be a setting that the type may not know."""
    switch(kconf, "aws")
    option = kconf.syms["TERRAFORM_AWS_NESTED_VIRTUALIZATION"]
    choose(kconf, "TERRAFORM_AWS_INSTANCE_TYPE_M8I")
    assert option.visibility and of(kconf, "aws")["aws_nested_virtualization"] is False
    option.set_value("y")
    assert of(kconf, "aws")["aws_nested_virtualization"] is True
    for size in ("TERRAFORM_AWS_INSTANCE_M8I_METAL_48XL", "TERRAFORM_AWS_INSTANCE_TYPE_M7I"):
        choose(kconf, size)
        assert not option.visibility and of(kconf, "aws")["aws_nested_virtualization"] is None


def test_every_option_is_explained(kconf: kconfiglib.Kconfig) -> None:
    """What is asked for terraform says what it does: these menus are written by hand."""
    for provider in cloud_providers.PROVIDER_NAMES:
        for row in cloud_providers.load(provider).EXPORTS:
            symbol = kconf.syms.get(row.symbol)
            nodes = [n for n in symbol.nodes if n.prompt] if symbol is not None else []
            assert all(n.help or len(n.prompt[0]) > 20 for n in nodes), row.symbol
