# SPDX-License-Identifier: MIT
"""What a person is asked before machines are destroyed, replaced, or cost more than expected."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cloudlib.config import cost
from cloudlib.config.session import Session
from cloudlib.errors import some
from cloudlib.show.ask import confirm
from cloudlib.terraform.run import Change

MACHINES = "every machine"
#: Objects of terraform alone, whose replacement destroys nothing.
_HOLDS_NOTHING = ("aws_ec2_instance_state.",)


def review(changes: Sequence[Change], now: Session, budget: Decimal) -> None:
    """Ask before a plan that destroys something is applied: a new type means a new machine, an empty one.

    And before one that makes or changes something where all nodes cost more than `budget` USD an hour.
    """
    deleted = [change.address for change in changes if "delete" in change.actions]
    lost = [address for address in deleted if not address.startswith(_HOLDS_NOTHING)]
    if lost:
        print(f"This destroys, or replaces with something new and empty, {counted(lost)}")
        confirm("Go on?", unchanged=MACHINES)
    if any({"create", "update"} & change.actions for change in changes):
        _confirm_cost(now, budget)


def _confirm_cost(now: Session, budget: Decimal) -> None:
    total = cost.of(now).total
    if total is not None and total <= budget:
        return
    print(cost.line(cost.of(now), now.catalog))
    why = "the price is not known" if total is None else f"that is above MAX_USD_PER_HOUR={budget}"
    hint = "make bringup YES=1 answers yes\nMAX_USD_PER_HOUR=N sets the cost above which bringup asks"
    confirm(f"Bring them up? ({why})", unchanged=MACHINES, hint=hint)


def counted(names: Sequence[str]) -> str:
    """`2 resources: a, b`."""
    return f"{len(names)} resource{'' if len(names) == 1 else 's'}: {some(names)}"
