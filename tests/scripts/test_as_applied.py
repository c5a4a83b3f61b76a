# SPDX-License-Identifier: MIT
"""git pull between bringup and destroy, a provider that moved on, and OpenTofu in terraform's place."""

from __future__ import annotations

import json

import pytest

from tests.support.bringup import CONFIG, REAL_ENV, Fake, ready, run, stub_module
from tests.support.terraform import needs_terraform, write_key_pair
from tests.support.tree import Tree

LOCK = "terraform/aws/.terraform.lock.hcl"
PLAIN = 'provider "registry.terraform.io/hashicorp/aws" {{\n  version     = "{}"\n  hashes = [\n  ]\n}}\n'


@pytest.fixture
def fake(tree: Tree) -> Fake:
    return ready(tree)


@needs_terraform
@pytest.mark.parametrize(
    "pulled", ["a new variable", "a variable less", "no such resource", "cannot be read"]
)
def test_another_module_since(tree: Tree, pulled: str) -> None:
    """destroy takes the module that the machines were made with, and the state where it is."""
    stub_module(tree)
    tree.write(".config", CONFIG)
    write_key_pair(tree.home / ".ssh")
    tree.make("bringup", **REAL_ENV)
    variables, main = "terraform/aws/vars.tf", "terraform/aws/main.tf"
    if pulled == "a new variable":
        tree.write(variables, tree.read(variables) + 'variable "aws_spot" {}\n')
    elif pulled == "a variable less":
        tree.write(variables, tree.read(variables).replace('variable "aws_ns" {}\n', ""))
    elif pulled == "no such resource":
        tree.write(main, tree.read(main).replace("terraform_data", "terraform_datum"))
    else:
        tree.write(main, "<<<<<<< HEAD\n")
    said = tree.make("destroy", "YES=1", **REAL_ENV).stdout
    assert "the module has changed since: using its copy in terraform/aws/applied" in said
    assert "Destroy complete! Resources: 2 destroyed." in said
    assert json.loads(tree.read("terraform/aws/terraform.tfstate"))["resources"] == []
    assert not (tree.root / "terraform/aws/applied").exists()
    tree.make("mrproper")


def test_the_same_module_needs_no_copy(fake: Fake) -> None:
    fake.tree.make("bringup")
    copy = fake.tree.root / "terraform/aws/applied"
    assert (copy / "shared.tf").is_file() and not (copy / "shared.tf").is_symlink()
    fake.tree.make("destroy", "YES=1")
    assert fake.calls()[-1][0] == f"-chdir={fake.tree.root}/terraform/aws"


def test_a_provider_that_moved_on(fake: Fake) -> None:
    """bringup takes the version that the module pins now; destroy the one of the machines."""
    fake.tree.write(LOCK, PLAIN.format("6.66.0"))
    pinned = fake.tree.read("terraform/aws/provider.tf")
    fake.tree.write("terraform/aws/provider.tf", pinned.replace("6.66.0", "6.70.0"))
    assert "6.70.0" in fake.tree.read("terraform/aws/provider.tf"), "the version above is that of the module"
    code, said = run(fake, "bringup")
    assert code == 0 and ".terraform.lock.hcl is updated" in said and "aws 6.66.0 -> 6.70.0" in said
    assert fake.calls()[0][1:] == ["init", "-no-color", "-input=false", "-upgrade"]
    fake.tree.write("terraform/aws/provider.tf", pinned.replace("6.66.0", "6.99.0"))
    fake.tree.write("terraform/aws/.terraform/providers/x", "")
    assert run(fake, "destroy", YES="1")[0] == 0
    init, destroy = fake.calls()[-2:]
    assert init[:2] == [f"-chdir={fake.tree.root}/terraform/aws/applied", "init"]
    assert init[2] == f"-plugin-dir={fake.tree.root}/terraform/aws/.terraform/providers"
    assert destroy[0] == init[0] and "6.70.0" not in pinned


def test_lock_files_of_the_pinned_version_stay(fake: Fake) -> None:
    fake.tree.write(LOCK, PLAIN.format("6.66.0"))
    code, said = run(fake, "bringup")
    assert code == 0 and "updated" not in said and "-upgrade" not in fake.calls()[0]


# --- OpenTofu ---


def test_tofu_alone(fake: Fake) -> None:
    """Whichever of the two is installed is found."""
    program = fake.tree.home.parent / "bin" / "terraform"
    program.rename(program.with_name("tofu"))
    path = f"{program.parent}:/usr/bin:/bin"
    assert run(fake, "bringup", PATH=path)[0] == 0
    assert run(fake, "destroy", YES="1", PATH=path)[0] == 0


@pytest.mark.parametrize("how", ["name", "path"])
def test_a_program_by_name_or_path(fake: Fake, how: str) -> None:
    """terraform is there too, and would fail."""
    program = fake.tree.home.parent / "bin" / "terraform"
    other = program.with_name("tofu") if how == "name" else fake.tree.home / "tofu 1.10" / "tofu"
    other.parent.mkdir(exist_ok=True)
    program.rename(other)
    program.write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
    program.chmod(0o755)
    setting = "TERRAFORM=" + ("tofu" if how == "name" else str(other))
    fake.tree.make("bringup", setting)
    fake.tree.make("destroy", "YES=1", setting)
    fake.tree.make("terraform-lock", setting) if how == "name" else None
    assert "init" in fake.commands() and "destroy" in fake.commands()


def test_a_program_that_is_not_there(fake: Fake) -> None:
    code, said = run(fake, "bringup", TERRAFORM="tofu-9")
    assert code == 3 and "TERRAFORM=tofu-9: there is no such command" in said and "opentofu.org" in said
    assert fake.commands() == []
