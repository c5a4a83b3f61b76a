# SPDX-License-Identifier: MIT
"""Configurations in the names of kdevops: each gives exactly the machine that it means, or is refused.

The second line of each file in tests/config/kdevops/defconfigs says what has to come of it: `gives:` and
settings without TERRAFORM_ (a + stands for a blank), or `refused:`, a part of the line that is named, and a
part of the reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.config import requested, session
from cloudlib.errors import ConfigRejected
from cloudlib.menus.names import TARGET

FILES = sorted(path for path in (Path(__file__).parent / "kdevops" / "defconfigs").iterdir())


@pytest.fixture(scope="module")
def kconf() -> Iterator[kconfiglib.Kconfig]:
    """The project's own menus, parsed once."""
    here = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUD_TIER", "static")
        yield session.parse(cloud_providers)
    os.chdir(here)


def value(kconf: kconfiglib.Kconfig, name: str) -> str:
    if name == "TARGET_ARCH":
        return next(arch for arch, symbol in TARGET.items() if kconf.syms[symbol].str_value == "y")
    return str(kconf.syms[f"TERRAFORM_{name}"].str_value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_machine_meant_or_none(kconf: kconfiglib.Kconfig, path: Path) -> None:
    kind, _, rest = path.read_text(encoding="utf-8").splitlines()[1].removeprefix("# ").partition(": ")
    if kind == "refused":
        with pytest.raises(ConfigRejected) as refused:
            session.load_checked(kconf, path)
        line, _, reason = rest.rpartition(": ")
        said = refused.value.what
        assert any(line in one and reason in one for one in said.splitlines()), said
        return
    loaded = requested.load(kconf, path)
    assert not loaded.dropped
    for setting in rest.split():
        name, _, wanted = setting.partition("=")
        assert value(kconf, name) == wanted.replace("+", " "), loaded.notes


def test_the_set_is_of_all_providers_and_generations() -> None:
    names = [path.name for path in FILES]
    for provider in cloud_providers.PROVIDER_NAMES:
        assert {n.split("-")[0] for n in names if re.search(rf"-{provider}\b", n)} >= {
            "old",
            "new",
            "strings",
        }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_saved_is_in_our_names(
    kconf: kconfiglib.Kconfig, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        session.load_checked(kconf, path)
    except ConfigRejected:
        pytest.skip("it is refused")
    saved = tmp_path / "saved"
    kconf.write_min_config(str(saved))
    assert requested.load(kconf, saved) == requested.Loaded()
