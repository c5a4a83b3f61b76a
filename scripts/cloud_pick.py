#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make pick` and `make region`: choose another machine, region or image in .config by its name.

Everything else stays; what changes besides is said. What the region or the machine does not allow is
refused, and the nearest is named.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import sys
from collections.abc import Sequence

import cloud_providers
from cloudlib.errors import UsageError
from cloudlib.show import command, picking


def main(argv: Sequence[str]) -> int:
    """Returns the exit code, or raises a CloudError."""
    parser = command.Parser(prog="cloud_pick.py", description=__doc__)
    parser.add_argument("--type", default="", metavar="TYPE", help="an instance type of any provider")
    parser.add_argument("--region", default="", metavar="R", help="a region by name, city or pattern")
    parser.add_argument("--image", default="", metavar="NAME", help="debian-13, ubuntu-24.04")
    options = parser.parse_args(argv)
    if not (options.type or options.region or options.image):
        ways = (
            "make pick TYPE=g6e.xlarge [REGION=eu-central-1] [IMAGE=debian-13]",
            "make pick IMAGE=debian-13",
            "make region REGION=eu-central-1",
        )
        raise UsageError("nothing was named", hint="\n".join(ways))
    picking.change(cloud_providers, options.type, options.region, options.image)
    return 0


if __name__ == "__main__":
    command.start("pick" if "--type" in " ".join(sys.argv) else "region", main)
