# SPDX-License-Identifier: MIT
"""The menus a person meets, asked of Kconfiglib: what is offered, when, in which order, with which result."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import kconfiglib
import pytest

from cloudlib.catalog.records import Catalog, Gpu, LocalDisks, Region, Zone
from cloudlib.errors import CatalogError, SymbolCollision
from cloudlib.menus import render as menus
from cloudlib.menus import rows
from tests.support.catalogs import (
    CLOSED,
    FAMILIES,
    FAR,
    FLAT,
    HOME,
    ITYPES,
    L40S,
    REGIONS,
    ZONES,
    catalog,
    image,
    itype,
)
from tests.support.kconf import choice_lines, choose, parse_menus, value, visible

D = "TERRAFORM_DEMO"
CATEGORY, FAMILY = "Instance type category", "Instance type family"
DISK = LocalDisks(2, 3750, nvme=True)
ARM, NORTH, SOUTH = "TARGET_ARCH_ARM64", f"{D}_REGION_NORTH_1", f"{D}_REGION_SOUTH_1"


@pytest.fixture
def kconf(tmp_path: Path) -> kconfiglib.Kconfig:
    return parse_menus(tmp_path, catalog(), FAMILIES)


def test_a_category_has_its_families(kconf: kconfiglib.Kconfig) -> None:
    choose(kconf, SOUTH, f"{D}_PREVIOUS_GENERATION")
    heading = "--- Lowest price in north-1; vCPU; memory"
    assert choice_lines(kconf, CATEGORY) == [
        "General purpose    about 4 GiB of memory a vCPU",
        "Storage optimized  large local disks",
        "GPU                graphics and machine learning",
    ]
    assert choice_lines(kconf, FAMILY) == [
        heading,
        "m7  $0.1008/h  2-40 vCPU  8-160 GiB",
        "m5  $0.0960/h     2 vCPU      8 GiB",
    ]
    choose(kconf, f"{D}_CATEGORY_STORAGE_OPTIMIZED")
    assert choice_lines(kconf, FAMILY) == [heading, "i7  96 vCPU  768 GiB  disks"]
    assert value(kconf, f"{D}_TYPE") == "i7.metal"
    choose(kconf, f"{D}_CATEGORY_GPU")
    assert choice_lines(kconf, FAMILY) == [heading, "g6  4 vCPU  32 GiB  L40S"]


def test_a_category_with_nothing_to_choose_is_not_offered(kconf: kconfiglib.Kconfig) -> None:
    assert visible(kconf, f"{D}_CATEGORY_") == ["GENERAL_PURPOSE", "STORAGE_OPTIMIZED"]
    choose(kconf, ARM)
    assert visible(kconf, f"{D}_CATEGORY_") == ["GENERAL_PURPOSE"]
    assert choice_lines(kconf, FAMILY)[1:] == ["a7  $0.0800/h     2 vCPU      8 GiB"]


def test_previous_generations_are_named_where_they_are_missed(kconf: kconfiglib.Kconfig) -> None:
    assert choice_lines(kconf, FAMILY)[-1] == "--- Previous generation, not shown: m5"
    option = kconf.syms[f"{D}_PREVIOUS_GENERATION"].nodes[0]
    assert option.prompt[0] == "Offer 1 previous-generation family too" and option.help.endswith("m5.")
    choose(kconf, ARM)
    assert not any("Previous" in line for line in choice_lines(kconf, FAMILY)), "none for arm64"


@pytest.mark.parametrize("width", [74])
def test_rows_fit_and_say_what_matters_first(width: int) -> None:
    """What does not fit goes from the end; the name, the price, vCPU and memory always stay."""
    big = Gpu("NVIDIA " + "Very Long Model " * 4 + "X1", 8, 81920)
    made = itype(
        "Standard_ND128isr_NDR_GB300_flex_v6", 128, 900, "108.16", gpus=(big,), local_disks=(DISK, DISK)
    )
    for lines in (rows.type_rows([made], HOME), rows.family_rows({"NDisrGB300flexv6": [made]}, HOME)):
        assert len(lines[0]) <= width and "$108.16/h  128 vCPU  900 GiB" in lines[0]


def test_a_row_is_read_back() -> None:
    """What compares machines, and what the title of the menu says, has them from the rows."""
    made = [
        itype("g6.xlarge", 4, 32, "1.861", gpus=(L40S,), local_disks=(DISK,)),
        itype("m7.large", 2, 7.5, "0.1"),
        itype("i7.metal", 96, 768, local_disks=(DISK,)),
    ]
    lines = rows.type_rows(made, HOME)
    assert lines == [
        "g6.xlarge  $1.861/h   4 vCPU   32 GiB  1x L40S 45G  2x 3750 GB NVMe",
        "m7.large   $0.100/h   2 vCPU  7.5 GiB",
        "i7.metal             96 vCPU  768 GiB               2x 3750 GB NVMe",
    ]
    assert [rows.figures(line) for line in lines] == [
        rows.Figures("g6.xlarge", 1.861, 4, 32.0, "1x L40S 45G"),
        rows.Figures("m7.large", 0.1, 2, 7.5, ""),
        rows.Figures("i7.metal", None, 96, 768.0, ""),
    ]
    assert rows.figures("m7  $0.1008/h  2-40 vCPU  8-160 GiB") is None, "that is a family"


def test_sizes_run_in_natural_order(kconf: kconfiglib.Kconfig) -> None:
    assert visible(kconf, f"{D}_TYPE_M7_") == ["LARGE", "XLARGE", "2XLARGE", "10XLARGE"]


def test_a_previous_generation_is_offered_on_demand(kconf: kconfiglib.Kconfig) -> None:
    assert visible(kconf, f"{D}_FAMILY_") == ["M7"]
    choose(kconf, f"{D}_PREVIOUS_GENERATION", f"{D}_FAMILY_M5")
    assert value(kconf, f"{D}_TYPE") == "m5.large"


def test_a_family_is_offered_where_it_is(kconf: kconfiglib.Kconfig) -> None:
    assert "G6" not in visible(kconf, f"{D}_FAMILY_")
    choose(kconf, SOUTH, f"{D}_CATEGORY_GPU", f"{D}_FAMILY_G6")
    assert value(kconf, f"{D}_TYPE") == "g6.xlarge"


def test_a_size_is_gated_only_where_it_differs_from_its_family(kconf: kconfiglib.Kconfig) -> None:
    text = menus.render(catalog(), FAMILIES, "x", "static")["instance-types/Kconfig.m7"]
    assert text.count("depends on") == 2 and text.count(f"depends on !{SOUTH}") == 1
    choose(kconf, SOUTH)
    assert visible(kconf, f"{D}_TYPE_M7_") == ["LARGE", "XLARGE", "2XLARGE"]


@pytest.mark.parametrize(
    ("regions", "lines"),
    [
        (range(1, 6), []),
        (range(1, 5), ["\tdepends on !TERRAFORM_DEMO_REGION_R5"]),
        ((1, 2), ["\tdepends on TERRAFORM_DEMO_REGION_R1 || TERRAFORM_DEMO_REGION_R2"]),
    ],
    ids=["everywhere", "not in", "in"],
)
def test_both_forms_of_region_conditions(regions: range, lines: list[str], tmp_path: Path) -> None:
    names = [f"r{n}" for n in range(1, 6)]
    here = tuple(f"r{n}" for n in regions)
    made = catalog(
        [itype("m7.large", regions=names, zones=()), itype("m8.large", regions=here, zones=())],
        regions=[Region(n) for n in names],
        zones=(),
        default_region="r1",
    )
    text = menus.render(made, FAMILIES, "x", "static")["Kconfig.compute"]
    block = text.partition("config TERRAFORM_DEMO_FAMILY_M8\n")[2].partition("\nconfig")[0]
    assert [line for line in block.splitlines() if "REGION" in line] == lines
    kconf = parse_menus(tmp_path, made, FAMILIES)
    for name in names:
        choose(kconf, f"{D}_REGION_{name.upper()}")
        assert ("M8" in visible(kconf, f"{D}_FAMILY_")) == (name in here)


def test_a_gpu_family_nobody_has_heard_of(tmp_path: Path) -> None:
    new = [itype("zz9.large", gpus=(Gpu("ACME Frobnicator", 1),), category="GPU"), itype("m7.large")]
    kconf = parse_menus(tmp_path, catalog(new), FAMILIES)
    assert value(kconf, f"{D}_IS_GPU_INSTANCE") == "n"
    choose(kconf, f"{D}_CATEGORY_GPU", f"{D}_FAMILY_ZZ9")
    assert value(kconf, f"{D}_IS_GPU_INSTANCE") == "y" and value(kconf, f"{D}_HAS_NVIDIA_GPU") == "n"


def test_a_family_with_a_gpu_in_some_sizes(tmp_path: Path) -> None:
    made = catalog([itype("g7.large", 2), itype("g7.xlarge", 4, gpus=(L40S,))])
    kconf = parse_menus(tmp_path, made, FAMILIES)
    choose(kconf, f"{D}_FAMILY_G7")
    for size, is_gpu in (("LARGE", "n"), ("XLARGE", "y")):
        choose(kconf, f"{D}_TYPE_G7_{size}")
        assert value(kconf, f"{D}_IS_GPU_INSTANCE") == value(kconf, f"{D}_HAS_NVIDIA_GPU") == is_gpu


def test_types_for_which_nested_virtualization_can_be_switched_on(tmp_path: Path) -> None:
    """Bare metal runs KVM as it is; a family with it is y for its other sizes, size by size."""
    nests = {"m8.large": "y", "m8.metal": "n", "m7.large": "n", "c8.large": "y", "c8.xlarge": "n"}
    made = [itype(n, kvm=n in ("m8.large", "m8.metal", "c8.large"), bare_metal="metal" in n) for n in nests]
    kconf = parse_menus(tmp_path, catalog(made), FAMILIES)
    for name, can in nests.items():
        family, size = name.upper().split(".")
        choose(kconf, f"{D}_FAMILY_{family}", f"{D}_TYPE_{family}_{size}")
        assert value(kconf, f"{D}_CAN_NEST") == can, name


def test_machines_that_are_not_sold_on_demand_are_named_and_not_offered(tmp_path: Path) -> None:
    block = itype("b7.large", usage=("capacity-block",))
    kconf = parse_menus(tmp_path, catalog([*ITYPES, block]), FAMILIES)
    assert not [s.name for s in kconf.unique_defined_syms if "B7" in s.name]
    assert "--- Not on demand (capacity-block): b7.large" in choice_lines(kconf, FAMILY)


def test_a_category_without_machines_on_demand_is_named(tmp_path: Path) -> None:
    hosts = [itype(name, usage=("tpu",), category="Hosts") for name in ("t6.large", "t6.xlarge")]
    kconf = parse_menus(tmp_path, catalog([*ITYPES, *hosts]), FAMILIES)
    comments = [node.prompt[0] for node in kconf.node_iter() if node.item is kconfiglib.COMMENT]
    assert "Hosts (tpu): t6" in comments


def test_a_list_of_machines_that_are_not_sold_on_demand_is_whole(tmp_path: Path) -> None:
    blocks = [itype(f"b{n}.24xlarge", usage=("capacity-block",)) for n in range(10, 25)]
    lines = choice_lines(parse_menus(tmp_path, catalog([*ITYPES, *blocks]), FAMILIES), FAMILY)
    said = " ".join(line for line in lines if line.startswith("---"))
    assert all(block.name in said for block in blocks) and all(len(line) < 80 for line in lines)


def test_machines_that_run_only_macos_are_left_out() -> None:
    texts = menus.render(catalog(), FAMILIES, "x", "static")
    assert not [name for name, text in texts.items() if "mac2" in text and name != "catalog.json"]
    with pytest.raises(CatalogError, match="can boot Linux"):
        menus.render(catalog([k for k in ITYPES if k.family == "mac2"]), FAMILIES, "x", "static")


def test_a_region_without_types_is_a_comment(tmp_path: Path) -> None:
    regions = (*REGIONS, Region("east-1", "The East"))
    kconf = parse_menus(tmp_path, catalog(regions=regions), FAMILIES)
    assert choice_lines(kconf, "Region") == [
        "north-1  The North",
        "south-1  The South, opt-in",
        "--- 2 more are not offered: see the help of this list",
    ]
    choice = next(c for c in kconf.unique_choices if c.nodes[0].prompt[0] == "Region")
    assert choice.nodes[0].help.splitlines()[-2:] == [
        "Not offered: east-1 (no instance types known).",
        "Not offered: west-1 (this account has not opted in).",
    ]
    assert not any(CLOSED.upper().replace("-", "_") in s.name for s in kconf.unique_defined_syms)


def test_a_region_is_offered_to_the_architectures_it_has(tmp_path: Path) -> None:
    made = catalog([itype("m7.large"), itype("a7.large", architectures=("arm64",), regions=(HOME,))])
    kconf = parse_menus(tmp_path, made, FAMILIES)
    assert visible(kconf, f"{D}_REGION_") == ["NORTH_1", "SOUTH_1"]
    choose(kconf, ARM)
    assert visible(kconf, f"{D}_REGION_") == ["NORTH_1"] and value(kconf, f"{D}_TYPE") == "a7.large"


def test_region_and_zone_results(kconf: kconfiglib.Kconfig) -> None:
    assert (value(kconf, f"{D}_REGION"), value(kconf, f"{D}_ZONE")) == (HOME, "north-1a")
    choose(kconf, f"{D}_ZONE_NORTH_1B")
    assert value(kconf, f"{D}_ZONE") == "north-1b"
    choose(kconf, SOUTH)
    assert (value(kconf, f"{D}_REGION"), value(kconf, f"{D}_ZONE")) == (FAR, "south-1a")


def test_a_zone_that_need_not_be_chosen(tmp_path: Path) -> None:
    """Its result exists only when one is chosen, and is what the vendor calls it within the region."""
    zones = [replace(z, short=z.name[-1]) for z in catalog().zones]
    kconf = parse_menus(tmp_path, catalog(zones=zones), replace(FAMILIES, zone_optional=True))
    result = kconf.syms[f"{D}_ZONE"]
    assert value(kconf, f"{D}_ZONE_NORTH_1_ANY") == "y"
    assert kconfiglib.expr_value(result.direct_dep) == 0
    choose(kconf, f"{D}_ZONE_NORTH_1B")
    assert kconfiglib.expr_value(result.direct_dep) == 2 and result.str_value == "b"
    choose(kconf, SOUTH)
    assert kconfiglib.expr_value(result.direct_dep) == 0


def test_the_default_image_and_release(kconf: kconfiglib.Kconfig) -> None:
    assert value(kconf, f"{D}_IMAGE_NAME") == "debian-12-x86_64-*"
    choose(kconf, ARM)
    assert value(kconf, f"{D}_IMAGE_NAME") == "debian-12-arm64-*"


def test_a_long_term_release_comes_before_a_newer_one(kconf: kconfiglib.Kconfig) -> None:
    choose(kconf, f"{D}_DISTRO_UBUNTU")
    assert value(kconf, f"{D}_IMAGE_NAME") == "ubuntu-24.04-x86_64-*"
    assert visible(kconf, f"{D}_RELEASE_") == ["UBUNTU_25_10", "UBUNTU_24_04_LTS"]


def test_releases_are_offered_to_the_architectures_they_have(kconf: kconfiglib.Kconfig) -> None:
    assert visible(kconf, f"{D}_RELEASE_DEBIAN_") == ["12", "9"]
    choose(kconf, ARM)
    assert visible(kconf, f"{D}_RELEASE_DEBIAN_") == ["12"]
    assert visible(kconf, f"{D}_DISTRO_") == ["DEBIAN", "CUSTOM"]


def test_a_custom_image(kconf: kconfiglib.Kconfig) -> None:
    choose(kconf, f"{D}_DISTRO_CUSTOM")
    kconf.syms[f"{D}_CUSTOM_NAME"].set_value("my-build-*")
    assert value(kconf, f"{D}_IMAGE_NAME") == "my-build-*"


def test_gpu_images_are_offered_to_nvidia_gpus(kconf: kconfiglib.Kconfig) -> None:
    assert visible(kconf, f"{D}_USE_GPU_IMAGE") == []
    choose(kconf, SOUTH, f"{D}_CATEGORY_GPU", f"{D}_FAMILY_G6", f"{D}_USE_GPU_IMAGE")
    assert value(kconf, f"{D}_GPU_IMAGE_NAME") == "learning-1-x86_64-*"
    choose(kconf, f"{D}_GPU_IMAGE_CUSTOM")
    kconf.syms[f"{D}_GPU_IMAGE_CUSTOM_NAME"].set_value("mine")
    assert value(kconf, f"{D}_GPU_IMAGE_NAME") == "mine"


def test_images_that_need_a_boot_mode(tmp_path: Path) -> None:
    machines = [itype("m7.large", boot_modes=("uefi",)), itype("m6.large", boot_modes=("bios", "uefi"))]
    pictures = [image("debian", "12", "x86_64", boot_modes=("bios",)), image("fedora", "42", "x86_64")]
    pictures.append(image("ubuntu", "24.04", "x86_64", boot_modes=("uefi",)))
    kconf = parse_menus(tmp_path, catalog(machines, images=pictures), FAMILIES)
    choose(kconf, f"{D}_FAMILY_M7")
    assert visible(kconf, f"{D}_DISTRO_") == ["UBUNTU", "CUSTOM"]
    choose(kconf, f"{D}_FAMILY_M6")
    seen = visible(kconf, f"{D}_DISTRO_")
    assert seen == ["DEBIAN", "FEDORA", "UBUNTU", "CUSTOM"], "what does not say boots where anything would"


def test_one_release_in_two_boot_modes_is_one_entry(tmp_path: Path) -> None:
    machines = [itype(f"{n}.large", boot_modes=m) for n, m in (("a1", ("V1",)), ("b1", ("V1", "V2")))]
    machines.append(itype("c1.large", boot_modes=("V2",)))
    pictures = [
        image("debian", "12", "x86_64", boot_modes=(m,), coordinates={"NAME": m}) for m in ("V1", "V2")
    ]
    kconf = parse_menus(tmp_path, catalog(machines, images=pictures), FAMILIES)
    for family, expected in (("A1", "V1"), ("B1", "V2"), ("C1", "V2")):
        choose(kconf, f"{D}_FAMILY_{family}")
        assert visible(kconf, f"{D}_RELEASE_") == ["DEBIAN_12"]
        assert value(kconf, f"{D}_IMAGE_NAME") == expected


def test_releases_out_of_support_come_with_the_previous_generations(tmp_path: Path) -> None:
    pictures = [
        image("debian", "11", "x86_64", supported=False),
        image("debian", "10", "x86_64", "Debian 10 LTS", supported=False),
        image("debian", "9", "x86_64"),
        image("fedora", "34", "x86_64", supported=False),
    ]
    kconf = parse_menus(tmp_path, catalog([itype("m7.large")], images=pictures), FAMILIES)
    assert visible(kconf, f"{D}_DISTRO_") == ["DEBIAN", "CUSTOM"]
    assert visible(kconf, f"{D}_RELEASE_DEBIAN_") == ["9"]
    choose(kconf, f"{D}_PREVIOUS_GENERATION")
    assert visible(kconf, f"{D}_DISTRO_") == ["DEBIAN", "FEDORA", "CUSTOM"]
    assert choice_lines(kconf, "Release") == [
        "Debian 11  out of support",
        "Debian 10 LTS  out of support",
        "Debian 9",
    ]
    assert value(kconf, f"{D}_RELEASE_DEBIAN_9") == "y", "the default is supported"


STATES = replace(FAMILIES, features=("fast-network", "signed"), most_data_volumes=20, exports_boot_modes=True)


def test_facts_of_the_chosen_type_and_image(tmp_path: Path) -> None:
    machines = [
        itype("m5.large", boot_modes=("V1",), features=("signed",), max_data_volumes=64),
        itype("m6.large", boot_modes=("V2",), features=("fast-network",), max_data_volumes=4),
        itype("m7.large", boot_modes=("V2", "V2+NVMe"), features=("fast-network", "signed")),
    ]
    pictures = [
        image("debian", "12", "x86_64", boot_modes=("V1",)),
        image("debian", "13", "x86_64", boot_modes=("V2", "V2+NVMe"), features=("signed",)),
    ]
    kconf = parse_menus(tmp_path, catalog(machines, images=pictures), STATES)

    def told(family: str, *more: str) -> list[str]:
        choose(kconf, f"{D}_FAMILY_{family}", *more)
        names = ("BOOT_MODES", "IMAGE_BOOT_MODES", "MAX_DATA_VOLUMES", "FAST_NETWORK", "SIGNED")
        return [value(kconf, f"{D}_{name}") for name in names]

    assert told("M5") == ["V1", "V1", "20", "n", "n"], "its image is not signed"
    assert told("M6") == ["V2", "V2,V2+NVMe", "4", "y", "n"]
    assert told("M7") == ["V2,V2+NVMe", "V2,V2+NVMe", "20", "y", "y"]
    assert told("M7", f"{D}_DISTRO_CUSTOM") == ["V2,V2+NVMe", "any", "20", "y", "n"]


def test_a_better_title_leaves_the_symbol_as_it_was(tmp_path: Path) -> None:
    pictures = [image("suse", "16.0", "x86_64", "SUSE Linux Enterprise 16.0", symbol="SLES 16 0")]
    kconf = parse_menus(tmp_path, catalog([itype("m7.large")], images=pictures), FAMILIES)
    (node,) = kconf.syms[f"{D}_RELEASE_SLES_16_0"].nodes
    assert node.prompt[0] == "SUSE Linux Enterprise 16.0"


def test_no_image_at_all_is_refused() -> None:
    with pytest.raises(CatalogError, match="no distribution image"):
        menus.render(catalog(images=()), FAMILIES, "x", "static")


def test_a_flat_provider_has_one_choice(tmp_path: Path) -> None:
    kconf = parse_menus(tmp_path, catalog(names=FLAT), FLAT)
    assert value(kconf, "TERRAFORM_FLAT_TYPE") == "m7.large"
    choose(kconf, "TERRAFORM_FLAT_REGION_SOUTH_1", "TERRAFORM_FLAT_TYPE_G6_XLARGE")
    assert value(kconf, "TERRAFORM_FLAT_TYPE") == "g6.xlarge"
    assert value(kconf, "TERRAFORM_FLAT_IS_GPU_INSTANCE") == "y"


@pytest.mark.parametrize("names", [("m7.x-large", "m7.x_large"), ("m-7.large", "m_7.large")])
def test_names_that_would_share_a_symbol_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises((SymbolCollision, CatalogError)):
        menus.render(catalog([itype(n) for n in names]), FAMILIES, "x", "static")


def test_every_result_has_a_value_for_every_architecture_and_region(tmp_path: Path) -> None:
    kconf = parse_menus(tmp_path, catalog(), FAMILIES)
    for target in ("TARGET_ARCH_X86_64", ARM):
        for region in (NORTH, SOUTH):
            choose(kconf, target, region)
            assert all(value(kconf, name) for name in FAMILIES.result_symbols)


# --- zones that are the same for everybody ---

GATED = replace(FAMILIES, zones_gate=True)
A, B, ZONE = f"{D}_ZONE_NORTH_1A", f"{D}_ZONE_NORTH_1B", f"{D}_ZONE"


@pytest.fixture
def gated(tmp_path: Path) -> kconfiglib.Kconfig:
    """m7.xlarge and all of i7 are in north-1b alone; h6 is in no zone; of g6 no zone is known."""
    itypes = (
        itype("m7.large"),
        itype("m7.xlarge", 4, 16, zones=("north-1b", "south-1a")),
        itype("i7.large", zones=("north-1b",), regions=(HOME,)),
        itype("g6.large", zones=(), zones_unknown=(HOME,), regions=(HOME,)),
        itype("h6.large", zones=(), regions=(HOME,)),
    )
    return parse_menus(tmp_path, catalog(itypes), GATED)


def test_the_zone_follows_the_machine(gated: kconfiglib.Kconfig) -> None:
    assert value(gated, ZONE) == "north-1a" and visible(gated, f"{D}_ZONE_") == ["NORTH_1A", "NORTH_1B"]
    choose(gated, f"{D}_TYPE_M7_XLARGE")
    assert value(gated, ZONE) == "north-1b" and visible(gated, f"{D}_ZONE_") == ["NORTH_1B"]
    choose(gated, f"{D}_FAMILY_I7")
    assert value(gated, ZONE) == "north-1b"
    choose(gated, f"{D}_FAMILY_H6")
    assert visible(gated, f"{D}_ZONE_") == []
    choose(gated, f"{D}_FAMILY_G6")
    assert visible(gated, f"{D}_ZONE_") == ["NORTH_1A", "NORTH_1B"], "not known is not nowhere"


def test_a_zone_that_lacks_the_machine_cannot_be_had(gated: kconfiglib.Kconfig) -> None:
    choose(gated, f"{D}_FAMILY_I7")
    gated.syms[A].set_value("y")
    assert value(gated, A) == "n" and value(gated, ZONE) == "north-1b"


def test_a_zone_that_has_nothing_is_not_in_the_menus(tmp_path: Path) -> None:
    made = catalog([itype("m7.large")], zones=(*ZONES, Zone("north-1x", HOME)))
    assert f"{D}_ZONE_NORTH_1X" not in parse_menus(tmp_path, made, GATED).syms


def test_a_family_that_a_zone_lacks_whole_is_one_term(tmp_path: Path, gated: kconfiglib.Kconfig) -> None:
    text = (tmp_path / "terraform/demo/kconfigs/Kconfig.location.generated").read_text()
    assert f"depends on !{D}_FAMILY_H6 && !{D}_FAMILY_I7 && !{D}_TYPE_M7_XLARGE\n" in text


def test_a_plain_release_comes_before_its_special_builds(tmp_path: Path) -> None:
    pictures = [
        image("debian", r, "x86_64", f"Debian {t}") for r, t in (("13", "13"), ("13-b", "13 with backports"))
    ]
    kconf = parse_menus(tmp_path, catalog(images=pictures), FAMILIES)
    assert visible(kconf, f"{D}_RELEASE_") == ["DEBIAN_13_WITH_BACKPORTS", "DEBIAN_13"]
    assert value(kconf, f"{D}_RELEASE_DEBIAN_13") == "y"


def calls(run: Callable[[], object]) -> int:
    """How many calls of functions it takes: the same on every machine, unlike seconds."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("families", [1, 8, 80])
def test_ten_times_the_types_are_ten_times_the_work(families: int) -> None:
    def with_types(count: int) -> Catalog:
        many = families * count // 600 or 1
        return catalog([itype(f"m{n % many}.{n}large", 2 + n // many, usd="1") for n in range(count)])

    small, large = with_types(60), with_types(600)
    few = calls(lambda: menus.render(small, FAMILIES, "terraform/demo/kconfigs", "static"))
    many = calls(lambda: menus.render(large, FAMILIES, "terraform/demo/kconfigs", "static"))
    assert few > 1000 and many < 12 * few


def test_more_families_than_a_chain_can_have(tmp_path: Path) -> None:
    """Every family with a GPU is a term of one condition, as is each that can switch on nested guests."""
    count = 1200
    types = [itype(f"g{n}.large", gpus=(L40S,), kvm=True) for n in range(count)]
    kconf = parse_menus(tmp_path, catalog([itype("m5.large"), *types]), FAMILIES)
    symbols = [f"{D}_IS_GPU_INSTANCE", f"{D}_CAN_NEST"]
    choose(kconf, f"{D}_FAMILY_M5")
    assert [value(kconf, name) for name in symbols] == ["n", "n"]
    choose(kconf, f"{D}_FAMILY_G{count - 1}")
    assert [value(kconf, name) for name in symbols] == ["y", "y"]
