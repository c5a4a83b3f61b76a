# SPDX-License-Identifier: MIT
"""The docs hold what they promise: each command runs, and each output and screen is what is shown.

GOLDEN_UPDATE=1 writes outputs and screens into the pages again; read `git diff` before you commit.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect
import pytest

import cloud_providers
from cloudlib.catalog.area import AREAS
from cloudlib.search.answer import SORTS
from cloudlib.show import cli, command, search
from tests.support.pages import CONSOLE, PAGES, SCREEN, anchors, commands, prose
from tests.support.terminal import ENTER, Terminal
from tests.support.tree import ROOT, Tree

FINDING = ROOT / "docs" / "finding.md"
_CLIS = {"aws-cli": "aws", "azure-cli": "azure", "gce-cli": "gce", "lambda-cli": "lambdalabs"}
_TOP, _SEARCH = ("", "Cloud provider ("), ("/", "Jump to symbol")
_G6E = (_TOP, _SEARCH, ("g6e.xlarge$", ": 1\n"), (ENTER, "Go on?"))
#: {screen: target, then keys and what is on the screen after them}.
SCREENS: dict[str, tuple[str, Sequence[tuple[str, str]]]] = {
    "provider": ("menuconfig", [_TOP, (f"jj{ENTER}", "Region (")]),
    "offer": ("menuconfig", _G6E),
    "offered": ("menuconfig", [*_G6E, ("y", "(X) g6e.xlarge")]),
    "types": ("menuconfig", [_TOP, _SEARCH, ("m7i.4xlarge$", ": 1\n"), (ENTER, "(X) m7i")]),
    "shop": ("cloud-shop", [("", " machines"), ("16 vcpus nvme\teurope", "europe")]),
}
#: What is below the top of a screen: empty lines.
NEXT = "\n\n\n"


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def held(page: Path, now: str) -> None:
    """The page is what it should be now; with GOLDEN_UPDATE it becomes that."""
    if os.environ.get("GOLDEN_UPDATE"):
        page.write_text(now, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == now, f"{name(page)}: GOLDEN_UPDATE=1 writes it again"


def with_console(pattern: str) -> list[Path]:
    """The pages that show the output of such a command."""
    return [p for p in PAGES if any(c.output is not None and re.match(pattern, c.line) for c in commands(p))]


def body(program: str, words: list[str]) -> Callable[[], int]:
    if program == "cloud-search":
        return lambda: search.main(cloud_providers, words)
    return lambda: cli.main(cloud_providers.load(_CLIS[program]), words, program=program)


def test_every_option_of_cloud_search_is_in_its_page() -> None:
    text = FINDING.read_text(encoding="utf-8")
    for action in search.parser(cloud_providers.PROVIDER_NAMES)._actions:
        assert action.help, action.option_strings
        for option in {*action.option_strings} - {"-h", "--help", "--version"}:
            assert f"`{option}" in text, option
    assert all(area in text for area in AREAS) and all(key in text for key in SORTS)


@pytest.mark.parametrize("page", with_console("scripts/"), ids=name)
def test_the_answers_are_what_is_printed(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUD_TIER", "static")
    monkeypatch.setenv("COLUMNS", "80")

    def printed(block: re.Match[str]) -> str:
        if not block["command"].startswith("scripts/"):
            return block[0]
        script, *words = shlex.split(block["command"])
        program = script.removeprefix("scripts/")
        command.run(program, body(program, words))
        said = capsys.readouterr()
        return f"```console\n$ {block['command']}\n{said.out}{said.err}```"

    now = CONSOLE.sub(printed, page.read_text(encoding="utf-8"))
    tables = [output for words, output in CONSOLE.findall(now) if "csv" not in words]
    assert [line for output in tables for line in output.splitlines() if len(line) > 80] == []
    held(page, now)


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=name)
def test_every_command_runs(page: Path, whole_tree: Tree) -> None:
    """In their order, in one tree, on a terminal of 80 columns. README starts with nothing; whoever reads on
    has a .config, a key, and a part of a configuration.
    """
    (whole_tree.root / "recordings").symlink_to(ROOT / "recordings")
    if page.parent != ROOT:
        whole_tree.make("defconfig-aws-large")
        whole_tree.write(f"{whole_tree.home}/.ssh/id_ed25519.pub", "ssh-ed25519 AAAA me\n")
        whole_tree.write(f"{whole_tree.home}/.config/kdevops/my-ssh", "CONFIG_TERRAFORM_NODE_COUNT=2\n")
    text = page.read_text(encoding="utf-8")
    for one in commands(page):
        if one.not_run or (one.output is not None and one.line.startswith("scripts/")):
            continue
        code, said = typed(whole_tree, one.line)
        assert code == 0, f"{one.line} ended with {code}:\n{said}"
        if one.output is not None:
            text = text.replace(f"$ {one.line}\n{one.output}```", f"$ {one.line}\n{said}```")
    held(page, text)


def typed(tree: Tree, line: str) -> tuple[int, str]:
    """The exit code of a command, and what it shows."""
    python = shlex.quote(sys.executable)
    line = re.sub(r"^make\b", f"make PYTHON={python}", re.sub(r"^scripts/", f"{python} scripts/", line))
    env = {**tree.env, "NO_COLOR": "1", "MAKEFLAGS": "--no-print-directory"}
    said, code = pexpect.run(
        f"bash -o pipefail -c {shlex.quote(line)}", cwd=str(tree.root), env=env,
        timeout=600, withexitstatus=True, dimensions=(24, 80), encoding="utf-8",
    )  # fmt: skip
    return code, "".join(f"{row.rstrip()}\n" for row in said.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if SCREEN.search(p.read_text("utf-8"))], ids=name)
def test_every_screen_is_what_is_shown(page: Path, whole_tree: Tree) -> None:
    """Of 80 columns and 24 lines, with the machine of defconfig-aws-large."""
    whole_tree.make("defconfig-aws-large")

    def shown(block: re.Match[str]) -> str:
        target, steps = SCREENS[block["name"]]
        terminal = Terminal(whole_tree, columns=80, lines=24, target=target)
        for keys, sign in steps:
            terminal.child.send(keys)
            terminal.wait_for(sign)
        if not os.environ.get("GOLDEN_UPDATE"):
            terminal.wait_for(block["output"].strip("\n"))
        text = terminal.settled()
        terminal.child.close(force=True)
        return block[0].replace(block["output"], f"{text.partition(NEXT)[0] if block['top'] else text}\n")

    held(page, SCREEN.sub(shown, page.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_readme_says_of_when_the_figures_are(whole_tree: Tree) -> None:
    rows = [line for line in whole_tree.make("cloud-status").stdout.splitlines() if " static " in line]
    months = sorted(month for row in rows for month in re.findall(r"\d{4}-\d\d(?= )", row))
    assert f"a recording of facts of {months[0]} to {months[-1]}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_target_and_script_that_is_named_exists(page: Path) -> None:
    makefiles = "".join(p.read_text("utf-8") for p in [ROOT / "Makefile", *ROOT.glob("scripts/*.Makefile")])
    rules = re.findall(r"^(?:[A-Z_]+ [:+]= )?([\w.%/ -]+)", makefiles, re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    by_pattern = re.compile(r"(defconfig|cloud-\w+|clean-cloud-config)-")
    text = page.read_text(encoding="utf-8")
    lines = [*re.findall(r"`([^`\n]+)`", prose(text)), *(c.line for c in commands(page))]
    for line in lines:
        first, *words = line.split()
        if first == "make":
            asked = [w for w in words if re.fullmatch(r"[a-z][a-z0-9.-]+", w)]
            lacking = [w for w in asked if w not in targets and not by_pattern.match(w)]
            assert lacking == [], line
        elif re.fullmatch(r"scripts/[\w-]+(\.py|-cli)?", first):
            assert "NAME" in first or f"`{line}` of kdevops" in text or (ROOT / first).exists(), line


def test_what_is_not_run_has_a_reason() -> None:
    every = [c for page in PAGES for c in commands(page)]
    assert len(every) > 40 and sum(not c.not_run for c in every) > 20
