# SPDX-License-Identifier: MIT
"""Volumes and public addresses in the Price List of the AWS test server: shapes of the real service.

An entry of a volume has the product family that its usage type says; one of an address has none, but a group.
Local zones have rows too, with the region's code and another locationType.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from tests.servers.aws_data import AwsData

_FAMILIES = {
    "EBS:VolumeUsage": "Storage",
    "EBS:VolumeIOUsage": "System Operation",
    "EBS:VolumeP-IOPS": "System Operation",
    "EBS:VolumeP-Throughput": "Provisioned Throughput",
}
Row = tuple[dict[str, str], str]


def rate_rows(data: AwsData) -> Iterator[Row]:
    """(attributes, USD) of each rate, and of one in a local zone of each region."""
    for region, usage, unit, usd in data.rates:
        prefix = "" if region == "us-east-1" else "USW2-"
        named = {"regionCode": region, "usagetype": prefix + usage, "unit": unit}
        if usage.startswith("PublicIPv4"):
            kind = {"group": "VPCPublicIPv4Address", "servicecode": "AmazonVPC"}
        else:
            kind = {"productFamily": _FAMILIES[usage.partition(".")[0]], "servicecode": "AmazonEC2"}
        yield {**named, **kind, "locationType": "AWS Region"}, usd
        if usage.startswith("EBS:VolumeUsage"):
            yield {**named, **kind, "locationType": "AWS Local Zone"}, "0.9990000000"


def rate_entry(attributes: dict[str, str], usd: str) -> dict[str, Any]:
    """One entry of PriceList."""
    sku = f"{zlib.crc32(repr(attributes).encode()):016X}"
    shown = {key: value for key, value in attributes.items() if key not in ("unit", "productFamily")}
    product: dict[str, Any] = {"attributes": shown, "sku": sku}
    if "productFamily" in attributes:
        product["productFamily"] = attributes["productFamily"]
    dimension = {"unit": attributes["unit"], "beginRange": "0", "endRange": "Inf"}
    code = f"{sku}.JRTCKXETXF"
    rate = {f"{code}.6YS6EN2CT7": {**dimension, "pricePerUnit": {"USD": usd}}}
    terms = {"OnDemand": {code: {"priceDimensions": rate, "sku": sku, "termAttributes": {}}}}
    return {"product": product, "serviceCode": attributes["servicecode"], "terms": terms}
