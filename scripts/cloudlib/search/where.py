# SPDX-License-Identifier: MIT
"""The regions that a person means: by name, by city, by a pattern, by a part of the world."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence

from cloudlib.catalog import alike
from cloudlib.catalog.alike import plain
from cloudlib.errors import UsageError
from cloudlib.search.machine import Market, Place
from cloudlib.search.question import Question, areas

#: Names of the regions that are meant, by provider.
Where = Mapping[str, frozenset[str]]


def where(asked: Question, markets: Iterable[Market]) -> Where:
    """The regions of each provider that a question means; UsageError for one that no provider has."""
    markets = list(markets)
    meant = {market.provider: set(market.places) for market in markets}
    if asked.areas:
        wanted = areas(asked)
        for market in markets:
            meant[market.provider] = {p.name for p in market.places.values() if p.area in wanted}
    if asked.regions:
        chosen: dict[str, set[str]] = {market.provider: set() for market in markets}
        for text in asked.regions:
            for provider, names in _named(text, markets).items():
                chosen[provider] |= names
        meant = {provider: names & chosen[provider] for provider, names in meant.items()}
    return {provider: frozenset(names) for provider, names in meant.items()}


def _named(text: str, markets: Sequence[Market]) -> dict[str, set[str]]:
    """What a text names, by provider. A whole name rules out those of that provider that it is a part of."""
    meant = {market.provider: _names_of(text, market) for market in markets}
    if not any(meant.values()):
        places = [place for market in markets for place in market.places.values()]
        raise UsageError(f"there is no region {text!r}", hint=nearest(text, places))
    return meant


def _names_of(text: str, market: Market) -> set[str]:
    places = market.places.values()
    return {p.name for p in places if is_named(p, text)} or {p.name for p in places if _is_at(p, text)}


def is_named(place: Place, text: str) -> bool:
    """Is that its name or long name, in any case and with any blanks? `East US` is eastus."""
    return plain(text) in (plain(place.name), plain(place.long_name))


def _is_at(place: Place, text: str) -> bool:
    """Does a pattern fit, or does the long name have all of the words? Frankfurt is eu-central-1."""
    pattern = text.casefold()
    if "*" in pattern or "?" in pattern:
        return any(fnmatch.fnmatchcase(name.casefold(), pattern) for name in (place.name, place.long_name))
    words = re.findall(r"\w+", pattern)
    return bool(words) and set(words) <= set(re.findall(r"\w+", place.long_name.casefold()))


def nearest(text: str, places: Iterable[Place]) -> str:
    """The hint for a region that there is not."""
    names: dict[str, str] = {}
    for place in places:
        for name in (place.name, place.long_name, *re.findall(r"\w+", place.long_name)):
            names.setdefault(plain(name), place.name)
    return alike.nearest(text, names, "`regions list` lists them; Frankfurt and eu-* are taken too")
