# SPDX-License-Identifier: MIT
"""Our menus in a kdevops tree: terraform/*/Kconfig.kdevops, and what its scripts ask of ours.

`output yaml` is an extension of kdevops's parser, so the kernel's own gets the files without these lines;
that they stand where the extension wants them, behind a type, is checked as text.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.config import aliases, session
from cloudlib.settings import ROOT
from tests.support.kernel_conf import kernel_conf

PROVIDERS = cloud_providers.PROVIDER_NAMES
_YAML = "\toutput yaml\n"
_BLOCK = re.compile(
    r"config (TERRAFORM_\w+)\n\t(string|int|bool)( \"[^\"\n]+\")?\n\toutput yaml\n((?:\tdefault .+\n)*)"
)
#: What kdevops's terraform modules have no argument for; a GPU image becomes the image there.
_OURS_ALONE = {
    "TERRAFORM_AWS_GPU_AMI_NAME",
    "TERRAFORM_AWS_GPU_AMI_OWNER",
    "TERRAFORM_AZURE_BOOT_MODES",
    "TERRAFORM_AZURE_IMAGE_BOOT_MODES",
    "TERRAFORM_AZURE_IMAGE_PLAN",
    "TERRAFORM_AZURE_ZONE",
}

#: A small tree that sources the menus as kdevops's terraform/Kconfig.providers does.
_TREE = """\
config TARGET_ARCH_X86_64
	def_bool y

config TARGET_ARCH_ARM64
	bool

choice
	prompt "Choose your cloud provider"

config TERRAFORM_{switch}
	bool "this one"

endchoice

source "terraform/{name}/Kconfig.kdevops"
"""


def shim(name: str) -> str:
    return (ROOT / "terraform" / name / "Kconfig.kdevops").read_text(encoding="utf-8")


def declared(name: str) -> dict[str, tuple[str, list[str]]]:
    """{symbol: its type, and its defaults}"""
    return {m[1]: (m[2], re.findall(r"\tdefault (.+)\n", m[4])) for m in _BLOCK.finditer(shim(name))}


@pytest.fixture(scope="module")
def kconf() -> Iterator[kconfiglib.Kconfig]:
    """The project's own menus, parsed once."""
    here = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", "static")
        yield session.parse(cloud_providers)
    os.chdir(here)


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_symbol_is_a_variable_of_playbooks(name: str) -> None:
    text = shim(name)
    assert len(declared(name)) == text.count("\nconfig ") == text.count(_YAML), "in the form of _BLOCK"
    assert text.count("\nif ") == text.count("\nendif")


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_results_of_our_menus_are_declared_again(kconf: kconfiglib.Kconfig, name: str) -> None:
    """All strings that terraform gets, but for the data volumes, which kdevops knows by other names."""
    provider = cloud_providers.load(name)
    volumes = provider.VOLUMES.prefix if provider.VOLUMES else "none"
    ours = {
        row.symbol
        for row in provider.EXPORTS
        if row.symbol.startswith(f"{provider.MENU_NAMES.switch}_")
        and row.kind == "string"
        and row.to == "both"
        and not row.symbol.startswith(volumes)
    } - _OURS_ALONE
    again = {symbol for symbol in declared(name) if symbol in kconf.syms and kconf.syms[symbol].nodes}
    assert again == ours
    for symbol in again:
        assert kconfiglib.TYPE_TO_STR[kconf.syms[symbol].orig_type] == declared(name)[symbol][0]


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_name_in_a_default_is_in_our_menus(kconf: kconfiglib.Kconfig, name: str) -> None:
    used = set(re.findall(r"\bT(?:ERRAFORM|ARGET)_\w+", re.sub(r"config TERRAFORM_\w+", "", shim(name))))
    assert not [symbol for symbol in used if symbol not in kconf.syms or not kconf.syms[symbol].nodes]


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_other_names_are_those_that_are_translated_back(kconf: kconfiglib.Kconfig, name: str) -> None:
    """CONFIG_TERRAFORM_AWS_EBS_VOLUME_SIZE=5 is the setting whose value the symbol takes over."""
    exists = lambda symbol: symbol in kconf.syms and bool(kconf.syms[symbol].nodes)  # noqa: E731
    for symbol, (kind, defaults) in declared(name).items():
        ours = [d.partition(" if ")[0] for d in defaults if d.startswith("TERRAFORM_")]
        if exists(symbol) or not ours:
            continue
        asked = '"x"' if kind == "string" else "5"
        assert aliases.translate({symbol: asked}, exists).settings == {ours[0]: asked}


def test_azures_tier_is_the_one_of_the_size() -> None:
    _, defaults = declared("azure")["TERRAFORM_AZURE_MANAGED_DISKS_TIER"]
    tiers = dict(re.findall(r'"(P\d+)" if TERRAFORM_AZURE_DATA_DISK_SIZE_GB <= (\d+)', "\n".join(defaults)))
    assert {size: tier for tier, size in tiers.items() if tier not in ("P60", "P70")} == aliases._TIERS


def _settings(folder: Path, name: str) -> dict[str, str]:
    """What the kernel's parser makes of the .config of the small tree."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "cloud-tier", folder / "scripts")  # the only script that is needed
    answer = "import sys\nprint({'instance': 'gpu_1x_a6000', 'region': 'us-west-1'}[sys.argv[1]])\n"
    (folder / "scripts" / "lambdalabs_smart_inference.py").write_text(answer, encoding="utf-8")
    there = folder / "terraform" / name
    (there / "kconfigs").mkdir(parents=True)
    (there / "Kconfig").symlink_to(ROOT / "terraform" / name / "Kconfig")
    for path in (ROOT / "terraform" / name / "kconfigs").iterdir():
        (there / "kconfigs" / path.name).symlink_to(path)
    (there / "kconfigs" / "Kconfig.identity").write_text("", encoding="utf-8")
    (there / "Kconfig.kdevops").write_text(shim(name).replace(_YAML, ""), encoding="utf-8")
    switch = cloud_providers.load(name).MENU_NAMES.switch.removeprefix("TERRAFORM_")
    (folder / "Kconfig").write_text(_TREE.format(switch=switch, name=name), encoding="utf-8")
    done = subprocess.run(
        [kernel_conf(), "--olddefconfig", "Kconfig"],
        cwd=folder,
        env={**os.environ, "CLOUD_TIER": "static", "srctree": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    lines = (folder / ".config").read_text(encoding="utf-8").splitlines()
    return dict(re.findall(r'^CONFIG_TERRAFORM_(\w+)="?(.*?)"?$', "\n".join(lines), re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "asked", "variables"),
    [
        (
            "aws",
            "AWS_INSTANCE_M5_XLARGE=y "
            "AWS_REGION_EU_WEST_1=y AWS_DATA_VOLUME_COUNT=2 AWS_DATA_VOLUME_SIZE_GB=64",
            "AWS_INSTANCE_TYPE=m5.xlarge AWS_REGION=eu-west-1 AWS_AMI_ARCH=x86_64 AWS_EBS_VOLUME_SIZE=64 "
            "AWS_EBS_VOLUMES_PER_INSTANCE=2 AWS_EBS_VOLUME_TYPE=gp3 AWS_EBS_VOLUME_IOPS=3000",
        ),
        (
            "aws",
            "AWS_INSTANCE_TYPE_G6E=y AWS_USE_GPU_AMI=y",
            "AWS_EBS_VOLUMES_PER_INSTANCE=0 AWS_EBS_VOLUME_SIZE=0 AWS_EBS_VOLUME_TYPE=gp3 "
            "AWS_AMI_OWNER=898082745236",
        ),
        (
            "azure",
            "AZURE_VM_FAMILY_DSV5=y AZURE_DATA_DISK_COUNT=1 AZURE_DATA_DISK_SIZE_GB=200",
            "AZURE_VM_SIZE=Standard_D2s_v5 AZURE_ACCELERATED_NETWORKING_ENABLED=y "
            "AZURE_MANAGED_DISKS_SIZE=200 AZURE_MANAGED_DISKS_TIER=P15 "
            "AZURE_MANAGED_DISKS_PER_INSTANCE=1",
        ),
        ("azure", "", "AZURE_MANAGED_DISKS_PER_INSTANCE=0 AZURE_MANAGED_DISKS_TIER=P10"),
        (
            "gce",
            "GCE_MACHINE_FAMILY_C3_STANDARD=y GCE_MACHINE_C3_STANDARD_8=y GCE_DATA_DISK_COUNT=3 "
            "GCE_DATA_DISK_TYPE_HYPERDISK_BALANCED=y",
            "GCE_MACHINE_TYPE=c3-standard-8 GCE_DISK_COUNT=3 GCE_DISK_TYPE=hyperdisk-balanced "
            "GCE_DISK_IOPS=3000 "
            "GCE_DISK_THROUGHPUT=140 GCE_IMAGE_SIZE=64",
        ),
        (
            "lambdalabs",
            "LAMBDALABS_INSTANCE_TYPE_GPU_1X_A10=y",
            "LAMBDALABS_INSTANCE_TYPE=gpu_1x_a10 LAMBDALABS_REGION=us-east-1",
        ),
        (
            "lambdalabs",
            "LAMBDALABS_REGION_SMART_CHEAPEST=y",
            "LAMBDALABS_INSTANCE_TYPE=gpu_1x_a6000 LAMBDALABS_REGION=us-west-1",
        ),
        (
            "lambdalabs",
            "LAMBDALABS_INSTANCE_TYPE_8X_H100_OR_LESS=y",
            "LAMBDALABS_INSTANCE_TYPE=8X_H100_OR_LESS",
        ),
    ],
)
def test_a_small_tree_that_sources_them(
    kconf: kconfiglib.Kconfig, tmp_path: Path, name: str, asked: str, variables: str
) -> None:
    lines = [f"{name.upper()}=y", *asked.split()]
    (tmp_path / "asked").write_text("".join(f"CONFIG_TERRAFORM_{line}\n" for line in lines))
    session.load_checked(kconf, tmp_path / "asked")
    kconf.write_config(str(tmp_path / ".config"))
    made = _settings(tmp_path, name)
    for variable in variables.split():
        symbol, _, value = variable.partition("=")
        assert made.get(symbol) == value, symbol
    strings = [symbol for symbol in declared(name) if not symbol.endswith("_FILE_NAME")]
    assert all(made.get(symbol.removeprefix("TERRAFORM_"), "none") for symbol in strings)
