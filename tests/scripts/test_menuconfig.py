# SPDX-License-Identifier: MIT
"""menuconfig in a real pseudo-terminal: walk to a GPU family, choose a size, save."""

from __future__ import annotations

import os
import time

import pexpect
import pytest

from tests.support.costly import mostly_slow
from tests.support.terminal import ENTER, Terminal
from tests.support.tree import Tree


def test_a_gpu_size_is_found_chosen_and_saved(tree: Tree) -> None:
    terminal = Terminal(tree)
    terminal.wait_for("Cloud provider (AWS")
    terminal.jump_to("aws_category_gpu$")
    terminal.child.send(" ")
    terminal.wait_for("Instance type category (GPU)")
    terminal.jump_to("instance_type_g6e$")
    terminal.wait_for("4-192 vCPU   32-1536 GiB  L40S")
    terminal.child.send(" ")
    terminal.wait_for("Instance type (g6e.xlarge  $1.861/h)")
    terminal.jump_to("instance_g6e_2xlarge")
    terminal.wait_for("$2.2421/h    8 vCPU    64 GiB  1x L40S 44.7G  450 GB NVMe")
    terminal.child.send(" ")
    terminal.wait_for("Instance type (g6e.2xlarge  $2.2421/h)")
    terminal.child.send("S")
    terminal.wait_for("Filename to save configuration to")
    terminal.child.send(ENTER)
    terminal.wait_for("saved to")
    terminal.child.send(ENTER)
    terminal.child.send("Q")
    terminal.child.expect(pexpect.EOF, timeout=300)
    config = tree.config()
    assert config["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.2xlarge"
    assert config["TERRAFORM_AWS_INSTANCE_G6E_2XLARGE"] == "y"
    assert config["TERRAFORM_AWS_IS_GPU_INSTANCE"] == "y"
    assert tree.vendor_calls() == []


EXCHANGES = {
    "aws-gpu-large": ("TERRAFORM_AWS_REGION_AF_SOUTH_1", "g6e.12xlarge is not offered in af-south-1;"),
    "azure-gpu": ("TERRAFORM_AZURE_REGION_AUSTRALIACENTRAL", "_A100_v4 is not offered in australiacentral;"),
    "gce-gpu": ("TERRAFORM_GCE_REGION_AFRICA_SOUTH1", "g2-standard-8 is not offered in africa-south1;"),
    "aws-large": ("TARGET_ARCH_ARM64", "m7i.4xlarge is not offered, it needs TARGET_ARCH_X86_64;"),
    "azure-large": ("TARGET_ARCH_ARM64", "Standard_D16s_v5 is not offered, it needs TARGET_ARCH_X86_64;"),
    "gce-large": ("TARGET_ARCH_ARM64", "n2-standard-16 is not offered, it needs TARGET_ARCH_X86_64;"),
    "lambdalabs-gpu-1x-a10": ("TARGET_ARCH_ARM64", "gpu_1x_a10 is not offered, it needs TARGET_ARCH_X86_64;"),
}


#: Africa's Cape Town has other machines with a GPU, Calgary has none.
WITHOUT_GPUS = "TERRAFORM_AWS_REGION_CA_WEST_1"


def saved_after(tree: Tree, defconfig: str, symbol: str) -> Terminal:
    """menuconfig after one other choice was saved and the menu left."""
    tree.make(f"defconfig-{defconfig}")
    terminal = Terminal(tree, columns=200)
    terminal.wait_for("Cloud provider (")
    terminal.jump_to(f"{symbol.lower()}$")
    terminal.child.send(" S")
    terminal.wait_for("Filename to save configuration to")
    terminal.child.send(ENTER)
    terminal.wait_for("saved to")
    terminal.child.send(ENTER)
    terminal.child.send("Q")
    return terminal


@pytest.mark.parametrize("defconfig", mostly_slow(EXCHANGES))
def test_a_machine_that_the_menu_exchanged(tree: Tree, defconfig: str) -> None:
    """Of each provider: what is not offered any more is said on leaving, and a no puts .config back."""
    symbol, said = EXCHANGES[defconfig]
    terminal = saved_after(tree, defconfig, symbol)
    terminal.child.expect_exact(said, timeout=120)
    terminal.child.expect_exact("the machine is now ", timeout=120)
    terminal.child.expect_exact("Keep this?", timeout=120)
    assert tree.config()[symbol] == "y"
    terminal.child.send("n\r")
    terminal.child.expect(pexpect.EOF, timeout=120)
    assert "is unchanged" in terminal.child.before and tree.config()[symbol] == "n"
    assert tree.make("olddefconfig").stderr == ""


def test_an_exchange_that_is_meant(tree: Tree) -> None:
    symbol = WITHOUT_GPUS
    terminal = saved_after(tree, "aws-gpu-large", symbol)
    terminal.child.expect_exact("g6e.12xlarge is not offered in ca-west-1;", timeout=120)
    terminal.child.expect_exact("off now, it needs TERRAFORM_AWS_HAS_NVIDIA_GPU", timeout=120)
    terminal.child.expect_exact("Keep this?", timeout=120)
    terminal.child.send("y\r")
    terminal.child.expect(pexpect.EOF, timeout=120)
    assert tree.config()[symbol] == "y" and tree.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "m6id.large"


@pytest.mark.parametrize("ignored", [False, True], ids=["SIGHUP", "SIGHUP ignored"])
def test_a_menu_ends_with_its_terminal(tree: Tree, ignored: bool) -> None:
    terminal = Terminal(tree, ignore_sighup=ignored)
    terminal.wait_for("Cloud provider (AWS")
    terminal.hang_up()
    deadline = time.monotonic() + 300
    while os.waitpid(terminal.child.pid, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline, "it runs on without a terminal"
        time.sleep(0.05)
