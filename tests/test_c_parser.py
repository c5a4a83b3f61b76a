# SPDX-License-Identifier: MIT
"""The menus under the Linux kernel's own Kconfig parser: it accepts them, and agrees with Kconfiglib."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.menus.kconfig import Config, Default, any_of, none_of, write
from cloudlib.publish import tier
from tests.support.costly import mostly_slow
from tests.support.generated import publish
from tests.support.kconf import parse
from tests.support.kernel_conf import kernel_conf
from tests.support.tree import Tree

ROOT = Path(__file__).resolve().parent.parent
DEFCONFIGS = sorted(path.name for path in (ROOT / "defconfigs").iterdir())


def _settings(path: Path) -> list[str]:
    return sorted(line for line in path.read_text().splitlines() if line.startswith("CONFIG_"))


def _agree(tree: Tree, name: str, which: str, folder: Path) -> None:
    """conf and Kconfiglib make the same .config of a defconfig, and conf has nothing to warn of."""
    conf = kernel_conf()
    theirs, ours = folder / "theirs", folder / "ours"
    theirs.write_text((ROOT / "defconfigs" / name).read_text())
    env = {**os.environ, "CLOUD_TIER": which, "srctree": "."}
    done = subprocess.run(
        [conf, "--olddefconfig", "Kconfig"],
        cwd=tree.root,
        env={**env, "KCONFIG_CONFIG": str(theirs)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "warning" not in done.stderr.lower(), done.stderr
    subprocess.run(
        [sys.executable, "scripts/kconfig_tools.py", "defconfig", name],
        cwd=tree.root,
        env={**env, "KCONFIG_CONFIG": str(ours)},
        capture_output=True,
        check=True,
    )
    assert _settings(theirs) == _settings(ours) != []


@pytest.mark.parametrize("name", mostly_slow(DEFCONFIGS, 4))
def test_conf_and_kconfiglib_give_the_same_config(name: str, tree: Tree, tmp_path: Path) -> None:
    _agree(tree, name, tier.STATIC, tmp_path)


@pytest.mark.parametrize("provider", mostly_slow(cloud_providers.PROVIDER_NAMES))
def test_generated_menus_are_read_alike_too(provider: str, tree: Tree, tmp_path: Path) -> None:
    publish(tree, provider=provider)
    name = next(name for name in DEFCONFIGS if name.startswith(f"{provider}-"))
    _agree(tree, name, tier.GENERATED, tmp_path)
    assert "_USE_DYNAMIC_CONFIG=y" in (tmp_path / "theirs").read_text()


def test_conditions_of_more_terms_than_one_chain_are_read_alike(tmp_path: Path) -> None:
    names = [f"A{n}" for n in range(3000)]
    nodes = [
        *(Config(name, prompt=name, defaults=(Default("y"),)) for name in names[2000:2002]),
        Config("ANY", defaults=(Default("y", any_of(names)),)),
        Config("NONE", defaults=(Default("y", none_of(names)),)),
    ]
    kconf = parse(tmp_path, write(nodes, header=""))
    kconf.write_config(str(tmp_path / "ours"))
    subprocess.run(
        [kernel_conf(), "--olddefconfig", "Kconfig"], cwd=tmp_path, capture_output=True, check=True
    )
    assert _settings(tmp_path / ".config") == _settings(tmp_path / "ours")
    assert "CONFIG_ANY=y" in _settings(tmp_path / ".config")
