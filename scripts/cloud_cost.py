#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cost`: what the machines of .config cost by hour, day and month, part by part; changes nothing.

Prices are those of the catalog in use. NODES=N asks for another number of nodes than .config has.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import sys
from collections.abc import Sequence
from dataclasses import replace

import cloud_providers
from cloudlib.config import cost, session
from cloudlib.errors import message
from cloudlib.machines import where
from cloudlib.machines.questions import against_limit
from cloudlib.settings import max_usd_per_hour, node_count
from cloudlib.show import command
from cloudlib.terraform import expiry


def main(argv: Sequence[str]) -> int:
    """Returns the exit code; raises ConfigRejected without a .config."""
    command.Parser(prog="cloud_cost.py", description=__doc__).parse_args(argv)
    nodes = node_count()
    max_usd_per_hour()  # refused before anything is printed
    now = session.read(cloud_providers, ask=False)
    if now.collected.undecided:
        print("note: .config leaves the choice of machine to capacity when `make` runs")
        return 0
    if now.problem:
        print(message(f"warning: {now.problem}"), file=sys.stderr)
    if nodes is not None:
        now = replace(now, selection=replace(now.selection, nodes=nodes))
    said = expiry.left(where.TERRAFORM / now.provider.NAME, expiry.utc())
    bill = cost.of(now)
    limit = against_limit(bill, now)
    print("\n".join([*said, *cost.lines(bill, now.catalog), *filter(None, [limit])]))
    return 0


if __name__ == "__main__":
    command.start("cost", main)
