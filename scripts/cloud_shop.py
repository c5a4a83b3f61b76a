#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-shop`: type what you need, choose a machine of any provider, and get a .config.

    cloud_shop.py

Needs a terminal. Reads the catalogs in use, offline.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import os
import sys
from collections.abc import Sequence

import cloud_providers
from cloudlib.errors import Interrupted, UsageError
from cloudlib.show import command, lookup


def main(argv: Sequence[str]) -> int:
    """Returns the exit code: 130 for one who leaves without a machine."""
    command.Parser(prog="cloud_shop.py", description=__doc__).parse_args(argv)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "cloud-shop needs a terminal", hint="`scripts/cloud-search --help` asks the same with options"
        )
    from cloudlib.show import shop  # prompt_toolkit, which this command alone needs

    chosen = shop.choose(lookup.load(cloud_providers.PROVIDER_NAMES), color="NO_COLOR" not in os.environ)
    if chosen is None:
        raise Interrupted("left without a machine")
    from cloudlib.show import picking  # Kconfiglib, not before it is needed

    row, asked = chosen
    picking.from_search(cloud_providers, row, asked, "")
    return 0


if __name__ == "__main__":
    command.start("cloud-shop", main)
