# SPDX-License-Identifier: MIT
"""gcloud's rows and Google's SKUs to records: names, figures, places, and what must not be mistaken."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.run import CallLog
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.category import categorized
from cloudlib.catalog.records import Gpu, InstanceType, LocalDisks
from cloudlib.errors import BadReply
from cloudlib.menus.symbols import symbol
from providers.gce import calls as gce_calls
from providers.gce import images as gce_images
from providers.gce import parse as gce_parse
from providers.gce.prices import PriceBook, Shape
from tests.servers.gce_data import Json, rates, sku
from tests.servers.gce_small import small
from tests.support.shapes import wrong_shapes

HERE = "us-central1"
HOME_OF = {"us-central1-a": HERE, "us-central1-b": HERE, "europe-west1-b": "europe-west1"}


def row(name: str, zone: str = "us-central1-a", **cells: str) -> list[str]:
    """A row of `machine-types list`: 4 vCPU, 16 GiB, x86_64, up to 128 disks, nothing else."""
    plain = {"name": name, "zone": zone, "guestCpus": "4", "memoryMb": "16384", "architecture": "X86_64",
             "isSharedCpu": "False", "deprecated": "", "accelerator": "", "count": "", "disks": "",
             "interface": "NVME", "most": "128"}  # fmt: skip
    assert set(cells) <= set(plain)
    return list({**plain, **cells}.values())


DEVICES = {"nvidia-l4": "NVIDIA L4", "nvidia-h100-80gb": "NVIDIA H100 80GB"}


def parsed(*rows: list[str]) -> gce_parse.Types:
    return gce_parse.types(
        rows, HOME_OF, {"nvidia-l4": "NVIDIA L4", "nvidia-h100-80gb": "NVIDIA H100 80GB"}, LeftOut()
    )


def one(**cells: str) -> InstanceType:
    (kind,) = parsed(row(cells.pop("name", "n2-standard-4"), **cells)).itypes.values()
    return kind


# --- names ---


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("n2-standard-4", "n2-standard"), ("e2-micro", "e2"), ("f1-micro", "f1"), ("g1-small", "g1"),
        ("c3-standard-8-lssd", "c3-standard"), ("c3-highcpu-192-metal", "c3-highcpu"),
        ("z3-highmem-14-standardlssd", "z3-highmem"), ("a2-megagpu-16g", "a2-megagpu"),
        ("a3-ultragpu-8g-nolssd", "a3-ultragpu"), ("x4-480-6t-metal", "x4"),
        ("x4-megamem-960-metal", "x4-megamem"), ("ct5lp-hightpu-4t", "ct5lp-hightpu"), ("n9", "n9"),
    ],
)  # fmt: skip
def test_families(name: str, family: str) -> None:
    assert gce_parse.family(name) == family


words = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
numbers = st.integers(1, 9999).map(str)
names = st.tuples(words, words, numbers, st.sampled_from(("", "-lssd", "-metal"))).map(
    lambda t: "-".join(t[:3]) + t[3]
)


@given(names)
def test_a_family_begins_its_types_and_none_is_empty(name: str) -> None:
    family = gce_parse.family(name)
    assert family and name.startswith(family + "-") and not family.endswith("-")


@given(st.sets(names, max_size=30))
def test_names_of_the_vendors_form_give_symbols_of_their_own(found: set[str]) -> None:
    """Letters, digits and dashes: what upper case and underscores cannot mix up."""
    assert len({symbol("TERRAFORM_GCE_MACHINE_", n) for n in found}) == len(found)


@pytest.mark.parametrize(
    ("family", "category"),
    [
        ("n2-standard", "General purpose"), ("n2-highcpu", "General purpose"), ("a9-gpu", "GPU"),
        ("h5-standard", "High performance computing"), ("ct9-hightpu", "Machine learning accelerators"),
        ("tpu9x-standard", "Machine learning accelerators"), ("m9-megamem", "Memory optimized"),
        ("x9", "Memory optimized"), ("z9-highmem", "Storage optimized"), ("c9-standard", "General purpose"),
    ],
)  # fmt: skip
def test_letters_are_the_last_resort(family: str, category: str) -> None:
    kind = InstanceType(family, family, "", 4, 16384, ("x86_64",))
    (made,) = categorized([kind], special=gce_parse.SPECIAL_LETTERS, plain=gce_parse.PLAIN_LETTERS)
    assert made.category == category


@pytest.mark.parametrize(
    ("name", "category"),
    [("n1-highmem-4", "Memory optimized"), ("c2-standard-4", "Compute optimized"),
     ("c2d-standard-4", "Compute optimized"), ("c2d-highmem-4", ""), ("n1-standard-4", "")],
)  # fmt: skip
def test_families_whose_memory_says_another_thing_than_their_page(name: str, category: str) -> None:
    assert one(name=name).category == category


def test_what_is_not_sold_on_demand_has_no_price_on_demand() -> None:
    names = ("a3-highgpu-1g", "a3-highgpu-8g")
    made = parsed(*(row(name, accelerator="nvidia-h100-80gb", count="1") for name in names))
    assert [made.itypes[name].usage for name in names] == [("spot", "flex-start"), ()]
    assert [made.shapes[name].complete for name in names] == [False, True]


def test_an_accelerator_of_another_maker_is_an_accelerator() -> None:
    kind = one(name="a9-gaudi-8g", accelerator="intel-gaudi-3", count="8")
    assert (kind.gpus, kind.accelerators) == ((), (Gpu("intel-gaudi-3", 8),))
    assert kind.category == "Machine learning accelerators"


# --- figures ---


def test_disks_and_devices() -> None:
    kind = one(name="a3-highgpu-8g", accelerator="nvidia-h100-80gb", count="8", disks="16")
    assert kind.gpus == (Gpu("NVIDIA H100", 8, 80 * 1024),)
    assert kind.local_disks == (LocalDisks(16, 403, nvme=True, media="ssd"),)
    two = one(accelerator="nvidia-l4;ct5lp", count="1;4")
    assert two.gpus == (Gpu("NVIDIA L4", 1, 24 * 1024),) and two.accelerators == (Gpu("ct5lp", 4),)
    assert one(accelerator="nvidia-new", count="1").gpus == (Gpu("nvidia-new", 1),), "not described"
    odd = parsed(row("a9-gpu-8g", accelerator="nvidia-l4;nvidia-new", count="1"))
    assert (
        odd.itypes["a9-gpu-8g"].gpus == (Gpu("NVIDIA L4", 1, 24 * 1024),)
        and not odd.shapes["a9-gpu-8g"].complete
    )
    assert not one(name="c3-standard-8-lssd", disks="2", interface="SCSI").local_disks[0].nvme


@pytest.mark.parametrize(
    ("name", "fraction", "gib"),
    [("g4-standard-6", "1/8", 12), ("g4-standard-12", "1/4", 24), ("g4-standard-24", "1/2", 48),
     ("g4-highmem-3", "1/16", 6), ("g4-standard-48", "", 96)],
)  # fmt: skip
def test_parts_of_a_gpu(name: str, fraction: str, gib: int) -> None:
    made = parsed(row(name, accelerator="nvidia-rtx-pro-6000", count="1"))
    assert made.itypes[name].gpus == (Gpu("nvidia-rtx-pro-6000", 1, gib * 1024, fraction),)
    assert made.itypes[name].category == "GPU"
    assert made.shapes[name].complete == (not fraction), "the price of a whole one is not its price"


@pytest.mark.parametrize(
    ("name", "gib"),
    [
        ("c4-standard-8-lssd", 375), ("c4-highmem-288-lssd-metal", 3000), ("z3-highmem-88-highlssd", 3000),
        ("z3-highmem-192-highlssd-metal", 6000), ("a4x-highgpu-4g", 3000), ("h4d-highmem-192-lssd", 375),
    ],
)  # fmt: skip
def test_sizes_of_bundled_disks(name: str, gib: int) -> None:
    assert parsed(row(name, disks="2")).shapes[name].ssd_gib == 2 * gib


def test_disks_of_a_new_series_are_not_guessed() -> None:
    left_out = LeftOut()
    made = gce_parse.types([row("z4d-highmem-8-highlssd", disks="2")], HOME_OF, DEVICES, left_out)
    itype, shape = made.itypes["z4d-highmem-8-highlssd"], made.shapes["z4d-highmem-8-highlssd"]
    assert itype.local_disks == () and not shape.complete
    assert "local SSDs of a size that is not known" in left_out.notices()[0]


@pytest.mark.parametrize(
    ("name", "architecture"),
    [("n1-standard-4", "x86_64"), ("f1-micro", "x86_64"), ("a2-highgpu-1g", "x86_64"),
     ("c4d-highcpu-2", "x86_64"),
     ("t2a-standard-4", "arm64"), ("c4a-standard-4", "arm64"), ("a4x-highgpu-4g", "arm64"),
     ("a5x-maxgpu-4g", "arm64")],
)  # fmt: skip
def test_an_architecture_that_is_not_stated_is_that_of_the_series(name: str, architecture: str) -> None:
    for nothing in ("", "ARCHITECTURE_UNSPECIFIED"):
        left_out = LeftOut()
        made = gce_parse.types([row(name, architecture=nothing)], HOME_OF, DEVICES, left_out)
        assert made.itypes[name].architectures == (architecture,)
        told = f"1 machine types without an architecture, taken for {architecture}; one of them: {name}"
        assert left_out.notices() == (told,) and left_out.counts() == {}


def test_what_is_left_out_is_counted() -> None:
    left_out = LeftOut()
    rows = [
        row("n2-standard-4"),
        row("n9-standard-4", architecture="RISCV"),
        row("n0-standard-4", deprecated="OBSOLETE"),
        row("n2-standard-4", "us-central1-b", deprecated="OBSOLETE"),
        row("n8-standard-4", guestCpus=""),
    ]
    made = gce_parse.types(rows, HOME_OF, DEVICES, left_out)
    assert not made.itypes["n9-standard-4"].offered and made.incomplete == ("n8-standard-4",)
    assert left_out.counts() == {
        "machine types of another architecture": 1,
        "machine types that are withdrawn": 1,
    }


def test_an_unknown_architecture_is_none() -> None:
    assert one(architecture="RISCV").architectures == ()
    found = parsed(row("n2-standard-4", architecture=""), row("n2-standard-4", "us-central1-b"))
    assert found.itypes["n2-standard-4"].architectures == ("x86_64",)
    assert found.itypes["n2-standard-4"].zones == ("us-central1-a", "us-central1-b")


def test_deprecated_in_one_zone_is_current() -> None:
    found = parsed(row("n2-standard-4", deprecated="DEPRECATED"), row("n2-standard-4", "us-central1-b"))
    assert found.itypes["n2-standard-4"].current_generation
    found = parsed(row("n2-standard-4"), row("n2-standard-4", "us-central1-b", deprecated="OBSOLETE"))
    assert found.itypes["n2-standard-4"].zones == ("us-central1-a",)


def test_rows_that_contradict_each_other() -> None:
    with pytest.raises(BadReply, match="unknown zone"):
        parsed(row("n2-standard-4", "mars-a"))
    with pytest.raises(BadReply, match="into the region"):
        gce_parse.zones([["us-central1-a", "x/regions/europe-west1", "UP", ""]], LeftOut())
    with pytest.raises(BadReply, match="Region '': name is"):
        gce_parse.regions([["", "UP", ""]], LeftOut())


def test_places_of_regions() -> None:
    found = gce_parse.regions([["me-west1", "UP", ""], ["mars-east1", "UP", "DELETED"]], LeftOut())
    assert (found[0].geography, found[0].available) == ("Middle East", True)
    assert (found[1].geography, found[1].why_not) == ("", "it is deleted")


# --- prices ---


def book(*rows: Json) -> PriceBook:
    made = PriceBook()
    made.add(
        Reader(list(rows), vendor="gce", answer="services.skus.list", null_is_missing=True).items(), LeftOut()
    )
    return made


N2 = rates("N2 Instance", "Iowa", (HERE,), "0.03", "0.004")
SHAPE = Shape("n2-standard-4", 4, 16384)


def usd(prices: PriceBook, shape: Shape = SHAPE) -> Decimal | None:
    price = prices.price(shape, HERE)
    return price.usd_per_hour if price else None


def test_a_sum() -> None:
    assert usd(book(*N2)) == Decimal("0.184")
    assert book(*N2).price(SHAPE, "europe-west1") is None
    assert usd(book(N2[0])) is None and usd(book(N2[1])) is None, "a part is missing"


@pytest.mark.parametrize(
    "word", ["Spot Preemptible", "Reserved", "DWS Defined Duration", "DWS Calendar Mode", "Commitment v1:",
             "Capacity Optimized", "Sole Tenancy Premium for", "Licensing Fee for"],
)  # fmt: skip
def test_a_word_before_makes_it_another_sku(word: str) -> None:
    other = rates(f"{word} N2 Instance", "Iowa", (HERE,), "0.001", "0.0001")
    assert usd(book(*other)) is None and usd(book(*N2, *other)) == Decimal("0.184")


@pytest.mark.parametrize("name", ["N2 Custom", "N2 Sole Tenancy", "N2 Custom Extended", "N2D", "N20", "2"])
def test_another_name_is_another_series(name: str) -> None:
    other = rates(f"{name} Instance", "Iowa", (HERE,), "0.001", "0.0001")
    assert usd(book(*N2, *other)) == Decimal("0.184") and usd(book(*other)) is None


@given(st.text(st.characters(whitelist_categories=["Lu", "Ll"]), min_size=1, max_size=12))
def test_no_word_between_slips_in(word: str) -> None:
    known = {"amd", "arm", "predefined"}
    other = rates(f"N2 {word} Instance", "Iowa", (HERE,), "0.001", "0.0001")
    assert (usd(book(*other)) is None) == (word.lower() not in known)


@pytest.mark.parametrize(
    "change",
    [{"usage": "Preemptible"}, {"usage": "Commit1Yr"}, {"family": "License"}, {"group": "GPU"},
     {"unit": "mo"}, {"unit": "GiBy.h"}],
)  # fmt: skip
def test_category_usage_and_unit_have_to_be_right(change: dict[str, Any]) -> None:
    odd = sku("N2 Instance Core running in Iowa", (HERE,), "0.03", **change)
    assert usd(book(odd, N2[1])) is None


def test_two_prices_of_a_part_are_none() -> None:
    again = sku("N2 Instance Core running in Des Moines", (HERE,), "0.031")
    assert usd(book(*N2, again)) is None
    assert usd(book(*N2, *N2)) == Decimal("0.184"), "twice the same is one"


def test_no_price_in_tiers_or_of_nothing() -> None:
    tiers = sku("N2 Instance Core running in Iowa", (HERE,), "0.03")
    expression = tiers["pricingInfo"][0]["pricingExpression"]
    expression["tieredRates"] = [*expression["tieredRates"] * 2]
    prices = book(tiers, N2[1])
    assert usd(prices) is None and prices.unusable == 1
    zero = book(sku("N2 Instance Core running in Iowa", (HERE,), "0"), N2[1])
    assert usd(zero) is None and zero.unusable == 1
    euros = sku("N2 Instance Core running in Iowa", (HERE,), "0.03")
    euros["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"]["currencyCode"] = "EUR"
    assert usd(book(euros, N2[1])) is None


def test_a_part_without_regions_and_one_below_zero() -> None:
    nowhere = sku("N2 Instance Core running in Iowa", (), "0.03")
    assert usd(book(nowhere, N2[1])) is None and book(nowhere).place(HERE) == ""
    below = sku("N2 Instance Core running in Iowa", (HERE,), "0.03")
    below["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"]["units"] = "-1"
    assert usd(book(below, N2[1])) is None


def test_dollars_and_nanos() -> None:
    assert usd(book(*rates("N2 Instance", "Iowa", (HERE,), "2.000000001", "1"))) == Decimal("24.0")


def test_older_names_of_series() -> None:
    base = rates("Memory-optimized Instance", "Iowa", (HERE,), "0.0348", "0.0051")
    premium = rates(
        "Memory Optimized Upgrade Premium for Memory-optimized Instance",
        "Iowa",
        (HERE,),
        "0.004524",
        "0.000663",
    )
    m1, m2 = Shape("m1-ultramem-40", 40, 961 * 1024), Shape("m2-ultramem-208", 208, 5888 * 1024)
    assert usd(book(*base, *premium), m1) == Decimal("6.2931")
    assert usd(book(*base, *premium), m2) == Decimal("42.111936")
    assert usd(book(*base), m2) is None
    c2 = rates("Compute optimized", "Iowa", (HERE,), "0.03398", "0.00455")
    assert usd(book(*c2), Shape("c2-standard-4", 4, 16384)) == Decimal("0.20872")
    own = rates("M4Ultramem224 Instance", "Iowa", (HERE,), "0.01", "0.006")
    m4 = rates("M4 Instance", "Iowa", (HERE,), "0.007", "0.005")
    assert usd(book(*own, *m4), Shape("m4-ultramem-224", 224, 1024)) == Decimal("2.246")
    assert usd(book(*own, *m4), Shape("m4-megamem-28", 28, 1024)) == Decimal("0.201")
    a3 = rates("A3 Instance", "Iowa", (HERE,), "0.01", "0.001")
    assert usd(book(*a3), Shape("a3-megagpu-8g", 208, 1024)) is None, "billed as A3Plus"
    assert usd(book(*a3), Shape("a3-edgegpu-8g", 208, 1024)) is None


def test_gpus_go_by_all_their_words() -> None:
    a2 = rates("A2 Instance", "Iowa", (HERE,), "0.03", "0.004")
    small_gpu = sku("Nvidia Tesla A100 GPU running in Iowa", (HERE,), "2.9", "GPU")
    large_gpu = sku("Nvidia Tesla A100 80GB GPU running in Iowa", (HERE,), "3.9", "GPU")
    shape = Shape("a2-ultragpu-1g", 10, 10240, accelerators=(("nvidia-a100-80gb", 1),))
    assert usd(book(*a2, small_gpu), shape) is None
    assert usd(book(*a2, small_gpu, large_gpu), shape) == Decimal("4.24")
    g4 = rates("G4 Instance", "Iowa", (HERE,), "0.03", "0.004")
    rtx = sku("RTX 6000 96GB running in Iowa", (HERE,), "3", "GPU")
    two = Shape("g4-standard-96", 10, 10240, accelerators=(("nvidia-rtx-pro-6000", 2),))
    assert usd(book(*g4, rtx), two) == Decimal("6.34")


def test_a_series_with_ssd_prices_of_its_own() -> None:
    c4 = rates("C4 Instance", "Iowa", (HERE,), "0.03", "0.004")
    plain = sku("SSD backed Local Storage", (HERE,), "0.73", "LocalSSD", family="Storage", unit="GiBy.mo")
    own = sku("C4 Instance Local SSD running in Paris", ("eu",), "0.9", "LocalSSD", unit="GiBy.mo")
    shape = Shape("c4-standard-4-lssd", 4, 16384, ssd_gib=1000)
    assert usd(book(*c4, plain), shape) == Decimal("1.184")
    assert usd(book(*c4, plain, own), shape) is None, "its own, and that is not known here"


def test_every_order_of_the_rows_gives_the_same() -> None:
    for rows in itertools.permutations((*N2, *rates("N2D AMD Instance", "Iowa", (HERE,), "0.02", "0.003"))):
        assert usd(book(*rows)) == Decimal("0.184")


def test_where_a_region_is() -> None:
    many = book(*rates("N2 Instance", "Americas", (HERE, "us-east1"), "0.03", "0.004"))
    assert many.place(HERE) == ""
    assert book(sku("C4 Instance Core running in Americas", (HERE,), "1"), *N2[:0]).place(HERE) == "Americas"
    area = rates("N2 Instance", "Americas", (HERE, "us-east1"), "0.03", "0.004")
    assert book(*area, sku("C4 Instance Core running in Americas", (HERE,), "1")).place(HERE) == ""
    few = sku("C4 Instance Core running in Des Moines", (HERE,), "0.03")
    assert book(few, *N2).place(HERE) == "Iowa" and book(few, N2[0]).place(HERE) == "Des Moines", "by name"


def test_one_value_of_a_sku_of_another_shape_is_a_bad_reply_or_no_price() -> None:
    left_out = LeftOut()
    for _, rows in wrong_shapes([*N2]):
        reader = Reader(rows, vendor="gce", answer="services.skus.list", null_is_missing=True)
        prices = PriceBook()
        try:
            prices.add(reader.items(), left_out)
            assert (usd(prices) or 1) > 0, "another number is a price, a negative one is not"
        except BadReply as error:
            assert error.what.startswith("gce: the answer to services.skus.list ")
    (notice,) = left_out.notices()
    assert "SKUs; one of them: gce: " in notice
    assert int(notice.split(": ")[1].split()[0]) > 100


# --- images ---


def test_images_of_strangers_and_of_other_kinds() -> None:
    link = "https://www.googleapis.com/compute/v1/projects/{}/global/images/debian-12-v1"
    good = [link.format("debian-cloud"), "debian-12", "X86_64", "READY"]
    assert len(gce_images.streams([good], LeftOut())) == 1
    bad = [
        [link.format("stranger-cloud"), "debian-12", "X86_64", "READY"],
        [link.format("debian-cloud"), "debian-12-sap", "X86_64", "READY"],
        [link.format("debian-cloud"), "", "X86_64", "READY"],
        [link.format("debian-cloud"), "debian-12", "RISCV", "READY"],
        [link.format("debian-cloud"), "debian-12", "X86_64", "PENDING"],
    ]
    assert gce_images.streams(bad, LeftOut()) == []


@pytest.mark.parametrize("nothing", ["", "ARCHITECTURE_UNSPECIFIED"])
@pytest.mark.parametrize(
    ("family", "architecture"), [("almalinux-10", "x86_64"), ("almalinux-10-arm64", "arm64")]
)
def test_an_image_without_an_architecture(family: str, nothing: str, architecture: str) -> None:
    left_out = LeftOut()
    rows = [["x/projects/almalinux-cloud/global/images/any-v1", family, nothing, "READY"]]
    assert [i.architecture for i in gce_images.streams(rows, left_out)] == [architecture]
    told = f"1 images without an architecture, taken for {architecture}; one of them: {family}"
    assert left_out.notices() == (told,)


def test_titles() -> None:
    rows = [
        [f"x/projects/{i.project}/global/images/{i.name}", i.family, i.architecture, i.status]
        for i in small().images if not i.deprecated
    ]  # fmt: skip
    assert sorted({s.title for s in gce_images.streams(rows, LeftOut())}) == [
        "AlmaLinux 10", "CentOS Stream 10", "Debian 12", "Debian 13", "Fedora 43", "Fedora CoreOS stable",
        "Oracle Linux 9", "RHEL 10", "Rocky Linux 9", "Rocky Linux 9 optimized for Google Cloud",
        "SUSE Linux Enterprise 15 SP6", "SUSE Linux Enterprise 16.0", "Ubuntu 22.04 LTS", "Ubuntu 24.04 LTS",
        "Ubuntu 25.10", "openSUSE Leap",
    ]  # fmt: skip


# --- what is listed twice, or is too long ---


def test_a_region_or_zone_that_is_listed_again_does_not_end_the_run() -> None:
    left_out = LeftOut()
    rows = [[HERE, "UP", ""], [HERE, "UP", ""], ["me-west1", "UP", ""], ["me-west1", "DOWN", ""]]
    assert [(r.name, r.available) for r in gce_parse.regions(rows, left_out)] == [
        (HERE, True),
        ("me-west1", True),
    ]
    zone = [f"{HERE}-a", f"x/regions/{HERE}", "UP", ""]
    assert gce_parse.zones([zone, zone, [*zone[:2], "DOWN", ""]], left_out)[1] == ()
    again = "listed again with other figures, of which the first were used: 1"
    assert left_out.notices() == (
        f"{again} regions; one of them: me-west1",
        f"{again} zones; one of them: {HERE}-a",
    )


@pytest.mark.parametrize(
    "cells", [{"guestCpus": "8"}, {"memoryMb": "1"}, {"accelerator": "nvidia-l4", "count": "1"}]
)
def test_a_type_that_two_zones_describe_differently_is_noted(cells: dict[str, str]) -> None:
    left_out = LeftOut()
    zones = ("us-central1-a", "us-central1-b", "europe-west1-b")
    first, again, last = (row("n2-standard-4", zone) for zone in zones)
    other = [row("n2-standard-4", zones[1], **cells), row("n2-standard-8"), row("n2-standard-8")]
    assert gce_parse.types([first, again, last], HOME_OF, {}, left_out).itypes and not left_out.notices()
    made = gce_parse.types([first, *other, last], HOME_OF, {}, left_out).itypes["n2-standard-4"]
    assert (made.vcpus, made.memory_mib, made.gpus, made.zones) == (4, 16384, (), tuple(sorted(zones)))
    told = "listed again with other figures, of which the first were used: 1 machine types; one of them: "
    assert left_out.notices() == (f"{told}n2-standard-4",)


def test_a_cell_is_cut_before_anything_reads_it(mocker: MockerFixture) -> None:
    mocker.patch.object(gce_calls, "_run_text", return_value=f"{'x' * 1_000_000},{HERE}\n")
    rows = gce_calls.run_gcloud(("compute", "regions", "list"), ("name", "status"), CallLog("gce"))
    assert rows == [["x" * limits.TEXT, HERE]]
