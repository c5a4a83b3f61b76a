# SPDX-License-Identifier: MIT
"""`make cloud-diff`: what a promotion would change, and what it would do to the shipped defconfigs."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from cloudlib.catalog.diff import difference
from cloudlib.catalog.records import Catalog, Price
from cloudlib.publish import tier
from cloudlib.show import diff as difftext
from cloudlib.show import diff_formats
from cloudlib.show.diff_formats import Difference
from tests.support.catalogs import FAR, HOME, REGIONS, catalog, itype
from tests.support.generated import publish
from tests.support.tree import Tree

A10, H100 = "gpu_1x_a10", "gpu_8x_h100_sxm5"


@pytest.fixture(autouse=True)
def offline(tree: Tree) -> Iterator[None]:
    yield
    assert tree.vendor_calls() == []


def run(tree: Tree, *words: str, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    done = tree.python("scripts/cloud_diff.py", *words, check=False, **env)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    return done


def without(catalog: Catalog, name: str) -> Catalog:
    return replace(catalog, instance_types=tuple(k for k in catalog.instance_types if k.name != name))


def repriced(catalog: Catalog) -> Catalog:
    half = Decimal("0.5")
    kinds = (
        replace(k, prices={r: Price(p.usd_per_hour * half, p.source) for r, p in k.prices.items()})
        if k.name == A10 else k
        for k in catalog.instance_types
    )  # fmt: skip
    return replace(catalog, instance_types=tuple(kinds))


def test_nothing_generated(tree: Tree) -> None:
    for words, hint in (((), "make cloud-config"), (("--provider", "aws"), "make cloud-config-aws")):
        done = run(tree, *words, code=1)
        assert done.stdout == "" and "nothing was generated" in done.stderr
        assert done.stderr.splitlines()[-1] == f"  next: {hint}"


def test_no_difference(tree: Tree) -> None:
    publish(tree)
    text = run(tree).stdout
    assert text.splitlines()[0] == "lambdalabs: no difference" and len(text.splitlines()) == 3
    assert "aws" not in text


def test_the_same_records_written_otherwise(tree: Tree) -> None:
    """No difference of the records is not yet no difference of the files."""
    publish(tree)
    path = tree.root / "terraform/lambdalabs/kconfigs/Kconfig.compute.static"
    path.write_text(path.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    text = run(tree).stdout
    assert "lambdalabs: no difference" in text
    assert "cloud-update-lambdalabs would change 1 menu file, though the records are the same" in text


def test_a_price_that_fell_and_the_defconfig_that_pays_it(tree: Tree) -> None:
    publish(tree, repriced)
    text = run(tree).stdout
    assert "lambdalabs: 18 prices changed" in text and "    18 fell" in text
    assert "(-50.0 %)" in text
    assert f"    lambdalabs-gpu-1x-a10: {A10} in us-east-1  $1.29 -> $0.645" in text
    assert run(tree).stdout == text


def test_a_defconfig_whose_machine_is_gone(tree: Tree) -> None:
    publish(tree, lambda c: without(c, H100))
    text = run(tree).stdout
    assert "1 family removed; 1 type removed" in text or "1 type removed" in text
    (line,) = [line for line in text.splitlines() if "will refuse" in line]
    assert line.startswith("    lambdalabs-gpu-8x-h100: cloud-update will refuse: CONFIG_")
    assert "GPU_8X_H100_SXM5=y: there is no such setting" in line
    tree.write(".config", "")
    done = tree.python(
        "scripts/generate_cloud_configs.py", "--update", "--provider", "lambdalabs", check=False
    )
    assert done.returncode == 1 and "GPU_8X_H100_SXM5=y" in done.stdout, "and so it does"


@pytest.mark.slow
def test_an_update_says_what_it_changed(tree: Tree) -> None:
    """In the words of the first line: a draft of the commit's message."""
    publish(tree, repriced)
    first = run(tree).stdout.splitlines()[0]
    done = tree.make("cloud-update-lambdalabs")
    assert first == "lambdalabs: 18 prices changed" and first in done.stdout.splitlines()
    assert "no difference" in run(tree).stdout
    assert "prices changed" not in tree.make("cloud-update-lambdalabs").stdout


def test_a_default_that_moves(tree: Tree) -> None:
    """A defconfig that leaves the image to the default gets another one: that is said."""
    tree.write("defconfigs/any-image", "# Any image.\nCONFIG_TERRAFORM_GCE=y\n")
    publish(
        tree,
        lambda c: replace(c, images=tuple(i for i in c.images if i.distro != "debian")),
        provider="gce",
    )
    assert "any-image: TERRAFORM_GCE_IMAGE_FAMILY debian-" in run(tree).stdout


@pytest.mark.slow
def test_aws_at_full_size(whole_tree: Tree) -> None:
    publish(
        whole_tree,
        lambda c: replace(c, instance_types=tuple(k for k in c.instance_types if k.family != "p3dn")),
        provider="aws",
    )
    text = run(whole_tree).stdout
    assert "aws: 1 family removed; 1 type removed" in text and "    - p3dn  96 vCPU" in text
    assert "defconfigs:" not in text
    assert "would change 4 menu files" in text, "its own, and those of families, GPU images and regions"


def test_through_make(tree: Tree) -> None:
    publish(tree, repriced)
    assert tree.make("cloud-diff").stdout == tree.make("cloud-diff-lambdalabs").stdout == run(tree).stdout
    assert "make cloud-config-aws" in tree.make("cloud-diff-aws", check=False).stderr


def test_one_damaged_provider_does_not_hide_the_other(tree: Tree) -> None:
    publish(tree, repriced)
    publish(tree, provider="aws")
    tree.write("terraform/aws/kconfigs/catalog.json.generated", "{")
    done = run(tree, code=1)
    assert "lambdalabs: 18 prices changed" in done.stdout
    assert "next: make cloud-config-aws" in done.stderr
    tree.write("terraform/aws/kconfigs/catalog.json.static", "{")
    publish(tree, provider="lambdalabs")
    (tree.root / ".aws_cloud_config_generated").unlink()
    run(tree)


def test_a_damaged_committed_catalog(tree: Tree) -> None:
    publish(tree)
    tree.write("terraform/lambdalabs/kconfigs/catalog.json.static", "{")
    assert "next: git checkout terraform/lambdalabs" in run(tree, code=1).stderr


def test_nothing_committed_yet(tree: Tree) -> None:
    publish(tree)
    for path in tier.tier_files(tree.root, "lambdalabs", tier.STATIC).values():
        path.unlink()
    done = run(tree, code=1)
    assert (
        "no committed catalog to compare with" in done.stderr
        and "make cloud-update-lambdalabs" in done.stderr
    )


def test_a_region_that_was_not_reached_is_said(tree: Tree) -> None:
    """Its data were carried forward: they look unchanged, and need not be."""
    publish(tree, lambda c: c.with_provenance(replace(c.provenance, not_reached={"us-west-1": "timed out"})))
    assert (
        "not reached: us-west-1 (timed out); last known data are kept (of an unknown date)"
        in run(tree).stdout
    )


def test_a_provider_that_there_is_not(tree: Tree) -> None:
    assert "there is no provider 'ibm'" in run(tree, "--provider", "ibm", code=2).stderr


def test_formats(tree: Tree) -> None:
    """All of them have the same changes; JSON and Markdown have them whole."""
    publish(tree, repriced)
    data = json.loads(run(tree, "--format", "json").stdout)
    (made,) = data["providers"]
    assert data["version"] == 1 and made["provider"] == "lambdalabs"
    assert {p["type"] for p in made["repriced"]} == {A10}
    assert all(p["after"] == p["before"] / 2 for p in made["repriced"])
    text = run(tree, "--format", "markdown").stdout
    assert text.startswith("## lambdalabs\n") and made["headline"] in text
    assert text.count("```") % 2 == 0 and f"{A10} in us-east-1" in text
    said = tree.make("cloud-diff", "FORMAT=html").stdout
    page = (tree.root / "cloud-diff.html").read_text(encoding="utf-8")
    assert "wrote cloud-diff.html" in said and "script-src 'none'" in html.unescape(page)
    assert page.count(f'<th scope="row">{A10}</th>') == len(made["repriced"]) and "<script" not in page


def test_a_format_that_does_not_exist(tree: Tree) -> None:
    done = run(tree, code=2, FORMAT="pdf")
    assert "FORMAT=pdf: choose from text, markdown, json, html" in done.stderr


def test_texts_of_a_vendor_are_no_markup() -> None:
    bad = "<img src=x> ``` ## {{ 7*7 }}"
    regions = tuple(replace(r, long_name=bad) for r in REGIONS if r.name != FAR)
    old, new = catalog(), catalog([itype("m7.large", regions=(HOME,), zones=())], regions=regions, zones=())
    diff = difference(old, new)
    made = Difference(
        "demo", diff, [bad], bad, bad, [bad], [bad], difftext.sections(diff, old, new), [bad], 3
    )
    page = diff_formats.html([made])
    assert (
        "<img" not in page and html.escape(bad, quote=False) in page and "49" not in page.split("<body>")[1]
    )
    text = diff_formats.markdown([made])
    inside = [
        part for number, part in enumerate(re.split(r"^`{4,}$", text, flags=re.MULTILINE)) if number % 2
    ]
    assert sum(part.count(bad) for part in inside) == text.count(bad) > 4
