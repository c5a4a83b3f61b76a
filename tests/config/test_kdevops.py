# SPDX-License-Identifier: MIT
"""Configurations in the names of kdevops: each gives exactly the machine that it means, or is refused.

The second line of each file in tests/config/kdevops/defconfigs says what has to come of it: `gives:` and
settings without TERRAFORM_ (a + stands for a blank), or `refused:`, a part of the line that is named, and a
part of the reason.
"""

from __future__ import annotations

import cProfile
import difflib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import kconfiglib
import pytest
from pytest_mock import MockerFixture

import cloud_providers
from cloudlib.config import requested, session
from cloudlib.errors import ConfigRejected
from cloudlib.menus.names import TARGET
from cloudlib.settings import ROOT
from tests.support.kdevops_table import table

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


def test_the_table_is_what_comes_of_them(kconf: kconfiglib.Kconfig) -> None:
    """GOLDEN_UPDATE=1 writes it anew; read the difference before you commit it."""
    path = FILES[0].parent.parent / "table.md"
    text = table(kconf, FILES)
    if os.environ.get("GOLDEN_UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
    assert len(FILES) >= 60
    named, same = re.findall(r"of (\d+) that name a machine (\d+) get exactly that one", text)[0]
    assert named == same


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
        return  # the table says so, and nothing is saved
    saved = tmp_path / "saved"
    kconf.write_min_config(str(saved))
    assert requested.load(kconf, saved) == requested.Loaded()


@pytest.mark.parametrize(
    ("lines", "machine"),
    [
        ("CONFIG_TERRAFORM_AWS=y", "m7i.large"),
        ("CONFIG_TERRAFORM_AWS=y\nCONFIG_KDEVOPS_NODES=2", "m7i.large"),
        ("CONFIG_TERRAFORM_AWS=y\nCONFIG_TERRAFORM_AWS_INSTANCE_FAMILY_C7I=y", "c7i.large"),
        ("CONFIG_TERRAFORM_AZURE=y", "Standard_D2s_v6"),
        ("CONFIG_TERRAFORM_GCE=y", "c4-standard-2"),
        ("CONFIG_TERRAFORM_LAMBDALABS=y", "gpu_1x_rtx6000"),
    ],
)
def test_a_file_that_names_no_machine_is_told_which_it_gets(
    kconf: kconfiglib.Kconfig, tmp_path: Path, lines: str, machine: str
) -> None:
    path = tmp_path / "mine"
    path.write_text(f"{lines}\n", encoding="utf-8")
    note = requested.load(kconf, path).notes[-1]
    assert note.startswith(f"no machine is named: it is {machine} ($"), note


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_machine_that_is_named_is_no_default(kconf: kconfiglib.Kconfig, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.search(r"(INSTANCE_TYPE|VM_SIZE|MACHINE_TYPE)=", text.splitlines()[1])
    if named and text.splitlines()[1].startswith("# gives"):
        assert not any("no machine is named" in note for note in requested.load(kconf, path).notes)


def _work(job: Callable[[], object]) -> int:
    """How many functions a job calls: what it costs, on any machine."""
    profile = cProfile.Profile()
    profile.runcall(job)
    return sum(entry.callcount for entry in profile.getstats())


def test_refusing_costs_little_more_than_accepting(
    kconf: kconfiglib.Kconfig, tmp_path: Path, mocker: MockerFixture
) -> None:
    """Of 300 settings that nobody knows; most of what accepting costs is the parsing of the menus."""
    path = tmp_path / "unknown"
    names = [f"TERRAFORM_AWS_{word}_{n}" for n in range(100) for word in ("INSTANCE_XYZ", "XYZ", "REGION_X")]
    path.write_text(
        "CONFIG_TERRAFORM_AWS=y\n" + "".join(f"CONFIG_{name}=y\n" for name in names), encoding="utf-8"
    )
    compared = mocker.spy(difflib, "get_close_matches")
    lost: list[object] = []
    refusing = _work(lambda: lost.extend(requested.load(kconf, path).dropped))
    assert len(lost) == 300
    assert sum(len(call.args[1]) for call in compared.call_args_list) <= 300, "letter by letter"
    shipped = ROOT / "defconfigs" / "aws-large"
    accepting = _work(lambda: requested.load(session.parse(cloud_providers), shipped))
    assert refusing <= 0.2 * accepting
