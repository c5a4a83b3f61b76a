# SPDX-License-Identifier: MIT
"""`make cloud-check`: can the machines of .config be launched, by what the catalogue says?

Offline, from the catalogue of the menus in use. With LIVE=1 the provider is asked about the chosen region.
Prints a line for each finding, with what comes nearest. Exit code 1 where something makes it impossible.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cloud_providers
import kconfig_tools
import write_extra_vars
from cloudlib.calls.parallel import exit_without_joining
from cloudlib.calls.run import CallLog
from cloudlib.catalog.records import Catalog
from cloudlib.config import cost, launch, requested, selection, variables
from cloudlib.config.launch import Finding
from cloudlib.config.selection import Selection
from cloudlib.config.variables import Collected
from cloudlib.errors import CatalogError, CloudError, ConfigRejected, report
from cloudlib.provider import Provider, Request, Value
from cloudlib.publish import refresh
from cloudlib.show.progress_rows import shown_on


def main() -> int:
    """Returns the exit code."""
    os.chdir(kconfig_tools.ROOT)
    try:
        return _checked()
    except CloudError as error:
        report(error, sys.stderr, who="cloud-check")
        return error.exit_code
    except KeyboardInterrupt:
        print("cloud-check: interrupted", file=sys.stderr)
        return 130


def _checked() -> int:
    live = os.environ.get("LIVE", "") not in ("", "0")
    try:
        kconf = kconfig_tools.load_config_file()
    except ConfigRejected as error:
        _nearest_machines(error)
        raise
    provider = write_extra_vars.chosen_provider(kconf)
    made = variables.collect(kconf, provider, write_extra_vars.earlier(), ask=live)
    if made.undecided:
        print("note: .config leaves the machine to what has capacity when `make` runs; LIVE=1 asks now")
        return 0
    wanted = selection.of(made.values, provider.MENU_NAMES)
    if live:
        catalog, remarks = _ask(provider, wanted)
        for remark in remarks:
            print(f"note: {remark}")
    else:
        catalog = _offline(made, write_extra_vars.catalog_in_use(kconf, provider))
    found = launch.findings(wanted, catalog, provider.MENU_NAMES)
    for finding in found:
        print(f"{finding.level}: {finding.text}")
    print(cost.line(wanted, catalog))
    bad = any(f.level == launch.ERROR for f in found)
    verdict = "cannot be launched" if bad else "nothing speaks against it"
    who = f"{provider.TITLE} itself" if live else f"the catalogue of {catalog.provenance.fetched_at[:10]}"
    what = f"{wanted.instance_type} in {wanted.place}, {wanted.architecture}"
    print(f"{what}: {verdict}, says {who}")
    return 1 if bad else 0


def _offline(made: Collected, read: tuple[Catalog | None, str]) -> Catalog:
    catalog, problem = read
    if catalog is None:
        raise CatalogError(
            problem, hint=f"git checkout terraform/{made.provider.NAME}\nLIVE=1 asks the provider"
        )
    return catalog


def _ask(provider: Provider, wanted: Selection) -> tuple[Catalog, list[str]]:
    """What the provider says of the chosen region now."""
    known = refresh.last_known(Path(), provider.NAME)
    with shown_on(sys.stderr, quiet=True) as progress:
        request = Request(log=CallLog(), progress=progress, regions=(wanted.region,), known=known)
        return provider.fetch(request), request.remarks


def _nearest_machines(error: ConfigRejected) -> None:
    """For a .config that the menus no longer take: its own result strings against the catalogue."""
    path = Path(kconfig_tools.config_file())
    if not path.is_file():
        return
    plain = requested.settings(path.read_text(encoding="utf-8", errors="replace"))
    for name in cloud_providers.PROVIDER_NAMES:
        provider = cloud_providers.load(name)
        catalog = refresh.last_known(Path(), name)
        if plain.get(provider.MENU_NAMES.switch) != "y" or catalog is None:
            continue
        results = provider.MENU_NAMES.result_symbols
        values: dict[str, Value] = {name.lower(): plain.get(name, "").strip('"') for name in results}
        arch = "arm64" if plain.get("TARGET_ARCH_ARM64") == "y" else "x86_64"
        wanted = selection.of({**values, "target_arch": arch}, provider.MENU_NAMES)
        if wanted.instance_type:
            for finding in _impossible(wanted, catalog, provider):
                print(f"{finding.level}: {finding.text}")


def _impossible(wanted: Selection, catalog: Catalog, provider: Provider) -> list[Finding]:
    return [f for f in launch.findings(wanted, catalog, provider.MENU_NAMES) if f.level == launch.ERROR]


if __name__ == "__main__":
    exit_without_joining(main())
