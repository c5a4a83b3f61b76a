# SPDX-License-Identifier: MIT
"""Configurations in parts, under a name, and edited by hand; through make."""

from __future__ import annotations

import re

import pexpect
import pytest

import cloud_providers
from tests.support.costly import mostly_slow
from tests.support.terminal import Terminal
from tests.support.tree import Tree

TYPE = "TERRAFORM_AWS_INSTANCE_TYPE"
PART = 'CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="203.0.113.7/32"\nCONFIG_TERRAFORM_NODE_COUNT=2\n'


def test_the_two_lines(tree: Tree) -> None:
    tree.write("defconfigs/two", f'CONFIG_{TYPE}="p5.48xlarge"\nCONFIG_TERRAFORM_AWS_REGION="us-west-2"\n')
    done = tree.make("defconfig-two")
    assert f'note: CONFIG_{TYPE}="p5.48xlarge" chooses {TYPE}_P5' in done.stderr
    config = tree.config()
    assert (config[TYPE], config["TERRAFORM_AWS_REGION"]) == ("p5.48xlarge", "us-west-2")
    assert tree.make("olddefconfig").stderr == "", "what is written is in our names"


@pytest.mark.parametrize(
    "target", mostly_slow(["olddefconfig", "oldconfig", "savedefconfig", "extra-vars", "menuconfig"])
)
def test_a_result_string_edited_by_hand(tree: Tree, target: str) -> None:
    tree.configure("aws-large")
    tree.write(".config", tree.read(".config").replace('_REGION="us-east-1"', '_REGION="eu-central-1"'))
    before = tree.read(".config")
    done = tree.make(target, check=False)
    assert done.returncode != 0 and tree.read(".config") == before
    assert "CONFIG_TERRAFORM_AWS_REGION_US_EAST_1 gives 'us-east-1'" in done.stderr
    assert "its choice is TERRAFORM_AWS_REGION_EU_CENTRAL_1" in done.stderr


def test_a_choice_edited_by_hand(tree: Tree) -> None:
    """The result strings of the file are then those of before."""
    tree.configure("aws-large")
    tree.write(".config", tree.read(".config").replace("_M7I_4XLARGE=y", "_M7I_8XLARGE=y"))
    assert tree.make("olddefconfig").stderr == ""
    assert tree.config()[TYPE] == "m7i.8xlarge"


def test_a_string_that_the_menus_moved(tree: Tree) -> None:
    """Nobody edited .config: what became of an image is said, and the choice holds."""
    tree.configure("aws-large")
    path = "terraform/aws/kconfigs/Kconfig.images.static"
    tree.write(path, tree.read(path).replace('"debian-13-amd64-*"', '"debian-13-new-amd64-*"'))
    done = tree.make("olddefconfig")
    said = "CONFIG_TERRAFORM_AWS_NS is 'debian-13-new-amd64-*', it was \"debian-13-amd64-*\""
    assert f"note: the menus have changed: {said}" in done.stderr
    assert tree.make("olddefconfig").stderr == ""


@pytest.mark.parametrize(
    "text", mostly_slow(["", "CONFIG_TERRAFORM=n\n", "CONFIG_GUESTFS=y\n"]), ids=["empty", "off", "local"]
)
def test_a_file_that_names_no_cloud(tree: Tree, text: str) -> None:
    tree.write("defconfigs/none", text)
    done = tree.make("defconfig-none", check=False)
    assert done.returncode != 0 and not (tree.root / ".config").exists()
    for name in cloud_providers.PROVIDER_NAMES:
        assert f"CONFIG_{cloud_providers.load(name).MENU_NAMES.switch}=y" in done.stderr
    assert "make alldefconfig" in done.stderr


def test_parts(tree: Tree) -> None:
    tree.write("../home/.config/kdevops/my-ssh.config", PART)
    tree.write("../elsewhere/three", "CONFIG_TERRAFORM_NODE_COUNT=3\n")
    folder = str(tree.root.parent / "elsewhere")
    done = tree.make("defconfig-aws-large+my-ssh+three", KDEVOPS_CONFIG_PATH=folder)
    assert done.stderr.count("note: ") == 1 and "NODE_COUNT=3 of " in done.stderr
    assert "three replaces 2 of " in done.stderr and "my-ssh.config" in done.stderr
    config = tree.config()
    assert (config[TYPE], config["TERRAFORM_NODE_COUNT"]) == ("m7i.4xlarge", "3")
    assert config["TERRAFORM_SSH_ALLOWED_CIDR"] == "203.0.113.7/32"


def test_a_part_replaces_a_machine_whole(tree: Tree) -> None:
    tree.write("defconfigs/other", f"CONFIG_{TYPE}_C7I=y\nCONFIG_TERRAFORM_AWS_INSTANCE_C7I_LARGE=y\n")
    done = tree.make("defconfig-aws-large+other")
    assert tree.config()[TYPE] == "c7i.large"
    said = "replaces CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y of defconfigs/aws-large and 2 settings that go"
    assert done.stderr.count("note: ") == 1 and said in done.stderr


def test_a_part_of_another_provider_replaces_the_first_in_one_sentence(tree: Tree) -> None:
    done = tree.make("defconfig-azure-gpu+aws-large")
    assert tree.config()[TYPE] == "m7i.4xlarge"
    said = (
        "CONFIG_TERRAFORM_AWS=y of defconfigs/aws-large replaces CONFIG_TERRAFORM_AZURE=y of defconfigs/azure"
    )
    assert done.stderr == f"note: {said}-gpu and 6 settings that go with it\n"


@pytest.mark.parametrize(
    ("text", "parts", "machine", "region"),
    [
        (f'CONFIG_{TYPE}="c7i.large"', "aws-large+strings", "c7i.large", "us-east-1"),
        (f'CONFIG_{TYPE}="c7i.large"', "strings+aws-large", "m7i.4xlarge", "us-east-1"),
        ('CONFIG_TERRAFORM_AWS_REGION="eu-west-1"', "aws-large+strings", "m7i.4xlarge", "eu-west-1"),
        ('CONFIG_TERRAFORM_AWS_AV_ZONE="eu-west-1b"', "aws-large+strings", "m7i.4xlarge", "eu-west-1"),
    ],
)
def test_a_part_of_result_strings_wins_as_its_choices_would(
    tree: Tree, text: str, parts: str, machine: str, region: str
) -> None:
    tree.write("defconfigs/strings", f"{text}\n")
    done = tree.make(f"defconfig-{parts}")
    assert (tree.config()[TYPE], tree.config()["TERRAFORM_AWS_REGION"]) == (machine, region)
    assert f"note: {text} chooses TERRAFORM_AWS_" in done.stderr and " replaces CONFIG_" in done.stderr


def test_a_string_for_another_provider_is_refused(tree: Tree) -> None:
    tree.write("defconfigs/strings", f'CONFIG_{TYPE}="c7i.large"\nCONFIG_{TYPE}_M7I=y\n')
    done = tree.make("defconfig-azure-gpu+strings", check=False)
    assert f"CONFIG_{TYPE}_M7I gives" in done.stderr or f"CONFIG_{TYPE}_M7I rules it out" in done.stderr
    tree.write("defconfigs/strings", f'CONFIG_{TYPE}="c7i.large"\n')
    done = tree.make("defconfig-azure-gpu+strings", check=False)
    assert done.returncode != 0 and "C7I_LARGE=y: it needs " in done.stderr
    assert not (tree.root / ".config").exists()


def test_a_zone_brings_its_region(tree: Tree) -> None:
    tree.write("defconfigs/there", "CONFIG_TERRAFORM_AWS_AV_ZONE_EU_WEST_1B=y\n")
    done = tree.make("defconfig-aws-large+there")
    assert tree.config()["TERRAFORM_AWS_REGION"] == "eu-west-1"
    assert "AV_ZONE_EU_WEST_1B=y of defconfigs/there replaces CONFIG_TERRAFORM_AWS_REGION_" in done.stderr


def test_a_part_for_another_provider_is_refused(tree: Tree) -> None:
    tree.write("defconfigs/gce-zone", "CONFIG_TERRAFORM_GCE_ZONE_EUROPE_WEST4_B=y\n")
    done = tree.make("defconfig-aws-large+gce-zone", check=False)
    assert done.returncode != 0 and "TERRAFORM_GCE_ZONE_EUROPE_WEST4_B=y: it needs " in done.stderr


def test_personal_settings_come_last(tree: Tree) -> None:
    tree.write("local.config", PART)
    tree.make("defconfig-aws-large")
    assert tree.config()["TERRAFORM_NODE_COUNT"] == "2"
    done = tree.make("defconfig-lambdalabs-gpu-1x-a10")
    assert "note: not used from local.config: CONFIG_TERRAFORM_SSH_ALLOWED_CIDR=" in done.stderr
    assert tree.config()["TERRAFORM_NODE_COUNT"] == "2"


@pytest.mark.parametrize("name", mostly_slow(["aws-large+nope", "nope", "aws-large+", "aws-large+.."]))
def test_a_part_that_is_nowhere(tree: Tree, name: str) -> None:
    done = tree.make(f"defconfig-{name}", check=False)
    assert (
        done.returncode != 0 and "there is no defconfig" in done.stderr and ".config/kdevops" in done.stderr
    )


def test_a_misspelled_part_names_the_nearest(tree: Tree) -> None:
    done = tree.make("defconfig-aws-lrage", check=False)
    assert (
        "\n  next: make defconfig-aws-large\n" in done.stderr and "`make help` lists them all" in done.stderr
    )
    assert done.stderr.count("make defconfig-") < 4
    assert tree.make("defconfig-xyz", check=False).stderr.count("make defconfig-") > 10


def test_a_defconfig_without_a_name(tree: Tree) -> None:
    """It is a name of the kernel's, and the file that savedefconfig writes has it too."""
    tree.write("defconfig", "CONFIG_TERRAFORM_AWS=y\n")
    done = tree.make("defconfig", check=False)
    assert done.returncode != 0 and not (tree.root / ".config").exists()
    assert "error: no defconfig was named\n  next: cp defconfig .config && make olddefconfig" in done.stderr
    assert "make defconfig-aws-large\n" in done.stderr
    assert "No rule to make target 'defconfig-'" in tree.make("defconfig-", check=False, LC_ALL="C").stderr


def test_parts_are_named_by_where_they_are(tree: Tree) -> None:
    """Not by the file of all their settings, which is gone by then."""
    tree.write("defconfigs/mine", "CONFIG_TERRAFORM_NO_SUCH=y\n")
    done = tree.make("defconfig-aws-large+mine", check=False)
    assert "error: defconfigs/aws-large + defconfigs/mine asks for what the menus" in done.stderr
    tree.write("defconfigs/mine", "CONFIG_TERRAFORM_NODE_COUNT=2\n")
    done = tree.make("defconfig-mine+mine", check=False)
    assert "error: defconfigs/mine + defconfigs/mine names no cloud provider" in done.stderr


def test_a_pick_that_cannot_be_written(tree: Tree) -> None:
    done = tree.make("pick", "TYPE=m7i.4xlarge", "KCONFIG_CONFIG=/no/such/x", check=False)
    assert "error: /no/such/x cannot be replaced: No such file or directory\n  next: make it" in done.stderr
    assert done.returncode != 0


def test_oldconfig_without_answers(tree: Tree) -> None:
    before = tree.read("defconfigs/aws-large")
    tree.write(".config", before)
    done = tree.make("oldconfig", check=False)
    assert "error: oldconfig got no answer to its question\n  unchanged: .config\n" in done.stderr
    assert done.returncode != 0 and tree.read(".config") == before


def test_nothing_is_saved_without_a_config(tree: Tree) -> None:
    """The defaults under a name of one's own would be another machine than the one that was chosen."""
    done = tree.make("savedefconfig", "NAME=my-box", check=False)
    assert done.returncode != 0 and "error: there is no .config\n  next: make menuconfig" in done.stderr
    assert not (tree.root / "defconfigs/my-box").exists()


@pytest.mark.parametrize("target", mostly_slow(["defconfig-mine", "all"]))
def test_a_terminal_of_80_columns_is_enough(tree: Tree, target: str) -> None:
    tree.write(
        "defconfigs/mine",
        'CONFIG_TERRAFORM_AWS_INSTANCE_TYPE="m7i.4xlarge"\nCONFIG_TERRAFORM_AWS_REGION="us-east-1"\n',
    )
    tree.make("defconfig-aws-large")
    child = Terminal(tree, columns=80, lines=24, target=target).child
    child.expect(pexpect.EOF)
    lines = child.before.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.startswith("  ") for line in lines), "one was broken"


def test_a_defconfig_is_saved_under_a_name(tree: Tree) -> None:
    tree.configure("aws-storage")
    before = tree.read(".config")
    assert "defconfigs/my-box" in tree.make("savedefconfig", "NAME=my-box").stdout
    assert tree.read("defconfigs/my-box").startswith("# i4i.4xlarge: 16 vCPU, 128 GiB.\n")
    (tree.root / ".config").unlink()
    assert tree.make("defconfig-my-box").stderr == "" and tree.read(".config") == before
    tree.make("savedefconfig", NAME="of-the-environment")
    assert (tree.root / "defconfig").exists() and not (tree.root / "defconfigs/of-the-environment").exists()


def test_a_defconfig_that_is_there_is_not_overwritten(tree: Tree) -> None:
    tree.configure("aws-small")
    shipped = tree.read("defconfigs/aws-large")
    done = tree.make("savedefconfig", "NAME=aws-large", check=False)
    said = "savedefconfig: error: defconfigs/aws-large exists\n  unchanged: defconfigs/aws-large\n  next: "
    assert said in done.stderr and tree.read("defconfigs/aws-large") == shipped
    tree.make("savedefconfig", "NAME=aws-large", "FORCE=1")
    assert tree.read("defconfigs/aws-large") != shipped


@pytest.mark.parametrize("name", mostly_slow(["../x", "a b", "-x", "$(shell id)"]))
def test_a_name_that_is_no_name(tree: Tree, name: str) -> None:
    tree.configure("aws-small")
    done = tree.make("savedefconfig", f"NAME={name.replace('$', '$$')}", check=False)
    assert done.returncode != 0 and "is not a file name" in done.stderr


@pytest.mark.parametrize(
    "line", mostly_slow(['CONFIG_TERRAFORM_NO_SUCH="{}"', 'CONFIG_TERRAFORM_AWS_AMI_CUSTOM_NAME="{}"', "{}"])
)
def test_no_setting_steers_the_terminal(tree: Tree, line: str) -> None:
    """An unknown setting, and the custom image that cloud-check speaks of."""
    attack = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\x7f"
    tree.write(
        ".config", f"CONFIG_TERRAFORM_AWS=y\nCONFIG_TERRAFORM_AWS_DISTRO_CUSTOM=y\n{line.format(attack)}\n"
    )
    for words in (("scripts/cloud_check.py",), ("scripts/kconfig_tools.py", "olddefconfig")):
        done = tree.python(*words, check=False)
        steering = {"\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\x7f"}
        assert not steering & {*done.stdout, *done.stderr}
        assert "Traceback" not in done.stderr


def test_only_what_is_much_alike_is_suggested(tree: Tree) -> None:
    lines = {
        "TERRAFORM_AWS=y": "",
        "TERRAFORM_NODECOUNT=3": "there is no such setting; nearest: TERRAFORM_NODE_COUNT\n",
        "TERRAFORM_AWS_REGION_US_ESAT_1=y": "no region of that name; nearest: TERRAFORM_AWS_REGION_US_EAST_1",
        "TERRAFORM_AWS_REGION_MARS=y": "the menus have no region of that name\n",
        "TERRAFORM_AWS_INSTANCE_WOMBAT=y": "the menus have no machine of that name\n",
        "TERRAFORM_AWS_FOO=y": "there is no such setting\n",
    }
    tree.write("defconfigs/odd", "".join(f"CONFIG_{line}\n" for line in lines))
    said = tree.make("defconfig-odd", check=False).stderr
    for line, why in lines.items():
        assert not why or re.search(rf"CONFIG_{line}: .*{why}", said), line
