# SPDX-License-Identifier: MIT
"""What the report page is given: all figures of the catalogs, unknown as null, texts that no browser runs."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Gpu, Price
from cloudlib.publish import tier
from cloudlib.report import page
from cloudlib.report.data import FIELDS, Section, payload
from cloudlib.search import machine
from tests.support.catalogs import FAMILIES, FAR, HOME, ITYPES, catalog
from tests.support.tree import Tree

HOSTILE = ("</script><script>window.ran = 1</script>", "<img src=x onerror=window.ran=1>", "{{7*7}} & 'b'")


def section(made: Catalog) -> Section:
    machines = machine.of_catalog(made)
    return Section("Demo", FAMILIES, "static", machines[0].market, machines)


def rows(made: Catalog) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The provider's data, and {machine: its row by field}."""
    (provider,) = json.loads(json.dumps(payload([section(made)])))["providers"]
    listed = [dict(zip(FIELDS, row, strict=True)) for row in provider["machines"]]
    return provider, {row["name"]: row for row in listed}


def changed(name: str, **fields: Any) -> Catalog:
    """The demo catalog with another machine of this name."""
    return catalog(replace(t, **fields) if t.name == name else t for t in ITYPES)


def test_each_price_is_once_with_its_regions_cheapest_first() -> None:
    cheap, dear = Price(Decimal("0.09"), "a list"), Price(Decimal("0.1008"), "another")
    provider, machines = rows(changed("m7.large", prices={HOME: dear, FAR: cheap}))
    regions = [region[0] for region in provider["regions"]]
    assert machines["m7.large"]["prices"] == [
        [0.09, provider["sources"].index("a list"), [regions.index(FAR)]],
        [0.1008, provider["sources"].index("another"), [regions.index(HOME)]],
    ]
    assert [regions[number] for number in machines["m7.large"]["regions"]] == [HOME, FAR]


def test_what_is_not_known_is_null_and_a_slice_is_a_part() -> None:
    unsized = Gpu("NVIDIA T4", 1)
    _, machines = rows(changed("m7.large", gpus=(unsized,), prices={}))
    assert machines["m7.large"]["gpu_memory"] is None and machines["m7.large"]["prices"] == []
    assert machines["m7.xlarge"]["gpu_memory"] == 0
    part = Gpu("NVIDIA L4", 1, 24576, "1/8")
    assert rows(changed("m7.large", gpus=(part,)))[1]["m7.large"]["gpus"] == 0.12


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_a_vendor_stays_a_text(text: str) -> None:
    made = page.render([section(changed("m7.large", network=text))])
    (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', made, re.DOTALL)
    assert not set("<>&") & set(block)
    network = FIELDS.index("network")
    (provider,) = json.loads(block)["providers"]
    assert text in [row[network] for row in provider["machines"]]
    assert made.count("<script") == 4, "the data, two libraries and ours"


def test_the_policy_names_every_script_and_style() -> None:
    text = page.render([section(catalog())])
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.count("sha256-") == 5 and "unsafe" not in policy and "default-src &#39;none&#39;" in policy
    written = (page.HERE / "report.html.j2").read_text(encoding="utf-8")
    assert not re.search(r"\s(on\w+|style)=", written), "the policy would stop it"


def test_the_libraries_are_those_of_the_list() -> None:
    listed = {
        name: digest
        for library in json.loads(page.VERSIONS.read_text(encoding="utf-8")).values()
        for name, digest in library["sha256"].items()
    }
    there = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in page.VENDOR.iterdir()
        if p != page.VERSIONS
    }
    assert there == listed


@pytest.mark.slow
def test_make_cloud_report(tree: Tree) -> None:
    """Every machine that a menu of the tree offers, in one file of less than 3 MB, which mrproper removes."""
    said = tree.make("cloud-report").stdout
    made = tree.root / "cloud-report.html"
    text = made.read_text(encoding="utf-8")
    count = 0
    for name in cloud_providers.PROVIDER_NAMES:
        catalog = catalogfile.load_file(tier.folder(tree.root, name) / f"{catalogfile.NAME}.{tier.STATIC}")
        count += sum(itype.offered for itype in catalog.instance_types)
    assert f"({count:,} machines" in said and len(text.encode()) < 3e6
    tree.make("mrproper")
    assert not made.exists()
