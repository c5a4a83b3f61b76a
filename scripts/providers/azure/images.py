# SPDX-License-Identifier: MIT
"""Which marketplace images to look for, and which streams they belong to.

Architecture and generation are asked of the newest version of each SKU, because names do not tell them
reliably.
https://learn.microsoft.com/rest/api/compute/virtual-machine-images
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from cloudlib.calls.left_out import LeftOut
from cloudlib.calls.shape import Reader
from cloudlib.catalog import limits
from cloudlib.catalog.image_rules import ARCHITECTURES, Match, Publishers, Rule, match, pinned
from cloudlib.catalog.rates import MARKETPLACE, NO_FEE
from cloudlib.catalog.records import Image
from cloudlib.errors import NotFound
from providers.azure import boot as azure_boot
from providers.azure.pages import answer_of

_API = "2024-07-01"
#: The architecture and generation that a SKU may name; both are asked for, so they are only passed over.
_A = r"(?:-(?:arm64|arm|x86[-_]64))?"
_G = r"(?:[-_]?gen[12])?"
_ARM = re.compile(r"\b(?:arm(?:64)?|aarch64)\b")
_MAJOR = r"(?P<major>\d+)"
_SLES = r"sles-(?P<major>\d+)-(?P<sp>sp\d+|\d+)"
_SLES_SYMBOL = "SLES {major} {sp}"
_UBUNTU = r"ubuntu-(?P<major>\d\d)_(?P<minor>\d\d)(?:-lts)?"
_MINOR = "{major}.{minor}"

#: Publishers: https://wiki.debian.org/Cloud/MicrosoftAzure,
#: https://documentation.ubuntu.com/azure/azure-how-to/instances/find-ubuntu-images/,
#: https://learn.microsoft.com/azure/virtual-machines/workloads/redhat/redhat-imagelist,
#: https://documentation.suse.com/sle-public-cloud/all/html/public-cloud/cha-images.html,
#: https://wiki.almalinux.org/cloud/Azure.html, https://rockylinux.org/download,
#: https://learn.microsoft.com/azure/virtual-machines/workloads/oracle/oracle-vm-solutions.
#: A rule has the exact forms of an offer and a SKU. Of the SKUs of one release, architecture and generation,
#: the one by the earliest rule is taken.
_PLAIN = (
    Rule("almalinux", "almalinux", (r"almalinux-(?:x86_64|arm)", rf"{_MAJOR}{_A}-gen[12]"), "{major}"),
    Rule("debian", "Debian", (rf"debian-{_MAJOR}", rf"\d+{_A}{_G}"), "{major}"),
    Rule("debian", "Debian", (rf"debian-{_MAJOR}", rf"\d+-backports{_A}{_G}"), "{major}-backports"),
    Rule("opensuse", "SUSE", (rf"(?i:opensuse-leap)-{_MAJOR}-(?P<minor>\d+){_A}", r"gen[12]"), _MINOR),
    Rule("opensuse", "SUSE", (r"(?i:opensuse-leap)", rf"{_MAJOR}-(?P<minor>\d+){_A}{_G}"), _MINOR),
    Rule(
        "oracle",
        "Oracle",
        (r"Oracle-Linux", rf"(?:ol)?(?P<major>10|[5-9])[._]?(?P<minor>\d*){_A}(?:-lvm)?{_G}"),
        _MINOR,
    ),
    Rule(
        "redhat",
        "RedHat",
        (r"RHEL|rhel-arm64", rf"(?P<major>10|[6-9])[._]?(?P<minor>\d*)(?:-(?:lvm|LVM))?{_A}{_G}"),
        _MINOR,
    ),
    Rule("rocky", "resf", (r"rockylinux-(?:x86_64|aarch64)", rf"{_MAJOR}-base"), "{major}"),
    Rule(
        "rocky",
        "erockyenterprisesoftwarefoundationinc1653071250513",
        (rf"rockylinux-{_MAJOR}", r"rockylinux-\d+"),
        "{major}",
    ),
    Rule("suse", "SUSE", (_SLES + _A, r"gen[12]"), "{major}.{sp}", symbol=_SLES_SYMBOL),
    Rule("suse", "SUSE", (rf"{_SLES}-basic{_A}", r"gen[12]"), "{major}.{sp}", symbol=_SLES_SYMBOL),
    Rule(
        "suse",
        "SUSE",
        (r"SLES", rf"{_MAJOR}-(?P<sp>(?:sp|SP)\d+){_A}{_G}"),
        "{major}.{sp}",
        symbol=_SLES_SYMBOL,
    ),
    Rule("ubuntu", "Canonical", (_UBUNTU, rf"server{_A}{_G}"), _MINOR),
    Rule(
        "ubuntu",
        "Canonical",
        (r"0001-com-ubuntu-server-[a-z]+", rf"(?P<major>\d\d)_(?P<minor>\d\d)(?:-lts)?{_A}{_G}"),
        _MINOR,
    ),
    Rule("ubuntu", "Canonical", (_UBUNTU, rf"minimal{_A}{_G}"), f"{_MINOR}-minimal"),
    Rule(
        "ubuntu",
        "Canonical",
        (
            r"0001-com-ubuntu-minimal-[a-z]+",
            rf"minimal-(?P<major>\d\d)_(?P<minor>\d\d)(?:-lts)?{_A}{_G}",
        ),
        f"{_MINOR}-minimal",
    ),
)

#: Images for confidential machines, whose disks have a layout of their own:
#: https://learn.microsoft.com/azure/confidential-computing/confidential-vm-overview#os-support
_CONFIDENTIAL = (
    Rule("redhat", "RedHat", (r"rhel-cvm", rf"{_MAJOR}_(?P<minor>\d+)_cvm"), _MINOR),
    Rule("ubuntu", "Canonical", (_UBUNTU, r"cvm"), _MINOR),
    Rule(
        "ubuntu",
        "Canonical",
        (r"0001-com-ubuntu-confidential-vm-[a-z]+", r"(?P<major>\d\d)_(?P<minor>\d\d)-lts-cvm"),
        _MINOR,
    ),
)
_RULES = (*_PLAIN, *_CONFIDENTIAL)

#: Whom to ask.
PUBLISHERS = tuple(dict.fromkeys(rule.publisher for rule in _RULES))
PINNED = Publishers(("PUBLISHER",), pinned(_RULES))
DISTROS = tuple(dict.fromkeys(rule.distro for rule in _RULES))


#: What the help of a release says of the choice among SKUs; see `streams`.
RULE = (
    "Of the SKUs of a release the plain one is taken, in its latest version; those with backports and the "
    "minimal ones are releases of their own."
)
#: Stands for the plan of an image that has none.
NO_PLAN = "none"


@dataclass(frozen=True, slots=True)
class Version:
    """What the newest version of a SKU says. `generation` is "" where it does not say.

    `features` are its names and values as Azure has them. `plan` is "publisher/product/name", the plan of the
    Marketplace that a machine has to name, or NO_PLAN.
    """

    architecture: str
    generation: str
    features: Mapping[str, str]
    plan: str


@dataclass(frozen=True, slots=True)
class Sku:
    """A SKU that a rule takes, and its newest version."""

    match: Match
    offer: str
    name: str
    newest: Version

    @property
    def boot_modes(self) -> tuple[str, ...]:
        """Those of the version; an image that is made for confidential machines is taken for these alone."""
        modes = azure_boot.modes_of_image(self.newest.generation, self.newest.features)
        if not self.confidential:
            return modes
        return tuple(mode for mode in modes if mode == azure_boot.CONFIDENTIAL)

    @property
    def confidential(self) -> bool:
        """Is it made for confidential machines?"""
        return self.match.rule in _CONFIDENTIAL


#: Turns the part of a URL after the subscription into parsed JSON.
Get = Callable[[str], object]


def of_publisher(publisher: str, location: str, get: Get, left_out: LeftOut) -> list[Sku]:
    """The images of one publisher: one call for its offers, one for each offer, one for each SKU that fits.

    BadReply for an answer of another shape; whatever `get` raises, but for NotFound.
    """
    place = f"/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}"
    base = f"{place}/artifacttypes/vmimage/offers"
    rules = [rule for rule in _RULES if rule.publisher == publisher]
    skus: list[Sku] = []
    for offer in _names(get, base, f"offers of {publisher}", left_out):
        fitting = [rule for rule in rules if rule.fits(offer) is not None]
        url = f"{base}/{quote(offer)}/skus"

        def read(
            name: str, offer: str = offer, fitting: Sequence[Rule] = fitting, url: str = url
        ) -> Sku | None:
            fits = match(fitting, publisher, offer, name)
            version = f"{url}/{quote(name)}/versions"
            newest = _newest(get, version, f"versions of {name}", left_out) if fits else None
            return Sku(fits, offer, name, newest) if fits and newest else None

        names = _names(get, url, f"SKUs of {offer}", left_out) if fitting else ()
        skus += [sku for sku in left_out.each("images", names, read, some=False) if sku]
    return skus


def _names(get: Get, url: str, what: str, left_out: LeftOut) -> list[str]:
    """The names in a list of offers or SKUs; none where the location has no such thing."""
    rows = _rows(get, f"{url}?api-version={_API}", what)
    return list(left_out.each("images", rows, lambda row: row.name("name"), some=False))


def _newest(get: Get, url: str, what: str, left_out: LeftOut) -> Version | None:
    """The newest version.

    None for a SKU without versions, for a withdrawn image, and for one of an unknown architecture. An
    architecture that is not stated is read off the names.
    """
    query = f"api-version={_API}&$expand=properties&$top=1&$orderby={quote('name desc')}"
    for version in _rows(get, f"{url}?{query}", what):
        about = version.at("properties") if version.has("properties") else version
        withdrawn = about.maybe_at("imageDeprecationStatus").maybe_text("imageState") == "Deprecated"
        stated = about.maybe_text("architecture").lower()
        architecture = ARCHITECTURES.get(stated or ("arm64" if _ARM.search(url) else "x64"))
        if withdrawn or architecture is None:
            return None
        if not stated:
            left_out.assume(
                f"images without an architecture, taken for {architecture}", what.rpartition(" ")[2]
            )
        gen = "hyperVGeneration"
        generation = about.name(gen, limits.BOOT_MODE).upper() if about.maybe_text(gen) else ""
        features = {row.text("name"): row.maybe_text("value") for row in about.maybe_rows("features")}
        return Version(architecture, generation, features, _plan(about.maybe_at("plan")))
    return None


def _plan(plan: Reader) -> str:
    """`publisher/product/name`, NO_PLAN for an image without one. BadReply for a plan without a name.

    https://learn.microsoft.com/azure/virtual-machines/linux/cli-ps-findimage#check-the-purchase-plan-information
    """
    if not plan.maybe_text("name"):
        return NO_PLAN
    return "/".join(plan.name(part) for part in ("publisher", "product", "name"))


def _rows(get: Get, url: str, what: str) -> list[Reader]:
    try:
        return answer_of(what, get(url)).items()
    except NotFound:
        return []


def streams(skus: Sequence[Sku]) -> list[Image]:
    """One record a release, architecture and way to boot: by the earliest rule, then the shortest SKU.

    Of the same system a plain image is so taken before one with LVM, and the vendor's own offer before an
    older one.
    """
    best: dict[tuple[object, ...], Sku] = {}
    for sku in sorted(skus, key=lambda s: (_RULES.index(s.match.rule), len(s.name), s.offer, s.name)):
        newest = sku.newest
        best.setdefault((sku.match.title, newest.architecture, newest.generation, sku.confidential), sku)
    return [_image(sku) for sku in best.values() if sku.boot_modes or not sku.newest.generation]


def _image(sku: Sku) -> Image:
    newest = sku.newest
    coordinates = {
        "PUBLISHER": sku.match.rule.publisher,
        "OFFER": sku.offer,
        "SKU": sku.name,
        "PLAN": newest.plan,
    }
    made = sku.match.image(newest.architecture, coordinates, sku.boot_modes)
    features = azure_boot.features_of_image(newest.generation, newest.features)
    return replace(made, features=features, fee=_fee(sku))


def _fee(sku: Sku) -> str:
    """What Azure bills for the image: see `Image.fee`.

    RHEL and SLES have meters of Azure's own, those of SLES by offer: with "-basic" without SUSE's support.
    Of the others one without a plan has no price of its own; what a plan costs, if anything, is not stated.
    https://learn.microsoft.com/azure/virtual-machines/workloads/redhat/redhat-images
    https://learn.microsoft.com/azure/cost-management-billing/reservations/understand-suse-reservation-charges
    """
    rule = sku.match.rule
    if sku.newest.plan != NO_PLAN:
        return MARKETPLACE
    if rule.distro == "redhat":
        return "rhel-confidential" if sku.confidential else "rhel"
    if rule.distro == "suse":
        return "sles-standard" if rule.patterns[0] == _SLES + _A else "sles"
    return NO_FEE
