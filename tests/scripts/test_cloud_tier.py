# SPDX-License-Identifier: MIT
"""Which tier of menus Kconfig reads, in every state a tree can be in; see docs/administrators.md."""

from __future__ import annotations

import shutil
from pathlib import Path

import kconfiglib
import pytest

from cloudlib.publish import tier
from tests.support.kconf import choose, parse_tree, value
from tests.support.tree import Tree

USE = "TERRAFORM_AWS_USE_DYNAMIC_CONFIG"
OFF = f"# CONFIG_{USE} is not set\n"


def generate(tree: Tree) -> None:
    """A generated tier that is the static one but for a default region that gives it away."""
    base = tier.folder(tree.root, "aws")
    for name, path in tier.tier_files(tree.root, "aws", tier.STATIC).items():
        text = path.read_text(encoding="utf-8").replace('.static"\n', '.generated"\n')
        if name == "Kconfig.location":
            text = text.replace(
                "default TERRAFORM_AWS_REGION_US_EAST_1\n", "default TERRAFORM_AWS_REGION_EU_WEST_1\n"
            )
        (base / f"{name}.generated").write_text(text, encoding="utf-8")


def mark(tree: Tree) -> None:
    tier.marker(tree.root, "aws").touch()


def parsed(tree: Tree, monkeypatch: pytest.MonkeyPatch, **env: str) -> kconfiglib.Kconfig:
    for name, text in env.items():
        monkeypatch.setenv(name, text)
    kconf = parse_tree(tree.root)
    if (tree.root / ".config").exists():
        kconf.load_config(str(tree.root / ".config"))
    return kconf


def state(kconf: kconfiglib.Kconfig) -> tuple[str, str, bool]:
    """(tier that was read, value of the option, whether it is offered)."""
    read = {"us-east-1": "static", "eu-west-1": "generated"}[value(kconf, "TERRAFORM_AWS_REGION")]
    assert kconf.variables["AWS_TIER"].expanded_value == read
    return read, value(kconf, USE), bool(kconf.syms[USE].visibility)


def test_a_fresh_clone(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state(parsed(tree, monkeypatch)) == ("static", "n", False)


def test_generated_files_without_a_marker(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tree)
    assert state(parsed(tree, monkeypatch)) == ("static", "n", False)


def test_generated_files_with_a_marker(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tree)
    mark(tree)
    assert state(parsed(tree, monkeypatch)) == ("generated", "y", True)


def test_switched_off_and_saved(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option takes effect from the next start of a config target."""
    generate(tree)
    mark(tree)
    kconf = parsed(tree, monkeypatch)
    kconf.syms[USE].set_value("n")
    kconf.write_config(str(tree.root / ".config"))
    assert OFF in tree.read(".config")
    config = tree.read(".config").replace("EU_WEST_1", "US_EAST_1")
    tree.write(".config", "\n".join(line for line in config.splitlines() if "REGION" not in line) + "\n")
    kconf = parsed(tree, monkeypatch)
    assert state(kconf) == ("static", "n", True)
    choose(kconf, USE)
    kconf.write_config(str(tree.root / ".config"))
    tree.write(".config", f"CONFIG_{USE}=y\n")
    assert state(parsed(tree, monkeypatch)) == ("generated", "y", True)


def test_a_saved_configuration_outlives_the_generated_menus(tree: Tree) -> None:
    """It says that they were in use, which is no request for them."""
    generate(tree)
    mark(tree)
    tree.make("alldefconfig")
    assert tree.config()[USE] == "y"
    tree.make("clean-cloud-config-aws")
    tree.write(".config", f"CONFIG_{USE}=y\n")
    tree.make("olddefconfig")
    assert USE not in tree.config()


def test_another_configuration_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tree)
    mark(tree)
    tree.write("other", OFF)
    assert parsed(tree, monkeypatch).variables["AWS_TIER"].expanded_value == "generated"
    kconf = parsed(tree, monkeypatch, KCONFIG_CONFIG="other")
    assert kconf.variables["AWS_TIER"].expanded_value == "static"


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("asked", ["static", "generated"])
def test_a_tier_on_the_command_line(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, asked: str, marked: bool
) -> None:
    generate(tree)
    if marked:
        mark(tree)
    tree.write(".config", OFF)
    kconf = parse_tree(tree.root)  # for the option's own value, not for what .config makes of it
    monkeypatch.setenv("CLOUD_TIER", asked)
    kconf = parse_tree(tree.root)
    assert state(kconf) == (asked, "y" if asked == "generated" else "n", False)


def test_an_unknown_tier_is_refused(tree: Tree) -> None:
    for target in ("defconfig-aws-small", "cloud-status"):
        done = tree.make(target, "CLOUD_TIER=newest", check=False)
        assert "error: CLOUD_TIER='newest' is neither static nor generated\n  next: " in done.stderr
        assert done.returncode == 2 and done.stdout == "" and not (tree.root / ".config").exists()


def test_an_unknown_tier_is_no_file_for_another_kconfig(tree: Tree) -> None:
    """Which says the name of the file that it lacks, whatever the command that named it says."""
    done = tree.run("scripts/cloud-tier", "aws", check=False, CLOUD_TIER="newest")
    assert (done.returncode, done.stdout) == (2, "CLOUD_TIER-is-neither-static-nor-generated\n")
    assert tree.run("scripts/cloud-tier", "--offered", "aws", check=False, CLOUD_TIER="no").stdout == "n\n"


def test_make_passes_the_tier_on(tree: Tree) -> None:
    generate(tree)
    tree.make("alldefconfig", "CLOUD_TIER=generated")
    assert tree.config()["TERRAFORM_AWS_REGION"] == "eu-west-1"
    tree.make("alldefconfig")
    assert tree.config()["TERRAFORM_AWS_REGION"] == "us-east-1"


def remove_static(tree: Tree) -> None:
    for path in tier.tier_files(tree.root, "aws", tier.STATIC).values():
        path.unlink()


def test_no_menus_at_all(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in ones are written as generated, with no marker and a loud notice."""
    remove_static(tree)
    done = tree.make("defconfig-aws-small")
    assert "WARNING: aws has neither committed nor generated menus" in done.stderr
    assert "git checkout terraform/aws" in done.stderr and "make cloud-config-aws" in done.stderr
    assert not tier.marker(tree.root, "aws").exists() and not (tree.root / ".cloud.initialized").exists()
    assert tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "t3.medium"
    kconf = parsed(tree, monkeypatch)
    assert kconf.variables["AWS_TIER"].expanded_value == "generated"
    assert not kconf.syms[USE].visibility
    assert value(kconf, USE) == "n"
    assert "WARNING" not in tree.make("olddefconfig").stderr, "said once, when they are written"


def test_a_checkout_brings_static_back(tree: Tree, template: Path) -> None:
    remove_static(tree)
    tree.make("alldefconfig")
    for name, path in tier.tier_files(template, "aws", tier.STATIC).items():
        target = tier.folder(tree.root, "aws") / f"{name}.static"
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(path, target)
    assert parse_tree(tree.root).variables["AWS_TIER"].expanded_value == "static"


def test_parsing_calls_no_vendor(tree: Tree) -> None:
    tree.make("alldefconfig")
    assert tree.vendor_calls() == []
