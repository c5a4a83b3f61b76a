# SPDX-License-Identifier: MIT
"""Where a fetch of EC2 asks: the account's regions, and the default one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloudlib.calls.expected import Expected
from cloudlib.calls.parallel import Pool
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Region
from cloudlib.errors import NoCredentials, RegionUnavailable, UsageError
from cloudlib.provider import Request
from providers.aws import calls as aws_calls
from providers.aws import credentials
from providers.aws import parse as aws_parse
from providers.aws.calls import NAME

_CALLS_PER_REGION, _CALLS_BESIDE = 3, 22


@dataclass(frozen=True)
class Located:
    """What a fetch knows before it starts: the account, every region, those to ask, the default region.

    `expected` is what the answers are held against.
    """

    account: str
    regions: tuple[Region, ...]
    asked: tuple[str, ...]
    default_region: str
    expected: Expected


def located(
    request: Request, pool: Pool, meanwhile: Callable[[str], object] = lambda region: None
) -> Located:
    """Find the credentials, ask for identity and regions, and validate the requested regions against them.

    `meanwhile` gets the default region while they are asked for. Sets the call budget.

    Raises NoCredentials, also where the default region is not enabled, and UsageError
    for a region that this account cannot use.
    """
    log = request.log
    signed_in = pool.start(credentials.hand_on, log)
    default = (
        request.regions[0]
        if request.regions
        else log.setting("region", lambda: aws_calls.default_region(log))
    )
    signed_in.result()
    step = request.progress.step(NAME, "identity, regions", 2)
    tasks = [
        pool.start(aws_calls.ask, c, default, request.log, step=step)
        for c in (aws_calls.IDENTITY, aws_calls.REGIONS)
    ]
    meanwhile(default)
    try:
        identity, rows = (task.result() for task in tasks)
    except (RegionUnavailable, NoCredentials) as error:
        raise aws_calls.region_not_enabled(error, default, asked_for=bool(request.regions)) from None
    regions = aws_parse.regions(rows)
    expected = Expected(NAME, default, request.known, request.force)
    expected.check_regions([r.name for r in regions])
    # sorted: DescribeRegions promises no order, and the same offer has to be the same record
    usable = sorted((r.name for r in regions if r.available), key=natural)
    asked = tuple(request.regions) or tuple(usable)
    for name in (default, *asked):
        if name not in usable:
            raise UsageError(
                f"{name!r} is not a region that this account can use", hint="one of: " + ", ".join(usable)
            )
    request.log.budget = _CALLS_PER_REGION * len(usable) + _CALLS_BESIDE
    request.log.accepted = True
    step.done(f"{len(usable)} usable regions, {len(regions) - len(usable)} not opted in")
    return Located(identity.maybe_text("Account"), regions, asked, default, expected)
