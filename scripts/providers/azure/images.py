# SPDX-License-Identifier: MIT
"""Which marketplace images to look for, and which streams the found ones belong to.

Releases are read off the offers and SKUs that exist, so a new one needs no change here. Architecture and
generation are asked of the newest version of each SKU, because names do not tell them reliably. The publisher
is always pinned: anybody may publish an offer called "debian-12".
https://learn.microsoft.com/rest/api/compute/virtual-machine-images
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cloudlib.catalog.records import Image
from cloudlib.errors import BadReply, NotFound

_API = "2024-07-01"
_ARCH = {"x64": "x86_64", "arm64": "arm64"}
#: The architecture and generation that a SKU may name; both are asked for, so they are only passed over.
_A = r"(?:-(?:arm64|arm|x86[-_]64))?"
_G = r"(?:[-_]?gen[12])?"
_SLES = r"sles-(?P<major>\d+)-(?P<sp>sp\d+|\d+)"
_UBUNTU = r"ubuntu-(?P<major>\d\d)_(?P<minor>\d\d)(?:-lts)?"


@dataclass(frozen=True, slots=True)
class Rule:
    """One publisher's naming rule: exact forms of offer and SKU, whose groups make release and title.

    Of the SKUs of one release, architecture and generation, the one by the earliest rule is taken.
    """

    distro: str
    publisher: str
    offer: str
    sku: str
    release: str
    title: str


#: Publishers: https://wiki.debian.org/Cloud/MicrosoftAzure,
#: https://documentation.ubuntu.com/azure/azure-how-to/instances/find-ubuntu-images/,
#: https://learn.microsoft.com/azure/virtual-machines/workloads/redhat/redhat-imagelist,
#: https://documentation.suse.com/sle-public-cloud/all/html/public-cloud/cha-images.html,
#: https://wiki.almalinux.org/cloud/Azure.html, https://rockylinux.org/download,
#: https://learn.microsoft.com/azure/virtual-machines/workloads/oracle/oracle-vm-solutions.
_RULES = (
    Rule(
        "almalinux", "almalinux", r"almalinux-(?:x86_64|arm)", rf"(?P<major>\d+){_A}-gen[12]",
        "{major}", "AlmaLinux {major}",
    ),
    Rule("debian", "Debian", r"debian-(?P<major>\d+)", rf"\d+{_A}{_G}", "{major}", "Debian {major}"),
    Rule(
        "debian", "Debian", r"debian-(?P<major>\d+)", rf"\d+-backports{_A}{_G}",
        "{major}-backports", "Debian {major} with backports",
    ),
    Rule(
        "opensuse", "SUSE", rf"(?i:opensuse-leap)-(?P<major>\d+)-(?P<minor>\d+){_A}", r"gen[12]",
        "{major}.{minor}", "openSUSE Leap {major}.{minor}",
    ),
    Rule(
        "opensuse", "SUSE", r"(?i:opensuse-leap)", rf"(?P<major>\d+)-(?P<minor>\d+){_A}{_G}",
        "{major}.{minor}", "openSUSE Leap {major}.{minor}",
    ),
    Rule(
        "oracle", "Oracle", r"Oracle-Linux",
        rf"(?:ol)?(?P<major>10|[5-9])[._]?(?P<minor>\d*){_A}(?:-lvm)?{_G}",
        "{major}.{minor}", "Oracle Linux {major}.{minor}",
    ),
    Rule(
        "redhat", "RedHat", r"RHEL|rhel-arm64",
        rf"(?P<major>10|[6-9])[._]?(?P<minor>\d*)(?:-(?:lvm|LVM))?{_A}{_G}",
        "{major}.{minor}", "RHEL {major}.{minor}",
    ),
    Rule(
        "rocky", "resf", r"rockylinux-(?:x86_64|aarch64)", r"(?P<major>\d+)-base",
        "{major}", "Rocky Linux {major}",
    ),
    Rule(
        "rocky", "erockyenterprisesoftwarefoundationinc1653071250513", r"rockylinux-(?P<major>\d+)",
        r"rockylinux-\d+", "{major}", "Rocky Linux {major}",
    ),
    Rule("suse", "SUSE", rf"{_SLES}{_A}", r"gen[12]", "{major}.{sp}", "SLES {major} {sp}"),
    Rule("suse", "SUSE", rf"{_SLES}-basic{_A}", r"gen[12]", "{major}.{sp}", "SLES {major} {sp}"),
    Rule(
        "suse", "SUSE", r"SLES", rf"(?P<major>\d+)-(?P<sp>(?:sp|SP)\d+){_A}{_G}",
        "{major}.{sp}", "SLES {major} {sp}",
    ),
    Rule(
        "ubuntu", "Canonical", _UBUNTU, rf"server{_A}{_G}", "{major}.{minor}", "Ubuntu {major}.{minor}",
    ),
    Rule(
        "ubuntu", "Canonical", r"0001-com-ubuntu-server-[a-z]+",
        rf"(?P<major>\d\d)_(?P<minor>\d\d)(?:-lts)?{_A}{_G}", "{major}.{minor}", "Ubuntu {major}.{minor}",
    ),
    Rule(
        "ubuntu", "Canonical", _UBUNTU, rf"minimal{_A}{_G}",
        "{major}.{minor}-minimal", "Ubuntu {major}.{minor} minimal",
    ),
    Rule(
        "ubuntu", "Canonical", r"0001-com-ubuntu-minimal-[a-z]+",
        rf"minimal-(?P<major>\d\d)_(?P<minor>\d\d)(?:-lts)?{_A}{_G}",
        "{major}.{minor}-minimal", "Ubuntu {major}.{minor} minimal",
    ),
)  # fmt: skip

PUBLISHERS = tuple(dict.fromkeys(rule.publisher for rule in _RULES))
DISTROS = tuple(dict.fromkeys(rule.distro for rule in _RULES))


@dataclass(frozen=True, slots=True)
class Found:
    """A SKU with what its newest version says. `generation` is "" where that does not say."""

    rule: Rule
    offer: str
    sku: str
    words: Mapping[str, str]
    architecture: str
    generation: str


def of_publisher(publisher: str, location: str, get: Callable[[str], Any]) -> list[Found]:
    """The images of one publisher: one call for its offers, one for each offer, one for each SKU that fits.

    `get` turns the part of the URL after the subscription into parsed JSON.
    """
    place = f"/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}"
    base = f"{place}/artifacttypes/vmimage/offers"
    rules = [rule for rule in _RULES if rule.publisher == publisher]
    found: list[Found] = []
    for offer in _names(get, f"{base}?api-version={_API}"):
        fitting = [(r, m) for r in rules if (m := re.fullmatch(r.offer, offer))]
        if not fitting:
            continue
        skus = f"{base}/{quote(offer)}/skus"
        for sku in _names(get, f"{skus}?api-version={_API}"):
            for rule, outer in fitting:
                inner = re.fullmatch(rule.sku, sku)
                if inner:
                    newest = _newest(get, f"{skus}/{quote(sku)}/versions")
                    found += _found(rule, offer, sku, {**outer.groupdict(), **inner.groupdict()}, newest)
                    break
    return found


def _names(get: Callable[[str], Any], url: str) -> list[str]:
    """The names in a list of offers or SKUs; none where the location has no such thing."""
    try:
        return [str(row["name"]) for row in _list(get(url))]
    except NotFound:
        return []


def _newest(get: Callable[[str], Any], url: str) -> list[Mapping[str, Any]]:
    query = f"api-version={_API}&$expand=properties&$top=1&$orderby={quote('name desc')}"
    try:
        return _list(get(f"{url}?{query}"))
    except NotFound:
        return []


def _list(answer: Any) -> list[Mapping[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(r, Mapping) and r.get("name") for r in answer):
        raise BadReply("an image list of Azure is no list of named objects", hint="DEBUG=1 shows every call")
    return answer


def _found(
    rule: Rule, offer: str, sku: str, words: Mapping[str, str], newest: Sequence[Mapping[str, Any]]
) -> Iterator[Found]:
    """Nothing for a SKU without versions, for a withdrawn image, and for one of an unknown architecture."""
    for version in newest:
        about = version.get("properties")
        about = about if isinstance(about, Mapping) else version
        status = about.get("imageDeprecationStatus")
        withdrawn = isinstance(status, Mapping) and status.get("imageState") == "Deprecated"
        architecture = _ARCH.get(str(about.get("architecture")).lower())
        if architecture and not withdrawn:
            yield Found(rule, offer, sku, words, architecture, str(about.get("hyperVGeneration") or ""))
        return


def streams(found: Sequence[Found]) -> list[Image]:
    """One record a release, architecture and generation: by the earliest rule, then the shortest SKU."""
    best: dict[tuple[str, str, str], Found] = {}
    for item in sorted(found, key=lambda f: (_RULES.index(f.rule), len(f.sku), f.offer, f.sku)):
        best.setdefault((_title(item), item.architecture, item.generation), item)
    return [_image(item) for item in best.values()]


def _image(item: Found) -> Image:
    return Image(
        distro=item.rule.distro,
        release=item.rule.release.format(**item.words).rstrip(".").lower(),
        title=_title(item),
        architecture=item.architecture,
        coordinates={"PUBLISHER": item.rule.publisher, "OFFER": item.offer, "SKU": item.sku},
        boot_modes=(item.generation,) if item.generation else (),
    )


def _title(item: Found) -> str:
    """`RHEL 9` without a minor release, `SLES 15 SP6` but `SLES 16.0`, `Ubuntu 24.04 LTS`."""
    title = item.rule.title.format(**item.words).rstrip(".")
    if item.rule.distro == "suse":
        start, _, last = title.rpartition(" ")
        return f"{start}.{last}" if last.isdigit() else f"{start} {last.upper()}"
    if item.rule.distro == "ubuntu" and item.words["minor"] == "04" and int(item.words["major"]) % 2 == 0:
        return title.replace(f".{item.words['minor']}", ".04 LTS")
    return title
