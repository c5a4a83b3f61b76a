# SPDX-License-Identifier: MIT
"""What a configuration asked for and did not get, and what was switched on for it."""

from __future__ import annotations

from pathlib import Path

import kconfiglib
import pytest

from cloudlib.config import requested

KCONFIG = """\
config TERRAFORM_PREVIOUS_GENERATION
\tbool "previous generation"

choice
\tprompt "type"

config TERRAFORM_NEW
\tbool "new"

config TERRAFORM_OLD
\tbool "old"
\tdepends on TERRAFORM_PREVIOUS_GENERATION

endchoice
"""


@pytest.fixture
def kconf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> kconfiglib.Kconfig:
    monkeypatch.chdir(tmp_path)
    Path("Kconfig").write_text(KCONFIG, encoding="utf-8")
    return kconfiglib.Kconfig("Kconfig", warn=False)


def config(*lines: str) -> Path:
    path = Path("config: x=y")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_is_switched_on_is_noted(kconf: kconfiglib.Kconfig) -> None:
    loaded = requested.load(kconf, config("CONFIG_TERRAFORM_OLD=y"))
    option = "TERRAFORM_PREVIOUS_GENERATION"
    assert list(loaded.notes) == [f"TERRAFORM_OLD is of a previous generation: {option}=y was set for it"]
    assert kconf.syms["TERRAFORM_OLD"].str_value == kconf.syms[option].str_value == "y"
    assert not loaded.dropped
    assert requested.load(kconf, config("CONFIG_TERRAFORM_NEW=y")) == requested.Loaded()


def test_what_is_switched_off_in_the_file_stays_off(kconf: kconfiglib.Kconfig) -> None:
    loaded = requested.load(kconf, config("CONFIG_TERRAFORM_OLD=y", "CONFIG_TERRAFORM_PREVIOUS_GENERATION=n"))
    assert [item.why for item in loaded.dropped] == ["it needs TERRAFORM_PREVIOUS_GENERATION"]


def test_a_configuration_of_another_tree(kconf: kconfiglib.Kconfig) -> None:
    """Every lost setting is named."""
    path = config(*(f"CONFIG_TERRAFORM_X{n}=y" for n in range(300)))
    lost = requested.load(kconf, path).dropped
    assert [item.name for item in lost] == [f"TERRAFORM_X{n}" for n in range(300)]
