#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make nodes`: the machines of this tree, how long each is up and has left, and what it has cost so far.

From terraform's state and the journal beside it, of every provider or of CLOUD_PROVIDER; the cloud is not
asked. FORMAT=json prints what docs/json.md describes. Exit code 1 where a state cannot be relied on.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import os
import sys
from collections.abc import Sequence

import cloud_providers
from cloudlib.errors import report
from cloudlib.machines import listing, nodes, where
from cloudlib.settings import named_provider
from cloudlib.show import command
from cloudlib.terraform import expiry


def main(argv: Sequence[str]) -> int:
    """Returns the exit code."""
    parser = command.Parser(prog="cloud_nodes.py", description=__doc__)
    form = os.environ.get("FORMAT") or "text"
    parser.add_argument("--format", choices=("text", "json"), default=form, help="default: text")
    form = parser.parse_args(argv).format
    if form not in ("text", "json"):  # argparse does not check a default
        parser.error(f"FORMAT={form}: choose from text, json")
    chosen = named_provider()
    names = [chosen] if chosen else list(cloud_providers.PROVIDER_NAMES)
    folders = [nodes.read(cloud_providers.load(name), where.TERRAFORM / name) for name in names]
    now = expiry.utc()
    for folder in folders:
        if folder.problem:
            report(folder.problem, sys.stderr, who=folder.provider)
    if form == "json":
        listing.show_json(folders, now)
    else:
        listing.show(folders, now)
    return 1 if any(folder.problem for folder in folders) else 0


if __name__ == "__main__":
    command.start("nodes", main)
