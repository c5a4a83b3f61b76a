# SPDX-License-Identifier: MIT
"""menuconfig in a real pseudo-terminal: walk to a GPU family, choose a size, save."""

from __future__ import annotations

import sys
import time

import pexpect
import pyte

from tests.support.tree import Tree

DOWN, ENTER, ESCAPE = "\x1b[B", "\r", "\x1b"


class Terminal:
    """A program on a screen of 120 by 40."""

    def __init__(self, tree: Tree) -> None:
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.Stream(self._screen)
        env = {**tree.env, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        argv = [f"PYTHON={sys.executable}", "menuconfig"]
        self.child = pexpect.spawn(
            "make", argv, cwd=str(tree.root), env=env, dimensions=(40, 120), encoding="utf-8"
        )

    def text(self) -> str:
        """What a person sees."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, words: str) -> None:
        """Read until the words are on the screen."""
        deadline = time.monotonic() + 20
        while words not in self.text():
            assert time.monotonic() < deadline, f"{words!r} did not appear:\n{self.text()}"
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.5))
            except pexpect.TIMEOUT:
                continue

    def jump_to(self, words: str, symbol: str) -> None:
        """`/`, the words, Enter: the first match must be the symbol."""
        self.child.send("/")
        self.wait_for("Jump to symbol/choice/menu/comment")
        self.child.send(words)
        self.wait_for(symbol)
        self.child.send(ENTER)


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
