# SPDX-License-Identifier: MIT
"""menuconfig, or another target, in a pseudo-terminal, and what a person sees of it."""

from __future__ import annotations

import sys
import time

import pexpect
import pyte

from tests.support.tree import Tree

DOWN, ENTER, ESCAPE = "\x1b[B", "\r", "\x1b"


class Terminal:
    """A target on a screen."""

    def __init__(
        self,
        tree: Tree,
        *,
        columns: int = 120,
        lines: int = 40,
        ignore_sighup: bool = False,
        target: str = "menuconfig",
        locale: str = "C.UTF-8",
    ) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)
        env = {**tree.env, "TERM": "linux", "LC_ALL": locale}
        argv = [f"PYTHON={sys.executable}", target]
        self.child = pexpect.spawn(
            "make", argv, cwd=str(tree.root), env=env, dimensions=(lines, columns), encoding="utf-8",
            ignore_sighup=ignore_sighup, timeout=300,
        )  # fmt: skip

    def text(self) -> str:
        """What a person sees."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, words: str) -> None:
        """Read until the words are on the screen."""
        deadline = time.monotonic() + 300
        while words not in self.text():
            assert time.monotonic() < deadline, f"{words!r} did not appear:\n{self.text()}"
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=0.5))
            except pexpect.TIMEOUT:
                continue

    def settled(self) -> str:
        """What a person sees once nothing more comes, without empty lines around it."""
        while True:
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=1))
            except pexpect.TIMEOUT:
                return self.text().strip("\n")

    def search(self, words: str) -> None:
        """`/` and the words."""
        self.child.send("/")
        self.wait_for("Jump to symbol/choice/menu/comment")
        self.child.send(words)

    def jump_to(self, words: str) -> None:
        """`/`, the words, Enter: there must be one match."""
        self.search(words)
        self.wait_for("Jump to symbol/choice/menu/comment: 1\n")
        self.child.send(ENTER)

    def hang_up(self) -> None:
        """Take the terminal away, and send no signal besides, as pexpect would."""
        self.child.ptyproc.fileobj.close()
        self.child.closed = self.child.ptyproc.closed = True
