#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-report`: one HTML page over the machines of all providers, to sort, filter, compare and share.

    cloud_report.py [--output FILE]

Reads the catalogs in use, offline. The page loads nothing from a network.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

from collections.abc import Sequence
from pathlib import Path

import cloud_providers
from cloudlib.errors import CatalogError
from cloudlib.publish import rewrite, tier, used
from cloudlib.report.data import Section
from cloudlib.search import source
from cloudlib.settings import ROOT
from cloudlib.show import command


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    from cloudlib.report import page  # jinja2, which this command alone needs

    parser = command.Parser(prog="cloud_report.py", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "cloud-report.html", metavar="FILE")
    output: Path = parser.parse_args(argv).output
    tier.recover_if_idle(ROOT)
    with tier.reading(ROOT):
        sections = [_section(name) for name in cloud_providers.PROVIDER_NAMES]
    text = page.render(sections)
    rewrite.rewrite(output, text)
    machines = sum(len(section.machines) for section in sections)
    print(f"wrote {output} ({machines:,} machines, {len(text.encode()) / 1e6:.1f} MB): open it in a browser")
    return 0


def _section(name: str) -> Section:
    path = used.catalog(ROOT, name)
    machines = [machine for machine in source.load_file(path) if machine.on_demand]
    if not machines:
        raise CatalogError(f"{path}: there is no machine in it", hint=f"make cloud-config-{name}")
    provider = cloud_providers.load(name)
    return Section(provider.TITLE, provider.MENU_NAMES, used.used(ROOT, name), machines[0].market, machines)


if __name__ == "__main__":
    command.start("cloud-report", main)
