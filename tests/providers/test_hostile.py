# SPDX-License-Identifier: MIT
"""A vendor's answers with hostile values all over them: what can be read is published, and nothing else.

The answers are those of recordings/, where a part of the values is replaced by each of the texts in turn.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from tests.support.costly import mostly_slow
from tests.support.shapes import HOSTILE
from tests.support.tree import ROOT, Tree

#: One value in so many is replaced; not in a row that names one of these: the default region, without which
#: there is no answer, and machines of shipped defconfigs.
#: Of a large answer fewer: one that lacks a tenth of what is known is not believed.
_EVERY, _EVERY_OF_MANY, _MANY = 29, 1009, 300_000
_NEEDED = ("us-east-1", "eastus", "us-central1", "gpu_8x_h100", "gpu_1x_a10")
#: Calls whose answers stay: a token, and the zones, and regions, by which gcloud's later calls are recorded.
_KEPT = ("token", "regions list", "zones list")
#: Odd for a number, and as good a name as any.
HARMLESS = {text for text in HOSTILE if limits.NAME.fits(text)}


class Spoiler:
    """Replaces values; which ones depends on the order of the calls."""

    def __init__(self) -> None:
        self._texts = itertools.cycle(HOSTILE)
        self._count = itertools.count()
        self.replaced = 0
        self._every = _EVERY
        self._lock = threading.Lock()

    def body(self, out: bytes) -> bytes:
        """An answer with some of its values replaced; one answer at a time."""
        with self._lock:
            return self._body(out)

    def _body(self, out: bytes) -> bytes:
        self._every = _EVERY if len(out) < _MANY else _EVERY_OF_MANY
        text = out.decode()
        try:
            return json.dumps(self._value(json.loads(text), in_row=False)).encode()
        except ValueError:
            rows = [self._row(row) for row in csv.reader(io.StringIO(text))]
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        return written.getvalue().encode("utf-8", "replace") if len(rows) > 1 else out

    def _row(self, row: list[str]) -> list[str]:
        """Python's csv reader takes no cell of more than 128 KiB."""
        needed = any(name in "".join(row) for name in _NEEDED)
        return row if needed else [self._text(cell)[:100_000] for cell in row]

    def _value(self, value: Any, *, in_row: bool) -> Any:
        if isinstance(value, list):
            return [self._value(item, in_row=True) for item in value]
        if in_row and any(name in str(value) for name in _NEEDED):
            return value
        if isinstance(value, dict):
            # Lambda's types are an object of objects, by name.
            rows = in_row or (len(value) > 3 and all(isinstance(inner, dict) for inner in value.values()))
            return {key: self._value(inner, in_row=rows) for key, inner in value.items()}
        if isinstance(value, str) and value.startswith("{"):
            return json.dumps(self._value(json.loads(value), in_row=True))
        return self._text(value) if in_row else value

    def _text(self, value: Any) -> Any:
        if next(self._count) % self._every:
            return value
        self.replaced += 1
        return next(self._texts)


def fetched(name: str, root: Path, mocker: MockerFixture) -> tuple[refresh.Fetched, int]:
    """What a replay of the spoiled recording gives, and how many values were replaced."""
    tape = Tapes(replay=ROOT / "recordings").tape(name)
    spoiler, ask = Spoiler(), Recording.answer

    def answer(self: Recording, call: str) -> Answer:
        try:
            told = ask(self, call)
        except NotRecorded:  # types that the default region seems to lack, now that it was spoiled
            assert "--instance-types" in call and not ({*HOSTILE} - HARMLESS) & {*call.split()}
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


def test_the_words_of_an_error_are_fit_for_a_terminal() -> None:
    for text in HOSTILE:
        for line in layout(refresh.CatalogError(f"lambdalabs: {text}", hint=text, unchanged=text)):
            assert all(part.isprintable() for part in line.split("\n"))
