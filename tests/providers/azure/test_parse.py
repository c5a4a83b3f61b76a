# SPDX-License-Identifier: MIT
"""Azure's answers -> records: what counts, what is left out, and names that people know."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import InstanceType
from cloudlib.errors import BadReply
from providers.azure import families as azure_families
from providers.azure import images as azure_images
from providers.azure import names as azure_names
from providers.azure import parse as azure_parse
from providers.azure.pages import answer_of, pages
from tests.servers.azure_data import Row, location, price, restricted, size, small, zone_rows
from tests.support.shapes import HOSTILE, RECORDS, wrong_shapes
from tests.support.tree import ROOT

TODAY = "2026-11-27"


def readers(*rows: Row) -> list[Reader]:
    return answer_of("a list", {"value": list(rows)}).rows("value")


def read(*rows: Row, where: str = "eastus") -> azure_parse.Sizes:
    return azure_parse.SizeReader(LeftOut()).read([readers(*rows)], where)


def sku(row: Row | None = None, where: str = "eastus", zones: str = "123", **changes: Any) -> Row:
    """A row of `/skus`."""
    row = row or size("Standard_D4s_v5", "standardDSv5Family", 4, 16)
    place = {"locations": [where], "locationInfo": [{"location": where, "zones": list(zones)}]}
    return {"resourceType": "virtualMachines", **row, **place, **changes}


def only(row: Row) -> InstanceType:
    (itype,) = read(sku(row)).itypes.values()
    return itype


# --- locations ---


def test_physical_locations_and_their_zones() -> None:
    rows = [
        location("EastUS", "East US", "Virginia", "US", zones=zone_rows("eastus", 2)),
        location("westus", "West US", "", "US", zones=[{"logicalZone": "1"}]),
        location("norwayeast", "Norway East", "Norway", "Europe"),
        location("unitedstates", "United States", "", "", kind="Logical"),
    ]
    regions, zones = azure_parse.locations(readers(*rows), LeftOut())
    assert [(r.name, r.long_name, r.geography) for r in regions] == [
        ("eastus", "East US (Virginia)", "US"),
        ("westus", "West US", "US"),
        ("norwayeast", "Norway East", "Europe"),
    ]
    assert [(z.name, z.region, z.zone_id, z.terraform_name) for z in zones] == [
        ("eastus-1", "eastus", "eastus-az2", "1"),
        ("eastus-2", "eastus", "eastus-az1", "2"),
        ("westus-1", "westus", "", "1"),
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"metadata": {"regionType": "Physical"}}, "no value[0].name"),
        ({"metadata": "Physical"}, "value[0].metadata, not an object"),
        ({"metadata": {"regionType": ["Physical"]}}, "value[0].metadata.regionType, not a text"),
        ({**location("a", "A", "", ""), "displayName": 7}, "value[0].displayName, not a text"),
        (
            {**location("a", "A", "", ""), "availabilityZoneMappings": "1"},
            "availabilityZoneMappings, not a list",
        ),
        ({**location("a", "A", "", ""), "availabilityZoneMappings": [{}]}, "Mappings[0].logicalZone"),
    ],
)
def test_a_location_of_another_shape(row: Row, field: str) -> None:
    with pytest.raises(BadReply, match=re.escape(field)):
        azure_parse.locations(readers(row), LeftOut())


@pytest.mark.parametrize("written", ["eastus", "EastUS", "East US"])
def test_a_location_in_any_case(written: str) -> None:
    row = sku(where=written, restrictions=[restricted("Zone", written.upper(), ["3"])])
    assert read(row).zones == {"Standard_D4s_v5": ("eastus-1", "eastus-2")}


# --- sizes ---


def test_figures_of_a_size() -> None:
    itype = only(small().sizes["Standard_L8s_v3"])
    assert (itype.vcpus, itype.memory_mib, itype.architectures, itype.boot_modes) == (
        8,
        65536,
        ("x86_64",),
        ("V2",),
    )
    assert [(d.count, d.size_gb, d.nvme) for d in itype.local_disks] == [(1, 1920, True), (1, 86, False)]
    several = size(
        "Standard_L80s_v3", "f", 80, 640, NvmeDiskSizeInMiB="18314200", NvmeSizePerDiskInMiB="1831420"
    )
    assert [(d.count, d.size_gb) for d in only(several).local_disks] == [(10, 1920)]


def test_constrained_vcpus_are_the_ones_a_guest_sees() -> None:
    assert only(small().sizes["Standard_E8-2s_v5"]).vcpus == 2


def test_architecture_comes_from_the_api_and_not_from_the_name() -> None:
    named_like_arm = size("Standard_D4ps_v9", "f", 4, 16, CpuArchitectureType="x64")
    named_like_x64 = size("Standard_D4s_v9", "f", 4, 16, CpuArchitectureType="Arm64")
    assert only(named_like_arm).architectures == ("x86_64",)
    assert only(named_like_x64).architectures == ("arm64",)


def test_sizes_without_figures_are_named_and_left_out() -> None:
    bare = {"name": "Standard_Odd", "family": "f"}
    unknown = size("Standard_R1", "f", 1, 1, CpuArchitectureType="riscv64")
    no_memory = size("Standard_M0", "f", 1, 0)
    no_number = size("Standard_N0", "f", 1, 1, vCPUs="many")
    found = read(*(sku(row) for row in (bare, unknown, no_memory, no_number)))
    assert (
        found.incomplete == {"Standard_Odd", "Standard_R1", "Standard_M0", "Standard_N0"}
        and found.itypes == {}
    )


def test_other_resources_and_other_locations_are_passed_over() -> None:
    assert read(sku(resourceType="disks"), sku(where="westus")).itypes == {}


@pytest.mark.parametrize(
    ("restrictions", "zones"),
    [
        ([], ("eastus-1", "eastus-2", "eastus-3")),
        ([restricted("Location", "eastus")], None),
        ([restricted("Location", "westus")], ("eastus-1", "eastus-2", "eastus-3")),
        ([restricted("Zone", "eastus", ["1", "3"])], ("eastus-2",)),
        ([restricted("Zone", "eastus", ["1"]), restricted("Zone", "eastus", ["2"])], ("eastus-3",)),
        ([restricted("Zone", "eastus", ["1", "2", "3"])], None),
        ([{**restricted("Location", "eastus"), "reasonCode": "QuotaId"}], None),
    ],
)
def test_restrictions_narrow(restrictions: list[Row], zones: tuple[str, ...] | None) -> None:
    found = read(sku(restrictions=restrictions))
    assert found.zones.get("Standard_D4s_v5") == zones
    assert found.restricted == ({"Standard_D4s_v5"} if zones is None else set())


def test_a_location_without_zones_offers_without_zones() -> None:
    assert read(sku(zones="")).zones == {"Standard_D4s_v5": ()}


SIZE = sku(size("Standard_A", "f", 4, 16, GPUs="1"), restrictions=[restricted("Zone", "eastus", ["1"])])
WHOLE: list[tuple[Callable[[list[Reader]], object], Row]] = [
    (lambda rows: azure_parse.SizeReader(LeftOut()).read([rows], "eastus"), SIZE),
    (
        lambda rows: azure_parse.locations(rows, LeftOut()),
        location("eastus", "East US", "Virginia", "US", zones=zone_rows("eastus", 2)),
    ),
    (lambda rows: azure_parse.prices([rows], "eastus", TODAY, LeftOut()), price("Standard_A", "eastus", 0.1)),
]


@pytest.mark.parametrize(("parse", "row"), WHOLE, ids=["sizes", "locations", "prices"])
def test_one_value_of_another_shape_is_a_bad_reply_or_left_out(
    parse: Callable[[list[Reader]], object], row: Row
) -> None:
    refused = 0
    for where, changed in wrong_shapes(row):
        try:
            parse(readers(changed))
        except BadReply as error:
            refused += 1
            assert error.what.startswith(("azure: the answer to a list ", *RECORDS)), where
            assert error.hint
    assert refused > 20


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"family": ["f"]}, "value[0].family, not a text"),
        ({"locations": [None]}, "value[0].locations[0]"),
        ({"locationInfo": {"location": "eastus"}}, "value[0].locationInfo, not a list"),
        ({"locationInfo": [{"location": "eastus", "zones": [None]}]}, "value[0].locationInfo[0].zones[0]"),
        ({"restrictions": "none"}, "value[0].restrictions, not a list"),
        ({"restrictions": [{"values": "eastus"}]}, "value[0].restrictions[0].values, not a list"),
        ({"capabilities": {"vCPUs": "4"}}, "value[0].capabilities, not a list"),
    ],
)
def test_the_field_is_named(changes: Row, field: str) -> None:
    with pytest.raises(BadReply, match=re.escape(field)):
        read({**SIZE, **changes})


@pytest.mark.parametrize("field", ["family", "capabilities", "locations", "locationInfo", "restrictions"])
def test_null_is_what_is_not_there(field: str) -> None:
    gone = sku()
    gone.pop(field, None)
    assert read(sku(**{field: None})) == read(gone)


def test_a_size_that_is_listed_twice() -> None:
    """The first row counts; that the figures differ is known."""
    assert read(sku(), sku()).ambiguous == set()
    more = size("Standard_D4s_v5", "standardDSv5Family", 4, 32)
    twice = read(sku(), sku(more))
    assert twice.itypes["Standard_D4s_v5"].memory_mib == 16 * 1024
    assert twice.ambiguous == {"Standard_D4s_v5"} == read(sku(), sku(zones="1")).ambiguous
    assert azure_parse.ambiguous({"eastus": read(sku()), "westus": read(sku(more))}) == {"Standard_D4s_v5"}
    assert azure_parse.ambiguous({"eastus": read(sku()), "westus": read(sku(zones="1"))}) == set()


# --- accelerators ---


@pytest.mark.parametrize(
    ("name", "vcpus", "expected"),
    [
        ("Standard_NC24ads_A100_v4", 24, ("NVIDIA A100", "")),
        ("Standard_ND96ams_A100_flex_v4", 96, ("NVIDIA A100", "")),
        ("Standard_NV6ads_A10_v5", 6, ("NVIDIA A10", "1/6")),
        ("Standard_NV72ads_A10_v5", 72, ("NVIDIA A10", "")),
        ("Standard_NC8ads_A10_v4", 8, ("NVIDIA A10", "")),
        ("Standard_NV4as_v4", 4, ("AMD Radeon Instinct MI25", "1/8")),
        ("Standard_NV8ads_V710_v5", 8, ("AMD Radeon Pro V710", "1/3")),
        ("Standard_NG32adms_V620_v1", 32, ("AMD Radeon Pro V620", "")),
        ("Standard_ND96isr_MI300X_v5", 96, ("AMD Instinct MI300X", "")),
        ("Standard_NC6s_v3", 6, ("NVIDIA V100", "")),
        ("Standard_NC4as_T4_v3", 4, ("NVIDIA T4", "")),
        ("Standard_ND96isr_H200_v5", 96, ("NVIDIA H200", "")),
        ("Standard_ND96is_noIB_H100_v5", 96, ("NVIDIA H100", "")),
        ("Standard_ND96is_flex_H100_v5", 96, ("NVIDIA H100", "")),
        ("Standard_ND128isr_NDR_GB200_v6", 128, ("NVIDIA GB200", "")),
        ("Standard_NC144ds_xl_RTXPRO6000BSE_v6", 144, ("NVIDIA RTX PRO 6000", "")),
        ("Standard_NC24lds_xl_RTXPRO6000BSE_v6", 24, ("NVIDIA RTX PRO 6000", "1/4")),
        ("Standard_NC72ds_xl_RTXPRO6000BSE_v6", 72, ("NVIDIA RTX PRO 6000", "1/2")),
        ("Standard_NC288ds_xl_RTXPRO6000BSE_v6", 288, ("NVIDIA RTX PRO 6000", "")),
        ("Standard_ND128isr_GB300_v6", 128, ("NVIDIA GB300", "")),
        ("Standard_NQ4_v1", 4, ("GPU", "")),
        ("Standard_ND96_flex_Z9000_v4", 96, ("GPU", "")),
        ("Standard_ND96_NDR_v9", 96, ("GPU", "")),
        ("weird", 4, ("GPU", "")),
    ],
)
def test_accelerators(name: str, vcpus: int, expected: tuple[str, str]) -> None:
    assert (azure_names.accelerator(name), azure_names.share(name, vcpus)) == expected


@pytest.mark.parametrize(
    ("name", "vcpus", "count", "fraction"),
    [
        ("Standard_NV4ads_V710_v5", 4, 1, "1/6"),
        ("Standard_NV28adms_V710_v5", 28, 1, ""),
        ("Standard_NG32ads_V620_v1", 32, 1, ""),
        ("Standard_ND96is_MI300X_v5", 96, 8, ""),
        ("Standard_ND128isr_GB300_v6", 128, 4, ""),
        ("Standard_NC40ads_H100_v5", 40, 0, ""),
    ],
)
def test_gpus_that_the_api_does_not_count(name: str, vcpus: int, count: int, fraction: str) -> None:
    """Its pages do, for some; what neither tells is not made up."""
    gpus = only(size(name, "standardNFamily", vcpus, 64)).gpus
    assert [(gpu.count, gpu.fraction) for gpu in gpus] == ([(count, fraction)] if count else [])


def test_a_part_of_a_gpu_that_the_api_counts() -> None:
    (gpu,) = only(size("Standard_NC36ds_xl_RTXPRO6000BSE_v6", "f", 36, 132, GPUs="0.25")).gpus
    assert (gpu.name, gpu.count, gpu.fraction) == ("NVIDIA RTX PRO 6000", 1, "1/4")


def test_the_cpu_beside_a_gb200_is_arm() -> None:
    row = size("Standard_ND128isr_NDR_GB200_v6", "f", 128, 864, GPUs="4")
    row["capabilities"] = [c for c in row["capabilities"] if c["name"] != "CpuArchitectureType"]
    assert only(row).architectures == ("arm64",)


def test_a_gpu_is_what_the_api_counts() -> None:
    named_only = size("Standard_NC9as_T4_v3", "f", 4, 28)
    assert only(named_only).gpus == ()
    (gpu,) = only(size("Standard_Q4_v1", "f", 4, 28, GPUs="2")).gpus
    assert (gpu.name, gpu.count) == ("GPU", 2)
    fpga = only(size("Standard_NP10s", "standardNPSFamily", 10, 168, GPUs="1"))
    assert fpga.gpus == () and [a.name for a in fpga.accelerators] == ["FPGA"]


# --- families ---


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Standard_D4s_v5", "Dsv5"),
        ("Standard_E8-2s_v5", "Esv5"),
        ("Standard_DS2_v2_Promo", "DSv2Promo"),
        ("Standard_NC24ads_A100_v4", "NCadsA100v4"),
        ("Standard_F2", "F"),
        ("Basic_A0", "A"),
        ("something", "something"),
    ],
)
def test_the_series_of_a_size(name: str, expected: str) -> None:
    assert azure_names.series(name) == expected


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("standardDSv5Family", "Dsv5"),
        ("standardBSFamily", "Bs"),
        ("StandardMBDSMediumMemoryv3Family", "MBDSMediumMemoryv3"),
        ("Standard NCASv3_T4 Family", "NCasT4v3"),
        ("StandardNCADSA100v4Family", "NCadsA100v4"),
        ("standardNDISRH200V5Family", "NDisrH200v5"),
        ("StandardEisv6Family", "Eisv6"),
        ("standardDav6Family", "Dasv6"),
        ("standardQXv9Family", "QXv9"),
        ("Family", "Family"),
    ],
)
def test_families_are_called_as_people_call_them(family: str, name: str) -> None:
    assert azure_families.known_as(family) == name


def test_the_committed_families_are_named_for_everybody() -> None:
    """A subscription that sees one size of a family alone has the same symbol for it."""
    catalog = catalogfile.load_file(ROOT / "terraform/azure/kconfigs/catalog.json.static")
    names = {family.upper() for family in catalog.families()}
    assert {azure_families.known_as(t.family).upper() for t in catalog.instance_types} == names


def test_previous_generations_are_those_of_microsofts_page() -> None:
    """Each name on the list is that of a family of the committed catalog: none is misspelled."""
    catalog = catalogfile.load_file(ROOT / "terraform/azure/kconfigs/catalog.json.static")
    families = catalog.families()
    assert families.keys() >= azure_families.PREVIOUS
    old = {name for name, sizes in families.items() if not any(t.current_generation for t in sizes)}
    assert old == azure_families.PREVIOUS and {"Dsv6", "Dsv5", "Dasv4", "Lsv3"} & old == set()


@given(st.text(min_size=1))
def test_every_family_gets_a_name(family: str) -> None:
    name = azure_families.known_as(family)
    assert name and azure_families.known_as(name).upper() == name.upper()


@given(
    st.from_regex(r"[A-Z]{1,3}", fullmatch=True),
    st.integers(1, 999),
    st.from_regex(r"[a-z]{0,4}", fullmatch=True),
    st.integers(1, 9),
)
def test_a_series_has_no_size_in_it(letters: str, number: int, features: str, version: int) -> None:
    assert (
        azure_names.series(f"Standard_{letters}{number}{features}_v{version}")
        == f"{letters}{features}v{version}"
    )


CATEGORIES = pytest.mark.parametrize(
    ("family", "ratio", "expected"),
    [
        ("Dlsv5", 2, "General purpose"),
        ("Bsv2", 4, "Burstable"),
        ("FXmds", 21, "Compute optimized"),
        ("Eidsv5", 6.4, "Memory optimized"),
        ("Lsv3", 8, "Storage optimized"),
        ("HBrsv4", 4, "High performance computing"),
        ("Zsv1", 2, "Compute optimized"),
        ("Zsv1", 4, "General purpose"),
        ("Zsv1", 16, "Memory optimized"),
    ],
)


@CATEGORIES
def test_categories(family: str, ratio: float, expected: str) -> None:
    itype = only(size(f"Standard_{family}", "f", 10, ratio * 10))
    (made,) = azure_parse.categorized([replace(itype, name=family, family=family)])
    assert (made.family, made.category) == (family, expected)


def test_categories_of_the_committed_catalog() -> None:
    """Each is what the categorizer makes of the records today."""
    catalog = catalogfile.load_file(ROOT / "terraform/azure/kconfigs/catalog.json.static")
    own = ("GPU", "FPGA")
    bare = [replace(t, category=t.category if t.category in own else "") for t in catalog.instance_types]
    made = {t.name: t.category for t in azure_parse.categorized(bare)}
    assert made == {t.name: t.category for t in catalog.instance_types}


# --- prices ---


def priced(*rows: Row) -> azure_parse.Prices:
    return azure_parse.prices([readers(*rows)], "eastus", TODAY, LeftOut())


def test_prices_are_linux_pay_as_you_go() -> None:
    found = priced(*small().prices["eastus"])
    assert {name: p.usd_per_hour for name, p in found.known.items()} == {
        "Standard_B2s": Decimal("0.0416"),
        "Standard_D4s_v5": Decimal("0.192"),
        "Standard_D16s_v5": Decimal("0.768"),
        "Standard_D4ps_v5": Decimal("0.154"),
        "Standard_NC4as_T4_v3": Decimal("0.526"),
    }
    assert found.zeros == 1 and found.unclear == {"Standard_L8s_v3"}


def test_of_two_dates_the_later_price_counts() -> None:
    old = price("Standard_A", "eastus", 0.3, effectiveStartDate="2025-01-01T00:00:00Z")
    new = price("Standard_A", "eastus", 0.2, effectiveStartDate="2026-01-01T00:00:00Z")
    for rows in ((old, new), (new, old)):
        assert priced(*rows).known["Standard_A"].usd_per_hour == Decimal("0.2")
    assert priced(old, new, {**new, "retailPrice": 0.25}).unclear == {"Standard_A"}


def test_a_price_that_is_not_in_effect_is_left_out() -> None:
    now = price("Standard_A", "eastus", 0.3, effectiveStartDate=f"{TODAY}T00:00:00Z")
    later = price("Standard_A", "eastus", 0.2, effectiveStartDate="2026-12-01T00:00:00Z")
    ended = price(
        "Standard_A", "eastus", 0.1, effectiveStartDate=f"{TODAY}T12:00:00Z", effectiveEndDate="2026-11-26"
    )
    assert priced(later, ended, now).known["Standard_A"].usd_per_hour == Decimal("0.3")
    left_out = LeftOut()
    only = azure_parse.prices([readers(later, price("Standard_B", "eastus", 1))], "eastus", TODAY, left_out)
    assert only.known.keys() == {"Standard_B"} and left_out.counts() == {"prices that are not in effect": 1}


@pytest.mark.parametrize("value", [0, 0.0])
def test_a_price_of_nothing_is_counted(value: float) -> None:
    assert priced(price("Standard_A", "eastus", value)) == azure_parse.Prices({}, zeros=1)


@pytest.mark.parametrize("value", [-1, None, "dear", float("nan"), float("inf"), {}, "1_0", "\u0663"])
def test_a_price_that_is_not_a_number(value: Any) -> None:
    with pytest.raises(BadReply, match=r"value\[0\]\.retailPrice"):
        priced(price("Standard_A", "eastus", 0.0, retailPrice=value))


# --- pages ---


def test_pages_are_followed_in_order() -> None:
    first = "https://a.example/list?x=1"
    second = "https://a.example/list?x=1&skip=1"
    answers = {
        first: {"value": [{"n": 1}], "nextLink": second},
        second: {"value": [{"n": 2}], "nextLink": ""},
    }
    read = pages(first, answers.__getitem__, "sizes", items="value", link="nextLink")
    assert [[row.value for row in page] for page in read] == [[{"n": 1}], [{"n": 2}]]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/list",
        "http://a.example/list",
        "https://a.example:8443/list",
        "//a.example/x",
        "https://[x",
    ],
)
def test_another_origin_is_not_asked(link: str) -> None:
    asked: list[str] = []

    def get(url: str) -> Any:
        asked.append(url)
        return {"value": [], "nextLink": link}

    with pytest.raises(BadReply, match="not followed"):
        list(pages("https://a.example/list", get, "sizes", items="value", link="nextLink"))
    assert asked == ["https://a.example/list"]


def test_a_list_without_end_is_ended() -> None:
    count = iter(range(10**6))

    def get(url: str) -> Any:
        return {"value": [], "nextLink": f"https://a.example/list?{next(count)}"}

    with pytest.raises(BadReply, match="no end"):
        list(pages("https://a.example/list", get, "sizes", items="value", link="nextLink"))


@pytest.mark.parametrize("link", [7, ["https://a.example/list"], {}, True])
def test_a_link_that_is_not_a_text(link: Any) -> None:
    answer = {"value": [], "nextLink": link}
    with pytest.raises(BadReply, match=r"azure: the answer to sizes has .*nextLink"):
        list(pages("https://a.example/list", lambda _: answer, "sizes", items="value", link="nextLink"))


@pytest.mark.parametrize("answer", [None, [], {}, {"value": {}}, "text"])
def test_an_answer_of_another_shape(answer: Any) -> None:
    with pytest.raises(BadReply, match=r"azure: the answer to sizes (has|is)"):
        list(pages("https://a.example/list", lambda _: answer, "sizes", items="value", link="nextLink"))


# --- images ---


def titles(publisher: str, offer: str, sku: str) -> list[str]:
    """What a SKU would be called, by each rule that fits it, the best first."""
    place = "/offers"

    def get(url: str) -> Any:
        if "/versions" in url:
            return [{"name": "1", "properties": {"architecture": "x64", "hyperVGeneration": "V2"}}]
        return [{"name": sku if "/skus" in url.partition(place)[2] else offer}]

    return [
        i.title for i in azure_images.streams(azure_images.of_publisher(publisher, "eastus", get, LeftOut()))
    ]


@pytest.mark.parametrize(
    ("said", "sku", "architecture", "modes"),
    [
        ({"architecture": "", "hyperVGeneration": "V2"}, "13-gen2", "x86_64", ("V2",)),
        ({"hyperVGeneration": "V2"}, "13-arm64", "arm64", ("V2",)),
        ({"architecture": "Arm64", "hyperVGeneration": "v2"}, "13-gen2", "arm64", ("V2",)),
        ({"architecture": "x64", "hyperVGeneration": ""}, "13-gen2", "x86_64", ()),
    ],
)
def test_a_version_that_does_not_say_all(
    said: Row, sku: str, architecture: str, modes: tuple[str, ...]
) -> None:
    answers = {"/versions": [{"name": "1", "properties": said}], "/skus": [{"name": sku}]}
    get = lambda url: next((v for k, v in answers.items() if k in url), [{"name": "debian-13"}])  # noqa: E731
    left_out = LeftOut()
    (image,) = azure_images.streams(azure_images.of_publisher("Debian", "eastus", get, left_out))
    assert (image.architecture, image.boot_modes) == (architecture, modes)
    told = f"1 images without an architecture, taken for {architecture}; one of them: {sku}"
    assert left_out.notices() == (() if said.get("architecture") else (told,))


@pytest.mark.parametrize(
    ("publisher", "offer", "sku", "title"),
    [
        ("RedHat", "RHEL", "9_10", "RHEL 9.10"),
        ("RedHat", "RHEL", "1010-gen2", "RHEL 10.10"),
        ("SUSE", "sles-15-sp7-basic", "gen2", "SUSE Linux Enterprise 15 SP7"),
        ("SUSE", "sles-16-1-x86-64", "gen2", "SUSE Linux Enterprise 16.1"),
        ("Canonical", "ubuntu-26_10", "server", "Ubuntu 26.10"),
        ("Debian", "debian-13", "13-gen2", "Debian 13"),
        ("Debian", "debian-13", "13-backports-arm64", "Debian 13 with backports"),
        ("Canonical", "ubuntu-24_04-lts", "server-gen1", "Ubuntu 24.04 LTS"),
        ("Canonical", "ubuntu-25_10", "server", "Ubuntu 25.10"),
        ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2", "Ubuntu 22.04 LTS"),
        ("Canonical", "ubuntu-25_04", "minimal-arm64", "Ubuntu 25.04 minimal"),
        ("RedHat", "RHEL", "810-gen2", "RHEL 8.10"),
        ("RedHat", "RHEL", "100-gen2", "RHEL 10.0"),
        ("RedHat", "RHEL", "10_1", "RHEL 10.1"),
        ("RedHat", "RHEL", "81gen2", "RHEL 8.1"),
        ("RedHat", "RHEL", "95_gen2", "RHEL 9.5"),
        ("RedHat", "RHEL", "9-lvm-gen2", "RHEL 9"),
        ("RedHat", "rhel-arm64", "8_8-arm64-gen2", "RHEL 8.8"),
        ("SUSE", "sles-15-sp6", "gen2", "SUSE Linux Enterprise 15 SP6"),
        ("SUSE", "sles-16-0-arm64", "gen2", "SUSE Linux Enterprise 16.0"),
        ("SUSE", "sles-16-0-basic-x86-64", "gen1", "SUSE Linux Enterprise 16.0"),
        ("SUSE", "SLES", "12-sp4-gen2", "SUSE Linux Enterprise 12 SP4"),
        ("SUSE", "opensuse-leap-15-6", "gen2", "openSUSE Leap 15.6"),
        ("SUSE", "openSUSE-Leap", "15-2", "openSUSE Leap 15.2"),
        ("almalinux", "almalinux-arm", "9-arm-gen2", "AlmaLinux 9"),
        ("resf", "rockylinux-x86_64", "9-base", "Rocky Linux 9"),
        ("Oracle", "Oracle-Linux", "ol810-arm64-lvm-gen2", "Oracle Linux 8.10"),
        ("Oracle", "Oracle-Linux", "ol9-lvm-gen2", "Oracle Linux 9"),
        ("Oracle", "Oracle-Linux", "ol10-lvm-gen2", "Oracle Linux 10"),
    ],
)
def test_releases_are_read_off_the_names(publisher: str, offer: str, sku: str, title: str) -> None:
    assert titles(publisher, offer, sku) == [title]


@pytest.mark.parametrize(
    ("publisher", "offer", "sku"),
    [
        ("Canonical", "ubuntu-24_04-lts", "cvm"),
        ("Canonical", "ubuntu-24_04-lts-daily", "server"),
        ("Debian", "debian-14-daily", "14-gen2"),
        ("Debian", "debian-sid-daily", "sid-gen2"),
        ("RedHat", "RHEL-SAP-APPS", "94sapapps-gen2"),
        ("RedHat", "RHEL-HA", "9_6"),
        ("RedHat", "rhel-raw", "9_6"),
        ("RedHat", "rhel-byos", "rhel-lvm96-gen2"),
        ("Canonical", "ubuntu-24_04-lts", "ubuntu-pro"),
        ("Canonical", "0001-com-ubuntu-pro-jammy-fips", "pro-fips-22_04-gen2"),
        ("SUSE", "sles-16-0-byos-x86-64", "gen2"),
        ("almalinux", "almalinux-x86_64", "kitten-10-gen2"),
        ("resf", "rockylinux-x86_64", "9-lvm"),
        ("SUSE", "sles-15-sp6-byos", "gen2"),
        ("SUSE", "sle-hpc-15-sp7", "gen2"),
    ],
)
def test_other_products_are_passed_over(publisher: str, offer: str, sku: str) -> None:
    assert titles(publisher, offer, sku) == []


def test_an_image_list_with_one_value_of_another_shape() -> None:
    versions = [{"name": "1", "properties": {"architecture": "x64", "hyperVGeneration": "V2"}}]
    answers = {"/offers?": [{"name": "debian-13"}], "/skus?": [{"name": "13-gen2"}], "/versions?": versions}
    refused = 0
    for changed_one, whole in answers.items():
        for where, changed in wrong_shapes(whole):
            served = {**answers, changed_one: changed}
            get = lambda url: next(v for k, v in served.items() if k in url)  # noqa: B023, E731
            try:
                azure_images.of_publisher("Debian", "eastus", get, LeftOut())
            except BadReply as error:
                refused += 1
                assert error.what.startswith("azure: the answer to "), where
            except StopIteration:
                assert "odd" in str(changed), "another name leads to another list"
    assert refused > 2
    left_out = LeftOut()
    broken = {**answers, "/versions?": [{"properties": []}]}
    get = lambda url: next(v for k, v in broken.items() if k in url)  # noqa: E731
    assert azure_images.of_publisher("Debian", "eastus", get, left_out) == []
    assert "1 images; one of them: azure: the answer to versions of 13-gen2 has" in left_out.notices()[0]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_names_of_any_text_come_to_an_end(text: str) -> None:
    assert isinstance(azure_families.known_as(text), str) and isinstance(azure_names.series(text), str)
