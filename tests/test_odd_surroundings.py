# SPDX-License-Identifier: MIT
"""Trees, terminals, environments and files as one does not expect them: an answer, and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest

from cloudlib.publish import tier
from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.terminal import Terminal
from tests.support.tree import Tree, make_tree, state

BAD = b"CONFIG_TERRAFORM_AWS=y\n# \xff\xfe\n"


@pytest.fixture(autouse=True)
def offline(tree: Tree) -> Iterator[None]:
    yield
    assert tree.vendor_calls() == []


def refused(tree: Tree, *words: str, **env: str) -> str:
    """A target that has to fail with a message, a hint, and no traceback."""
    done = tree.make(*words, check=False, **env)
    assert done.returncode == 2
    assert "error: " in done.stderr and "next: " in done.stderr and "Traceback" not in done.stderr
    return done.stderr


# --- the tree ---


def test_a_path_with_spaces_and_a_link_to_it(template: Path, tree: Tree, tmp_path: Path) -> None:
    folder = tmp_path / "a b'c"
    folder.mkdir()
    odd = make_tree(template, folder)
    odd.make("defconfig-aws-large", "all", "cloud-status")
    link = tmp_path / "link"
    link.symlink_to(odd.root)
    linked = replace(odd, root=link)
    publish(linked)
    assert "no difference" in linked.make("cloud-diff").stdout
    linked.make("olddefconfig", "all")
    assert odd.config()["TERRAFORM_AWS_INSTANCE_TYPE"] == "m7i.4xlarge"


def test_targets_follow_each_other_whatever_j_says(tree: Tree) -> None:
    assert "wrote extra_vars.yaml" in tree.make("-j4", "defconfig-aws-large", "all").stdout


def test_a_marker_whose_menus_are_gone(tree: Tree) -> None:
    """After `git clean -dfX terraform`: the committed menus are in use, and cloud-status says why."""
    publish(tree)
    for path in tier.tier_files(tree.root, "lambdalabs", tier.GENERATED).values():
        path.unlink()
    assert tree.make("defconfig-lambdalabs-gpu-1x-a10").stderr == ""
    assert tree.config().get("TERRAFORM_LAMBDALABS_USE_DYNAMIC_CONFIG", "n") == "n"
    text = tree.make("cloud-status").stdout
    assert "make cloud-config-lambdalabs, or make clean-cloud-config-lambdalabs (a marker without" in text
    assert "switched off" not in text


def test_a_publish_that_died_is_finished_before_anybody_reads(tree: Tree) -> None:
    """As after kill -9 between the commit record and the last rename."""
    publish(tree)
    text = tree.read("terraform/lambdalabs/kconfigs/Kconfig.images.generated")
    stage = tree.root / ".cloud-stage" / "lambdalabs-generated"
    stage.mkdir(parents=True)
    (stage / "Kconfig.images.generated").write_text(f"{text}\n# new\n", encoding="utf-8")
    record = {
        "provider": "lambdalabs",
        "tier": "generated",
        "move": ["Kconfig.images"],
        "remove": [],
        "mark": True,
    }
    (stage / "commit.json").write_text(json.dumps(record), encoding="utf-8")
    assert "no difference" in tree.make("cloud-diff").stdout
    assert tree.read("terraform/lambdalabs/kconfigs/Kconfig.images.generated").endswith("# new\n")
    assert not (tree.root / ".cloud-stage").exists()


@pytest.mark.parametrize("name", mostly_slow(["catalog.json", "Kconfig.images"]))
def test_a_menu_file_that_is_no_text(tree: Tree, name: str) -> None:
    publish(tree)
    path = tree.root / f"terraform/lambdalabs/kconfigs/{name}.generated"
    path.write_bytes(b"\xff\xfe")
    assert "DAMAGED" in tree.make("cloud-status", check=False).stdout
    assert "make cloud-config-lambdalabs" in refused(tree, "cloud-diff")
    done = tree.make("cloud-update", check=False)
    assert done.returncode == 2 and f"{name}.generated is damaged" in done.stdout
    publish(tree)
    assert "no difference" in tree.make("cloud-diff").stdout, "a new one replaces it"


# --- .config ---


@pytest.mark.parametrize(
    "target", mostly_slow(["olddefconfig", "oldconfig", "savedefconfig", "all", "defconfig-aws-small"])
)
def test_a_config_that_is_no_text(tree: Tree, target: str) -> None:
    (tree.root / ".config").write_bytes(BAD)
    said = refused(tree, target)
    assert ".config cannot be re" in said and "unchanged: .config" in said
    assert (tree.root / ".config").read_bytes() == BAD


@pytest.mark.parametrize("target", mostly_slow(["olddefconfig", "defconfig-aws-small", "alldefconfig"]))
def test_a_config_that_is_a_folder(tree: Tree, target: str) -> None:
    (tree.root / ".config").mkdir()
    assert ".config is a folder" in refused(tree, target)
    assert (tree.root / ".config").is_dir(), "not renamed to make room"


@pytest.mark.parametrize("target", mostly_slow(["defconfig-aws-small", "olddefconfig", "alldefconfig"]))
def test_a_config_in_a_folder_that_there_is_not(tree: Tree, target: str) -> None:
    assert "none/config cannot be replaced" in refused(tree, target, KCONFIG_CONFIG="none/config")


def test_a_config_with_the_line_ends_of_another_system(tree: Tree) -> None:
    tree.configure("aws-large")
    path = tree.root / ".config"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    tree.make("olddefconfig", "all")
    assert "m7i.4xlarge" in tree.read("extra_vars.yaml")


# --- the environment ---


FOREIGN = {
    "srctree": "/usr/src/linux",
    "CONFIG_": "X_",
    "KCONFIG_WARN_UNDEF": "y",
    "PYTHONPATH": "/nonexistent",
    "TMPDIR": "/nonexistent",
    "COLUMNS": "x",
}
POSIX = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("env", mostly_slow([FOREIGN, POSIX]), ids=["foreign", "posix"])
def test_an_environment_of_something_else(tree: Tree, env: dict[str, str]) -> None:
    """It makes no difference: the same words, the same files."""
    tree.make("defconfig-aws-gpu-large", "all")
    files = [tree.root / ".config", tree.root / "extra_vars.yaml"]
    before = state(files)
    plain = tree.make("olddefconfig", "all", "cloud-status")
    odd = tree.make("olddefconfig", "all", "cloud-status", **env)
    assert (odd.stdout, odd.stderr) == (plain.stdout, plain.stderr)
    assert state(files) == before and "g6e.12xlarge" in tree.read("extra_vars.yaml")


@pytest.mark.parametrize("env", [POSIX, {"PYTHONIOENCODING": "ascii"}], ids=["posix", "ascii"])
def test_an_output_without_utf_8(tree: Tree, env: dict[str, str]) -> None:
    """Names that it cannot show are shown with a question mark, not with a traceback."""
    done = tree.python("scripts/gce-cli", "--offline", "regions", "list", **env)
    assert "Montr?al" in done.stdout and done.stderr.isascii()


def test_without_a_home(tree: Tree) -> None:
    del tree.env["HOME"]
    tree.make("defconfig-aws-small", "all", "cloud-status")


def test_a_reader_that_has_seen_enough(tree: Tree) -> None:
    for script in ("cloud_status", "cloud_diff"):
        publish(tree)
        argv = ["bash", "-c", f'"$0" scripts/{script}.py | true', sys.executable]
        done = subprocess.run(argv, cwd=tree.root, env=tree.env, capture_output=True, text=True, check=True)
        assert done.stderr == ""


# --- terminals ---


@pytest.mark.parametrize("term", mostly_slow(["", "no-such-terminal"]))
def test_menuconfig_on_a_terminal_that_nobody_knows(tree: Tree, term: str) -> None:
    tree.configure("aws-small")
    before = tree.read(".config")
    env = {k: v for k, v in tree.env.items() if k != "TERM"} | ({"TERM": term} if term else {})
    child = pexpect.spawn(
        "make", [f"PYTHON={sys.executable}", "menuconfig"], cwd=str(tree.root), env=env, encoding="utf-8"
    )
    child.expect(pexpect.EOF, timeout=300)
    text = child.before or ""
    assert "check TERM" in text and "next: " in text and "Traceback" not in text
    assert tree.read(".config") == before


def test_menuconfig_in_a_locale_that_is_not_installed(tree: Tree) -> None:
    tree.configure("gce-large")
    terminal = Terminal(tree, locale="xx_YY.UTF-8")
    terminal.wait_for("GCE: n2-standard-16 in us-central1")
    terminal.search("gce_region_northamerica_northeast1$")
    terminal.wait_for("Montréal")
    terminal.child.send("\x1b")
    terminal.wait_for("Cloud provider (")
    terminal.child.send("Q")
    terminal.child.expect(pexpect.EOF, timeout=60)
    left = terminal.child.before or ""
    assert "note: the locale LC_ALL=xx_YY.UTF-8 is not installed" in left and "Traceback" not in left


def test_menuconfig_without_a_terminal(tree: Tree) -> None:
    assert "menuconfig needs a terminal" in refused(tree, "menuconfig", TERM="xterm")


def test_guiconfig_without_a_display(tree: Tree) -> None:
    pytest.importorskip("tkinter")
    assert "guiconfig needs a display" in refused(tree, "guiconfig")


def test_menuconfig_on_a_narrow_terminal(tree: Tree) -> None:
    """40 columns: the menu opens, moves and saves."""
    terminal = Terminal(tree, columns=40, lines=12)
    terminal.wait_for("Cloud provider (AWS")
    terminal.child.send("S")
    terminal.wait_for("Filename to save")
    terminal.child.send("\r")
    terminal.wait_for("saved to")
    terminal.child.close(force=True)
    assert tree.config()["TERRAFORM_AWS"] == "y"


# --- rights ---


def test_a_tree_of_somebody_else(tree: Tree) -> None:
    """Read-only for this user: what only reads works, what writes says so, nothing changes."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tree.make("defconfig-aws-small")
    before = tree.menu_state()
    folders = [tree.root, *(p for p in tree.root.rglob("*") if p.is_dir())]
    for path in folders:
        path.chmod(0o555)
    try:
        tree.make("cloud-status", "listnewconfig")
        assert "unchanged: .config" in refused(tree, "defconfig-aws-large")
        assert "cannot" in tree.make("cloud-update", check=False).stderr
    finally:
        for path in folders:
            path.chmod(0o755)
    assert tree.menu_state() == before
