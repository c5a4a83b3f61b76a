# SPDX-License-Identifier: MIT
"""What every registered provider has to do alike, from the vendor's answer to published menus.

A provider is added to this test by its tests/support/contract_NAME.py; one that has none fails it.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.provider import Provider
from cloudlib.publish import builtin, tier
from tests.servers.http_base import HttpServer
from tests.support.contract import FAULTS, Contract, contract_of
from tests.support.costly import mostly_slow
from tests.support.kconf import parse_tree
from tests.support.sweep import defined_twice, shown, sweep
from tests.support.tree import Tree, descendants

NAMES = cloud_providers.PROVIDER_NAMES


@dataclass
class Menus:
    """A provider in a tree of its own."""

    name: str
    tree: Tree

    @property
    def provider(self) -> Provider:
        return cloud_providers.load(self.name)

    @cached_property
    def kconf(self) -> kconfiglib.Kconfig:
        """The tree as the config targets parse it, without a warning."""
        return parse_tree(self.tree.root)

    def catalog(self, which: str) -> Catalog:
        return catalogfile.load_file(tier.folder(self.tree.root, self.name) / f"{catalogfile.NAME}.{which}")


@dataclass
class Case(Menus):
    """That, in front of the provider's running test server."""

    contract: Contract
    server: HttpServer

    @cached_property
    def env(self) -> dict[str, str]:
        return {**self.contract.prepare(self.tree, self.server), **self.contract.settings}

    def config(self, *, check: bool = True, **env: str) -> tuple[int, str]:
        """`make cloud-config-NAME` without the make; (exit code, all that it said)."""
        argv = ("scripts/generate_cloud_configs.py", "--provider", self.name)
        done = self.tree.python(*argv, check=check, **{**self.env, **env})
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert [value for value in self.contract.secrets if value in said] == []
        return done.returncode, said

    def bytes(self) -> dict[str, str]:
        """The generated texts; of the catalog only what depends on the records."""
        texts = tier.read_tier(self.tree.root, self.name, tier.GENERATED)
        places = texts["Kconfig.location"]  # they mark what is as last known
        texts["Kconfig.location"] = re.sub(r"\n\t  As last known: [^\n]*", "", places)
        texts[catalogfile.NAME] = catalogfile.digest(self.catalog(tier.GENERATED))
        return texts


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest, tree: Tree) -> Iterator[Case]:
    """A provider in a fresh tree: static menus, nothing generated."""
    contract = contract_of(request.param)
    with contract.small() as server:
        yield Case(request.param, tree, contract, server)
        assert server.errors == []


def swept(case: Menus, which: str) -> None:
    """Every choice of the menus, held against the catalog of that tier."""
    case.kconf.unset_values()
    assert case.kconf.variables[f"{case.name.upper()}_TIER"].expanded_value == which
    done = sweep(case.kconf, case.catalog(which), case.provider.MENU_NAMES)
    assert done.problems == [], shown(done.problems)
    assert done.regions > 1 and done.families > 1 and len(done.types) > 1
    assert defined_twice(case.kconf) == []


def test_every_provider_has_a_contract() -> None:
    for name in NAMES:
        contract_of(name)
    with pytest.raises(AssertionError, match=r"ibm has no tests/support/contract_ibm\.py"):
        contract_of("ibm")


# --- what a fetch publishes ---


@pytest.mark.parametrize(
    "case", mostly_slow(reversed(NAMES), 3), indirect=True
)  # aws: test_end_to_end.py too
def test_from_an_answer_to_menus(case: Case) -> None:
    """One fetch, whole menus; another fetch, the same bytes."""
    code, said = case.config()
    assert code == 0 and "published" in said, said
    is_published(case)
    swept(case, tier.GENERATED)
    no_secret_is_in_a_file(case)
    before = case.bytes()
    assert len(before) > 3
    case.config()
    assert case.bytes() == before


def is_published(case: Case) -> None:
    assert tier.marker(case.tree.root, case.name).exists()
    catalog = case.catalog(tier.GENERATED)
    assert catalog.provider == case.name and catalog.provenance.source == "live"
    assert catalog.provenance.calls > 0 and catalog.provenance.tools and catalog.provenance.fetched_at
    assert len(case.server.requests) > 0, "the test server was asked"
    assert case.tree.vendor_calls() == [], "no other vendor's command was started"


def no_secret_is_in_a_file(case: Case) -> None:
    assert case.contract.secrets, "a provider has credentials, and the test knows which"
    for path in (p for p in case.tree.root.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert [path for value in case.contract.secrets if value in text] == []


# --- without any answer ---


@pytest.mark.parametrize("name", mostly_slow(reversed(NAMES)))  # the large catalogs are the first
def test_the_committed_menus(name: str, whole_tree: Tree) -> None:
    case = Menus(name, whole_tree)
    swept(case, tier.STATIC)
    assert whole_tree.vendor_calls() == []


@pytest.mark.parametrize("name", NAMES)
def test_the_built_in_menus(name: str, tree: Tree) -> None:
    for path in tier.tier_files(tree.root, name, tier.STATIC).values():
        path.unlink()
    case = Menus(name, tree)
    builtin.publish(case.provider, tree.root)
    swept(case, tier.GENERATED)
    assert case.catalog(tier.GENERATED).provenance.source.startswith("built-in")


# --- faults leave every file and marker as it was ---


def ends(case: Case, code: int, **env: str) -> str:
    """Run with something wrong; every menu file and marker has to stay, and no process."""
    before = case.tree.menu_state()
    got, said = case.config(check=False, **env)
    assert got == code, said
    assert "published" not in said and "next:" in said and "unchanged:" in said, said
    assert case.tree.menu_state() == before
    assert descendants(case.server.url) == []
    return said


#: One fault of each provider is quick, another for each.
QUICK = {(name, FAULTS[number % len(FAULTS)]) for number, name in enumerate(NAMES)}
BY_FAULT = [
    pytest.param(name, fault, marks=() if (name, fault) in QUICK else pytest.mark.slow)
    for name in NAMES
    for fault in FAULTS
]


@pytest.mark.parametrize(("case", "fault"), BY_FAULT, indirect=["case"])
def test_a_fault_leaves_every_file(case: Case, fault: str) -> None:
    case.server.inject(case.contract.faults[fault]())
    said = ends(case, 1, **({"CLOUD_CALL_TIMEOUT": "3"} if fault == "hang" else {}))
    # On a slow machine the limit ends the vendor's command before it has asked: that is a hang as well.
    assert "within 3 s" in said if fault == "hang" else case.server.requests


@pytest.mark.slow
def test_an_empty_answer_proves_no_absence(case: Case) -> None:
    """The known data stay, with a word; nothing is published where the default region is concerned."""
    case.config(FORCE="1")
    before = case.bytes()
    for fault, part in case.contract.empties:
        case.server.clear_faults()
        case.server.inject(fault())
        if not part:
            ends(case, 1, FORCE="")
            continue
        code, said = case.config(check=False, FORCE="")
        assert code == 0 and re.search(rf"not reached: {re.escape(part)}[^(]* \(the answer ", said), said
        assert "last known data are kept (20" in said and "again with FORCE=1" in said, said
        assert case.bytes() == before


@pytest.mark.slow
def test_force_publishes_what_was_answered(case: Case) -> None:
    parts = [empty for empty in case.contract.empties if empty[1]]
    if not parts:
        pytest.skip(f"{case.name} answers as a whole")
    fault, part = parts[0]
    case.config(FORCE="1")
    before = case.bytes()
    case.server.inject(fault())
    _, said = case.config(FORCE="1")
    assert f"accepted because of FORCE=1: the answer for {part}" in said and case.bytes() != before


@pytest.mark.parametrize("case", mostly_slow(reversed(NAMES), 3), indirect=True)  # the real aws refuses
def test_without_credentials(case: Case) -> None:
    said = ends(case, 3, **case.contract.without_credentials)
    assert case.provider.SETUP_HINT.splitlines()[0] in said


def test_without_the_command(case: Case) -> None:
    if not case.contract.command:
        pytest.skip(f"{case.name} is asked over HTTP, by no command")
    env = dict(case.env)
    (case.tree.home.parent / "bin" / case.contract.command).unlink()
    folder = case.tree.home.parent / "only"
    folder.mkdir()
    for tool in ("sh", "env", "grep", "tr", "printf", "dirname", "uname"):
        found = next((p for p in (Path("/bin") / tool, Path("/usr/bin") / tool) if p.exists()), None)
        if found is not None:
            (folder / tool).symlink_to(found)
    said = ends(case, 3, **{**env, "PATH": str(folder)})
    assert f"`{case.contract.command}` is not on PATH" in said
    assert len(case.server.requests) == 0


def test_ctrl_c(case: Case) -> None:
    before = case.tree.menu_state()
    case.server.inject(case.contract.faults["hang"]())
    run = case.tree.start(
        sys.executable, "scripts/generate_cloud_configs.py", "--provider", case.name, **case.env
    )
    try:
        deadline = time.monotonic() + 300
        while not case.server.requests and time.monotonic() < deadline and run.poll() is None:
            time.sleep(0.05)
        assert run.pid in descendants(case.server.url)
        os.kill(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=300)
    finally:
        run.kill()  # nothing to kill where it ended as it should
    assert run.returncode == 130 and "interrupted" in said and "Traceback" not in said
    assert case.server.requests and case.tree.menu_state() == before
    assert descendants(case.server.url) == []
