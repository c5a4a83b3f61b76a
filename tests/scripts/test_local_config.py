# SPDX-License-Identifier: MIT
"""`make local`: personal settings that survive every defconfig."""

from __future__ import annotations

import pytest

from tests.support.tree import Tree

CIDR = 'CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="203.0.113.7/32"'


def local(tree: Tree) -> str:
    return (tree.root / "local.config").read_text(encoding="utf-8")


def config(tree: Tree) -> str:
    return (tree.root / ".config").read_text(encoding="utf-8")


def test_a_setting_outlives_every_defconfig(tree: Tree) -> None:
    said = tree.make("local", "CIDR=203.0.113.7/32", "NODES=3").stdout
    assert "wrote local.config" in said and "next: make defconfig-NAME" in said
    for name in ("aws-large", "lambdalabs-gpu-1x-a10"):
        tree.make(f"defconfig-{name}")
        assert "CONFIG_TERRAFORM_NODE_COUNT=3\n" in config(tree)
    tree.make("defconfig-aws-large")
    assert CIDR in config(tree)


def test_a_config_that_is_there_gets_it_and_other_lines_stay(tree: Tree) -> None:
    tree.configure("aws-large")
    done = tree.make("local", "CIDR=203.0.113.7/32", "PREFIX=mine", "BUDGET=20")
    notes = [line for line in done.stderr.splitlines() if line.startswith("note: ")]
    assert notes and all(" of local.config replaces " in note for note in notes), (
        "the machine is not told again"
    )
    assert "CONFIG_TERRAFORM_MAX_USD_PER_HOUR=20\n" in config(tree)
    assert CIDR in config(tree) and 'CONFIG_TERRAFORM_HOSTS_PREFIX="mine"' in config(tree)
    (tree.root / "local.config").write_text(
        local(tree) + "# mine\nCONFIG_TERRAFORM_NODE_COUNT=2\n", encoding="utf-8"
    )
    tree.make("local", "PREFIX=", "CIDR=198.51.100.0/24", "BUDGET=")
    assert local(tree).splitlines()[1:] == [
        "# mine",
        "CONFIG_TERRAFORM_NODE_COUNT=2",
        'CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="198.51.100.0/24"',
    ]
    shown = tree.make("local").stdout.splitlines()
    assert shown == local(tree).splitlines()[2:]


def test_without_a_file_the_way_is_told(tree: Tree) -> None:
    assert "next: make local CIDR=YOUR-ADDRESS/32" in tree.make("local").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("CIDR=203.0.113.7",), "it must be a range: 203.0.113.7/32"),
        (("CIDR=203.0.113.7/24",), "203.0.113.7/32 or 203.0.113.0/24"),
        (("PREFIX=Team_A",), "lower-case letters"),
        (("PREFIX=a b",), "lower-case letters"),
        (("KEY=id.pub",), "it must begin with / or ~/"),
        (("NODES=many",), "is not a number"),
        (("NODES=100000",), "NODES=100000 is not from 1 to 1000"),
        (("NODES=0",), "NODES=0 is not from 1 to 1000"),
        (("CIDR=here",), "next: make local CIDR=203.0.113.7/32"),
        (("KEY=/a\x1b[2J",), "not printable"),
    ],
)
def test_what_bringup_would_refuse_is_refused_and_nothing_changes(
    tree: Tree, words: tuple[str, ...], why: str
) -> None:
    tree.configure("aws-large")
    before = config(tree)
    done = tree.make("local", *words, check=False)
    assert done.returncode != 0 and why in done.stderr and "\x1b" not in done.stderr
    assert config(tree) == before
    assert "wrote" not in done.stdout and not (tree.root / "local.config").exists()


def test_a_number_is_checked_without_a_config_too(tree: Tree) -> None:
    done = tree.make("local", "NODES=0", check=False)
    assert done.returncode != 0 and done.stdout == "" and not (tree.root / "local.config").exists()


def test_settings_that_no_config_can_take_are_not_said_to_be_written(tree: Tree) -> None:
    tree.configure("aws-large")
    tree.write(".config", tree.read(".config") + "CONFIG_TERRAFORM_NO_SUCH=y\n")
    done = tree.make("local", "NODES=3", check=False)
    assert done.returncode != 0 and done.stdout == "" and not (tree.root / "local.config").exists()
    assert "error: .config + local.config asks for what the menus do not offer" in done.stderr


def test_the_last_setting_taken_away_leaves_none_to_show(tree: Tree) -> None:
    tree.make("local", "NODES=3")
    tree.make("local", "NODES=")
    assert tree.make("local").stdout.startswith("local.config has no settings\n  next: make local CIDR=")


def test_a_path_with_quotes_arrives_as_typed(tree: Tree) -> None:
    tree.configure("aws-large")
    tree.make("local", 'KEY=/tmp/a "b" \\c.pub')
    assert 'CONFIG_TERRAFORM_SSH_CONFIG_PUBKEY_FILE="/tmp/a \\"b\\" \\\\c.pub"' in config(tree)
