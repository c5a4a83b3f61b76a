# SPDX-License-Identifier: MIT
"""Answers of aws as the documentation has them, and as nobody has documented them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest_mock import MockerFixture

from cloudlib.calls.expected import Expected
from cloudlib.calls.run import CallLog
from cloudlib.calls.shape import Reader
from cloudlib.catalog.records import InstanceType
from cloudlib.errors import BadReply
from cloudlib.provider import Request
from providers.aws import fetch as aws_fetch
from providers.aws import parse as aws_parse
from tests.support.shapes import RECORDS, wrong_shapes

_LARGE = {"InstanceType": "m5.large", "VCpuInfo": {"DefaultVCpus": 2}, "MemoryInfo": {"SizeInMiB": 8192}}


def product(amount: Any, date: str = "2026-01-01T00:00:00Z", **attributes: str) -> str:
    """An entry of a PriceList: a string of JSON."""
    all_attributes = {**aws_parse.PRICE_FILTERS, "instanceType": "m5.large", "regionCode": "us-east-1"}
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": amount}}
    return json.dumps(
        {
            "product": {"attributes": {**all_attributes, **attributes}},
            "terms": {"OnDemand": {"T": {"effectiveDate": date, "priceDimensions": {"D": dimension}}}},
        }
    )


def answer(value: Any) -> Reader:
    return Reader(value, vendor="aws", answer="describe-something")


def of_us_east_1(*entries: str) -> tuple[dict[str, Decimal], int]:
    found, zeros = aws_parse.prices(answer({"PriceList": list(entries)}), "us-east-1")
    return {name: price.usd_per_hour for name, price in found.items()}, zeros


def test_a_price_is_that_of_a_plain_linux_host_in_the_region() -> None:
    others = [
        product("9.0", **{key: "other"})
        for key in (*aws_parse.PRICE_FILTERS, "operatingSystem", "regionCode")
    ]
    assert of_us_east_1(product("0.0960000000"), *others) == ({"m5.large": Decimal("0.096")}, 0)


def test_two_prices_are_none_and_a_zero_is_none() -> None:
    assert of_us_east_1(product("0.1"), product("0.1")) == ({"m5.large": Decimal("0.1")}, 0)
    rows = answer({"PriceList": [product("0.1"), product("0.2")]})
    assert aws_parse.prices(rows, "us-east-1") == ({}, 0)
    assert rows.left_out.counts() == {"types with several prices at once": 1}
    assert of_us_east_1(product("0.0000000000")) == ({}, 1)


def test_of_two_dates_the_later_price_counts() -> None:
    old, new = product("0.1", "2025-11-01T00:00:00Z"), product("0.2", "2026-11-01T00:00:00Z")
    for rows in ((old, new), (new, old)):
        assert of_us_east_1(*rows) == ({"m5.large": Decimal("0.2")}, 0)


def test_a_type_that_two_regions_describe_differently_is_noted(mocker: MockerFixture) -> None:
    """Without the right to ask for offerings each region is asked for all its types."""
    request = Request(log=CallLog("aws"))
    task = {
        region: mocker.Mock(result=lambda size=size: answer({"InstanceTypes": [_mib(size), _LARGE]}))
        for region, size in (("us-east-1", 1024), ("us-west-2", 2048))
    }
    place = mocker.Mock(asked=tuple(task), expected=Expected("aws", "us-east-1"))
    fetch = aws_fetch.Fetch(request, mocker.Mock(), place)
    _, itypes = fetch._types_by_region(task)
    assert itypes["m5.small"].memory_mib == 1024
    told = "listed again with other figures, of which the first were used: 1 instance types; one of them: "
    assert request.log.left_out.notices() == (f"{told}m5.small",)


def _mib(size: int) -> dict[str, Any]:
    return {**_LARGE, "InstanceType": "m5.small", "MemoryInfo": {"SizeInMiB": size}}


def test_a_slice_of_a_gpu() -> None:
    slice_ = {"Name": "L4", "Manufacturer": "NVIDIA", "Count": 0, "GpuPartitionSize": 0.125}
    kinds, poor = aws_parse.instance_types(
        answer({"InstanceTypes": [{**_LARGE, "GpuInfo": {"Gpus": [slice_]}}]})
    )
    (gpu,) = kinds["m5.large"].gpus
    assert (gpu.name, gpu.count, gpu.fraction, poor) == ("NVIDIA L4", 1, "1/8", ())


def described(**fields: Any) -> InstanceType:
    types, _ = aws_parse.instance_types(answer({"InstanceTypes": [{**_LARGE, **fields}]}))
    return types["m5.large"]


def test_what_is_not_stated_is_not_known() -> None:
    plain = described()
    assert (plain.usage, plain.max_data_volumes, plain.features, plain.on_demand) == ((), None, (), True)


def test_how_a_type_is_sold() -> None:
    assert described(SupportedUsageClasses=["spot", "on-demand"]).usage == ("on-demand", "spot")
    block = replace(described(SupportedUsageClasses=["capacity-block"]), regions=("us-east-1",))
    assert block.usage == ("capacity-block",) and not block.on_demand and not block.offered
    both = described(SupportedUsageClasses=["capacity-block", "on-demand", "spot"])
    assert both.on_demand


@pytest.mark.parametrize(("limit", "kind", "most"), [(26, "shared", 25), (128, "dedicated", 127), (3, "", 2)])
def test_one_attachment_is_the_root_volume(limit: int, kind: str, most: int) -> None:
    ebs = {"MaximumEbsAttachments": limit, **({"AttachmentLimitType": kind} if kind else {})}
    assert described(EbsInfo=ebs).max_data_volumes == most


def test_what_is_not_on_the_nitro_system() -> None:
    assert described(Hypervisor="xen").features == ("xen",)
    assert described(Hypervisor="nitro").features == described(BareMetal=True).features == ()


@pytest.mark.parametrize("lacking", ["VCpuInfo", "MemoryInfo"])
def test_a_type_without_figures_is_named(lacking: str) -> None:
    row = {key: value for key, value in _LARGE.items() if key != lacking}
    assert aws_parse.instance_types(answer({"InstanceTypes": [row]})) == ({}, ("m5.large",))


@pytest.mark.parametrize(
    ("name", "architecture"),
    [("m5.large", "x86_64"), ("g4dn.xlarge", "x86_64"), ("p6-b200.48xlarge", "x86_64"), ("a1.large", "arm64"),
     ("m7g.large", "arm64"), ("is4gen.large", "arm64"), ("p6e-gb200.36xlarge", "arm64")],
)  # fmt: skip
def test_a_type_without_an_architecture(name: str, architecture: str) -> None:
    rows = answer({"InstanceTypes": [{**_LARGE, "InstanceType": name}]})
    types, _ = aws_parse.instance_types(rows)
    assert types[name].architectures == (architecture,)
    told = f"1 instance types without an architecture, taken for {architecture}; one of them: {name}"
    assert told in rows.left_out.notices()


def test_local_zones_are_left_out() -> None:
    rows = [
        {"ZoneName": "us-east-1a", "ZoneId": "use1-az6", "GroupLongName": "US East (N. Virginia) 1"},
        {"ZoneName": "us-east-1-bos-1a", "ZoneId": "use1-bos1-az1", "ZoneType": "local-zone"},
        {"ZoneName": "us-east-1b", "ZoneId": "use1-az1", "State": "unavailable"},
        {"ZoneName": "us-east-1c", "ZoneId": "use1-az2", "State": "constrained"},
    ]
    zones, name = aws_parse.zones(answer({"AvailabilityZones": rows}), "us-east-1")
    assert [z.name for z in zones] == ["us-east-1a", "us-east-1c"] and name == "US East (N. Virginia)"


ODD: list[tuple[Callable[..., Any], Any]] = [
    (aws_parse.regions, {}),
    (aws_parse.regions, []),
    (aws_parse.regions, {"Regions": ["us-east-1"]}),
    (aws_parse.offerings, {"InstanceTypeOfferings": [{"InstanceType": "m5.large"}]}),
    (aws_parse.type_names, {"InstanceTypes": None}),
    (aws_parse.images, {"Images": {}}),
    (aws_parse.instance_types, {"InstanceTypes": [{**_LARGE, "VCpuInfo": None}]}),
    (aws_parse.instance_types, {"InstanceTypes": [{**_LARGE, "MemoryInfo": {"SizeInMiB": "8 GiB"}}]}),
    (aws_parse.instance_types, {"InstanceTypes": [{**_LARGE, "InstanceStorageInfo": {"Disks": [{}]}}]}),
    (lambda a: aws_parse.zones(a, "r"), {"AvailabilityZones": [{"ZoneName": "r-a", "GroupLongName": 1}]}),
    (lambda a: aws_parse.prices(a, "r"), []),
    (lambda a: aws_parse.prices(a, "r"), {"PriceList": ['{"product": {"attri']}),
    (lambda a: aws_parse.prices(a, "us-east-1"), {"PriceList": [product("NaN")]}),
    (lambda a: aws_parse.prices(a, "us-east-1"), {"PriceList": [product(None)]}),
]


@pytest.mark.parametrize(("parse", "value"), ODD)
def test_an_answer_of_another_shape_is_a_bad_reply(parse: Callable[..., Any], value: Any) -> None:
    with pytest.raises(BadReply) as caught:
        parse(answer(value))
    assert "aws" in caught.value.what and caught.value.hint


WHOLE = [
    (
        aws_parse.regions,
        {"Regions": [{"RegionName": "us-east-1", "OptInStatus": "opted-in"}, {"RegionName": "us-west-2"}]},
    ),
    (
        lambda a: aws_parse.zones(a, "us-east-1"),
        {
            "AvailabilityZones": [
                {"ZoneName": "us-east-1a", "ZoneId": "use1-az6", "ZoneType": "availability-zone",
                 "State": "available", "GroupLongName": "US East (N. Virginia) 1"}
            ]
        },
    ),
    (aws_parse.offerings, {"InstanceTypeOfferings": [{"InstanceType": "m5.large", "Location": "a-1a"}]}),
    (aws_parse.type_names, {"InstanceTypes": [_LARGE]}),
    (
        aws_parse.instance_types,
        {
            "InstanceTypes": [
                {
                    **_LARGE, "CurrentGeneration": True, "BareMetal": False, "SupportedBootModes": ["uefi"],
                    "BurstablePerformanceSupported": False,
                    "ProcessorInfo": {"SupportedArchitectures": ["x86_64"],
                                      "SupportedFeatures": ["nested-virtualization"]},
                    "GpuInfo": {"Gpus": [{"Name": "L4", "Manufacturer": "NVIDIA", "Count": 1,
                                          "GpuPartitionSize": 0.5, "MemoryInfo": {"SizeInMiB": 24576}}]},
                    "NeuronInfo": {"NeuronDevices": [{"Name": "Trainium2", "Count": 16}]},
                    "FpgaInfo": {"Fpgas": [{"Name": "Virtex", "Count": 1}]},
                    "InstanceStorageInfo": {"NvmeSupport": "required",
                                            "Disks": [{"Count": 2, "SizeInGB": 900}]},
                    "NetworkInfo": {"NetworkPerformance": "Up to 10 Gigabit"},
                }
            ]
        },
    ),
    (lambda a: aws_parse.prices(a, "us-east-1"), {"PriceList": [json.loads(product("0.096"))]}),
    (aws_parse.images, {"Images": [{"Name": "debian-12-amd64-20260101-1", "OwnerId": "136693071363"}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("media", "kind"), [("ssd", "NVMe"), ("hdd", "HDD"), ("tape", "NVMe"), (None, "NVMe")]
)
def test_hard_disks_behind_nvme_are_hard_disks(media: str | None, kind: str) -> None:
    """d3 and d3en: https://aws.amazon.com/ec2/instance-types/d3/"""
    disk = {"Count": 3, "SizeInGB": 1980, **({"Type": media} if media else {})}
    storage = {"NvmeSupport": "required", "Disks": [disk]}
    types, _ = aws_parse.instance_types(
        answer({"InstanceTypes": [{**_LARGE, "InstanceStorageInfo": storage}]})
    )
    assert [(d.nvme, d.kind) for t in types.values() for d in t.local_disks] == [(True, kind)]


@pytest.mark.parametrize(("parse", "value"), WHOLE)
def test_one_value_of_another_shape_is_a_bad_reply_or_left_out(
    parse: Callable[[Reader], Any], value: Any
) -> None:
    parse(answer(value))
    refused = 0
    for _, changed in wrong_shapes(value):
        try:
            parse(answer(changed))
        except BadReply as error:
            refused += 1
            assert error.what.startswith(("aws: the answer to describe-something ", *RECORDS)) and error.hint
    assert refused > 20


def test_rows_that_are_listed_again() -> None:
    """Equal ones say nothing; of others the first counts, and a notice names one."""
    row = {**_LARGE, "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]}}
    types = answer({"InstanceTypes": [row, row, {**row, "MemoryInfo": {"SizeInMiB": 1}}]})
    assert aws_parse.instance_types(types)[0]["m5.large"].memory_mib == 8192
    again = "listed again with other figures, of which the first were used: 1"
    assert types.left_out.notices() == (f"{again} instance types; one of them: m5.large",)
    regions = answer({"Regions": [{"RegionName": "a"}, {"RegionName": "a"}]})
    assert len(aws_parse.regions(regions)) == 1 and regions.left_out.notices() == ()
    zone = {"ZoneName": "us-east-1a", "ZoneId": "use1-az6"}
    zones = answer({"AvailabilityZones": [zone, {**zone, "ZoneId": "use1-az1"}]})
    (kept,), _ = aws_parse.zones(zones, "us-east-1")
    assert kept.zone_id == "use1-az6"
    assert zones.left_out.notices() == (f"{again} zones; one of them: us-east-1a",)
