# SPDX-License-Identifier: MIT
"""The message of the commit that follows a cloud-update, as a kernel developer would write it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.diff import CatalogDiff, Names, difference
from cloudlib.catalog.records import Catalog
from cloudlib.config import effects
from cloudlib.errors import printable
from cloudlib.provider import Provider, Registry
from cloudlib.publish import git, refresh, tier
from cloudlib.show import diff as difftext
from cloudlib.show.figures import figures

_WIDTH = 72
_MOVES = 3  # price moves, and defconfigs, of which git diff has the rest
_DEFCONFIGS = 10


@dataclass(frozen=True)
class Draft:
    """A message, and the providers whose menus are to be committed with it."""

    providers: Sequence[str]
    text: str


def draft(registry: Registry, root: Path) -> Draft | None:
    """The message for what differs from HEAD, whichever runs promoted it; None where nothing does.

    Raises CliMissing without git, CloudError outside a repository.
    """
    git.require(root)
    names = [name for name in registry.PROVIDER_NAMES if git.differs(root, name)]
    if not names:
        return None
    kconf = effects.parsed(registry, tier.STATIC)
    bodies, dates = [], []
    for provider in map(registry.load, names):
        new = catalogfile.load_file(tier.catalog_path(root, provider.NAME, tier.STATIC))
        old = git.head_catalog(root, provider.NAME)
        touched: list[str] = []
        for path in refresh.defconfigs(root, provider) if old else ():
            values = effects.results(kconf, path, provider)
            touched += effects.repriced(path.name, values, provider, old, new) if old else ()
        dates.append(new.provenance.fetched_at[:10])
        bodies.append("\n".join(_body(provider, old, new, touched)))
    subject = f"terraform/{','.join(names)}: refresh the menus as of {max(dates)}"
    return Draft(names, printable("\n\n".join((subject, *bodies))) + "\n")


def _body(provider: Provider, old: Catalog | None, new: Catalog, touched: Sequence[str]) -> Iterator[str]:
    """The lines on one provider."""
    about, counts = new.provenance, figures(new)
    tools = ", ".join(f"{name} {version}" for name, version in about.tools.items())
    yield from _wrapped(
        f"{provider.TITLE}: {counts.types} types, {counts.families} families, {counts.regions} regions, "
        f"{counts.images} image streams; fetched {about.fetched_at[:10]}{' with ' if tools else ''}{tools}."
    )
    yield from _wrapped(f"Source: {about.source}")
    if old is None:
        yield "The first catalog."
        return
    diff = difference(old, new)
    yield from _wrapped(
        f"Since {old.provenance.fetched_at[:10]}: {difftext.headline(diff) or 'the same records'}."
    )
    if old.provenance.source != about.source:
        yield from _wrapped(f"Source until then: {old.provenance.source}")
    yield from _changes(diff, touched)
    yield from (line for doubt in about.forced for line in _wrapped(f"FORCE=1 overrode: {doubt}"))


def _changes(diff: CatalogDiff, touched: Sequence[str]) -> Iterator[str]:
    yield from _named("Families", diff.families)
    yield from _named("Regions", diff.regions)
    yield from _listed("Largest price moves", [difftext.change(move) for move in diff.largest_moves], _MOVES)
    yield from _listed("Defconfigs", touched, _DEFCONFIGS)


def _named(title: str, names: Names) -> Iterator[str]:
    """`Families: + m9i, + c9i, - a1`."""
    changes = (*(f"+ {name}" for name in names.added), *(f"- {name}" for name in names.removed))
    if changes:
        yield from _wrapped(f"{title}: {', '.join(changes)}")


def _listed(title: str, lines: Sequence[str], most: int) -> Iterator[str]:
    if lines:
        yield f"{title}:"
        yield from (f"  {' '.join(line.split())}" for line in lines[:most])
    if len(lines) > most:
        yield f"  and {len(lines) - most} more"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
