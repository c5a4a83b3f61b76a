# SPDX-License-Identifier: MIT
"""From gcloud to published menus and back to a configuration, in a copy of the tree."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import kconfiglib
import pytest

from cloudlib.catalog import file as catalogfile
from tests.servers import gce_faults as faults
from tests.servers.gce_data import GceData
from tests.servers.gce_server import TOKEN, GceServer
from tests.servers.gce_small import small
from tests.servers.http_base import Fault
from tests.support.costly import mostly_slow
from tests.support.gce import Gce, make_gce
from tests.support.kconf import choose, parse_tree, value, visible
from tests.support.tree import ROOT, Tree

KCONFIGS = "terraform/gce/kconfigs"
G = "TERRAFORM_GCE"


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real_gce)])
def gce(request: pytest.FixtureRequest, tree: Tree) -> Iterator[Gce]:
    """A tree with the committed static menus, in front of a small Google Cloud."""
    with GceServer(small()) as server:
        yield make_gce(tree, server, real=request.param == "real")
        assert server.errors == []


@pytest.mark.slow
def test_menus_of_an_administrator(gce: Gce) -> None:
    _, said = gce.config()
    assert "published" in said and re.search(r"\b4 +13 +21 +19 +30\b", said), said
    assert (gce.tree.root / ".gce_cloud_config_generated").exists()
    files = [p for p in gce.tree.root.rglob("*") if p.is_file()]
    assert not any(TOKEN in p.read_text(errors="replace") for p in files)
    first = {n: t for n, t in gce.tree.menu_state().items() if "catalog.json" not in n}
    gce.config()
    assert {n: t for n, t in gce.tree.menu_state().items() if "catalog.json" not in n} == first
    gce.tree.write(
        ".config", f"CONFIG_{G}=y\nCONFIG_{G}_MACHINE_FAMILY_A2_HIGHGPU=y\nCONFIG_{G}_ZONE_US_CENTRAL1_C=y\n"
    )
    gce.tree.make("olddefconfig", "all")
    made = gce.tree.read("extra_vars.yaml").splitlines()
    assert {
        "terraform_provider: gce", "terraform_gce_region: us-central1", "terraform_gce_zone: us-central1-c",
        "terraform_gce_machine_type: a2-highgpu-1g", "terraform_gce_image_project: debian-cloud",
        "terraform_gce_image_family: debian-13", "terraform_gce_is_gpu_instance: true",
    } <= set(made)  # fmt: skip


@pytest.mark.slow
def test_a_zone_that_cannot_start_the_machine_is_refused(gce: Gce) -> None:
    gce.config()
    text = f"CONFIG_{G}=y\nCONFIG_{G}_MACHINE_FAMILY_A2_HIGHGPU=y\nCONFIG_{G}_ZONE_US_CENTRAL1_B=y\n"
    gce.tree.write("defconfigs/gce-odd", text)
    done = gce.tree.make("defconfig-gce-odd", check=False)
    assert done.returncode != 0 and f"{G}_ZONE_US_CENTRAL1_B=y: it needs" in done.stderr
    assert f"!{G}_MACHINE_FAMILY_A2_HIGHGPU" in done.stderr
    assert all(f"{G}_ZONE_US_CENTRAL1_{z}" in done.stderr.partition("nearest: ")[2] for z in "AC")
    assert f"{G}_ZONE_US_CENTRAL1_F" not in done.stderr
    assert not (gce.tree.root / ".config").exists()


UNTOUCHED: list[tuple[str, Callable[[], Fault], int, str]] = [
    ("expired", faults.expired, 3, "gcloud auth login"),
    ("not enabled", lambda: faults.not_enabled("zones"), 3, "nothing was enabled"),
    ("denied", lambda: faults.denied("machineTypes"), 1, "names the role"),
    ("no JSON", lambda: faults.web_page("images"), 1, "gcloud crashed"),
]


@pytest.mark.parametrize(
    ("fault", "code", "words"), mostly_slow([u[1:] for u in UNTOUCHED]), ids=[u[0] for u in UNTOUCHED]
)
def test_a_fault_leaves_every_file(gce: Gce, fault: Callable[[], Fault], code: int, words: str) -> None:
    before = gce.tree.menu_state()
    gce.server.inject(fault())
    got, said = gce.config(check=False)
    assert got == code and words in said and "next:" in said and "unchanged:" in said
    assert "published" not in said and gce.tree.menu_state() == before and gce.calls()


def test_no_gcloud(gce: Gce) -> None:
    commands = gce.tree.home.parent / "bin"
    (commands / "gcloud").unlink()
    code, said = gce.config(check=False, PATH=str(commands))
    assert code == 3 and "not on PATH" in said and "skipped" in said


def test_without_billing_the_known_prices_stay(gce: Gce) -> None:
    gce.server.inject(faults.not_enabled("skus", "cloudbilling.googleapis.com"))
    _, said = gce.config()
    regions = "asia-east1, europe-west1, europe-west12 and 1 more region"
    assert f"gce: not reached: prices of {regions} (Cloudbilling API has not been used" in said
    assert "last known data are kept" in said
    code, said = gce.config("--update", check=False)
    assert code == 1 and "are gone" in said and "make cloud-update-gce FORCE=1" in said


@pytest.mark.slow
def test_two_names_of_one_symbol(gce: Gce) -> None:
    before = gce.tree.menu_state()
    kind = small().type("n2-standard-4")
    gce.server.use(small().with_types(replace(kind, name="n2-standard_4")))
    code, said = gce.config(check=False)
    assert code == 1 and "would both become the Kconfig symbol" in said and gce.tree.menu_state() == before


def test_ctrl_c_leaves_everything_and_no_process(gce: Gce) -> None:
    before = gce.tree.menu_state()
    gce.server.inject(faults.hangs("zones"))
    argv = ("scripts/generate_cloud_configs.py", "--provider", "gce")
    run = gce.tree.start(sys.executable, *argv, **gce.env)
    deadline = time.monotonic() + 300
    while gce.server.count("zones") == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert any("zones list" in line for line in gce.running())
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=300)
    assert run.returncode == 130 and "interrupted" in said and gce.tree.menu_state() == before
    assert gce.running() == []


@pytest.mark.slow
def test_the_cli_answers_with_data_on_stdout(gce: Gce) -> None:
    def ask(*words: str, check: bool = True) -> tuple[int, str, str]:
        done = gce.tree.python("scripts/gce-cli", "--output", "json", *words, check=check, **gce.env)
        return done.returncode, done.stdout, done.stderr

    rows = json.loads(ask("cheapest", "--min-vcpus", "4", "--arch", "x86_64")[1])
    prices = [row["usd_per_hour"] for row in rows]
    assert rows[0]["name"] == "e2-standard-4" and prices == sorted(prices)
    regions = json.loads(ask("regions", "list", "--include-zones")[1])
    turin = next(r for r in regions if r["name"] == "europe-west12")
    assert [z["name"] for z in turin["zones"]] == ["europe-west12-a", "europe-west12-b", "europe-west12-c"]
    assert turin["long_name"] == "Turin", "known from the committed catalog"
    code, out, told = ask("instance-types", "list", "--region", "mars", check=False)
    assert code == 2 and out == "" and "one of: asia-east1" in told


# --- the committed menus ---


@pytest.fixture(scope="module")
def committed() -> tuple[kconfiglib.Kconfig, catalogfile.Catalog]:
    catalog = catalogfile.load_file(ROOT / KCONFIGS / "catalog.json.static")
    kconf = parse_tree(ROOT)
    choose(kconf, G)
    return kconf, catalog


@pytest.mark.parametrize("region", mostly_slow(["us-central1", "europe-west12", "asia-southeast1"]))
def test_whatever_is_chosen_the_zone_has_it(
    committed: tuple[kconfiglib.Kconfig, catalogfile.Catalog], region: str
) -> None:
    kconf, catalog = committed
    kinds = {k.name: k for k in catalog.instance_types}
    choose(kconf, "TARGET_ARCH_X86_64")
    choose(kconf, f"{G}_REGION_{region.upper().replace('-', '_')}", f"{G}_PREVIOUS_GENERATION")
    seen = set()
    for architecture in ("TARGET_ARCH_X86_64", "TARGET_ARCH_ARM64"):
        choose(kconf, architecture)
        if value(kconf, f"{G}_REGION") != region:
            continue  # it has no machine of this architecture
        families = [
            (category, family)
            for category in visible(kconf, f"{G}_CATEGORY_")
            for family in _families_of(kconf, category)
        ]
        for category, family in families:
            choose(kconf, f"{G}_CATEGORY_{category}", f"{G}_MACHINE_FAMILY_{family}")
            sizes = [s for s in kconf.syms[f"{G}_MACHINE_FAMILY_{family}"].choice.syms if s.visibility]
            assert sizes
            for size in visible(kconf, f"{G}_MACHINE_{family}_"):
                choose(kconf, f"{G}_MACHINE_{family}_{size}")
                machine, zone = value(kconf, f"{G}_MACHINE_TYPE"), value(kconf, f"{G}_ZONE")
                assert zone in kinds[machine].zones and zone.startswith(region), (machine, zone)
                offered = [z.lower().replace("_", "-") for z in visible(kconf, f"{G}_ZONE_")]
                here = {z for z in kinds[machine].zones if z.startswith(f"{region}-")}
                assert set(offered) == here, machine
                seen.add(machine)
    there = {k.name for k in catalog.types_in(region)}
    assert len(seen) > 0.95 * len(there), "all but the shared-core ones were tried"


def _families_of(kconf: kconfiglib.Kconfig, category: str) -> list[str]:
    choose(kconf, f"{G}_CATEGORY_{category}")
    return visible(kconf, f"{G}_MACHINE_FAMILY_")


def test_the_committed_catalog(committed: tuple[kconfiglib.Kconfig, catalogfile.Catalog]) -> None:
    _, catalog = committed
    assert len(catalog.instance_types) > 500 and len(catalog.zones) > 120
    assert catalog.provenance.source.startswith("recording: ")
    assert sum("us-central1" in t.prices for t in catalog.instance_types) > 450
    assert {r for t in catalog.instance_types for r in t.prices} == {r.name for r in catalog.regions}
    assert all(k.zones and k.regions for k in catalog.instance_types)


def test_the_data_are_what_the_tests_say() -> None:
    assert isinstance(small(), GceData) and "us-central1-f" not in small().type("n4-standard-4").zones
