# SPDX-License-Identifier: MIT
"""What our menuconfig adds to Kconfiglib's: a title, shorter rows, and a search that ends in a choice."""

from __future__ import annotations

import ast
import inspect
import locale
import os
import re
from pathlib import Path

import kconfiglib
import menuconfig
import pexpect
import pytest
from pytest_mock import MockerFixture

import cloud_providers
from cloudlib.catalog.text import dollars
from cloudlib.config import exchanged, headline, nearest, reach, requested, session
from cloudlib.menus.names import TARGET
from cloudlib.show import screen
from tests.support.costly import mostly_slow
from tests.support.terminal import ENTER, Terminal
from tests.support.tree import ROOT, Tree

NAMES = [cloud_providers.load(name).MENU_NAMES for name in cloud_providers.PROVIDER_NAMES]


@pytest.fixture(scope="module")
def kconf() -> kconfiglib.Kconfig:
    here = Path.cwd()
    try:
        return session.parse(cloud_providers, ROOT)
    finally:
        os.chdir(here)


@pytest.fixture(autouse=True)
def _unset(request: pytest.FixtureRequest) -> None:
    if "kconf" in request.fixturenames:
        request.getfixturevalue("kconf").unset_values()


def test_the_functions_that_are_replaced_call_each_other_by_name() -> None:
    """With another version of Kconfiglib a replacement could be one that nobody calls."""
    tree = ast.parse(inspect.getsource(menuconfig))
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert {*screen.REPLACED, "_name_and_val_str", "_key_dialog", "_visible", "_msg"} <= called
    assert len(inspect.signature(menuconfig._draw_jump_to_dialog).parameters) == 11


#: Provider -> what is searched for from a configuration of it, and a family that must come of it.
H100 = {
    "aws": ("instance_type_p5$", "P5"),
    "azure": ("ncads h100", "NCADSH100V5"),
    "gce": ("a3-highgpu h100", "A3_HIGHGPU"),
    "lambdalabs": ("gpu_8x_h100", "GPU_8X_H100_SXM5"),
}


@pytest.mark.parametrize("provider", mostly_slow(cloud_providers.PROVIDER_NAMES))
def test_a_search_ends_in_a_choice(tree: Tree, provider: str) -> None:
    """From another provider's machine: Enter on a hit offers what it needs, a yes chooses all of it."""
    words, family = H100[provider]
    other = "aws-large" if provider != "aws" else "gce-large"
    tree.make(f"defconfig-{other}")
    terminal = Terminal(tree, columns=80, lines=24)
    terminal.wait_for("Cloud provider (")
    terminal.search(words)
    terminal.wait_for("H100")
    terminal.child.send(ENTER)
    terminal.wait_for("Go on? (Y)es")
    assert "Cloud provider: " in terminal.text()
    terminal.child.send("y")
    terminal.wait_for("(X) ")
    assert "show-all mode enabled" not in terminal.text()
    terminal.child.send("Qy")
    terminal.child.expect(pexpect.EOF, timeout=60)
    config = tree.config()
    names = cloud_providers.load(provider).MENU_NAMES
    assert config[names.switch] == "y"
    assert config[f"{names.family_prefix or names.type_prefix}{family}"] == "y"
    assert config[names.is_gpu] == "y"


def test_a_no_leaves_all_as_it_was(tree: Tree) -> None:
    tree.configure("aws-large")
    before = tree.read(".config")
    terminal = Terminal(tree, columns=80, lines=24)
    terminal.wait_for("AWS: m7i.4xlarge in us-east-1, $0.8064/h")
    terminal.jump_to("gpu_8x_h100_sxm5$")
    terminal.wait_for("Cloud provider: Lambda Labs")
    terminal.child.send("n")
    terminal.wait_for("AWS: m7i.4xlarge in us-east-1, $0.8064/h")
    terminal.jump_to("^terraform_aws_av_zone$")
    terminal.wait_for("no question of its own")
    terminal.child.send(ENTER + "Q")
    terminal.child.expect("No changes to save", timeout=60)
    assert tree.read(".config") == before


@pytest.mark.parametrize("names", NAMES, ids=lambda n: str(n.provider))
def test_every_type_can_be_reached(kconf: kconfiglib.Kconfig, names: headline.MenuNames) -> None:
    """From the default machine, with one tenth of the types; nothing is left of it where it is taken back."""
    types = [s for s in kconf.unique_defined_syms if s.name.startswith(names.type_prefix) and s.choice]
    types = [s for s in types if headline.rows.figures(s.nodes[0].prompt[0])]
    for symbol in types[:: max(1, len(types) // 20)]:
        before = kconf._config_contents(None)
        tried = reach.Reach(kconf, symbol.nodes[0].prompt[1])
        assert tried.holds, symbol.name
        assert symbol.visibility == 2
        tried.undo()
        assert kconf._config_contents(None) == before, symbol.name


@pytest.mark.parametrize("names", NAMES, ids=lambda n: str(n.provider))
def test_the_title_says_machine_place_and_cost(kconf: kconfiglib.Kconfig, names: headline.MenuNames) -> None:
    kconf.syms[names.switch].set_value("y")
    machine, region = (kconf.syms[n].str_value for n in (names.results.instance_type, names.results.region))
    one = headline.headline(kconf, NAMES)
    assert one.startswith(f"{names.title}: {machine} in {region}, $") and one.endswith("/h")
    kconf.syms["TERRAFORM_NODE_COUNT"].set_value("2")
    two = headline.headline(kconf, NAMES)
    assert two.startswith(f"{names.title}: 2 x {machine} in {region}, $")
    prices = [float(line.rpartition("$")[2].removesuffix("/h")) for line in (one, two)]
    assert prices[1] == pytest.approx(2 * prices[0], abs=1e-4)


def test_the_price_is_that_of_the_chosen_region(kconf: kconfiglib.Kconfig) -> None:
    kconf.syms["TERRAFORM_AWS_INSTANCE_TYPE_M7I"].set_value("y")
    kconf.syms["TERRAFORM_AWS_REGION_EU_CENTRAL_1"].set_value("y")
    catalog, _ = session.catalog_in_use(kconf, cloud_providers.load("aws"))
    assert catalog is not None
    price = next(t for t in catalog.instance_types if t.name == "m7i.large").prices["eu-central-1"]
    cost = dollars(price.usd_per_hour)
    assert headline.headline(kconf, NAMES) == f"AWS: m7i.large in eu-central-1, {cost}/h"
    kconf.syms["TERRAFORM_LAMBDALABS"].set_value("y")
    kconf.syms["TERRAFORM_LAMBDALABS_REGION_SMART_CHEAPEST"].set_value("y")
    assert headline.headline(kconf, NAMES) == "Lambda Labs: the cheapest type with capacity"


#: How many regions are left out between two that are tried.
_STEP = 7


@pytest.mark.parametrize("path", sorted((ROOT / "defconfigs").iterdir()), ids=lambda path: path.name)
def test_another_place_or_architecture_never_exchanges_a_machine_in_silence(
    kconf: kconfiglib.Kconfig, path: Path
) -> None:
    """What is said on saving names the machine that was, the one that is, and its price in the new region."""
    assert requested.load(kconf, path).dropped == ()
    names = next(n for n in NAMES if kconf.syms[n.switch].str_value == "y")
    if (before := nearest.chosen(kconf)) is None:
        return  # the cloud chooses one
    regions = next(
        c for c in kconf.unique_choices if c.nodes[0].prompt[0] in ("Region", "Location") and c.visibility
    )
    for other in (*regions.syms[::_STEP], *(kconf.syms[name] for name in TARGET.values())):
        was = other.choice.selection
        if other is was or not other.visibility:
            continue
        other.set_value("y")
        now, said = nearest.chosen(kconf), exchanged.lines(kconf, before)
        exchange = f"{before.name} is not offered"
        assert now is not None
        assert any(line.startswith(exchange) and now.label in line for line in said) == (now != before), other
        region = kconf.syms[names.results.region].str_value
        price = headline.price(now.symbol, region)
        assert now.label == (now.name if price is None else f"{now.name} ({dollars(price)}/h)")
        was.set_value("y")


def test_every_row_fits_a_screen_of_80(kconf: kconfiglib.Kconfig, mocker: MockerFixture) -> None:
    """As drawn, at whatever depth, label rows included: all rows of all menus, shown or not."""
    mocker.patch.multiple(menuconfig, _kconf=kconf, _show_all=False, _show_name=False, create=True)
    drawn = screen.Screen(kconf, NAMES, known=False)
    too_wide = set()
    for provider in NAMES:
        kconf.syms[provider.switch].set_value("y")
        for option in ("USE_GPU_AMI", "PREVIOUS_GENERATION"):
            if (symbol := kconf.syms.get(f"{provider.switch}_{option}")) is not None:
                symbol.set_value("y")
        for node in kconf.node_iter():
            text = drawn.node_str(node) if node.prompt else ""
            if len(text) > 78:
                too_wide.add(text)
    assert sorted(too_wide) == []
    kconf.syms["TERRAFORM_AWS"].set_value("y")
    node = kconf.syms["TERRAFORM_AWS_INSTANCE_TYPE_M7I"].choice.nodes[0]
    assert drawn.node_str(node) == "    Instance type family (m7i)  --->"


def test_no_prompt_names_the_provider_again(kconf: kconfiglib.Kconfig) -> None:
    """It stands in the path above: "AWS", "Region", not "AWS region"."""
    prompts = {node.prompt[0] for choice in kconf.unique_choices for node in choice.nodes if node.prompt}
    titles = {names.title for names in NAMES}
    assert [prompt for prompt in prompts if any(title in prompt for title in titles)] == []


def test_everything_that_can_be_chosen_has_a_help_text(kconf: kconfiglib.Kconfig) -> None:
    """Members of choices that say all in one line, and zones whose name is all there is, have none."""
    nodes = [n for item in (*kconf.unique_choices, *kconf.unique_defined_syms) for n in item.nodes]
    silent = [n for n in nodes if n.prompt and not n.help]
    named = [str(n.item.name or n.prompt[0]) for n in silent]
    assert [name for name in named if not re.search(r"_ZONE_|_DATA_(VOLUME|DISK)_TYPE_", name)] == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LC_ALL": "xx_YY.UTF-8"}, "locale LC_ALL=xx_YY.UTF-8 is"),
        ({"LANG": "xx_YY.UTF-8"}, "locale LANG=xx_YY.UTF-8 is"),
        ({"LANG": "xx_YY.UTF-8", "LC_CTYPE": "C.UTF-8"}, "locale LANG=xx_YY.UTF-8 is"),
        ({"LANG": "C.UTF-8", "LC_TIME": "xx", "LC_NUMERIC": "yy"}, "locales LC_TIME=xx, LC_NUMERIC=yy are"),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LC_ALL": "C", "LANG": "xx_YY.UTF-8"}, ""),
        ({}, ""),
    ],
)
def test_the_locale_that_is_named_is_the_one_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name in [name for name in os.environ if name == "LANG" or name.startswith("LC_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LC_ALL", variables.get("LC_ALL", ""))  # what is set here is taken back
    before = locale.setlocale(locale.LC_ALL)
    try:
        told = screen._usable_locale()
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert told == (f"note: the {said} not installed: the menu was shown in C.UTF-8" if said else "")
