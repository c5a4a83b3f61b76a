# SPDX-License-Identifier: MIT
"""`make`: .config -> extra_vars.yaml and terraform/<provider>/terraform.tfvars.json, rewritten on change.

Where the configuration leaves a choice to the cloud (`cloudlib.provider.Resolver`), the cloud is asked now,
and a dated comment says what was found. The date alone does not make the file new. Then it says what the
machines cost, and warns of what the catalogue says against them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import kconfiglib

import cloud_providers
import kconfig_tools
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.config import cost, launch, selection, variables
from cloudlib.config.launch import Finding
from cloudlib.config.selection import Selection
from cloudlib.config.variables import Collected
from cloudlib.errors import CatalogError, CloudError, ConfigRejected, report
from cloudlib.provider import Provider, Variables
from cloudlib.publish import tier
from cloudlib.publish.rewrite import rewrite

OUTPUT = Path("extra_vars.yaml")
TFVARS = "terraform/{provider}/terraform.tfvars.json"


def main() -> int:
    """Returns the exit code: 1 without a .config, or with one that the menus no longer give."""
    os.chdir(kconfig_tools.ROOT)
    try:
        kconf = kconfig_tools.load_config_file()
        made = write(kconf)
        catalog, problem = catalog_in_use(kconf, made.provider)
    except CloudError as error:
        report(error, sys.stderr, who="make")
        return error.exit_code
    wanted, found = judge(made, catalog)
    for finding in [f for f in found if f.level != launch.NOTE]:
        print(f"warning: {finding.text}", file=sys.stderr)
    if problem:
        print(f"warning: {problem}", file=sys.stderr)
    print(cost.line(wanted, catalog))
    return 0


def write(kconf: kconfiglib.Kconfig) -> Collected:
    """Write both files of a loaded configuration, say which of them changed, and return the values."""
    old = _text(OUTPUT)
    try:
        made = variables.collect(kconf, chosen_provider(kconf), earlier())
    except CloudError as error:
        error.unchanged = error.unchanged or (f"{OUTPUT}, as it was" if old else "")
        raise
    files = {Path(TFVARS.format(provider=made.provider.NAME)): made.tfvars}
    if _without_comments(old) != _without_comments(made.extra_vars):
        files[OUTPUT] = made.extra_vars
    for path, text in files.items():
        if rewrite(path, text):
            print(f"wrote {path}")
    return made


def earlier() -> Variables:
    """The variables of the last time; none where there is no such file."""
    return variables.parse_extra_vars(_text(OUTPUT))


def chosen_provider(kconf: kconfiglib.Kconfig) -> Provider:
    """The provider whose switch is y."""
    for name in cloud_providers.PROVIDER_NAMES:
        provider = cloud_providers.load(name)
        if kconf.syms[provider.MENU_NAMES.switch].str_value == "y":
            return provider
    raise ConfigRejected("the configuration chooses no provider", hint="make menuconfig")


def catalog_in_use(kconf: kconfiglib.Kconfig, provider: Provider) -> tuple[Catalog | None, str]:
    """The catalogue of the tier whose menus were parsed, or None and why there is none to read."""
    which = kconf.variables[f"{provider.NAME.upper()}_TIER"].expanded_value
    path = tier.folder(Path(), provider.NAME) / f"{catalogfile.NAME}.{which}"
    try:
        return catalogfile.load_file(path), ""
    except CatalogError as error:
        return None, f"nothing could be checked, nor its cost told: {error.what}"


def judge(made: Collected, catalog: Catalog | None) -> tuple[Selection, list[Finding]]:
    """The selection in the values, and what a catalogue says against it."""
    names = made.provider.MENU_NAMES
    wanted = selection.of(made.values, names)
    return wanted, launch.findings(wanted, catalog, names) if catalog else []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


if __name__ == "__main__":
    sys.exit(main())
