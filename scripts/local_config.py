#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make local CIDR=203.0.113.7/32`: keep personal settings that every defconfig gets.

    local_config.py [--cidr RANGE] [--key FILE] [--prefix NAME] [--nodes N] [--budget USD]

Writes them to local.config, which git ignores, and to .config where there is one. A line of local.config
that is not asked about stays; an empty value takes its line away. Without an option: what it holds.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

from collections.abc import Mapping, Sequence

import kconfiglib

import cloud_providers
from cloudlib.config import checks, fragments, requested, session
from cloudlib.errors import ConfigRejected, UsageError, message
from cloudlib.publish import rewrite
from cloudlib.settings import config_file, shown
from cloudlib.show import command

#: Option -> the symbol that it sets, and what it is.
SETTINGS: Mapping[str, tuple[str, str]] = {
    "cidr": ("TERRAFORM_SSH_ALLOWED_CIDR", "who may reach SSH on the nodes: 203.0.113.7/32"),
    "key": ("TERRAFORM_SSH_CONFIG_PUBKEY_FILE", "your public key: ~/.ssh/id_ed25519.pub"),
    "prefix": ("TERRAFORM_HOSTS_PREFIX", "what the names of the nodes begin with"),
    "nodes": ("TERRAFORM_NODE_COUNT", "how many nodes to bring up"),
    "budget": ("TERRAFORM_MAX_USD_PER_HOUR", "US dollars an hour above which bringup refuses"),
}
#: The options whose settings are numbers.
_NUMBERS = ("nodes", "budget")
_FIRST = "# Personal settings, applied last to every defconfig: see docs/configurations.md\n"


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    parser = command.Parser(prog="local_config.py", description=__doc__)
    for option, (_, what) in SETTINGS.items():
        parser.add_argument(f"--{option}", metavar="VALUE", help=what)
    options = vars(parser.parse_args(argv))
    asked = {symbol: options[name] for name, (symbol, _) in SETTINGS.items() if options[name] is not None}
    if not asked:
        return _show()
    for value in asked.values():
        if not value.isprintable():
            raise UsageError(f"{value!r} has a character that is not printable")
    try:
        checks.check({symbol.lower(): value for symbol, value in asked.items() if value})
        checks.check_key_file({symbol.lower(): value for symbol, value in asked.items()})
    except ConfigRejected as error:
        error.hint = "make local CIDR=203.0.113.7/32 KEY=~/.ssh/id_ed25519.pub PREFIX=mine"
        raise
    kconf = session.parse(cloud_providers)
    for name in _NUMBERS:
        number = options[name]
        if number and not (number.isascii() and number.isdecimal()):
            raise UsageError(
                f"{name.upper()}={number!r} is not a number", hint=f"make local {name.upper()}=3"
            )
        for low, high, _ in kconf.syms[SETTINGS[name][0]].ranges if number else ():
            if not int(low.str_value) <= int(number) <= int(high.str_value):
                raise UsageError(
                    f"{name.upper()}={number} is not from {low.str_value} to {high.str_value}",
                    hint=f"make local {name.upper()}=3",
                )
    _apply(kconf, asked)
    return 0


def edited(text: str, asked: Mapping[str, str]) -> str:
    """The text of local.config with these settings; "" takes one away, and its line."""
    kept = [
        line
        for line in text.splitlines(keepends=True)
        if not any(line.startswith((f"CONFIG_{s}=", f"# CONFIG_{s} ")) for s in asked)
    ]
    numbers = [SETTINGS[name][0] for name in _NUMBERS]
    new = [
        f"CONFIG_{s}={value}\n" if s in numbers else f'CONFIG_{s}="{kconfiglib.escape(value)}"\n'
        for s, value in asked.items()
        if value
    ]
    return "".join([*(kept or [_FIRST]), *new])


def _show() -> int:
    there = fragments.LOCAL.is_file()
    settings = requested.settings(requested.read(fragments.LOCAL)) if there else {}
    if not settings:
        local = shown(fragments.LOCAL)
        print(f"{local} has no settings" if there else f"there is no {local}")
        print("  next: make local CIDR=YOUR-ADDRESS/32 KEY=~/.ssh/id_ed25519.pub")
    for name, value in settings.items():
        print(message(f"CONFIG_{name}={value}"))
    return 0


def _apply(kconf: kconfiglib.Kconfig, asked: Mapping[str, str]) -> None:
    """Write local.config, and put it over .config. ConfigRejected, and both unchanged, if that is refused."""
    path = config_file()
    before = fragments.LOCAL.read_text(encoding="utf-8") if fragments.LOCAL.is_file() else None
    rewrite.rewrite(fragments.LOCAL, edited(before or "", asked))
    try:
        if path.is_file():
            session.load_paths(kconf, [path])
    except ConfigRejected:
        if before is None:
            fragments.LOCAL.unlink()
        else:
            rewrite.rewrite(fragments.LOCAL, before)
        raise
    print(f"wrote {shown(fragments.LOCAL)}: every defconfig gets it")
    if path.is_file():
        print(session.write_config(kconf))
    else:
        print("  next: make defconfig-NAME, or make menuconfig")


if __name__ == "__main__":
    command.start("local", main)
