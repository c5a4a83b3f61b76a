#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make`: .config -> extra_vars.yaml and terraform/<provider>/terraform.tfvars.json, rewritten on change.

Where the configuration leaves a choice to the cloud (`cloudlib.provider.Resolver`), the cloud is asked now,
and a dated comment says what it answered. Then it says what the machines cost, and warns where the
catalog says that they cannot be launched.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import sys
from collections.abc import Sequence

import cloud_providers
from cloudlib.config import cost, session
from cloudlib.config.finding import NOTE
from cloudlib.errors import message
from cloudlib.machines import where
from cloudlib.settings import shown
from cloudlib.show import command
from cloudlib.terraform import expiry


def main(argv: Sequence[str]) -> int:
    """Returns the exit code. CloudError without a .config, or with one that the menus no longer give."""
    command.Parser(prog="write_extra_vars.py", description=__doc__).parse_args(argv)
    now = session.read(cloud_providers)
    for path in session.write(now.collected):
        print(f"wrote {shown(path)}")
    for finding in [*now.findings(), *now.key_findings()]:
        if finding.level != NOTE:
            print(f"warning: {finding.text}", file=sys.stderr)
    if now.problem:
        print(message(f"warning: {now.problem}"), file=sys.stderr)
    said = expiry.left(where.TERRAFORM / now.provider.NAME, expiry.utc())
    print("\n".join([*said, cost.line(cost.of(now), now.catalog)]))
    return 0


if __name__ == "__main__":
    sys.exit(command.run("make", lambda: main(sys.argv[1:])))
