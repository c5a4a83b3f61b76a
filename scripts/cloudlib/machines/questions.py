# SPDX-License-Identifier: MIT
"""What a person is asked before machines are destroyed, replaced, or cost more than expected."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cloudlib.catalog.text import dollars
from cloudlib.config import cost
from cloudlib.config.session import Session
from cloudlib.errors import ConfigRejected, counted, some
from cloudlib.settings import max_usd_per_hour
from cloudlib.show.ask import confirm
from cloudlib.terraform.run import Change

MACHINES = "every machine"
#: USD an hour above which is asked where no limit is set.
_ASK_ABOVE = Decimal(10)
#: What starts a node of AWS again after its volumes were detached, for which it was stopped.
_STARTS = "aws_ec2_instance_state."
#: Objects of terraform alone, and which disk is where: their end destroys nothing.
_HOLDS_NOTHING = (
    _STARTS,
    "terraform_data.volumes[",
    "aws_volume_attachment.",
    "azurerm_virtual_machine_data_disk_attachment.",
    "google_compute_attached_disk.",
)


def review(changes: Sequence[Change], now: Session) -> None:
    """Ask before a plan that destroys something is applied: a new type means a new machine, an empty one.

    And before one that makes or changes something where all nodes cost more than $10 an hour. Where a limit
    is set, MAX_USD_PER_HOUR or in .config, more than that is refused: ConfigRejected. What may cost more than
    the limit, as the price of a part is not known, is asked too. A smaller disk is refused, which EC2 and
    Azure would refuse in the middle of the apply.
    """
    smaller = [f"{change.address} from {change.smaller}" for change in changes if change.smaller]
    if smaller:
        raise ConfigRejected(
            f"a disk cannot be made smaller: {some(smaller)}",
            unchanged=MACHINES,
            hint="make menuconfig: at least the size that it has\nor make destroy, then make bringup",
        )
    deleted = [change.address for change in changes if "delete" in change.actions]
    lost = [address for address in deleted if not address.startswith(_HOLDS_NOTHING)]
    if lost:
        print(f"This destroys, or replaces with something new and empty, {resources(lost)}")
        keys = {address.partition("[")[2] for address in lost if address.startswith("aws_instance.")}
        starts = [address.partition("[")[2] for address in deleted if address.startswith(_STARTS)]
        restarted = [key.strip('"]') for key in starts if key not in keys]
        if restarted:
            print(f"and stops, and starts again, {counted(len(restarted), 'node')}: {some(restarted)}")
        confirm("Go on?", unchanged=MACHINES)
    if any({"create", "update"} & change.actions for change in changes):
        _confirm_cost(now)


def limit(now: Session) -> tuple[Decimal, bool]:
    """USD an hour that all nodes may cost, and whether somebody set it; UsageError for no number."""
    asked = max_usd_per_hour()
    chosen = Decimal(str(now.collected.values.get("terraform_max_usd_per_hour") or 0))
    if asked is not None:
        return asked, True
    return (chosen, True) if chosen else (_ASK_ABOVE, False)


def against_limit(bill: cost.Bill, now: Session) -> str:
    """What `bringup` makes of this bill where a limit is set, in a line; "" where none is."""
    budget, limited = limit(now)
    if not limited:
        return ""
    verdict = "bringup asks, as the price is not known" if bill.total is None else "this is within it"
    if bill.total is not None and bill.total > budget:
        verdict = "bringup refuses this"
    elif bill.total is not None and bill.unknown:
        verdict = f"bringup asks, as the price of {some(bill.unknown)} is not known"
    return f"limit: {dollars(budget)} an hour; {verdict}"


def _confirm_cost(now: Session) -> None:
    budget, limited = limit(now)
    bill = cost.of(now)
    total = bill.total
    if total is not None and total <= budget and not (limited and bill.unknown):
        return
    print(cost.line(bill, now.catalog))
    if total is not None and limited and total > budget:
        raise ConfigRejected(
            f"{dollars(total)} an hour is above the limit of {dollars(budget)} that is set",
            unchanged=MACHINES,
            hint="make cost prints each part\nmake menuconfig, or a higher MAX_USD_PER_HOUR=N",
        )
    why = "the price is not known" if total is None else f"that is above ${budget} an hour"
    if total is not None and limited:
        why = f"the limit is {dollars(budget)} an hour, and the price of {some(bill.unknown)} is not known"
    hint = "make bringup YES=1 answers yes\nMAX_USD_PER_HOUR=N refuses what costs more than N dollars an hour"
    confirm(f"Bring them up? ({why})", unchanged=MACHINES, hint=hint)


def resources(names: Sequence[str]) -> str:
    """`2 resources: a, b`."""
    return f"{counted(len(names), 'resource')}: {some(names)}"
