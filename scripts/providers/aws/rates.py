# SPDX-License-Identifier: MIT
"""The prices of EBS volumes and public addresses, from the Price List: which calls, and what they answer.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from cloudlib.calls.shape import Reader
from cloudlib.catalog.rates import PUBLIC_IPV4, Rate
from providers.aws.charges import GIB_MONTH, IOPS_MONTH, MIBPS_MONTH
from providers.aws.parse import PRICE_SOURCE

_EC2, _VPC = "AmazonEC2", "AmazonVPC"
#: A call each. The family of the throughput of volumes is one of its own, addresses have none.
_QUERIES: tuple[tuple[str, Mapping[str, str]], ...] = (
    (_EC2, {"productFamily": "Storage"}),
    (_EC2, {"productFamily": "System Operation"}),
    (_EC2, {"productFamily": "Provisioned Throughput"}),
    (_VPC, {"group": "VPCPublicIPv4Address"}),
)
#: How a usage type ends, after the region's code: "EBS:VolumeUsage.gp3", "APN1-EBS:VolumeP-IOPS.io2.tier2".
#: Local zones and Outposts have other endings or no regionCode of a region.
_USAGE = re.compile(
    r"(?:[A-Z0-9]+-)?(?:EBS:Volume(?P<what>Usage|P-IOPS|P-Throughput)\.(?P<part>[a-z0-9]+(?:\.tier[23])?)"
    r"|PublicIPv4:InUseAddress)"
)
#: The Price List has io1 as "piops" here.
_PARTS = {"piops": "io1"}
#: (what of a volume, unit of the Price List) -> (unit of a rate, how many of it that is). Volumes are billed
#: by the binary GB. "GB-month" is what io2 alone has.
_UNITS = {
    ("Usage", "GB-Mo"): (GIB_MONTH, 1),
    ("Usage", "GB-month"): (GIB_MONTH, 1),
    ("P-IOPS", "IOPS-Mo"): (IOPS_MONTH, 1),
    ("P-Throughput", "GiBps-mo"): (MIBPS_MONTH, 1024),
    ("P-Throughput", "MiBps-Mo"): (MIBPS_MONTH, 1),
    (None, "Hrs"): ("hour", 1),
}


def commands(regions: Sequence[str]) -> Iterator[list[str]]:
    """The commands for the prices of a region, or of every one where there are more, for PRICING_REGION."""
    for service, filters in _QUERIES:
        every = {**filters, **({"regionCode": regions[0]} if len(regions) == 1 else {})}
        terms = [f"Type=TERM_MATCH,Field={key},Value={value}" for key, value in every.items()]
        yield ["pricing", "get-products", "--service-code", service, "--filters", *terms]


def rates(answer: Reader) -> Iterator[Rate]:
    """`pricing get-products`: the rates; rows of anything else are passed over, and prices of 0."""
    for listed in answer.left_out.each("prices of volumes", answer.items("PriceList"), _rates):
        yield from listed


def _rates(entry: Reader) -> list[Rate]:
    product = entry.decoded()
    attributes = product.maybe_at("product").maybe_at("attributes")
    usage = _USAGE.fullmatch(attributes.maybe_text("usagetype"))
    if usage is None or attributes.maybe_text("locationType", "AWS Region") != "AWS Region":
        return []
    part = PUBLIC_IPV4 if usage["part"] is None else _PARTS.get(usage["part"], usage["part"])
    region = attributes.name("regionCode")
    return [
        Rate(part, unit, region, (usd / count).normalize(), PRICE_SOURCE)
        for listed, usd in _amounts(product)
        for unit, count in [_UNITS.get((usage["what"], listed), ("", 1))]
        if unit and usd
    ]


def _amounts(product: Reader) -> Iterator[tuple[str, Decimal]]:
    """(unit, USD) of a product's on-demand terms."""
    for _, term in product.maybe_at("terms").maybe_entries("OnDemand"):
        for _, dimension in term.maybe_entries("priceDimensions"):
            amount = dimension.maybe_at("pricePerUnit").maybe_decimal("USD")
            if amount is not None:
                yield dimension.maybe_text("unit"), amount
