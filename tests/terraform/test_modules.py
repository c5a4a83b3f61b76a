# SPDX-License-Identifier: MIT
"""The terraform modules under the real terraform, against the schemas of the real providers, offline.

What a module makes is asserted in its own tests, tests/terraform/<provider>/*.tftest.hcl.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloud_providers import PROVIDER_NAMES
from cloudlib.catalog import file as catalogfile
from cloudlib.terraform import applied
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support import terraform_stub
from tests.support.terraform import (
    MODULES,
    TESTS,
    Module,
    copy_module,
    diagnostics,
    environment,
    needs_terraform,
    shared_module,
    variables_only,
)
from tests.support.tree import ROOT, Tree

DEFCONFIGS = sorted(p.name for p in (ROOT / "defconfigs").iterdir())
_VARIABLE = re.compile(r'^variable "(\w+)" \{\n(.*?)^\}', re.M | re.S)

Copy = Callable[[str], Module]


@pytest.fixture(scope="session")
def stubs() -> Iterator[dict[str, str]]:
    """The environment in which terraform finds providers that have a schema and no cloud."""
    with terraform_stub.providers(list(MODULES.values())) as env:
        yield env


@pytest.fixture
def copy(tmp_path: Path, stubs: dict[str, str]) -> Copy:
    """Makes a copy of a module for terraform to work in, initialized."""

    def make(name: str) -> Module:
        module = copy_module(name, tmp_path / name, {**environment(tmp_path / "home"), **stubs})
        module.ok("init", "-backend=false")
        return module

    return make


def text(provider: str, name: str) -> str:
    return (ROOT / "terraform" / provider / name).read_text(encoding="utf-8")


@needs_terraform
@pytest.mark.parametrize("provider", [n for n in PROVIDER_NAMES if '"hashicorp/' in text(n, "provider.tf")])
def test_the_lock_file_has_the_pinned_version(provider: str, tmp_path: Path) -> None:
    """terraform reads it, selects what provider.tf pins, and has a checksum for every platform."""
    locked = copy_module(provider, tmp_path / provider, environment(tmp_path / "home"))
    shutil.copy(ROOT / "terraform" / provider / applied.LOCK, locked.folder)
    selected = json.loads(locked.ok("version", "-json"))["provider_selections"]
    pinned = re.findall(r'source += "([^"]+)"\n +version += "([^"]+)"', text(provider, "provider.tf"))
    assert selected == {f"registry.terraform.io/{source}": version for source, version in pinned}
    checksums = re.findall(r'"zh:([0-9a-f]{64})"', text(provider, applied.LOCK))
    assert len(set(checksums)) == len(checksums) >= len(("linux", "darwin")) * len(("amd64", "arm64"))


def variables(provider: str) -> list[tuple[str, str]]:
    """(name, block) of each variable of a module, shared ones included."""
    files = sorted(p.name for p in (ROOT / "terraform" / provider).glob("*.tf"))
    return [found for name in files for found in _VARIABLE.findall(text(provider, name))]


@needs_terraform
def test_everything_is_formatted(tmp_path: Path) -> None:
    for folder in (ROOT / "terraform", TESTS):
        Module(folder, environment(tmp_path / "home")).ok("fmt", "-check", "-recursive", "-diff")


@needs_terraform
@pytest.mark.parametrize("provider", MODULES)
def test_the_schema_has_all_that_the_module_uses(provider: str, copy: Copy) -> None:
    told = json.loads(copy(provider).run("validate", "-json").stdout)
    assert told["valid"] and told["diagnostics"] == []


@needs_terraform
@pytest.mark.parametrize("provider", MODULES)
def test_the_tests_of_the_module(provider: str, copy: Copy) -> None:
    assert copy(provider).failures("nodes.tftest.hcl") == []


@needs_terraform
def test_what_all_modules_share(tmp_path: Path) -> None:
    module = shared_module(tmp_path / "shared", environment(tmp_path / "home"))
    module.ok("init", "-backend=false")
    assert module.failures("shared.tftest.hcl") == []


#: Where a fault is put, what is put there, and which run of the module's tests has to say so.
FAULTS = [
    ("aws", "main.tf", "= var.ssh_allowed_cidr", '= "0.0.0.0/0"', "security"),
    ("aws", "main.tf", 'http_tokens                 = "required"', 'http_tokens = "optional"', "security"),
    ("aws", "main.tf", "encrypted   = true", "encrypted = false", "security"),
    ("aws", "main.tf", "encrypted         = true", "encrypted = false", "gp3_volumes"),
    ("aws", "main.tf", "= var.aws_data_volume_iops", "= null", "gp3_volumes"),
    ("aws", "main.tf", "availability_zone = var.aws_av_zone", 'availability_zone = "us-east-1a"', "nodes"),
    (
        "aws",
        "main.tf",
        "coalesce(var.aws_gpu_ami_owner, var.aws_ami_owner)",
        "var.aws_ami_owner",
        "gpu_image",
    ),
    ("aws", "main.tf", "var.aws_nested_virtualization == true", "false", "nested_virtualization"),
    ("azure", "main.tf", "= var.ssh_allowed_cidr", '= "*"', "security"),
    ("azure", "main.tf", "= var.azure_data_disk_iops", "= null", "premium_v2_disks"),
    ("azure", "main.tf", "[azurerm_network_interface.node[each.key].id]", "[]", "security"),
    ("gce", "main.tf", "[var.ssh_allowed_cidr]", '["0.0.0.0/0"]', "security"),
    (
        "gce",
        "main.tf",
        "local.generation >= 4 ||",
        "",
        "hyperdisk_in_the_place_of_persistent_disk",
    ),
    ("gce", "main.tf", "a[0-9]|g[2-9]|", "", "accelerators_that_are_no_gpus_are_not_migrated"),
    ("gce", "main.tf", "88-highlssd|", "", "the_largest_local_disks_are_not_migrated"),
    ("lambdalabs", "main.tf", "= var.lambdalabs_region\n", '= "us-west-1"\n', "nodes"),
    ("aws", "vars.tf", "min(var.aws_max_data_volumes, 20)", "21", "too_many_volumes"),
    ("gce", "vars.tf", "|e2|", "|", "nested_virtualization_on_e2"),
    ("gce", "vars.tf", "a3-highgpu-[124]g|", "", "a_machine_that_is_not_sold_on_demand"),
    ("gce", "vars.tf", "min(var.gce_max_data_volumes, 20)", "20", "fewer_disks_than_20_on_a_small_machine"),
]


@needs_terraform
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[4]}")
def test_a_fault_is_found(fault: tuple[str, str, str, str, str], copy: Copy) -> None:
    provider, file, old, new, run = fault
    module = copy(provider)
    module.change(file, old, new)
    assert run in module.failures("nodes.tftest.hcl")


@needs_terraform
@pytest.mark.parametrize(
    "provider, old, new",
    [
        ("aws", "volume_id   =", "volume_name ="),
        ("aws", "aws_subnet.nodes.id\n", "aws_subnet.nodes.subnet_id\n"),
        ("azure", "lun ", "number "),
        ("gce", 'resource "google_compute_disk" "data"', 'resource "google_compute_disc" "data"'),
        ("lambdalabs", "  instance_type_name = var.lambdalabs_instance_type\n", ""),
    ],
)
def test_a_wrong_name_is_found(provider: str, old: str, new: str, copy: Copy) -> None:
    module = copy(provider)
    module.change("main.tf", old, new)
    told = json.loads(module.run("validate", "-json").stdout)
    assert not told["valid"] and told["error_count"] > 0


# --- what `make` writes ---


@needs_terraform
@pytest.mark.parametrize("name", DEFCONFIGS)
def test_every_defconfig_can_be_planned(name: str, tree: Tree, copy: Copy, tmp_path: Path) -> None:
    """Its variables are exactly those of the module, of the right types, and pass all validations."""
    with LambdaServer() as server:  # one of them asks what has capacity
        tree.make(f"defconfig-{name}", "all", LAMBDALABS_API_BASE=server.base, LAMBDA_API_KEY=KEY)
    (tfvars,) = (tree.root / "terraform").glob("*/terraform.tfvars.json")
    provider = tfvars.parent.name
    assert (
        diagnostics(variables_only(provider, tmp_path / "vars", environment(tmp_path / "home")), tfvars) == []
    )
    made = json.loads(tfvars.read_text(encoding="utf-8")) | {"ssh_config_pubkey_file": "key.pub"}
    module = copy(provider)
    (module.folder / "terraform.tfvars.json").write_text(json.dumps(made), encoding="utf-8")
    module.ok("plan", "-input=false")


@needs_terraform
def test_the_check_of_variables_can_fail(tmp_path: Path) -> None:
    module = variables_only("lambdalabs", tmp_path / "vars", environment(tmp_path / "home"))
    good = {
        "hosts_prefix": "kdevops",
        "node_names": ["kdevops-1"],
        "ssh_config_user": "ubuntu",
        "ssh_config_pubkey_file": "key.pub",
        "lambdalabs_region": "us-east-1",
        "lambdalabs_instance_type": "gpu_1x_a10",
    }

    def told(values: dict[str, object]) -> list[str]:
        (tmp_path / "vars.json").write_text(json.dumps(values), encoding="utf-8")
        return [d["summary"] for d in diagnostics(module, tmp_path / "vars.json")]

    assert told(good) == []
    assert told({**good, "lambdalabs_zone": "a"}) == ["Value for undeclared variable"]
    assert told({**good, "ssh_config_user": "root"}) == ["Invalid value for variable"]
    assert told({**good, "node_names": "kdevops-1"}) == ["Invalid value for input variable"]
    assert told({k: v for k, v in good.items() if k != "hosts_prefix"}) == ["No value for required variable"]


# --- what holds for all modules; no terraform needed ---


def test_modules_share_by_links() -> None:
    """One file, a link to it in each module; what a module declares itself has a name of its own."""
    own: set[str] = set()
    for provider in MODULES:
        folder = ROOT / "terraform" / provider
        links = {p.name: str(p.readlink()) for p in folder.glob("*.tf") if p.is_symlink()}
        assert links.pop("shared.tf") == "../shared.tf"
        assert links in ({}, {"network.tf": "../network.tf"})
        names = {name for name, _ in _VARIABLE.findall(text(provider, "vars.tf"))}
        assert names.isdisjoint(own)
        own |= names


@pytest.mark.parametrize("provider", MODULES)
def test_every_variable_says_what_it_is(provider: str) -> None:
    for name, block in variables(provider):
        assert re.search(r'^  description = "[A-Z].*\."$', block, re.M), name
        assert re.search(r"^  type +=", block, re.M), name
        assert "default" not in block or name in ("account", "stamp"), f"{name}: make writes a value for each"


@pytest.mark.parametrize("provider", MODULES)
def test_the_provider_is_pinned_to_the_version_of_the_schema(provider: str) -> None:
    schema = json.loads((terraform_stub.SCHEMAS / f"{MODULES[provider]}.json").read_text(encoding="utf-8"))
    pinned = dict(re.findall(r"^ +(source|version) += \"(.*)\"$", text(provider, "provider.tf"), re.M))
    assert schema["address"] == f"registry.terraform.io/{pinned['source']}"
    assert schema["version"] == pinned["version"]


@pytest.mark.parametrize("provider", MODULES)
def test_no_credential_is_a_variable(provider: str) -> None:
    """They come from the environment; a variable would be in a file."""
    names = [name for name, _ in variables(provider)]
    assert [n for n in names if re.search("secret|token|password|api_key|access_key|private", n)] == []


def test_every_gce_machine_type_can_be_read() -> None:
    """The module tells Hyperdisk by the number in the series' name; a type without one would stop a plan."""
    if "gce" not in PROVIDER_NAMES:
        pytest.skip("this tree has no GCE")
    catalog = catalogfile.load_file(ROOT / "terraform" / "gce" / "kconfigs" / "catalog.json.static")
    names = [itype.name for itype in catalog.instance_types]
    assert names and [n for n in names if not re.match(r"[a-z]+[0-9]+", n)] == []
