# SPDX-License-Identifier: MIT
"""menuconfig in a real pseudo-terminal: walk to a GPU family, choose a size, save."""

from __future__ import annotations

import os
import time

import pexpect
import pytest

from tests.support.terminal import ENTER, Terminal
from tests.support.tree import Tree


def test_a_gpu_size_is_found_chosen_and_saved(tree: Tree) -> None:
    terminal = Terminal(tree)
    terminal.wait_for("Cloud provider (Amazon Web Services (AWS))")
    terminal.jump_to("instance_type_g6e$", "TERRAFORM_AWS_INSTANCE_TYPE_G6E")
    terminal.wait_for("g6e  4-192 vCPU  32-1536 GiB  x86_64  NVIDIA L40S")
    terminal.child.send(" ")
    terminal.wait_for("AWS instance type (g6e.xlarge")
    terminal.jump_to("instance_g6e_2xlarge", "TERRAFORM_AWS_INSTANCE_G6E_2XLARGE")
    terminal.wait_for("g6e.2xlarge  8 vCPU  64 GiB  x86_64  1 x NVIDIA L40S")
    terminal.child.send(" ")
    terminal.wait_for("AWS instance type (g6e.2xlarge")
    terminal.child.send("S")
    terminal.wait_for("Filename to save configuration to")
    terminal.child.send(ENTER)
    terminal.wait_for("saved to")
    terminal.child.send(ENTER)
    terminal.child.send("Q")
    terminal.child.expect(pexpect.EOF, timeout=10)
    config = tree.config()
    assert config["TERRAFORM_AWS_INSTANCE_TYPE"] == "g6e.2xlarge"
    assert config["TERRAFORM_AWS_INSTANCE_G6E_2XLARGE"] == "y"
    assert config["TERRAFORM_AWS_IS_GPU_INSTANCE"] == "y"
    assert tree.vendor_calls() == []


@pytest.mark.parametrize("ignored", [False, True], ids=["SIGHUP", "SIGHUP ignored"])
def test_a_menu_ends_with_its_terminal(tree: Tree, ignored: bool) -> None:
    terminal = Terminal(tree, ignore_sighup=ignored)
    terminal.wait_for("Cloud provider (Amazon Web Services (AWS))")
    terminal.hang_up()
    deadline = time.monotonic() + 10
    while os.waitpid(terminal.child.pid, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline, "it runs on without a terminal"
        time.sleep(0.05)
