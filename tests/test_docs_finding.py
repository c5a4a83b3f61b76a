# SPDX-License-Identifier: MIT
"""docs/finding.md shows what the commands print. GOLDEN_UPDATE=1 writes the page anew."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable

import pytest

import cloud_providers
from cloudlib.catalog.area import AREAS
from cloudlib.search.answer import SORTS
from cloudlib.show import cli, command, search
from tests.support.tree import ROOT

PAGE = ROOT / "docs" / "finding.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>.+)\n(?P<output>(?:.*\n)*?)```")
_CLIS = {"aws-cli": "aws", "azure-cli": "azure", "gce-cli": "gce", "lambda-cli": "lambdalabs"}


def body(program: str, words: list[str]) -> Callable[[], int]:
    if program == "cloud-search":
        return lambda: search.main(cloud_providers, words)
    return lambda: cli.main(cloud_providers.load(_CLIS[program]), words, program=program)


def test_every_option_is_in_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for action in search.parser(cloud_providers.PROVIDER_NAMES)._actions:
        assert action.help, action.option_strings
        for option in {*action.option_strings} - {"-h", "--help", "--version"}:
            assert f"`{option}" in text, option
    assert all(area in text for area in AREAS) and all(key in text for key in SORTS)


def test_the_outputs_are_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUD_TIER", "static")
    monkeypatch.setenv("COLUMNS", "80")
    seen = 0

    def printed(block: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        script, *words = shlex.split(block["command"])
        program = script.removeprefix("scripts/")
        command.run(program, body(program, words))
        said = capsys.readouterr()
        return f"```console\n$ {block['command']}\n{said.out}{said.err}```"

    text = PAGE.read_text(encoding="utf-8")
    now = BLOCK.sub(printed, text)
    assert seen >= 5
    tables = [output for words, output in BLOCK.findall(now) if "csv" not in words]
    assert [line for output in tables for line in output.splitlines() if len(line) > 80] == []
    if os.environ.get("GOLDEN_UPDATE"):
        PAGE.write_text(now, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == now, "GOLDEN_UPDATE=1 writes the page anew"
