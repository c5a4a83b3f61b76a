# SPDX-License-Identifier: MIT
"""The config targets, through make, in a copy of the tree: what they write, and what they refuse."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.tree import ROOT, Tree

DEFCONFIGS = sorted(p.name for p in (ROOT / "defconfigs").iterdir())
OFFLINE = [n for n in DEFCONFIGS if not n.endswith("-smart")]  # those ask the cloud in `make`
M7I = """\
CONFIG_TERRAFORM_AWS=y
CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y
CONFIG_TERRAFORM_AWS_INSTANCE_M7I_2XLARGE=y
"""


@pytest.fixture(autouse=True)
def offline(tree: Tree) -> Iterator[None]:
    """No config target may ask a vendor."""
    yield
    assert tree.vendor_calls() == []


def extra_vars(tree: Tree) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(tree.read("extra_vars.yaml"))
    return found


def test_a_config_target_loads_nothing_that_it_does_not_need(tree: Tree) -> None:
    """Start-up is a third of its time: no YAML, no vendor calls, no rendering."""
    done = tree.python("-X", "importtime", "scripts/kconfig_tools.py", "defconfig", "aws-large")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "cloudlib.config.session" in loaded
    heavy = {"cloudlib.calls.run", "cloudlib.catalog.file", "cloudlib.config.launch", "cloudlib.menus.render"}
    assert loaded & {"yaml", "rich", "requests", *heavy} == set()


@pytest.mark.parametrize("name", mostly_slow(OFFLINE, 4))
def test_every_defconfig_takes_effect(tree: Tree, name: str) -> None:
    done = tree.make(f"defconfig-{name}")
    assert done.stderr == ""
    config = tree.config()
    for line in tree.read(f"defconfigs/{name}").splitlines():
        if line.startswith("CONFIG_"):
            symbol, _, wanted = line.removeprefix("CONFIG_").partition("=")
            assert config[symbol] == wanted.strip('"')
    tree.make()
    values = extra_vars(tree)
    assert values["terraform_provider"] == name.partition("-")[0]
    assert [key for key, found in values.items() if found == ""] == []


def test_extra_vars(tree: Tree) -> None:
    tree.make("defconfig-aws-gpu-large")
    tree.make()
    values = extra_vars(tree)
    assert values["terraform_aws_instance_type"] == "g6e.12xlarge"
    assert values["terraform_aws_region"] == "us-east-1" and values["terraform_aws_av_zone"] == "us-east-1b"
    assert values["terraform_aws_is_gpu_instance"] is True and values["terraform_aws_use_gpu_ami"] is True
    assert values["target_arch"] == "x86_64" and values["terraform_node_count"] == 1
    assert str(values["terraform_aws_gpu_ami_name"]).startswith("Deep Learning ")


def test_extra_vars_are_written_when_they_change(tree: Tree) -> None:
    tree.make("defconfig-aws-small")
    assert "wrote extra_vars.yaml" in tree.make().stdout
    before = (tree.root / "extra_vars.yaml").stat()
    time.sleep(0.01)
    assert "wrote" not in tree.make().stdout
    after = (tree.root / "extra_vars.yaml").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    tree.make("defconfig-aws-large")
    assert "wrote extra_vars.yaml" in tree.make().stdout


def test_without_a_config(tree: Tree) -> None:
    done = tree.make(check=False)
    assert done.returncode != 0 and "there is no .config" in done.stderr
    for way in ("make menuconfig", *(f"make defconfig-{name}" for name in DEFCONFIGS)):
        assert way in done.stderr
    assert not (tree.root / "extra_vars.yaml").exists() and not (tree.root / ".config").exists()
    alone = tree.python("scripts/write_extra_vars.py", check=False)
    assert alone.returncode == 1


@pytest.mark.parametrize(
    "target", mostly_slow(["allnoconfig", "allyesconfig", "alldefconfig", "olddefconfig", "oldconfig"])
)
def test_targets_that_write_a_config(tree: Tree, target: str) -> None:
    tree.write(".config", M7I)
    tree.make("olddefconfig")
    tree.make(target)
    config = tree.config()
    assert config["TERRAFORM_AWS_INSTANCE_TYPE"] and config["TERRAFORM_AWS_REGION"]
    if target.startswith("old"):
        assert config["TERRAFORM_AWS_INSTANCE_TYPE"] == "m7i.2xlarge"
    tree.make()
    assert extra_vars(tree)["terraform_provider"]


def test_olddefconfig_without_a_config_takes_defaults(tree: Tree) -> None:
    tree.make("olddefconfig")
    assert tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"].startswith("m")


def test_savedefconfig_comes_back(tree: Tree) -> None:
    tree.make("defconfig-aws-storage")
    before = tree.read(".config")
    tree.make("savedefconfig")
    assert len(tree.read("defconfig").splitlines()) <= 30
    tree.write("defconfigs/mine", tree.read("defconfig"))
    (tree.root / ".config").unlink()
    tree.make("defconfig-mine")
    assert tree.read(".config") == before


def test_listnewconfig_names_what_is_not_answered(tree: Tree) -> None:
    tree.make("defconfig-aws-small")
    tree.write(".config", "\n".join(n for n in tree.read(".config").splitlines() if "NODE_COUNT" not in n))
    assert "CONFIG_TERRAFORM_NODE_COUNT=1" in tree.make("listnewconfig").stdout


def test_a_defconfig_that_does_not_exist(tree: Tree) -> None:
    done = tree.make("defconfig-aws-smal", check=False)
    assert done.returncode != 0 and "there is no defconfig 'aws-smal'" in done.stderr
    assert "make defconfig-aws-small" in done.stderr and not (tree.root / ".config").exists()


def refused(tree: Tree, lines: str) -> str:
    """What make says of a defconfig with these lines; .config has to stay as it was."""
    tree.configure("aws-small")
    before = tree.read(".config")
    tree.write("defconfigs/bad", f"# A bad one to be refused.\nCONFIG_TERRAFORM_AWS=y\n{lines}\n")
    done = tree.make("defconfig-bad", check=False)
    assert done.returncode != 0 and tree.read(".config") == before
    assert "next: correct these lines" in done.stderr
    return done.stderr


def test_a_type_that_is_gone(tree: Tree) -> None:
    said = refused(
        tree, "CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y\nCONFIG_TERRAFORM_AWS_INSTANCE_M7I_6XLARGE=y"
    )
    (line,) = [line for line in said.splitlines() if "CONFIG_" in line]
    assert "CONFIG_TERRAFORM_AWS_INSTANCE_M7I_6XLARGE=y: there is no such setting" in line
    nearest = [name.rpartition("_")[2] for name in line.partition("nearest: ")[2].split(", ")]
    assert nearest == ["4XLARGE", "2XLARGE", "XLARGE"], "no larger one first"


def test_a_family_that_is_gone(tree: Tree) -> None:
    said = refused(tree, "CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M77I=y")
    assert (
        "the menus have no machine of that name; nearest: " in said
        and "TERRAFORM_AWS_INSTANCE_TYPE_M7I" in said
    )


def test_a_region_that_lacks_the_type(tree: Tree) -> None:
    said = refused(
        tree,
        "CONFIG_TERRAFORM_AWS_REGION_AF_SOUTH_1=y\nCONFIG_TERRAFORM_AWS_INSTANCE_TYPE_G6E=y\n"
        "CONFIG_TERRAFORM_AWS_INSTANCE_G6E_XLARGE=y",
    )
    (line,) = [line for line in said.splitlines() if "TYPE_G6E=y" in line]
    assert "it is not offered in af-south-1, but in " in line and "us-east-1" in line


def test_the_wrong_architecture(tree: Tree) -> None:
    said = refused(tree, "CONFIG_TARGET_ARCH_X86_64=y\nCONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7G=y")
    assert "CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7G=y: it needs TARGET_ARCH_ARM64" in said


def test_two_choices_in_one(tree: Tree) -> None:
    said = refused(tree, "CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y\nCONFIG_TERRAFORM_AWS_INSTANCE_TYPE_C7I=y")
    assert re.search(r"TERRAFORM_AWS_INSTANCE_TYPE_\w+ was chosen instead", said)


def test_settings_of_others_are_passed_over(tree: Tree) -> None:
    tree.write("defconfigs/other", f"# One with settings of other menus.\nCONFIG_LIBVIRT=y\n{M7I}")
    assert tree.make("defconfig-other").stderr == ""
    assert tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "m7i.2xlarge"


def test_a_previous_generation_goes_on_working(tree: Tree) -> None:
    text = M7I.replace("M7I", "M5")
    tree.write("defconfigs/old", f"# From the time when m5 was new.\n{text}")
    done = tree.make("defconfig-old")
    assert "is of a previous generation: TERRAFORM_AWS_PREVIOUS_GENERATION=y was set for it" in done.stderr
    config = tree.config()
    assert config["TERRAFORM_AWS_INSTANCE_TYPE"] == "m5.2xlarge"
    assert config["TERRAFORM_AWS_PREVIOUS_GENERATION"] == "y"
    assert "note: " not in tree.make().stderr, "once it is in .config there is nothing to note"


@pytest.mark.parametrize("target", mostly_slow(["olddefconfig", "oldconfig", "savedefconfig", "extra-vars"]))
def test_a_config_that_lost_its_type(tree: Tree, target: str) -> None:
    """As after an update of the menus: it is never turned into another machine unasked."""
    tree.configure("aws-large")
    tree.write(".config", tree.read(".config").replace("_M7I_4XLARGE=y", "_M7I_5XLARGE=y"))
    before = tree.read(".config")
    done = tree.make(target, check=False)
    assert done.returncode != 0 and "_M7I_5XLARGE=y: there is no such setting" in done.stderr
    assert tree.read(".config") == before and not (tree.root / "extra_vars.yaml").exists()


def test_a_config_tells_which_menus_were_in_use(tree: Tree) -> None:
    name = "TERRAFORM_LAMBDALABS_USE_DYNAMIC_CONFIG"
    tree.make("defconfig-lambdalabs-gpu-1x-a10")
    (line,) = [line for line in tree.read(".config").splitlines() if "USE_DYNAMIC_CONFIG" in line]
    assert line.startswith(f"# {name}: no generated menus")
    publish(tree)
    tree.make("olddefconfig")
    (line,) = [line for line in tree.read(".config").splitlines() if "USE_DYNAMIC_CONFIG" in line]
    assert line == f"CONFIG_{name}=y"


def test_another_config_file(tree: Tree) -> None:
    tree.make("defconfig-aws-small", KCONFIG_CONFIG="other")
    assert not (tree.root / ".config").exists() and "T3_MEDIUM=y" in tree.read("other")


def test_menus_that_cannot_be_read(tree: Tree) -> None:
    tree.write("terraform/aws/kconfigs/Kconfig.location.static", "choice\n")
    done = tree.make("alldefconfig", check=False)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "Kconfig.location.static" in done.stderr and "git status terraform" in done.stderr


@pytest.mark.parametrize("words", mostly_slow([[], ["nonsense"], ["defconfig"], ["defconfig", "a", "b"]]))
def test_the_tool_used_wrongly(tree: Tree, words: list[str]) -> None:
    done = tree.python("scripts/kconfig_tools.py", *words, check=False)
    assert done.returncode == 2 and "next: " in done.stderr and "Traceback" not in done.stderr


def test_it_works_from_another_directory(tree: Tree, tmp_path: Path) -> None:
    elsewhere = replace(tree, root=tmp_path)
    elsewhere.python(str(tree.root / "scripts" / "kconfig_tools.py"), "defconfig", "aws-small")
    assert tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "t3.medium"


def test_clean_keeps_the_config_and_mrproper_does_not(tree: Tree) -> None:
    tree.configure("aws-small")
    tree.make()
    tree.write("terraform/aws/kconfigs/instance-types/Kconfig.zz.generated", "")
    tree.write(".venv/ready", "")
    kept = tree.write(".cloud-cache/aws-zones.json", "{}")
    tree.make("clean")
    assert not (tree.root / "extra_vars.yaml").exists() and (tree.root / ".config").exists() and kept.exists()
    tree.make("mrproper")
    assert not kept.parent.exists()
    assert (tree.root / ".venv").exists(), "the next target may be offline"
    assert not (tree.root / ".config").exists() and not list(tree.root.rglob("*.generated"))
    tree.make("distclean")
    assert not (tree.root / ".venv").exists()
    assert len(tree.menu_state()) > 50, "static files stay"
