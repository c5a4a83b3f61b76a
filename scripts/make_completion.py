#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write scripts/completion.bash: what bash completes for the CLIs and cloud-search, by their own parsers."""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import argparse
import runpy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn
from unittest import mock

from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import ROOT, shown
from cloudlib.show import command

COMPLETION = ROOT / "scripts" / "completion.bash"
_HEAD = """\
# SPDX-License-Identifier: MIT
# Completion for bash 4 and newer: source scripts/completion.bash
# Written by scripts/make_completion.py from the commands' own parsers.

declare -gA _cloud_kconfig_words _cloud_kconfig_values
"""
_TAIL = """\

_cloud_kconfig() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at=${COMP_WORDS[0]##*/} i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ -n "${_cloud_kconfig_words["$at ${COMP_WORDS[i]}"]}" ] && at+=" ${COMP_WORDS[i]}"
	done
	local words=${_cloud_kconfig_values["$at $prev"]:-${_cloud_kconfig_words[$at]}}
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
"""


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    command.Parser(prog="make_completion.py", description=__doc__).parse_args(argv)
    changed = rewrite(COMPLETION, text())
    print(f"{shown(COMPLETION)}: {'written' if changed else 'unchanged'}")
    return 0


def programs() -> list[Path]:
    """The commands that are completed."""
    scripts = ROOT / "scripts"
    return [*sorted(scripts.glob("*-cli")), scripts / "cloud-search"]


def text() -> str:
    """The whole file."""
    lines = [line for path in programs() for line in _tables(path.name, parser_of(path))]
    names = " ".join(path.name for path in programs())
    return _HEAD + "\n".join(lines) + "\n" + _TAIL + f"\ncomplete -o default -F _cloud_kconfig {names}\n"


class _Parsing(Exception):
    """A command has come to parse its arguments."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


def parser_of(path: Path) -> argparse.ArgumentParser:
    """The parser of a command, which runs until it uses it."""

    def parse_args(parser: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        raise _Parsing(parser)

    with mock.patch.object(argparse.ArgumentParser, "parse_args", parse_args):
        try:
            runpy.run_path(str(path), run_name="completion")["main"]([])
        except _Parsing as parsing:
            return parsing.parser
    raise AssertionError(f"{path.name} parses no arguments")


def _tables(words: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    """The words that may follow these, and the values of the options among them."""
    follow: list[str] = []
    below: dict[str, argparse.ArgumentParser] = {}
    values: dict[str, str] = {}
    for action in parser._actions:
        follow += [option for option in action.option_strings if option.startswith("--")]
        if isinstance(action, argparse._SubParsersAction):
            below |= action.choices
        elif action.choices and action.option_strings:
            values[action.option_strings[-1]] = " ".join(map(str, action.choices))
    yield f'_cloud_kconfig_words["{words}"]="{" ".join([*below, *follow])}"'
    for option, listed in values.items():
        yield f'_cloud_kconfig_values["{words} {option}"]="{listed}"'
    for name, parser_below in below.items():
        yield from _tables(f"{words} {name}", parser_below)


if __name__ == "__main__":
    command.start("make_completion.py", main)
