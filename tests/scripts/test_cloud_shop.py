# SPDX-License-Identifier: MIT
"""`make cloud-shop` in a pseudo-terminal of 80x24: typing narrows, Enter writes .config."""

from __future__ import annotations

import pytest

from tests.support.terminal import DOWN, ENTER, Terminal
from tests.support.tree import Tree

TAB = "\t"


@pytest.fixture
def shop(tree: Tree) -> Terminal:
    terminal = Terminal(tree, columns=80, lines=24, target="cloud-shop")
    terminal.wait_for("Enter: write .config")
    return terminal


def test_typing_narrows_and_enter_writes_a_config(tree: Tree, shop: Terminal) -> None:
    shop.wait_for(" machines")
    assert all(len(line) <= 80 for line in shop.text().splitlines())
    shop.child.send("m7i.4xlarge 16 vcpus")
    shop.wait_for("m7i.4xlarge")
    shop.child.send(TAB + "europe" + TAB + "nonsense")
    shop.wait_for("'nonsense' is not an amount of USD")
    shop.child.send("\x7f" * len("nonsense") + "5")
    shop.wait_for("machine")
    shop.child.send(DOWN + "\x1b[A" + ENTER)
    shop.child.expect("Configuration saved to")
    shop.child.expect_exact("\n")
    shop.child.wait()
    config = (tree.root / ".config").read_text(encoding="utf-8")
    assert 'CONFIG_TERRAFORM_AWS_INSTANCE_TYPE="m7i.4xlarge"' in config
    assert 'CONFIG_TERRAFORM_AWS_REGION="eu-' in config


def test_what_nothing_answers_names_the_condition(shop: Terminal) -> None:
    shop.child.send("100000.. vcpus")
    shop.wait_for("no machine: without --vcpus 100000.. there are")
    shop.child.send(ENTER + "\x03")
    shop.child.expect("cloud-shop: interrupted")


def test_without_a_terminal(tree: Tree) -> None:
    done = tree.python("scripts/cloud_shop.py", check=False)
    assert done.returncode == 2 and "cloud-shop needs a terminal" in done.stderr
    assert "scripts/cloud-search --help" in done.stderr
