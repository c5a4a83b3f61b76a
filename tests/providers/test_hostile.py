# SPDX-License-Identifier: MIT
"""A vendor's answers with hostile values all over them: what can be read is published, and nothing else.

The answers are those of recordings/, where a part of the values is replaced by each of the texts in turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

import cloud_providers
from cloudlib.calls.answers import Answer
from cloudlib.calls.recording import Recording
from cloudlib.calls.run import CallLog
from cloudlib.calls.tapes import Tapes
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog import limits
from cloudlib.catalog.records import Catalog
from cloudlib.errors import NotRecorded, layout
from cloudlib.provider import Request
from cloudlib.publish import refresh, staged, tier
from tests.servers.http_base import Reply
from tests.support.contract import contract_of
from tests.support.costly import mostly_slow
from tests.support.kconf import parse_tree
from tests.support.shapes import HOSTILE
from tests.support.spoiled import Spoiler
from tests.support.tree import ROOT, Tree
from tests.test_hostile_files import told

#: Calls whose answers stay: a token, and the zones, and regions, by which gcloud's later calls are recorded.
_KEPT = ("token", "regions list", "zones list")
#: Odd for a number, and as good a name as any.
HARMLESS = {text for text in HOSTILE if limits.NAME.fits(text)}


def fetched(name: str, root: Path, mocker: MockerFixture) -> tuple[refresh.Fetched, int]:
    """What a replay of the spoiled recording gives, and how many values were replaced."""
    tape = Tapes(replay=ROOT / "recordings").tape(name)
    spoiler, ask = Spoiler(), Recording.answer

    def answer(self: Recording, call: str) -> Answer:
        try:
            told = ask(self, call)
        except NotRecorded:
            if "--instance-types" not in call:
                raise  # prices of disks, which the recording is older than
            # types that the default region seems to lack, now that it was spoiled
            assert not ({*HOSTILE} - HARMLESS) & {*call.split()}
            return Answer(call, out=b'{"InstanceTypes": []}')
        spoil = told.good and not any(part in call for part in _KEPT)
        return replace(told, out=spoiler.body(told.out)) if spoil else told

    mocker.patch.object(Recording, "answer", answer)
    provider = cloud_providers.load(name)
    return refresh.fetch(provider, root, Request(log=CallLog(tape=tape))), spoiler.replaced


def names(catalog: Catalog) -> Iterator[str]:
    """Everything in a catalog that is a name."""
    for record in (*catalog.regions, *catalog.zones, *catalog.instance_types):
        yield record.name
    for image in catalog.images:
        yield from image.coordinates.values()


@pytest.mark.parametrize("name", mostly_slow(reversed(cloud_providers.PROVIDER_NAMES)))
def test_what_can_be_read_is_published(name: str, tree: Tree, mocker: MockerFixture, tmp_path: Path) -> None:
    clean = catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.{tier.STATIC}")
    spoiled, replaced = fetched(name, tmp_path, mocker)
    assert replaced > len(HOSTILE)
    assert len(spoiled.catalog.instance_types) > 0.2 * len(clean.instance_types)
    new = set(names(spoiled.catalog)) - set(names(clean))
    assert [n for n in new if not any(text in n for text in HARMLESS)] == []
    notices = spoiled.catalog.provenance.notices
    assert any(notice.startswith("left out, as they could not be read: ") for notice in notices)
    for file, text in spoiled.texts.items():
        assert all(line.isprintable() for line in text.replace("\t", "").splitlines())
        assert "x" * 201 not in text and len(Path(file).name) < 100
        assert file.startswith(catalogfile.NAME) or not any(mark in text for mark in ("$(", "${", "$H"))
    staged.check(tree.root, name, tier.GENERATED, spoiled.texts)


def unfit(tree: Tree) -> list[str]:
    """Menu files of a tree with a name or a text that nobody wants in a terminal, a shell or a menu."""
    paths = [p for p in (tree.root / "terraform").rglob("*") if p.is_file()]
    lines = ((p, line) for p in paths for line in p.read_text("utf-8").replace("\t", "").splitlines())
    odd = [f"{p.name}: {line!a:.200}" for p, line in lines if not line.isprintable() or "x" * 201 in line]
    return odd + [p.name for p in paths if not p.name.isprintable() or len(p.name) > 100]


@pytest.mark.parametrize(
    ("name", "every"), mostly_slow((n, e) for n in reversed(cloud_providers.PROVIDER_NAMES) for e in (29, 1))
)
def test_make_with_hostile_answers(name: str, every: int, tree: Tree) -> None:
    """From the vendor's server to the menus, through the vendor's command where there is one."""
    contract = contract_of(name)
    texts = [
        text for text in HOSTILE if not contract.command or text.isascii()
    ]  # gcloud itself ends at others
    spoiler = Spoiler(every, texts)
    before = tree.menu_state()
    with contract.small() as server:
        contract.spoil(server, spoiler.reply)
        env = {**contract.prepare(tree, server), **contract.settings}
        done = tree.make(f"cloud-config-{name}", check=False, **env)
        said = done.stdout + done.stderr
        assert spoiler.replaced > 3 and done.returncode in (0, 2), said
        assert not [*told(done.returncode, said)] and unfit(tree) == []
        assert not [value for value in contract.secrets if value in said]
        assert not [*tree.root.parent.rglob("PWNED")]
        if done.returncode == 0:
            assert "published" in said
            parse_tree(tree.root)
        else:
            assert "next:" in said and tree.menu_state() == before
        assert every == 1 or done.returncode == 0, said


@pytest.mark.parametrize("name", mostly_slow(reversed(cloud_providers.PROVIDER_NAMES)))
def test_the_words_of_a_hostile_failure(name: str, tree: Tree) -> None:
    """Errors whose reason and body are hostile texts reach the terminal printably, and short."""
    contract = contract_of(name)
    every = "".join(text for text in HOSTILE if "\ud800" not in text)
    words = {"code": every, "message": every, "suggestion": every}
    reply = Reply(
        400, json.dumps({"error": words, "__type": every}).encode(), (("Content-Type", "application/json"),)
    )
    with contract.small() as server:
        contract.spoil(server, lambda _: reply)
        env = {**contract.prepare(tree, server), **contract.settings}
        done = tree.make(f"cloud-config-{name}", check=False, **env)
    said = done.stdout + done.stderr
    assert done.returncode == 2 and "next:" in said and len(said) < 20_000
    assert not [*told(done.returncode, said)]


def test_the_words_of_an_error_are_fit_for_a_terminal() -> None:
    for text in HOSTILE:
        for line in layout(refresh.CatalogError(f"lambdalabs: {text}", hint=text, unchanged=text)):
            assert all(part.isprintable() for part in line.split("\n"))
