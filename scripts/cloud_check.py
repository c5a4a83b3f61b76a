#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-check`: check .config against the catalog: can its machines be launched?

Offline, from the catalog of the menus in use. With LIVE=1 the provider is asked about the chosen region.
Prints a line for each finding, with the closest alternative. Exit code 1 where the launch would fail, with
FORCE=1 too: it only lets an answer of LIVE=1 pass that lacks much of what is known.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import sys
from collections.abc import Sequence
from dataclasses import replace

import cloud_providers
from cloudlib.calls import tapes
from cloudlib.calls.expected import ACCEPTED
from cloudlib.calls.run import CallLog
from cloudlib.catalog import merge
from cloudlib.catalog.age import figures_of
from cloudlib.catalog.records import Catalog
from cloudlib.config import capacity, cost, launch, requested, selection, session, ssh_access
from cloudlib.config.finding import ERROR
from cloudlib.config.session import Session
from cloudlib.errors import CatalogError, ConfigRejected, message
from cloudlib.machines import where
from cloudlib.provider import Request, Value
from cloudlib.publish import refresh
from cloudlib.settings import ROOT, config_file, flag
from cloudlib.show import command
from cloudlib.show.progress_rows import shown_on
from cloudlib.terraform import expiry


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    command.Parser(prog="cloud_check.py", description=__doc__).parse_args(argv)
    tapes.refuse_live()
    return _check(live=flag("LIVE"))


def _check(*, live: bool) -> int:
    try:
        now = session.read(cloud_providers, ask=live)
    except ConfigRejected:
        _print_nearest_machines()
        raise
    if now.collected.undecided:
        print("note: .config leaves the choice of machine to capacity when `make` runs; LIVE=1 asks now")
        return 0
    for doubt in now.edited():  # about the tree, not about what .config asks for
        print(f"{doubt.level}: {doubt.text}", file=sys.stderr)
    if live:
        catalog, remarks = _ask(now)
        now = replace(now, catalog=catalog)
        for remark in remarks:
            print(message(f"note: {remark}"))
    if now.catalog is None:
        hint = f"git checkout terraform/{now.provider.NAME}\nLIVE=1 asks the provider"
        raise CatalogError(now.problem, hint=hint)
    findings = [*now.findings(), *now.key_findings(), *(capacity.findings(now) if live else ())]
    for finding in findings:
        print(f"{finding.level}: {finding.text}")
    said = expiry.left(where.TERRAFORM / now.provider.NAME, expiry.utc())
    print("\n".join([*said, cost.line(cost.of(now), now.catalog)]))
    launchable = all(f.level != ERROR for f in findings)
    known = f"figures of {figures_of(now.catalog.provenance) or 'an unknown date'}"
    source = f"live answer of {now.provider.TITLE}" if live else known
    what = f"{now.selection.instance_type} in {now.selection.place}, {now.selection.architecture}"
    verdict = "can be launched" if launchable else "cannot be launched"
    closed = any(f.text.startswith(ssh_access.UNREACHABLE) for f in findings)
    but = ", but bringup refuses until you can reach it by SSH" if launchable and closed else ""
    print(message(f"{what}: {verdict}{but} ({source})"))
    return 0 if launchable else 1


def _ask(now: Session) -> tuple[Catalog, list[str]]:
    """The provider's catalog of the chosen region as it is now, and the remarks of the fetch."""
    known = refresh.last_known(ROOT, now.provider.NAME)
    with shown_on(sys.stderr, quiet=True) as progress:
        request = Request(
            log=CallLog(now.provider.NAME), progress=progress, regions=(now.selection.region,), known=known
        )
        catalog = now.provider.fetch(request)
    doubtful = [n for n in catalog.provenance.notices if n.startswith(ACCEPTED) and _is_about(n, now)]
    return catalog, [*request.remarks, *merge.unreached(catalog), *doubtful]


def _is_about(notice: str, now: Session) -> bool:
    """Lambda answers for all regions at once: prices of others do not matter here."""
    return merge.prices_of("") not in notice or f"{merge.prices_of(now.selection.region)} " in notice


def _print_nearest_machines() -> None:
    """For a .config that the menus no longer take: its own result strings against the catalog."""
    if not config_file().is_file():
        return
    plain = requested.settings(config_file().read_text(encoding="utf-8", errors="replace"))
    for name in cloud_providers.PROVIDER_NAMES:
        provider = cloud_providers.load(name)
        catalog = refresh.last_known(ROOT, name)
        if plain.get(provider.MENU_NAMES.switch) != "y" or catalog is None:
            continue
        results = provider.MENU_NAMES.result_symbols
        values: dict[str, Value] = {name.lower(): plain.get(name, "").strip('"') for name in results}
        arch = "arm64" if plain.get("TARGET_ARCH_ARM64") == "y" else "x86_64"
        wanted = selection.of({**values, "target_arch": arch}, provider)
        if wanted.instance_type:
            for finding in launch.findings(wanted, catalog, provider):
                if finding.level == ERROR:
                    print(f"{finding.level}: {finding.text}")


if __name__ == "__main__":
    command.start("cloud-check", main)
