# SPDX-License-Identifier: MIT
"""Machines by their names, from the catalogs in use, and a line for one of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from cloudlib.catalog import alike
from cloudlib.catalog.text import dollars, gib
from cloudlib.errors import CatalogError, UsageError, printable, some
from cloudlib.publish import used
from cloudlib.search import source
from cloudlib.search.answer import Row
from cloudlib.search.machine import Machine, Market
from cloudlib.search.question import Question, unnamed
from cloudlib.settings import ROOT
from cloudlib.show import search_rows


def load(providers: Sequence[str], *, named: bool = False) -> list[Machine]:
    """The machines of some providers. CatalogError where no catalog of them can be read.

    One that cannot be read among others is left out, with a note, unless the providers were `named`.
    """
    machines: list[Machine] = []
    for provider in providers:
        path = used.catalog(ROOT, provider)
        try:
            machines += source.load_file(path, images=_offers_images(path))
        except CatalogError as error:
            if named:
                raise
            print(printable(f"note: {provider} is left out: {error.what}"), file=sys.stderr)
    if not machines:
        raise CatalogError("this tree has no catalog that can be read", hint="git checkout terraform")
    return machines


def _offers_images(catalog: Path) -> bool:
    """Have the menus beside a catalog an image to choose? Lambda Labs lets terraform choose none."""
    try:
        text = catalog.with_name(f"Kconfig.images{catalog.suffix}").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return "\nconfig " in text


def machine_named(name: str, machines: Sequence[Machine]) -> Machine:
    """A machine by its name in any case; UsageError with names like it where there is none."""
    known = {machine.name.casefold(): machine for machine in machines}
    if name.casefold() in known:
        return known[name.casefold()]
    names = [machine.name for machine in machines]
    hint = alike.nearest(name, names, "cloud-search --family lists a family")
    raise UsageError(f"there is no instance type {name!r}", hint=hint)


def refuse_unknown_image(asked: Question, machines: Sequence[Machine]) -> None:
    """UsageError for an image that no catalog has."""
    if not asked.image:
        return
    images = [image for market in markets(machines) for image in market.images]
    if names := unnamed(asked, images):
        hint = alike.nearest(asked.image, names, f"there are {some(names)}")
        raise UsageError(f"there is no image {asked.image!r}", hint=hint)


def markets(machines: Sequence[Machine]) -> list[Market]:
    """What the machines of each provider share."""
    return list({id(machine.market): machine.market for machine in machines}.values())


def described(one: Row) -> str:
    """`aws p5.48xlarge in us-east-1, 192 vCPU, 2048 GiB, 8 x H100 80 GiB, $55.04/h`."""
    price = ", price unknown" if one.usd is None else ""
    return f"{one.machine.provider} {one.machine.name} in {one.region}, {facts(one)}{price}"


def facts(one: Row) -> str:
    """`16 vCPU, 64 GiB, $0.8064/h`: without a price where that is not known."""
    machine = one.machine
    price = "" if one.usd is None else f"{dollars(one.usd)}/h"
    parts = (f"{machine.vcpus} vCPU", f"{gib(machine.memory_mib)} GiB", search_rows.gpus(machine), price)
    return ", ".join(filter(None, parts))
