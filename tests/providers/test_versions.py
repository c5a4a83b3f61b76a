# SPDX-License-Identifier: MIT
"""The versions of vendors' command line tools: what counts as old, who says so, and what the docs name."""

from __future__ import annotations

import pytest

import cloud_providers
from cloudlib.calls.recording import Recording
from cloudlib.calls.run import CallLog
from cloudlib.calls.tapes import Tapes
from cloudlib.provider import Request
from providers import versions
from tests.support.costly import mostly_slow
from tests.support.tree import ROOT


@pytest.mark.parametrize(
    ("tool", "version"),
    [
        ("azure-cli", "2.0.81"),
        ("azure-cli", "2.9"),
        ("gcloud", "300.0.0"),
        ("aws", "1.9.99rc1"),
        ("aws", "0"),
    ],
)
def test_an_older_version_is_a_notice(tool: str, version: str) -> None:
    (notice,) = versions.outdated({tool: version, "another tool": "1"})
    assert notice.startswith(f"{tool} {version} is older than {versions.OLDEST[tool]}, ")


@pytest.mark.parametrize(
    ("tool", "version"),
    [
        *(pair for pair in versions.OLDEST.items()),
        *(("aws", "1.45.0"), ("aws", "1.100.0"), ("aws", "2.0.1"), ("azure-cli", "2.100.0")),
        *(("gcloud", "1000.0.0"), ("gcloud", ""), ("gcloud", "HEAD")),
    ],
)
def test_any_other_version_is_fine(tool: str, version: str) -> None:
    assert versions.outdated({tool: version}) == []


def recorded(name: str) -> Recording:
    tape = Tapes(replay=ROOT / "recordings").tape(name)
    assert isinstance(tape, Recording)
    return tape


@pytest.mark.parametrize("name", mostly_slow(reversed(cloud_providers.PROVIDER_NAMES), 2))
def test_a_provider_says_that_its_tool_is_old(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = recorded(name)
    monkeypatch.setattr(versions, "OLDEST", dict.fromkeys(versions.OLDEST, "9999"))
    made = cloud_providers.load(name).fetch(Request(log=CallLog(tape=tape))).provenance
    old = {tool for tool in made.tools for n in made.notices if n.startswith(f"{tool} ") and "9999" in n}
    assert old == tape.header.tools.keys() & versions.OLDEST.keys()


def test_each_of_these_tools_is_used() -> None:
    used = {tool for name in cloud_providers.PROVIDER_NAMES for tool in recorded(name).header.tools}
    assert versions.OLDEST.keys() <= used


def test_the_docs_name_the_same_versions() -> None:
    text = (ROOT / "docs" / "administrators.md").read_text(encoding="utf-8")
    prerequisites = text.partition("\n## Prerequisites\n")[2].partition("\n## ")[0]
    clis = {"aws": "AWS CLI, ", "azure-cli": "Azure CLI, ", "gcloud": "Google Cloud CLI, "}
    named = {
        tool: prerequisites.partition(cli)[2].removeprefix("version ")[:12] for tool, cli in clis.items()
    }
    assert all(named[tool].startswith(f"{oldest} or ") for tool, oldest in versions.OLDEST.items()), named
