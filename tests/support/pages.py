# SPDX-License-Identifier: MIT
"""The pages of the docs, the commands in their code blocks, and which of these cannot be run by a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.tree import ROOT

PAGES = tuple(sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]))
#: What a page shows of a terminal: a command and all that it prints.
CONSOLE = re.compile(r"^```console\n\$ (?P<command>.+)\n(?P<output>(?:.*\n)*?)```$", re.MULTILINE)
#: A screen of a program that takes keys, by its name in tests/test_docs.py.
SCREEN = re.compile(
    r"^<!-- screen: (?P<name>[a-z-]+)(?P<top>, its top)? -->\n```text\n(?P<output>(?:.*\n)*?)```$",
    re.MULTILINE,
)
_BLOCK = re.compile(
    r"^```(?P<kind>\w*)\n(?P<fenced>(?:.*\n)*?)```$|(?<=\n\n)(?P<indented>(?: {4,7}\S.*\n|\n(?= {4}))+)",
    re.MULTILINE,
)
#: What a command begins with, in a block that does not say what it is.
_COMMAND = re.compile(
    r"make|(scripts|\.venv)/\S+|apt|apt-get|aws|az|brew|cd|curl|dnf|export|gcloud|git|npm|pip|pipx|python3?|"
    r"scoop|ssh|ssh-add|ssh-keygen|sudo|terraform|tofu|zgrep|PYTHONPATH=\S+|zypper"
)
#: Commands that no test of the docs runs: a pattern, and why.
NOT_RUN = {
    r"make (menuconfig|guiconfig|cloud-shop)": "takes keys; the screens in the docs are tested",
    r"make .*\b(bringup|destroy|cloud-plan)\b": "needs terraform and an account",
    r"make cloud-config(-\w+)?( RECORD=\S+)?": "asks a cloud",
    r"make cloud-(diff|update|commit)(-\w+)?": "needs what cloud-config fetched; tests/scripts runs it",
    r"make (check|style|test(-\w+)?|bench|requirements|terraform-lock)": "takes minutes, or a network",
    r"make (static-from-recordings|\.venv-azure/ready)": "takes minutes, or a network",
    r"make cloud-config-aws REPLAY=aws\.jsonl\.gz.*": "needs a recording that somebody sent",
    r"make PYTHON=/usr/bin/python3 .*": "needs Debian's packages",
    r"scripts/lambda-cli (smart|capacity).*": "asks Lambda what has capacity",
    r"(?!make|scripts/|\./|zgrep).*": "another program",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A line that a reader can type; `output` is what the page says it prints, if it does."""

    line: str
    output: str | None = None

    @property
    def not_run(self) -> str:
        """Why no test runs it, "" if one does."""
        return next((why for pattern, why in NOT_RUN.items() if re.fullmatch(pattern, self.line)), "")


def commands(page: Path) -> list[Command]:
    """Those of a page, in their order."""
    return list(_commands(page.read_text(encoding="utf-8")))


def _commands(text: str) -> Iterator[Command]:
    for block in _BLOCK.finditer(text):
        lines = (block["fenced"] or block["indented"] or "").splitlines()
        if block["kind"] == "console":
            yield Command(lines[0].removeprefix("$ "), "\n".join([*lines[1:], ""]))
            continue
        typed = [re.sub(r"(^|\s+)#.*", "", line.strip()) for line in lines]
        typed = [line for line in typed if line]
        if block["kind"] == "sh" or (not block["kind"] and typed and _COMMAND.fullmatch(typed[0].split()[0])):
            yield from map(Command, typed)


def prose(text: str) -> str:
    """A page without its code blocks."""
    return _BLOCK.sub("", text)


def anchors(text: str) -> set[str]:
    """The names under which GitHub links to the headings of a page."""
    heads = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", head.replace("`", "").casefold()).replace(" ", "-") for head in heads}
