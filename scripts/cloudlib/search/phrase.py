# SPDX-License-Identifier: MIT
"""A question as a person types it: `16.. vcpus 64.. gib arm64 nvme`, `8 x h100`, `m7i kvm`.

Each word narrows. A word that means nothing by itself is a part of the name of a machine or its family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cloudlib.catalog.area import AREAS
from cloudlib.catalog.records import ARCHITECTURES
from cloudlib.errors import UsageError
from cloudlib.search.machine import BOOT_MODES, Machine
from cloudlib.search.question import ANY_GPU, Question, Range, devices, named

_FIGURE = r"[0-9]+(?:\.[0-9]+)?"
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_RANGE = rf"(?:{_FIGURE})?\.\.(?:{_FIGURE})?|{_FIGURE}"
#: A range and its unit, together or apart -> the field of the question.
_MEASURES = (
    (re.compile(rf"(?<!\S)({_RANGE})\s*(?:v?cpus?|cores?)(?!\S)"), "vcpus"),
    (re.compile(rf"(?<!\S)({_RANGE})\s*(?:gib|gb)(?!\S)"), "memory"),
    (re.compile(rf"(?<!\S)({_RANGE})\s*nvme(?!\S)"), "nvme"),
)
_COUNTED = re.compile(rf"(?<!\S)(?:({_RANGE})(?:x| x )(\S+)|(\S+?):({_RANGE}))(?!\S)")
_PLAIN: Mapping[str, Mapping[str, Any]] = {
    **{name: {"arch": name} for name in ARCHITECTURES},
    **{mode: {"boot": mode} for mode in BOOT_MODES},
    "nvme": {"nvme": Range(Decimal(1))},
    "kvm": {"kvm": True},
    "metal": {"bare_metal": True},
    "current": {"current": True},
    "gpu": {"gpu": ANY_GPU},
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """The question, and the words that are parts of names."""

    asked: Question
    names: tuple[str, ...]

    def narrow(self, machines: Iterable[Machine]) -> list[Machine]:
        """The machines whose name or family has all of `names`."""
        return [m for m in machines if all(n in f"{m.name} {m.family}".casefold() for n in self.names)]


def read(need: str, place: str, price: str, machines: Sequence[Machine]) -> Phrase:
    """What three lines ask: needs, place, USD per hour at most. UsageError for what is not an amount."""
    text = f" {need.casefold()} "
    fields: dict[str, Any] = {}
    for pattern, field in _MEASURES:
        for match in pattern.finditer(text):
            fields[field] = Range.read(match[1])
        text = pattern.sub(" ", text)

    def counted(match: re.Match[str]) -> str:
        number, model = (match[1], match[2]) if match[2] else (match[4], match[3])
        if "gpu" not in _of_machines(model, machines):
            return match[0]  # 8xlarge
        fields.update(gpu=model, gpus=Range.read(number))
        return " "

    text = _COUNTED.sub(counted, text)
    names = []
    for word in text.split():
        if meaning := _PLAIN.get(word) or _of_machines(word, machines):
            fields.update(meaning)
        else:
            names.append(word)
    asked = replace(Question(), **fields, **_place(place), max_price=_usd(price))
    return Phrase(asked, tuple(names))


def _of_machines(word: str, machines: Sequence[Machine]) -> dict[str, Any]:
    """A word that names a GPU of some machine, or an image; nothing for any other."""
    if any(True for m in machines if m.gpus or m.accelerators for _ in devices(m, word)):
        return {"gpu": word}
    images = {id(m.market): m.market.images for m in machines}
    if any(named(image, word) for listed in images.values() for image in listed):
        return {"image": word}
    return {}


def _place(text: str) -> dict[str, Any]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    areas = tuple(name.casefold() for name in names if name.casefold() in AREAS)
    return {"areas": areas, "regions": tuple(name for name in names if name.casefold() not in AREAS)}


def _usd(text: str) -> Decimal | None:
    amount = text.strip().lstrip("$")
    if not amount:
        return None
    if not _AMOUNT.fullmatch(amount) or not Decimal(amount):
        raise UsageError(f"{text.strip()!r} is not an amount of USD")
    return Decimal(amount)
