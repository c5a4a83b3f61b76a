# SPDX-License-Identifier: MIT
"""Which published images are which distribution and release, by rules over their names.

A rule pins the publisher, because anyone may publish an image called "debian-12", and derives the release
from the name, so that a new release needs no new rule. One system has one title, whichever cloud offers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloudlib.catalog import support
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Image

#: Distribution key -> what the title of a release begins with.
NAMES = {
    "almalinux": "AlmaLinux",
    "amazon": "Amazon Linux",
    "centos": "CentOS Stream",
    "debian": "Debian",
    "fedora": "Fedora",
    "fedora-coreos": "Fedora CoreOS",
    "gpu-base": "GPU Base",
    "lambda-stack": "Lambda Stack",
    "opensuse": "openSUSE Leap",
    "oracle": "Oracle Linux",
    "redhat": "RHEL",
    "rocky": "Rocky Linux",
    "suse": "SUSE Linux Enterprise",
    "ubuntu": "Ubuntu",
}
#: What a release may end with, after a dash -> how the title shows it.
_VARIANTS = {"backports": "with backports", "minimal": "minimal", "preview": "preview"}

#: Names of architectures in names and answers of vendors -> the records' own.
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "x64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def title(distro: str, release: str) -> str:
    """The title of a release: "Debian 12", "SUSE Linux Enterprise 15 SP6" for 15.sp6.

    A variant follows a dash: 24.04-minimal is "Ubuntu 24.04 LTS minimal".
    """
    number, _, variant = release.partition("-")
    if distro == "suse":  # service packs until 15; since 16 the second number is a minor release
        number = re.sub(r"\.sp(\d+)$", r" SP\1", number)
    elif distro == "ubuntu" and re.fullmatch(r"\d[02468]\.04", number):  # every second April
        number = f"{number} LTS"
    return " ".join(filter(None, (NAMES.get(distro, distro), number, _VARIANTS.get(variant, variant))))


@dataclass(frozen=True, slots=True)
class Rule:
    """One naming rule of one publisher.

    `publisher` is the vendor's name of the account, project or publisher. `patterns` are regular expressions
    that the parts of an image's name fit whole, one a part (Azure names an image by offer and SKU). `release`
    and `title` are format strings over their groups; a title that is "" is `title` of the release. So is
    `symbol`, which names the Kconfig symbol where that is not after the title: a symbol that is in use keeps
    its name when the title gets a better one. A group called `version` orders the images of one release: the
    newest version counts, whenever it was built, as publishers go on building older ones.
    """

    distro: str
    publisher: str
    patterns: tuple[str, ...]
    release: str
    title: str = ""
    symbol: str = ""

    def fits(self, *names: str) -> Mapping[str, str] | None:
        """The groups of the patterns in these parts of a name, "" for a group without text; None: no fit.

        Fewer parts than patterns ask whether the first ones fit.
        """
        groups: dict[str, str] = {}
        for pattern, name in zip(self.patterns, names):
            match = re.fullmatch(pattern, name)
            if match is None:
                return None
            groups.update({key: value or "" for key, value in match.groupdict().items()})
        return groups


@dataclass(frozen=True, slots=True)
class Publishers:
    """Who may publish which images: the pairs (distribution, publisher) that a provider's tables pin.

    `coordinates` are those of an image that name its publisher, () where the vendor's images have none. In
    place of a distribution stands the purpose of images that are for another one than "os".
    """

    coordinates: tuple[str, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()

    def publisher(self, image: Image) -> str:
        """The publisher that an image's coordinates name, "" for none."""
        return next((image.coordinates[c] for c in self.coordinates if c in image.coordinates), "")

    def strange(self, image: Image) -> bool:
        """Whether its publisher is not one that is pinned for it."""
        about = image.distro if image.purpose == "os" else image.purpose
        return bool(self.coordinates) and (about, self.publisher(image)) not in self.pairs


def pinned(rules: Iterable[Rule]) -> frozenset[tuple[str, str]]:
    """The pairs (distribution, publisher) of these rules."""
    return frozenset((rule.distro, rule.publisher) for rule in rules)


@dataclass(frozen=True, slots=True)
class Match:
    """An image name that fits a rule, and the groups of the rule's patterns in it."""

    rule: Rule
    groups: Mapping[str, str]

    @property
    def release(self) -> str:
        """The release, "9" where the name has no minor release behind "9."."""
        return self.rule.release.format(**self.groups).rstrip(".").lower()

    @property
    def version(self) -> tuple[object, ...]:
        """The sort key of the version within the release; the same for all where the names have none."""
        return natural(self.groups.get("version", ""))

    @property
    def title(self) -> str:
        """The title of the stream."""
        own = self.rule.title.format(**self.groups)
        return own or title(self.rule.distro, self.release)

    def image(
        self, architecture: str, coordinates: Mapping[str, str], boot_modes: tuple[str, ...] = ()
    ) -> Image:
        """The record of the stream."""
        return Image(
            distro=self.rule.distro,
            release=self.release,
            title=self.title,
            architecture=architecture,
            coordinates=coordinates,
            boot_modes=boot_modes,
            symbol=self.rule.symbol.format(**self.groups).rstrip(". "),
            version=self.groups.get("version", ""),
            supported=not support.ended(self.rule.distro, self.release),
        )


def match(rules: Iterable[Rule], publisher: str, *names: str) -> Match | None:
    """The first rule of this publisher that the name fits, None for an image that no rule describes."""
    for rule in rules:
        groups = rule.fits(*names) if rule.publisher == publisher else None
        if groups is not None:
            return Match(rule, groups)
    return None
