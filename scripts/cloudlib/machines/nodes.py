# SPDX-License-Identifier: MIT
"""The machines of this tree: what terraform's state says of each, how long it is up, and its cost so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

from cloudlib.catalog.order import natural
from cloudlib.config import cost, selection
from cloudlib.errors import CloudError
from cloudlib.provider import Provider, Variables
from cloudlib.publish import refresh
from cloudlib.settings import ROOT
from cloudlib.terraform import age, backend, expiry, journal, snapshot, state
from cloudlib.terraform.snapshot import Machine, Resource

#: (instance type, region) -> USD an hour of the parts whose price is known, and the names of the others.
_Price: TypeAlias = Callable[[str, str], tuple[Decimal | None, tuple[str, ...]]]
#: States of a machine that may or may not exist.
FAILED, CUT_OFF = "creation failed", "creation cut off"


@dataclass(frozen=True, slots=True)
class Node:
    """A machine; "" and None for what is not known.

    `state` is the provider's word, `tainted`, FAILED or CUT_OFF. `usd_per_hour` is the sum of the parts whose
    price is known, of which `unpriced` are not part.
    """

    name: str
    id: str = ""
    public_ip: str = ""
    private_ip: str = ""
    state: str = ""
    instance_type: str = ""
    region: str = ""
    since: datetime | None = None
    usd_per_hour: Decimal | None = None
    unpriced: tuple[str, ...] = ()

    def up(self, now: datetime) -> timedelta | None:
        """How long it exists; None where that is not known, or a clock is wrong."""
        return None if self.since is None or expiry.ahead(self.since, now) else age.since(self.since, now)

    def spent(self, now: datetime) -> Decimal | None:
        """USD so far, at least, as if it had run all the time; None where that is not known."""
        up = self.up(now)
        if up is None or self.usd_per_hour is None:
            return None
        return self.usd_per_hour * Decimal(up.total_seconds()) / 3600


@dataclass(frozen=True, slots=True)
class Folder:
    """What one provider's folder has. `problem` is why its state cannot be relied on, None where it can.

    `resources` are all that its state holds: networks and disks too.
    """

    provider: str
    nodes: tuple[Node, ...] = ()
    resources: int = 0
    stamp: Mapping[str, Any] = field(default_factory=dict)
    problem: CloudError | None = None


def read(provider: Provider, folder: Path) -> Folder:
    """What terraform knows of a folder: nothing is asked of the cloud."""
    problem, now = None, None
    try:
        backend.refuse_workspace(folder)
        known = state.look(folder)
        now = known.now
        state.check(folder, known)
        if known.held and not backend.kind(folder):  # a shared state is terraform's answer already
            now = snapshot.read(backend.pull(folder))
    except CloudError as error:
        problem = error
    except ValueError as error:
        problem = CloudError(f"`terraform state pull` does not print a state: {error}")
    kept = _journal(folder)
    missing = problem.missing if isinstance(problem, state.StateLost) else ()
    machines = [*(now.machines if now else ())]
    listed = {machine.resource for machine in machines}
    machines += [_named(resource) for resource in missing if resource.machine and resource not in listed]
    wanted = _applied(provider, folder)
    price = _prices(provider, wanted)
    nodes = [_node(machine, kept, price, wanted) for machine in machines]
    nodes += _doubtful(kept, {machine.resource.address for machine in machines})
    return Folder(
        provider.NAME,
        tuple(sorted(nodes, key=lambda node: natural(node.name))),
        len(now.resources) if now else 0,
        (now and now.stamp) or expiry.read(folder),
        problem,
    )


def _journal(folder: Path) -> journal.Journal:
    try:
        return journal.read(folder) or journal.Journal()
    except CloudError:  # which the guards have said
        return journal.Journal()


def _named(resource: Resource) -> Machine:
    """What is known of a machine that a state has lost."""
    return Machine(resource, _name(resource.address), *[""] * 6)


def _name(address: str) -> str:
    """`kdevops-1` of `aws_instance.node["kdevops-1"]`."""
    return address.partition("[")[2].strip('[]"') or address


def _doubtful(kept: journal.Journal, known: set[str]) -> Iterator[Node]:
    for addresses, what in ((kept.failed, FAILED), (kept.unfinished, CUT_OFF)):
        yield from (
            Node(_name(address), state=what)
            for address in addresses
            if Resource(address, "").machine and address not in known
        )


def _applied(provider: Provider, folder: Path) -> selection.Selection:
    """What this tree applied; one with no `values` where another tree made the machines."""
    keys = {row.variable: row.key for row in provider.EXPORTS}
    values = {keys[n]: v for n, v in state.variables(folder).items() if n in keys and v is not None}
    return replace(selection.of(cast(Variables, values), provider), nodes=1)


def _prices(provider: Provider, wanted: selection.Selection) -> _Price:
    """What a machine costs with the disks and the address that it was given."""
    catalog = cache(lambda: refresh.last_known(ROOT, provider.NAME))  # for machines alone: it takes a while

    @cache
    def price(instance_type: str, region: str) -> tuple[Decimal | None, tuple[str, ...]]:
        if not wanted.values:
            return cost.hourly(catalog(), instance_type, region), ("disks", "public address")
        one = replace(wanted, instance_type=instance_type, region=region)
        bill = cost.bill(one, catalog(), provider)
        return bill.total, tuple(dict.fromkeys(p.name for p in bill.parts if p.usd_per_hour is None))

    return price


def _node(machine: Machine, kept: journal.Journal, price: _Price, wanted: selection.Selection) -> Node:
    place = machine.place
    zone = machine.resource.address.startswith("google_")
    region = wanted.region or (place.rpartition("-")[0] if zone else place)  # a folder is in one region
    instance_type = machine.instance_type or wanted.instance_type
    usd, unpriced = price(instance_type, region)
    return Node(
        machine.name,
        machine.resource.id,
        machine.public_ip,
        machine.private_ip,
        machine.state,
        instance_type,
        region,
        age.moment(kept.made.get(machine.resource, "")) or age.moment(machine.made),
        usd,
        unpriced,
    )
