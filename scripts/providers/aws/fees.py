# SPDX-License-Identifier: MIT
"""What is charged besides machines, as a fetch asks for it: volumes and addresses, and the fees of images.

The price of a type with RHEL or SUSE Linux has the fee in it: the difference to the one with Linux. It is
read type by type: RHEL is billed by vCPU, but the prices of older types are rounded, a fee of SUSE Linux
depends on the family, and some types are not sold with it.
https://aws.amazon.com/partners/redhat/rhel-pricing/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.calls import job
from cloudlib.calls.shape import Reader
from cloudlib.catalog.rates import Rate
from cloudlib.catalog.records import Price
from cloudlib.provider import Request
from providers.aws import rates as aws_rates
from providers.aws.calls import PRICING_REGION, prices_command
from providers.aws.parse import PRICE_SOURCE, SYSTEMS, prices
from providers.aws.place import Located

_Start = Callable[[Sequence[str], str], Future[Reader]]


@dataclass(frozen=True)
class Charged:
    """The calls that are on their way: those of volumes and addresses, and {(fee, region): that of a fee}."""

    volumes: Sequence[Future[Reader]]
    fees: Mapping[tuple[str, str], Future[Reader]]

    @classmethod
    def start(cls, request: Request, place: Located, start: _Start) -> Charged:
        """Ask for them; quick questions, which leave the images out, have none.

        Fees are asked for the default region and those that CLOUD_PRICE_REGIONS names: for all regions it
        would take twice as long as all other prices.
        """
        if not request.images:
            return cls((), {})
        regions = request.price_regions(place.default_region, place.asked, every=False)
        if request.log.budget is not None:  # it has room for those of the default region
            request.log.budget += len(SYSTEMS) * (len(regions) - 1)
        return cls(
            [start(command, PRICING_REGION) for command in aws_rates.commands(place.asked)],
            {
                (part, region): start(prices_command(region, system), PRICING_REGION)
                for region in regions
                for part, system in SYSTEMS.items()
            },
        )

    def take(
        self, place: Located, usd: Mapping[str, Mapping[str, Price]], notices: list[str]
    ) -> tuple[Rate, ...]:
        """The rates. `usd` has the prices with Linux: {region: {instance type: price}}."""
        rates = job.take_rates(self.volumes, aws_rates.rates, place.asked, notices)
        for (part, region), task in self.fees.items():

            def read(answer: Reader, part: str = part, region: str = region) -> Iterable[Rate]:
                return fees(answer, part, region, usd.get(region, {}))

            rates += job.take_rates([task], read, [region], notices)
        return rates


def fees(answer: Reader, part: str, region: str, linux: Mapping[str, Price]) -> list[Rate]:
    """`pricing get-products` of SYSTEMS[part] in a region: what its images cost more than those of Linux."""
    by_fee: dict[Decimal, list[str]] = {}
    for name, price in prices(answer, region, SYSTEMS[part])[0].items():
        fee = price.usd_per_hour - linux[name].usd_per_hour if name in linux else Decimal(0)
        if fee > 0:
            by_fee.setdefault(fee.normalize(), []).append(name)
    return [
        Rate(part, "hour", region, fee, PRICE_SOURCE, tuple(sorted(names))) for fee, names in by_fee.items()
    ]
