# SPDX-License-Identifier: MIT
"""RECORD and REPLAY as a person uses them, the same for every provider."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Provenance
from cloudlib.publish import tier
from tests.servers.http_base import HttpServer
from tests.support.contract import Contract, contract_of
from tests.support.tree import Tree

GENERATE = "scripts/generate_cloud_configs.py"


@dataclass
class Recorded:
    """A provider that was recorded in a tree, and the menus that came of it."""

    name: str
    tree: Tree
    contract: Contract
    texts: dict[str, str]

    @property
    def file(self) -> Path:
        return self.tree.root / "rec" / f"{self.name}.jsonl.gz"

    def replay(self, *, check: bool = True, **env: str) -> tuple[int, str]:
        """`make cloud-config-NAME REPLAY=rec` with no CLI, no credentials, and no setting at all."""
        words = (sys.executable, GENERATE, "--provider", self.name)
        done = self.tree.run(*words, check=check, **{"REPLAY": "rec", **env})
        assert self.tree.vendor_calls() == [] and "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def generated(self) -> dict[str, str]:
        return texts(self.tree, self.name)

    def provenance(self) -> Provenance:
        folder = tier.folder(self.tree.root, self.name)
        return catalogfile.load_file(folder / f"{catalogfile.NAME}.generated").provenance

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in gzip.decompress(self.file.read_bytes()).splitlines()]


def texts(tree: Tree, name: str) -> dict[str, str]:
    """The generated menus; of the catalogue only what depends on the records."""
    found = tier.read_tier(tree.root, name, tier.GENERATED)
    path = tier.folder(tree.root, name) / f"{catalogfile.NAME}.generated"
    found[catalogfile.NAME] = catalogfile.digest(catalogfile.load_file(path))
    return found


def record(tree: Tree, name: str, server: HttpServer, **env: str) -> str:
    contract = contract_of(name)
    env = {**contract.prepare(tree, server), **contract.settings, "RECORD": "rec", **env}
    done = tree.run(sys.executable, GENERATE, "--provider", name, check=False, **env)
    for fake in (tree.home.parent / "bin").iterdir():  # from now on a vendor's command must not be called
        fake.write_text('#!/bin/sh\necho "$0 $*" >>"$CALLED"\nexit 97\n', encoding="utf-8")
    return done.stdout + done.stderr


@pytest.fixture(params=cloud_providers.PROVIDER_NAMES)
def recorded(request: pytest.FixtureRequest, tree: Tree) -> Iterator[Recorded]:
    """A recorded run, whose generated menus are gone again; its server is closed."""
    contract = contract_of(request.param)
    with contract.small() as server:
        said = record(tree, request.param, server)
    assert "recorded: rec/" in said, said
    made = Recorded(request.param, tree, contract, texts(tree, request.param))
    tree.python(GENERATE, "--clean", "--provider", request.param)
    yield made


def test_a_replay_gives_the_same_menus_and_says_so(recorded: Recorded) -> None:
    recorded.replay()
    assert recorded.generated() == recorded.texts
    header = recorded.lines()[0]
    provenance = recorded.provenance()
    assert provenance.fetched_at == header["recorded_at"]
    assert provenance.source.startswith("recording: rec/")
    manifest = json.loads((recorded.file.parent / "manifest.json").read_bytes())
    entry = manifest["recordings"][recorded.name]
    assert entry["sha256"] in provenance.source and entry["tools"] == provenance.tools
