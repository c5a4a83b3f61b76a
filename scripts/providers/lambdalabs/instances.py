# SPDX-License-Identifier: MIT
"""The machines of an account, from `GET /instances`: https://docs.lambda.ai/api/cloud#listRunningInstances"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cloudlib.calls.run import CallLog
from cloudlib.calls.shape import Reader
from cloudlib.catalog.text import dollars
from cloudlib.provider import Machine, Request, Tagged
from providers.lambdalabs.calls import base_url, client

#: Statuses of machines that no longer cost anything, or soon will not.
_ENDED = ("terminated", "terminating", "preempted")
_CALL_BUDGET = 5
#: The key comes from curl's stdin, so that no list of processes shows it.
#: https://docs.lambda.ai/api/cloud#terminateInstances
_END = (
    """printf 'user = "%s:"' "$LAMBDA_API_KEY" | curl -K - {base}instance-operations/terminate """
    """-H 'Content-Type: application/json' -d '{{"instance_ids": ["{id}"]}}'"""
)


def machines(request: Request) -> list[Machine]:
    """Every machine that is not ended, by the name it was given: one request. Raises a CloudError."""
    return sorted(map(_machine, _rows(request)), key=lambda machine: (machine.name, machine.id))


def places(request: Request, names: Sequence[str]) -> set[tuple[str, str]]:
    """The instance type and region of each machine of these names: one request. Raises a CloudError."""
    return {
        (row.at("instance_type").name("name"), row.at("region").name("name"))
        for row in _rows(request)
        if row.maybe_text("name") in names
    }


def find(prefix: str, missed: dict[str, str]) -> list[Tagged]:
    """Those whose names are PREFIX-N: the API has no tags, and does not say when a machine was started."""
    rows = _rows(Request(log=CallLog("lambdalabs")))
    return [
        Tagged(
            id=(machine := _machine(row)).id,
            name=machine.name,
            instance_type=row.maybe_at("instance_type").maybe_text("name"),
            region=row.maybe_at("region").maybe_text("name"),
            since=None,
            end=machine.end,
        )
        for row in rows
        if _is_node(row.maybe_text("name"), prefix)
    ]


def _is_node(name: str, prefix: str) -> bool:
    start, _, number = name.rpartition("-")
    return start == prefix and number.isascii() and number.isdecimal()


def _rows(request: Request) -> list[Reader]:
    """The machines that are not ended, as the API lists them."""
    request.log.budget = _CALL_BUDGET
    answer = client(request).answer("instances")
    return [row for row in answer.rows("data") if row.text("status") not in _ENDED]


def _machine(row: Reader) -> Machine:
    about = row.maybe_at("instance_type")
    cents = about.maybe_whole("price_cents_per_hour")
    identity = row.name("id")
    return Machine(
        id=identity,
        name=row.maybe_text("name"),
        address=row.maybe_text("ip"),
        price=f"{dollars(Decimal(cents) / 100)}/h" if cents else "",
        end=_END.format(base=base_url(), id=identity),
    )
