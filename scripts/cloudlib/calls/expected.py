# SPDX-License-Identifier: MIT
"""How much an answer should hold: an empty or a short one is no proof that the rest is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cloudlib.catalog.records import Catalog
from cloudlib.errors import ShortAnswer

#: More than one thing and more than a tenth gone at once is more likely a fault than news.
_TENTH = 10
#: What a notice about an answer that FORCE=1 let pass begins with.
ACCEPTED = "accepted because of FORCE=1:"


@dataclass
class Expected:
    """What the tree knows of a provider, to be held against new answers.

    `tree` is its newest catalog. It says nothing where it does not offer `home`, the default region: that
    is another partition of the cloud. With `force` every answer is taken; `notices` name the doubtful ones.
    """

    provider: str
    home: str
    tree: Catalog | None = None
    force: bool = False
    notices: list[str] = field(default_factory=list)

    @cached_property
    def known(self) -> Catalog | None:
        """The tree's catalog, None where there is none of this partition."""
        return self.tree if self.tree and self.home in self.tree.offered_in else None

    def check(
        self, part: str, noun: str, answered: Collection[str], known: Collection[str], *, some: bool = True
    ) -> None:
        """ShortAnswer where `answered` holds nothing, or lacks more than a tenth of the names in `known`.

        `part` is what the answer is about, `noun` the plural of what it lists. With `some` False it may be
        empty where nothing is known.
        """
        why = lack(noun, answered, known, some=some)
        if why:
            self.doubt(part, why)

    def doubt(self, part: str, why: str) -> None:
        """ShortAnswer, or with `force` a notice."""
        if not self.force:
            hint = "if that is right, run the command again with FORCE=1"
            raise ShortAnswer(f"the answer {why}", hint=hint)
        self.notices.append(f"{ACCEPTED} the answer for {part} {why}")

    def check_whole(self, noun: str, answered: Collection[str], known: Collection[str] = ()) -> None:
        """The same of a list that all else depends on: the error names the provider."""
        try:
            self.check(f"the list of {noun}", noun, answered, known)
        except ShortAnswer as error:
            raise error.about(self.provider) from None

    def check_regions(self, answered: Collection[str]) -> None:
        """ShortAnswer for a list of regions that lacks more than a tenth of the known ones."""
        self.check_whole("regions", answered, [r.name for r in self.known.regions] if self.known else ())

    def types_in(self, place: str) -> Collection[str]:
        """Names of the types that are known in a region or a zone."""
        return self._types.get(place, ())

    def priced_in(self, region: str) -> Collection[str]:
        """Names of the types whose price in a region is known."""
        itypes = self.known.instance_types if self.known else ()
        return [itype.name for itype in itypes if region in itype.prices]

    def zones_in(self, region: str) -> Collection[str]:
        """Names of the known zones of a region."""
        return [zone.name for zone in self.known.zones if zone.region == region] if self.known else []

    @cached_property
    def _types(self) -> Mapping[str, Collection[str]]:
        names: dict[str, list[str]] = {}
        for itype in self.known.instance_types if self.known else ():
            for place in (*itype.regions, *itype.zones):
                names.setdefault(place, []).append(itype.name)
        return names


def lack(noun: str, answered: Collection[str], known: Collection[str], *, some: bool = True) -> str:
    """What makes an answer implausible, "" for nothing; see `Expected.check`."""
    gone = len(set(known) - set(answered))
    if not answered and (known or some):
        return f"has none of the {len(known)} known {noun}" if known else f"has no {noun}"
    return f"lacks {gone} of {len(known)} known {noun}" if gone > max(1, len(known) // _TENTH) else ""
