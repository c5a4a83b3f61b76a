# SPDX-License-Identifier: MIT
"""The Pricing call of the AWS test server: GetProducts for AmazonEC2.

Each price known to the data stands for the rows that the real service has for that type and region:
Linux and Windows, shared, dedicated and host tenancy, with and without SQL Server, capacity
reservations, capacity blocks at 0 USD; RHEL and SUSE where the data have their fees. Only the row that
matches operatingSystem=Linux, tenancy=Shared, preInstalledSw=NA, capacitystatus=Used,
marketoption=OnDemand has the price; who forgets one of these filters gets wrong answers. The other rows'
amounts and the Reserved terms are made up.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.servers.aws_data import AwsData
from tests.servers.aws_rates import rate_entry, rate_rows
from tests.servers.aws_wire import AwsError, Call, json_reply, page, page_size
from tests.servers.http_wire import Reply

ENDPOINT_REGIONS = frozenset({"us-east-1", "eu-central-1", "ap-south-1"})
_ON_DEMAND, _HOURS = "JRTCKXETXF", "6YS6EN2CT7"
_LICENSE, _WINDOWS_PER_VCPU, _SQL_PER_VCPU = "No License required", 0.046, 0.12
_KEEP_ROWS = 20_000
Row = tuple[dict[str, str], str]
"""The attributes of a product and the USD an hour."""


class Variant(NamedTuple):
    """One of the ways in which a type is sold, and the USD an hour."""

    system: str
    tenancy: str
    software: str
    capacity: str
    market: str
    usd: str


class Pricing:
    """The Pricing service with the given data."""

    def __init__(self, data: AwsData) -> None:
        self._data = data
        self._long_names = {region.name: region.long_name for region in data.regions}
        self._types_of: dict[str, list[str]] = {}
        for region, name in sorted(data.prices):
            self._types_of.setdefault(region, []).append(name)
        self._kept: dict[frozenset[tuple[str, str]], list[Row]] = {}

    def answer(self, call: Call) -> Reply:
        """The reply to a call; GetProducts is the only one."""
        if call.region not in ENDPOINT_REGIONS:
            raise AwsError("UnknownEndpoint", f"Pricing has no endpoint in {call.region}", 404)
        if call.action != "GetProducts":
            raise AwsError("UnknownOperationException", f"no operation {call.action}")
        wanted = _wanted(call.document.get("Filters", []))
        if call.document.get("ServiceCode") not in ("AmazonEC2", "AmazonVPC"):
            raise AwsError("InvalidParameterException", "this server knows AmazonEC2 and AmazonVPC only")
        size = page_size(call.document.get("MaxResults"), 100, 100)
        shown, token = page(
            self._found(wanted), call.document.get("NextToken"), size, "InvalidNextTokenException"
        )
        entries = [json.dumps(self._entry_of(*row), separators=(",", ":")) for row in shown]
        answer: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": entries}
        return json_reply({**answer, "NextToken": token} if token else answer)

    def _entry_of(self, attributes: dict[str, str], usd: str) -> dict[str, Any]:
        return rate_entry(attributes, usd) if "unit" in attributes else _entry(attributes, usd)

    def _found(self, wanted: Mapping[str, str]) -> list[Row]:
        """What passes the filters; kept, as the next page is likely to be asked for."""
        key = frozenset(wanted.items())
        rows = self._kept.get(key)
        if rows is None:
            rows = [
                row
                for row in self._rows(wanted)
                if all(row[0].get(name) == val for name, val in wanted.items())
            ]
            if len(rows) <= _KEEP_ROWS:
                self._kept[key] = rows
        return rows

    def _rows(self, wanted: Mapping[str, str]) -> Iterator[Row]:
        """(attributes, USD) of what is sold; only a rough choice, by region and instance type."""
        if "productFamily" in wanted or "group" in wanted:
            yield from rate_rows(self._data)
            return
        for region, names in self._types_of.items():
            if wanted.get("regionCode", region) != region:
                continue
            if "instanceType" not in wanted:
                yield _storage(region, self._long_names.get(region, region)), "0.0800000000"
            for name in names:
                if wanted.get("instanceType", name) == name:
                    for variant in self._variants(region, name):
                        yield self._attributes(region, name, variant), variant.usd

    def _variants(self, region: str, name: str) -> Iterator[Variant]:
        price = float(self._data.prices[region, name])
        document = self._data.types.get(name, {})
        vcpus = document.get("VCpuInfo", {}).get("DefaultVCpus", 2)
        usd, zero = f"{price:.10f}", "0.0000000000"
        windows, sql = f"{price + _WINDOWS_PER_VCPU * vcpus:.10f}", f"{price + _SQL_PER_VCPU * vcpus:.10f}"
        yield Variant("Windows", "Shared", "NA", "Used", "OnDemand", windows)
        yield Variant("Linux", "Dedicated", "NA", "Used", "OnDemand", f"{price * 1.06:.10f}")
        yield Variant("Linux", "Host", "NA", "Used", "OnDemand", zero)
        yield Variant("Linux", "Shared", "SQL Std", "Used", "OnDemand", sql)
        yield Variant("Linux", "Shared", "NA", "AllocatedCapacityReservation", "OnDemand", zero)
        if "capacity-block" in document.get("SupportedUsageClasses", ()):
            yield Variant("Linux", "Shared", "NA", "Used", "CapacityBlock", zero)
        yield Variant("Linux", "Shared", "NA", "Used", "OnDemand", usd)
        yield Variant("Linux", "Shared", "NA", "UnusedCapacityReservation", "OnDemand", usd)
        for system in ("RHEL", "SUSE"):
            if fee := self._data.fees.get((system, region, name)):
                with_fee = f"{price + float(fee):.10f}"
                yield Variant(system, "Shared", "NA", "Used", "OnDemand", with_fee)
                yield Variant(system, "Dedicated", "NA", "Used", "OnDemand", f"{price * 1.06:.10f}")
                yield Variant(system, "Shared", "SQL Std", "Used", "OnDemand", sql)

    def _attributes(self, region: str, name: str, variant: Variant) -> dict[str, str]:
        document = self._data.types.get(name, {})
        memory = document.get("MemoryInfo", {}).get("SizeInMiB", 0) / 1024
        return {
            "servicecode": "AmazonEC2",
            "servicename": "Amazon Elastic Compute Cloud",
            "location": self._long_names.get(region, region),
            "locationType": "AWS Region",
            "regionCode": region,
            "instanceType": name,
            "currentGeneration": "Yes" if document.get("CurrentGeneration", True) else "No",
            "vcpu": str(document.get("VCpuInfo", {}).get("DefaultVCpus", "NA")),
            "memory": f"{memory:g} GiB" if memory else "NA",
            "operatingSystem": variant.system,
            "tenancy": variant.tenancy,
            "preInstalledSw": variant.software,
            "capacitystatus": variant.capacity,
            "marketoption": variant.market,
            "licenseModel": _LICENSE,
        }


def _wanted(given: list[dict[str, str]]) -> dict[str, str]:
    """The filters as {field: value}."""
    for entry in given:
        if entry.get("Type") not in ("TERM_MATCH", "EQUALS"):
            raise AwsError("InvalidParameterException", f"filter type {entry.get('Type')} is not served here")
    return {entry["Field"]: entry["Value"] for entry in given}


def _storage(region: str, location: str) -> dict[str, str]:
    """A row of AmazonEC2 that is no instance type at all."""
    names = {"volumeApiName": "gp3", "volumeType": "General Purpose", "usagetype": "EBS:VolumeUsage.gp3"}
    return {"servicecode": "AmazonEC2", "location": location, "regionCode": region, **names}


def _entry(attributes: Mapping[str, str], usd: str) -> dict[str, Any]:
    """One entry of PriceList."""
    sku = f"{zlib.crc32(json.dumps(attributes).encode()):016X}"
    name = attributes.get("instanceType", "")
    family = "Compute Instance (bare metal)" if ".metal" in name else "Compute Instance"
    unit, what = ("Hrs", f"{name} Instance Hour") if name else ("GB-Mo", "GB-month of storage")
    terms = {"OnDemand": _term(sku, _ON_DEMAND, {_HOURS: _dimension(sku, unit, usd, f"${usd} per {what}")})}
    ordinary = (attributes.get("operatingSystem"), attributes.get("capacitystatus")) == ("Linux", "Used")
    if ordinary and float(usd):
        terms["Reserved"] = _reserved(sku, float(usd), what)
    return {
        "product": {
            "productFamily": family if name else "Storage",
            "attributes": attributes,
            "sku": sku,
        },
        "serviceCode": "AmazonEC2",
        "terms": terms,
        "version": "20250101000000",
        "publicationDate": "2025-01-01T00:00:00Z",
    }


def _reserved(sku: str, price: float, what: str) -> dict[str, Any]:
    """Reserved terms as every ordinary row has: an upfront fee and an hourly rate each, all made up."""
    terms: dict[str, Any] = {}
    for number, (lease, option) in enumerate(
        (lease, option) for lease in ("1yr", "3yr") for option in ("No Upfront", "Partial Upfront")
    ):
        offer = f"RESERVED{number:02d}"
        hourly, upfront = f"{price * 0.6:.10f}", "0" if option == "No Upfront" else f"{price * 2000:.0f}"
        dimensions = {
            _HOURS: _dimension(sku, "Hrs", hourly, f"{what}, reserved"),
            "2TG2D8R56U": _dimension(sku, "Quantity", upfront, "Upfront Fee"),
        }
        details = {"LeaseContractLength": lease, "OfferingClass": "standard", "PurchaseOption": option}
        terms.update(_term(sku, offer, dimensions, details))
    return terms


def _term(
    sku: str, offer: str, dimensions: Mapping[str, Any], details: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        f"{sku}.{offer}": {
            "priceDimensions": {f"{sku}.{offer}.{rate}": fields for rate, fields in dimensions.items()},
            "sku": sku,
            "effectiveDate": "2025-01-01T00:00:00Z",
            "offerTermCode": offer,
            "termAttributes": details or {},
        }
    }


def _dimension(sku: str, unit: str, usd: str, description: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "endRange": "Inf",
        "description": description,
        "appliesTo": [],
        "rateCode": f"{sku}.{unit}",
        "beginRange": "0",
        "pricePerUnit": {"USD": usd},
    }
