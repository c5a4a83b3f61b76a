# SPDX-License-Identifier: MIT
"""`make`: .config -> extra_vars.yaml, written only when it changes.

Where the configuration leaves a choice to the cloud (`cloudlib.provider.Resolver`), the cloud is asked now,
and a dated comment says what was found. The date alone does not make the file new.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import kconfiglib
import yaml

import cloud_providers
import kconfig_tools
from cloudlib.errors import CloudError, ConfigRejected, report
from cloudlib.provider import Provider, Resolved, Resolver, Variables

OUTPUT = Path("extra_vars.yaml")
_COMMON = (
    "TERRAFORM_NODE_COUNT",
    "TERRAFORM_SSH_CONFIG_USER",
    "TERRAFORM_SSH_CONFIG_PUBKEY_FILE",
    "TERRAFORM_SSH_CONFIG_GENKEY",
)


def main() -> int:
    """Returns the exit code: 1 without a .config, or with one that the menus no longer give."""
    os.chdir(kconfig_tools.ROOT)
    old = OUTPUT.read_text(encoding="utf-8") if OUTPUT.is_file() else ""
    try:
        text = render(kconfig_tools.load_config_file(), _variables(old))
    except CloudError as error:
        error.untouched = error.untouched or (f"{OUTPUT}, as it was" if old else "")
        report(error, sys.stderr, who="make")
        return error.exit_code
    if _without_comments(old) == _without_comments(text):
        return 0
    staged = OUTPUT.with_suffix(".yaml.new")
    try:
        staged.write_text(text, encoding="utf-8")
        os.replace(staged, OUTPUT)
    except OSError as error:
        print(f"make: error: cannot write {OUTPUT}: {error.strerror}; it is as it was", file=sys.stderr)
        return 1
    print(f"wrote {OUTPUT}")
    return 0


def render(kconf: kconfiglib.Kconfig, earlier: Variables) -> str:
    """The YAML text of a loaded configuration; ConfigRejected where a result string is empty.

    `earlier` are the variables of the last time; a cloud that is asked may keep to them.
    """
    provider = chosen_provider(kconf)
    words = provider.VOCABULARY
    names = [name for name in words.result_symbols if _applies(kconf, name)]
    empty = [name for name in names if not kconf.syms[name].str_value]
    if empty:
        raise ConfigRejected(f"the configuration leaves {', '.join(empty)} empty", hint="make menuconfig")
    switches = (words.is_gpu, *words.switches)
    values = {
        "terraform_provider": provider.NAME,
        "target_arch": "arm64" if kconf.syms["TARGET_ARCH_ARM64"].str_value == "y" else "x86_64",
        **{name.lower(): _value(kconf.syms[name]) for name in (*names, *switches, *_COMMON)},
    }
    found = provider.resolve(values, earlier) if isinstance(provider, Resolver) else Resolved()
    comment = f"# {found.note}\n" if found.note else ""
    text = yaml.safe_dump({**values, **found.values}, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{comment}{text}"


def chosen_provider(kconf: kconfiglib.Kconfig) -> Provider:
    """The provider whose switch is y."""
    for name in cloud_providers.PROVIDER_NAMES:
        provider = cloud_providers.load(name)
        if kconf.syms[provider.VOCABULARY.switch].str_value == "y":
            return provider
    raise ConfigRejected("the configuration chooses no provider", hint="make menuconfig")


def _variables(text: str) -> Variables:
    """The variables of an earlier file; none where it is no such file."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}


def _without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def _applies(kconf: kconfiglib.Kconfig, name: str) -> bool:
    """A result that is defined only under an option which is off (the GPU image's) does not apply."""
    symbol = kconf.syms.get(name)
    return symbol is not None and kconfiglib.expr_value(symbol.direct_dep) > 0


def _value(symbol: Any) -> str | int | bool:
    if symbol.orig_type == kconfiglib.BOOL:
        return bool(symbol.str_value == "y")
    return int(symbol.str_value) if symbol.orig_type == kconfiglib.INT else str(symbol.str_value)


if __name__ == "__main__":
    sys.exit(main())
