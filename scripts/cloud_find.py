#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make cloud-find`: the machines of this project in your accounts that no state of this tree knows.

Asks every provider, or CLOUD_PROVIDER, for machines by the tag that the terraform modules set (Lambda Labs
has no tags: by the host name prefix), with their age, what each has cost so far without disks, and the
command that ends it. Ends none itself. They may be those of another tree, or of a colleague.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from decimal import Decimal

import cloud_providers
from cloudlib.config import cost, requested
from cloudlib.errors import CloudError, counted, layout, message
from cloudlib.machines import where
from cloudlib.provider import Finder, Provider, Tagged
from cloudlib.publish import refresh
from cloudlib.settings import ROOT, config_file, named_provider
from cloudlib.show import command
from cloudlib.terraform import age, state

_DEFAULT_PREFIX = "kdevops"


def main(argv: Sequence[str]) -> int:
    """Returns the exit code: 1 where no provider answered."""
    command.Parser(prog="cloud_find.py", description=__doc__).parse_args(argv)
    chosen = named_provider()
    names = [chosen] if chosen else list(cloud_providers.PROVIDER_NAMES)
    answered = [_ask(cloud_providers.load(name)) for name in names]
    return 0 if any(answered) else 1


def _ask(provider: Provider) -> bool:
    """Say what one provider has; False where it did not answer."""
    if not isinstance(provider, Finder):
        print(f"{provider.NAME}: cannot be asked for machines")
        return False
    missed: dict[str, str] = {}
    try:
        machines = provider.find(_prefix(), missed)
    except CloudError as error:
        print("\n".join(layout(error, who=provider.NAME, label="not asked")))
        return False
    for region, why in missed.items():
        print(message(f"{provider.NAME}: {region} was not asked: {why}"))
    known = _known(provider.NAME)
    count = counted(len(machines), "machine")
    unknown = [machine for machine in machines if machine.id.lower() not in known]
    print(f"{provider.NAME}: {count} of this project, {len(unknown)} in no state of this tree")
    for machine in unknown:
        for line in _told(provider, machine):
            print(message(line))
    return True


def _known(name: str) -> set[str]:
    """The ids that the state of a provider holds, and its journal; says so where it cannot be read."""
    try:
        return {resource.id.lower() for resource in state.look(where.TERRAFORM / name).held if resource.id}
    except CloudError as error:
        print(f"warning: {message(error.what)}: its machines are listed too", file=sys.stderr)
        return set()


def _told(provider: Provider, machine: Tagged) -> Iterator[str]:
    """`kdevops-1  m7i.large in us-east-1, up 3 d 4 h, $7.66 so far`, and how to end it."""
    span = age.since(machine.since, datetime.now(timezone.utc)) if machine.since else None
    usd = cost.hourly(refresh.last_known(ROOT, provider.NAME), machine.instance_type, machine.region)
    up = f"made {age.words(span)} ago" if span is not None else "age not known"
    if usd is None:
        spent = "price not known"
    elif span is None:
        spent = f"${usd:f}/h"
    else:
        spent = f"${usd * Decimal(span.total_seconds()) / 3600:,.2f} so far"
    yield f"  {machine.name or machine.id}  {machine.instance_type} in {machine.region}, {up}, {spent}"
    yield f"    end it: {machine.end}"


def _prefix() -> str:
    """The host name prefix of .config, read as plain lines."""
    path = config_file()
    values = requested.settings(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else {}
    return values.get("TERRAFORM_HOSTS_PREFIX", "").strip('"') or _DEFAULT_PREFIX


if __name__ == "__main__":
    command.start("cloud-find", main)
