# SPDX-License-Identifier: MIT
"""A configuration on a full disk: .config and .config.old stay as they were, however often one tries."""

from __future__ import annotations

import errno
import gc
import resource
import sys
from pathlib import Path

import kconfiglib
import pytest
from pytest_mock import MockerFixture

from cloudlib.config import save, session
from cloudlib.errors import CloudError
from cloudlib.publish.tier import TIERS
from cloudlib.settings import ROOT, config_file
from tests.support.costly import mostly_slow
from tests.support.terminal import Terminal
from tests.support.tree import Tree

#: A file of this size is the largest that the limited process may write: .config is larger.
ROOM = 4096


@pytest.fixture
def kconf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> save.Kconfig:
    """A tree with one option, in a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    Path("Kconfig").write_text('config A\n\tbool "a"\n\nconfig N\n\tint "n"\n\tdefault 7\n', encoding="utf-8")
    return save.Kconfig("Kconfig")


def test_the_old_one_is_kept_beside_it(kconf: save.Kconfig) -> None:
    assert kconf.write_config() == "Configuration saved to '.config'"
    assert kconf.write_config() == "No change to configuration in '.config'"
    first = Path(".config").read_text(encoding="utf-8")
    Path(".config").chmod(0o600)
    kconf.syms["A"].set_value("y")
    kconf.write_config()
    assert Path(".config.old").read_text(encoding="utf-8") == first != Path(".config").read_text("utf-8")
    assert Path(".config").stat().st_mode & 0o777 == 0o600 == Path(".config.old").stat().st_mode & 0o777
    assert kconf.write_min_config("defconfig") == "Minimal configuration saved to 'defconfig'"
    assert Path("defconfig").read_text(encoding="utf-8") == "CONFIG_A=y\n"
    assert kconf.write_min_config("defconfig") == "No change to minimal configuration in 'defconfig'"


@pytest.mark.parametrize("call", ["os.fsync", "os.replace", "shutil.copyfile"])
def test_a_write_that_fails(kconf: save.Kconfig, mocker: MockerFixture, call: str) -> None:
    """Kconfiglib's tools catch an OSError, and say so themselves."""
    kconf.write_config()
    kconf.syms["N"].set_value("8")
    kconf.write_config()
    before = {p.name: p.read_bytes() for p in Path().iterdir()}
    kconf.syms["N"].set_value("9")
    mocker.patch(call, side_effect=OSError(errno.ENOSPC, "No space left on device"))
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            kconf.write_config()
    mocker.stopall()
    assert {p.name: p.read_bytes() for p in Path().iterdir()} == before


def limited(tree: Tree, *words: str) -> str:
    """What a tool says that may write no file above ROOM; it has to fail, without a traceback."""
    shell = f'ulimit -f {ROOM // 1024} && exec "$0" "$@"'
    make = ("make", f"PYTHON={sys.executable}", *words)
    done = tree.run("bash", "-c", shell, *make, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr and "next: " in done.stderr, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    "target", mostly_slow(["defconfig-gce-large", "olddefconfig", "alldefconfig", "allyesconfig"])
)
def test_no_room_for_a_config(tree: Tree, target: str) -> None:
    tree.configure("aws-small")
    tree.make("defconfig-aws-large")
    tree.write(".config", tree.read(".config") + "CONFIG_TERRAFORM_NODE_COUNT=3\n")
    files = (".config", ".config.old")
    before = [tree.read(name) for name in files]
    assert len(before[0]) > ROOM
    for _ in range(2):
        assert ".config cannot be replaced: File too large" in limited(tree, target)
        assert [tree.read(name) for name in files] == before
    assert list(tree.root.glob("*.new")) == []


@pytest.mark.parametrize(("path", "said"), [(config_file(), True), (ROOT / "defconfig", False)])
def test_another_file_is_proposed_for_a_config_alone(path: Path, said: bool) -> None:
    with pytest.raises(CloudError) as caught, session.replacing(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert ("KCONFIG_CONFIG" in caught.value.hint) is said


def test_menuconfig_saves_without_room(tree: Tree) -> None:
    tree.configure("aws-large")
    before = tree.read(".config")
    terminal = Terminal(tree)
    terminal.wait_for("Cloud provider (AWS")
    terminal.jump_to("terraform_node_count")
    terminal.child.send("\r")
    terminal.wait_for("Range: 1-1000")
    terminal.child.send("7\r")
    terminal.wait_for("(17) Number of nodes")
    make = terminal.child.pid
    for child in Path(f"/proc/{make}/task/{make}/children").read_text(encoding="utf-8").split():
        resource.prlimit(int(child), resource.RLIMIT_FSIZE, (ROOM, ROOM))
    terminal.child.send("S")
    terminal.wait_for("Filename to save")
    terminal.child.send("\r")
    terminal.wait_for("Error saving configuration")
    terminal.child.close(force=True)
    assert tree.read(".config") == before and list(tree.root.glob("*.new")) == []


@pytest.mark.parametrize(
    "text",
    [
        "X := $(shell,touch PWNED)\n",
        "T = $(shell,touch PWNED)\n",
        'config X\n\tbool "$(shell,touch PWNED)"\n',
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("tier", TIERS)
def test_a_menu_of_a_tier_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, tier: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"Kconfig.images.{tier}").write_text(text, encoding="utf-8")
    (tmp_path / "Kconfig").write_text(
        f'T := $(shell,echo {tier})\nsource "Kconfig.images.$(T)"\n', encoding="utf-8"
    )
    with pytest.raises(kconfiglib.KconfigError, match=f"Kconfig.images.{tier}:.*was not run") as caught:
        save.Kconfig("Kconfig", warn_to_stderr=False)
    assert not (tmp_path / "PWNED").exists()
    del caught
    gc.collect()  # here, where the warning of the file that Kconfiglib leaves open is ignored
