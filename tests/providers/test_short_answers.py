# SPDX-License-Identifier: MIT
"""Whole answers that are too short, in the recordings of all providers: nothing that is known vanishes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

import pytest
from _pytest.mark import ParameterSet

import cloud_providers
from cloudlib.calls.answers import Answer
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog
from cloudlib.errors import CallFailed, ShortAnswer
from tests.support.costly import mostly_slow
from tests.support.edited import Edit, fetch, without


@cache
def whole(provider: str) -> Catalog:
    return fetch(provider)


def half_of_the_lines(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[: len(lines) // 2])


def some_families(number: int, row: dict[str, str]) -> bool:
    return not row["InstanceType"].startswith(("m", "r"))


def each_entry_cut(text: str) -> str:
    answer = json.loads(text)
    answer["PriceList"] = [json.dumps(entry)[:200] for entry in answer["PriceList"]]
    return json.dumps(answer)


def refused(code: int, words: str) -> Edit:
    return lambda text: Answer("", code=code, err=words)


OTHER_KEYS = "An error occurred (UnrecognizedClientException) when calling the GetProducts operation: no"
NOWHERE = 'Could not connect to the endpoint URL: "https://api.pricing.us-east-1.amazonaws.com/"'
AWS_TYPES = "describe-instance-types --output json --region us-east-1"
OFFERINGS = "describe-instance-type-offerings --location-type availability-zone --output json --region "
SIZES, RETAIL = "skus?api-version=2021-07-01&$filter=location eq ", "armRegionName eq 'eastus' "
TYPES_OF = "machine-types list"

#: (provider, call -> edit, the part that is not reached).
LOST: list[tuple[str, Mapping[str, Edit], str]] = [
    ("aws", {OFFERINGS + "eu-west-1": without("InstanceTypeOfferings")}, "eu-west-1"),
    ("aws", {OFFERINGS + "eu-west-1": without("InstanceTypeOfferings", some_families)}, "eu-west-1"),
    ("aws", {"zones --output json --region eu-west-1": without("AvailabilityZones")}, "eu-west-1"),
    ("aws", {"get-products": without("PriceList")}, "prices of us-east-1"),
    ("aws", {"get-products": each_entry_cut}, "prices of us-east-1"),
    ("aws", {"get-products": refused(254, OTHER_KEYS)}, "prices of us-east-1"),
    ("aws", {"get-products": refused(255, NOWHERE)}, "prices of us-east-1"),
    ("azure", {SIZES + "'westus'": without("value")}, "westus"),
    ("azure", {SIZES + "'westus'": without("value", lambda n, _: n % 5 > 0)}, "westus"),
    ("azure", {RETAIL: without("Items")}, "prices of eastus"),
    ("azure", {RETAIL: refused(503, "Service Unavailable")}, "prices of eastus"),
    ("azure", {"publishers/Debian/artifacttypes/vmimage/offers?": lambda text: "[]"}, "debian images"),
    ("gce", {"skus": lambda text: "{}"}, "prices of us-central1"),
    ("gce", {"skus": lambda text: text[: len(text) // 2]}, "prices of us-central1"),
    ("gce", {"project=fedora-cloud": lambda text: ""}, "fedora images"),
]
#: (provider, call -> edit, what ends the fetch).
ENDS: list[tuple[str, Mapping[str, Edit], str]] = [
    ("aws", {"describe-regions": without("Regions", lambda n, _: n < 20)}, "known regions"),
    ("aws", {AWS_TYPES: without("InstanceTypes")}, "us-east-1: the answer has none of the"),
    ("aws", {AWS_TYPES: without("InstanceTypes", lambda n, _: n < 700)}, "us-east-1: the answer lacks"),
    ("aws", {OFFERINGS + "us-east-1": without("InstanceTypeOfferings")}, "us-east-1: the answer has none"),
    ("aws", {OFFERINGS: without("InstanceTypeOfferings")}, "the answer has none of the"),
    ("azure", {"/locations?": without("value", lambda n, _: n < 50)}, "known regions"),
    ("azure", {SIZES + "'eastus'": without("value")}, "eastus: the answer has none of the"),
    ("azure", {SIZES: without("value")}, "the answer has none of the"),
    ("gce", {"regions list": half_of_the_lines}, "known regions"),
    ("gce", {TYPES_OF: half_of_the_lines}, "zones failed"),
    ("gce", {TYPES_OF: lambda text: text[: len(text) // 2]}, "zones failed"),
    ("gce", {"accelerator-types": lambda text: ""}, "no accelerator types"),
    ("lambdalabs", {"/instance-types": lambda text: '{"data": {}}'}, "none of the 25 known instance types"),
    ("lambdalabs", {"/images": without("data")}, "no images"),
]


def cases(rows: list[tuple[str, Mapping[str, Edit], str]]) -> list[ParameterSet]:
    """The rows by name; quick is the first of each provider, and all of Lambda, whose answers are short.

    Those of AWS and Azure are slow: a whole run of them is two seconds.
    """
    made = []
    for number, row in enumerate(rows):
        provider, edits, _ = row
        first = provider not in ["aws", "azure", *(name for name, _, _ in rows[:number])]
        marks = () if first or provider == "lambdalabs" else (pytest.mark.slow,)
        made.append(pytest.param(*row, id=f"{provider}-{next(iter(edits))[:20]}-{number}", marks=marks))
    return made


@pytest.mark.parametrize(("provider", "edits", "part"), cases(LOST))
def test_known_data_stay(provider: str, edits: Mapping[str, Edit], part: str) -> None:
    known = whole(provider)
    made = fetch(provider, edits, known=known)
    assert list(made.provenance.not_reached) == [part]
    merged = merge.carry_forward(made, known)
    assert catalogfile.digest(merged) == catalogfile.digest(known)
    (line,) = merge.unreached(merged)
    assert line.startswith(f"not reached: {part} (") and "last known data are kept (20" in line


@pytest.mark.parametrize(("provider", "edits", "words"), cases(ENDS))
def test_nothing_is_published(provider: str, edits: Mapping[str, Edit], words: str) -> None:
    with pytest.raises(CallFailed) as caught:
        fetch(provider, edits, known=whole(provider))
    assert words in caught.value.what and caught.value.hint


def test_every_provider_is_here() -> None:
    assert {row[0] for row in (*LOST, *ENDS)} == set(cloud_providers.PROVIDER_NAMES)


@pytest.mark.parametrize("provider", mostly_slow(reversed(cloud_providers.PROVIDER_NAMES)))
def test_the_recordings_are_whole(provider: str) -> None:
    """With nothing known and with themselves known."""
    assert whole(provider).provenance.not_reached == {}
    assert fetch(provider, known=whole(provider)).provenance.not_reached == {}


# --- a first run ---


@pytest.mark.parametrize(
    ("provider", "edits", "part"),
    cases([
        ("aws", {OFFERINGS + "eu-west-1": without("InstanceTypeOfferings")}, "eu-west-1"),
        ("aws", {"get-products": without("PriceList")}, "prices of us-east-1"),
        ("azure", {SIZES + "'westus'": without("value")}, "westus"),
        ("azure", {RETAIL: lambda text: '{"Items": []}'}, "prices of eastus"),
        ("gce", {"skus": lambda text: "{}"}, "prices of us-central1"),
    ]),
)  # fmt: skip
def test_on_a_first_run_the_list_of_regions_is_the_measure(
    provider: str, edits: Mapping[str, Edit], part: str
) -> None:
    made = fetch(provider, edits)
    assert list(made.provenance.not_reached) == [part] and made.instance_types
    assert "the answer has no " in made.provenance.not_reached[part]
    assert merge.unreached(made)[0].endswith("nothing is known about it")


@pytest.mark.slow
def test_on_a_first_run_types_that_nobody_described_end_it() -> None:
    with pytest.raises(ShortAnswer, match="us-east-1: the answer has none of the 1243 known types"):
        fetch("aws", {AWS_TYPES: without("InstanceTypes")})
    with pytest.raises(ShortAnswer, match="zones failed"):
        fetch("gce", {TYPES_OF: half_of_the_lines})
