# SPDX-License-Identifier: MIT
"""What a configuration asked for and did not get, and what was switched on for it."""

from __future__ import annotations

from pathlib import Path

import kconfiglib
import pytest
from pytest_mock import MockerFixture

from cloudlib.config import requested
from cloudlib.config.requested import Switched

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


def test_what_is_switched_on_is_a_record(kconf: kconfiglib.Kconfig) -> None:
    path = config("CONFIG_TERRAFORM_OLD=y")
    option = "TERRAFORM_PREVIOUS_GENERATION"
    assert requested.load(kconf, path) == [Switched(option, "TERRAFORM_OLD")]
    assert kconf.syms["TERRAFORM_OLD"].str_value == kconf.syms[option].str_value == "y"
    assert requested.dropped(kconf, path) == []
    assert requested.load(kconf, config("CONFIG_TERRAFORM_NEW=y")) == []


def test_a_configuration_of_another_tree(kconf: kconfiglib.Kconfig, mocker: MockerFixture) -> None:
    """Every lost setting is named; names like it are looked for with the first ones alone."""
    near = mocker.spy(requested, "_nearest")
    path = config(*(f"CONFIG_TERRAFORM_X{n}=y" for n in range(300)))
    requested.load(kconf, path)
    lost = requested.dropped(kconf, path)
    assert [item.name for item in lost] == [f"TERRAFORM_X{n}" for n in range(300)]
    assert near.call_count == 5
