# SPDX-License-Identifier: MIT
"""What a second bringup plans, on providers that behave like a cloud: nothing, or what the docs say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import cloud_providers
from cloudlib.catalog.records import InstanceType
from cloudlib.menus.names import TARGET
from cloudlib.menus.symbols import symbol
from cloudlib.publish import refresh
from cloudlib.settings import ROOT
from tests.support import terraform_stub
from tests.support.costly import mostly_slow
from tests.support.terraform import MODULES, REAL_TERRAFORM, Module, copy_module, environment
from tests.support.terraform_cloud import Cloud
from tests.support.tree import Tree

pytestmark = REAL_TERRAFORM


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def env(tmp_path: Path, cloud: Cloud) -> Iterator[dict[str, str]]:
    with terraform_stub.providers(list(MODULES.values()), cloud) as found:
        yield {**environment(tmp_path / "alone"), **found}


def classes(provider: str) -> list[InstanceType]:
    """One type for each kind of machine that a module could treat in a way of its own."""
    catalog = refresh.last_known(ROOT, provider)
    assert catalog is not None
    by_kind: dict[object, InstanceType] = {}
    for itype in catalog.instance_types:
        local = [(disks.nvme, disks.size_gb) for disks in itype.local_disks]
        known = [name for name in itype.architectures if name in TARGET]
        kind = (
            itype.category, tuple(known), bool(itype.gpus), itype.bare_metal, bool(local),
            "z3" in itype.name,
        )  # fmt: skip
        if itype.offered and known:
            by_kind.setdefault(kind, itype)
    return list(by_kind.values())


def variables(tree: Tree, provider: str, itype: InstanceType, *lines: str) -> dict[str, Any]:
    """What `make` writes for terraform with this type, in the first region that has it."""
    names = cloud_providers.load(provider).MENU_NAMES
    chosen = [
        names.switch,
        next(TARGET[name] for name in itype.architectures if name in TARGET),
        symbol(names.region_prefix, itype.regions[0]),
        symbol(names.type_prefix, itype.name),
    ]
    if names.family_prefix:
        chosen.append(symbol(names.family_prefix, itype.family))
    if names.previous_generation and not itype.current_generation:
        chosen.append(names.previous_generation)
    text = "".join(f"CONFIG_{name}=y\n" for name in chosen)
    tree.write(".config", text + "\n".join(lines) + "\n")
    tree.python("scripts/write_extra_vars.py")
    return dict(json.loads(tree.read(f"terraform/{provider}/terraform.tfvars.json")))


def up(module: Module, values: Mapping[str, Any]) -> dict[str, str]:
    """Apply; then {address: actions} of what another plan would do."""
    apply(module, values)
    return planned(module, values)


def apply(module: Module, values: Mapping[str, Any]) -> None:
    write(module, values)
    module.ok("apply", "-no-color", "-auto-approve", "-input=false", "-var-file=v.json")


def planned(module: Module, values: Mapping[str, Any]) -> dict[str, str]:
    write(module, values)
    module.ok("plan", "-no-color", "-input=false", "-var-file=v.json", "-out=p")
    changes = json.loads(module.ok("show", "-json", "p"))["resource_changes"]
    acts = {c["address"]: "-".join(c["change"]["actions"]) for c in changes if c["mode"] == "managed"}
    return {address: act for address, act in acts.items() if act != "no-op"}


def write(module: Module, values: Mapping[str, Any]) -> None:
    text = json.dumps({**values, "ssh_config_pubkey_file": str(module.folder / "key.pub")})
    (module.folder / "v.json").write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("provider", cloud_providers.PROVIDER_NAMES)
def test_a_second_bringup_changes_nothing(
    whole_tree: Tree, tmp_path: Path, env: dict[str, str], provider: str
) -> None:
    """For every class of types, with the data disks that the class can have."""
    module = copy_module(provider, tmp_path / "module", env)
    module.ok("init")
    changed, tried = {}, 0
    for itype in classes(provider):
        values = variables(whole_tree, provider, itype)
        (module.folder / "terraform.tfstate").unlink(missing_ok=True)
        again = up(module, values)
        tried += 1
        if again:
            changed[itype.name] = again
    print(f"{provider}: {tried} classes, changed: {changed}")
    assert changed == {}


NODE = {
    "aws": "aws_instance",
    "azure": "azurerm_linux_virtual_machine",
    "gce": "google_compute_instance",
}
DISK = {"aws": "aws_ebs_volume", "azure": "azurerm_managed_disk", "gce": "google_compute_disk"}
COUNT = {"aws": "aws_data_volume_count", "azure": "azure_data_disk_count", "gce": "gce_data_disk_count"}
SIZE = {"aws": "aws_instance_type", "azure": "azure_vm_size", "gce": "gce_machine_type"}
BIGGER = {"aws": "m7i.8xlarge", "azure": "Standard_D8s_v5", "gce": "n2-standard-8"}
ZONE = {"aws": "aws_av_zone", "azure": "azure_zone", "gce": "gce_zone"}
OTHER_ZONE = {"aws": "us-east-1f", "azure": "2", "gce": "us-central1-f"}
IMAGE = {"aws": "aws_ns", "azure": "azure_image_offer", "gce": "gce_image_family"}


def small(tree: Tree, provider: str) -> dict[str, Any]:
    """The variables of the provider's smallest defconfig, with two data disks."""
    tree.make(f"defconfig-{provider}-large")
    tree.write(".config", tree.read(".config") + f"CONFIG_TERRAFORM_{COUNT[provider].upper()}=2\n")
    tree.make()
    return dict(json.loads(tree.read(f"terraform/{provider}/terraform.tfvars.json")))


@pytest.mark.parametrize("provider", mostly_slow(NODE))
def test_what_a_change_does(tree: Tree, tmp_path: Path, env: dict[str, str], provider: str) -> None:
    """Another size changes the node, an image or a zone replaces it; disks stay, unless the zone changes."""
    module = copy_module(provider, tmp_path / "module", env)
    module.ok("init")
    values = small(tree, provider)
    if provider == "azure":
        values[ZONE[provider]] = "1"
    assert up(module, values) == {}
    node, disk = f"{NODE[provider]}.node", f"{DISK[provider]}.data"

    def change(**others: object) -> dict[str, str]:
        """{type.name: actions} of all whose instances have the same."""
        plan = planned(module, {**values, **others})
        return {address.partition("[")[0]: act for address, act in plan.items()}

    assert change(**{SIZE[provider]: BIGGER[provider]}) == {node: "update"}
    image = change(**{IMAGE[provider]: "another"})
    assert image[node] == "delete-create" and disk not in image
    zone = change(**{ZONE[provider]: OTHER_ZONE[provider]})
    assert zone[node] == "delete-create" and zone[disk] == "delete-create"
    fewer = change(**{COUNT[provider]: 1})
    assert fewer[disk] == "delete" and node not in fewer, "the node is left alone"
    more = change(**{COUNT[provider]: 3})
    assert more[disk] == "create" and node not in more
    assert change(node_names=["kdevops-1", "kdevops-2"])[node] == "create"


STARTED = {
    "aws": {'aws_ec2_instance_state.node["kdevops-1"]': "update"},
    "azure": {},
    "gce": {'google_compute_instance.node["kdevops-1"]': "update"},
}


@pytest.mark.parametrize("provider", mostly_slow(NODE))
def test_a_stopped_node_is_not_replaced(
    tree: Tree, tmp_path: Path, env: dict[str, str], cloud: Cloud, provider: str
) -> None:
    """It has no public address any more. bringup starts it, where the provider can."""
    module = copy_module(provider, tmp_path / "module", env)
    module.ok("init")
    values = small(tree, provider)
    apply(module, values)
    cloud.stopped |= set(cloud.machines())
    assert planned(module, values) == STARTED[provider]
    assert up(module, values) == {}
    assert bool(cloud.stopped) == (provider == "azure")


@pytest.mark.slow
def test_every_difference_replaces_a_node_of_lambda(tree: Tree, tmp_path: Path, env: dict[str, str]) -> None:
    module = copy_module("lambdalabs", tmp_path / "module", env)
    module.ok("init")
    tree.make("defconfig-lambdalabs-gpu-1x-a10")
    tree.make()
    values = dict(json.loads(tree.read("terraform/lambdalabs/terraform.tfvars.json")))
    assert up(module, values) == {}
    for name in ("lambdalabs_instance_type", "lambdalabs_region"):
        plan = planned(module, {**values, name: "other"})
        assert [act for address, act in plan.items() if "instance.node" in address] == ["delete-create"]
    assert planned(module, {**values, "hosts_prefix": "other"})["lambdalabs_ssh_key.user"] == "delete-create"
    key = module.folder / "key.pub"
    key.write_text(key.read_text(encoding="utf-8").replace("AAAAI" + "A" * 43, "AAAAI" + "B" * 43))
    assert planned(module, values)["lambdalabs_ssh_key.user"] == "delete-create"
    assert up(module, values) == {}, "the provider is never asked to change anything"


def test_a_refused_attachment(tree: Tree, tmp_path: Path, env: dict[str, str], cloud: Cloud) -> None:
    """The stub refuses what it is told to, by type or by type and name."""
    module = copy_module("gce", tmp_path / "module", env)
    module.ok("init")
    write(module, small(tree, "gce"))
    cloud.refuses["google_compute_attached_disk"] = "Quota exceeded"
    done = module.run("apply", "-no-color", "-auto-approve", "-input=false", "-var-file=v.json")
    assert done.returncode == 1 and "Quota exceeded" in done.stderr
    assert list(cloud.machines().values()) == ["kdevops-1"]
