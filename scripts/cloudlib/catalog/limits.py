# SPDX-License-Identifier: MIT
"""What a name, a text and a figure of a catalog may be: the one table of patterns and bounds. Pure.

Vendor answers are checked against it on their way into a record, and so are the records themselves, wherever
they come from. A name ends up as a word of a command line, in the name of a file, in a URL and in a symbol;
a text in menus and on terminals. The bounds of figures catch slips and lies: no real machine is near them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from cloudlib.errors import CatalogError


class Rule(Protocol):
    """What the values of a field may be."""

    def fits(self, value: Any) -> bool:
        """Is this such a value?"""


@dataclass(frozen=True, slots=True)
class Form:
    """Text of a form; `noun` is what a message calls it."""

    noun: str
    pattern: re.Pattern[str]

    def fits(self, value: Any) -> bool:
        """Is it a text, and the whole of it of this form?"""
        return isinstance(value, str) and self.pattern.fullmatch(value) is not None

    def __str__(self) -> str:
        return self.noun


@dataclass(frozen=True, slots=True)
class Line:
    """Text for people on one line, of `least` to `most` printable characters."""

    most: int
    least: int = 0

    def fits(self, value: Any) -> bool:
        """Is it a text that `line` leaves as it is?"""
        return isinstance(value, str) and self.least <= len(value) <= self.most and value.isprintable()

    def __str__(self) -> str:
        return f"one line of {self.least} to {self.most} printable characters"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A whole number, or None where that is not known."""

    least: int
    most: int

    def fits(self, value: Any) -> bool:
        """Is it not known, or within the bounds?"""
        return value is None or (type(value) is int and self.least <= value <= self.most)

    def __str__(self) -> str:
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class Counted:
    """A text or a count: the keys and the values of a field that counts."""

    text: Line

    def fits(self, value: Any) -> bool:
        """Is it such a text, or a whole number of 0 or more?"""
        return self.text.fits(value) or (type(value) is int and value >= 0)

    def __str__(self) -> str:
        return f"{self.text}, or a count"


@dataclass(frozen=True, slots=True)
class Dollars:
    """An amount in USD."""

    least: Decimal
    most: Decimal

    def fits(self, value: Any) -> bool:
        """Is it a finite number within the bounds?"""
        return isinstance(value, Decimal) and value.is_finite() and self.least <= value <= self.most

    def __str__(self) -> str:
        return f"a price from ${self.least} to ${self.most} an hour"


#: Types, families, regions, architectures: Standard_D4s_v5, m7i-flex.2xlarge, us-east-1.
NAME = Form("a name", re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"))
#: Zones; some clouds begin theirs with the name of the account's tenancy and a colon.
ZONE = Form("the name of a zone", re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"))
#: Whose price a rate is: the name of a type, or numbers of vCPUs: "1-8", "128-".
MACHINES = Form("a type or a number of vCPUs", NAME.pattern)
#: A name that may be missing.
MAYBE_NAME = Form("a name", re.compile(rf"(?:{NAME.pattern.pattern})?"))
#: The name of an image or a pattern that fits it: AMIs have blanks, slashes, parentheses and stars, and at
#: most 128 characters.
IMAGE = Form("the name of an image", re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()*-]{0,127}"))
#: What terraform finds an image by; up to twice a name and more, as a pattern may repeat parts of it.
COORDINATE = Form("what an image is found by", re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()*?-]{0,299}"))
#: Distributions and releases: "deep_learning_base_ubuntu 24.04", "1-Ubuntu 22.04", "15.sp6".
LABEL = Form("a label", re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,199}"))
#: A label that may be missing.
MAYBE_LABEL = Form("a label", re.compile(rf"(?:{LABEL.pattern.pattern})?"))
#: V1, uefi, V2+NVMe.
BOOT_MODE = Form("a boot mode", re.compile(r"[A-Za-z0-9][A-Za-z0-9+-]{0,31}"))
#: What a local disk is, where that is known.
MEDIA = Form("a kind of disk", re.compile(r"(?:ssd|hdd)?"))
#: A part of a GPU: "1/8".
FRACTION = Form("a fraction", re.compile(r"(?:[0-9]{1,3}/[0-9]{1,3})?"))

#: Descriptions and long names, which may be missing.
PROSE = Line(200)
#: Names of devices, titles, sources.
TITLE = Line(200, least=1)
#: Notices and reasons.
NOTICE = Line(4000)
#: Names of types, as many as there are in a region.
LISTED = Line(400_000)
#: The longest text that is read at all, where it has no form of its own.
TEXT = 300

VCPUS = Bounds(1, 16_384)
MEMORY_MIB = Bounds(1, 256 * 1024**2)
DEVICES = Bounds(1, 1024)
DEVICE_MIB = Bounds(0, 16 * 1024**2)
DISKS = Bounds(1, 1024)
VOLUMES = Bounds(0, 1024)
DISK_GB = Bounds(1, 1_000_000)
#: The cheapest machine of today costs $0.0042, the dearest some $400.
USD_PER_HOUR = Dollars(Decimal("0.0001"), Decimal(2000))
#: Of a unit: an IOPS for an hour costs $0.0000068, the largest disk of Azure some $8,000 a month.
USD_A_UNIT = Dollars(Decimal("0.0000001"), Decimal(50_000))
#: What is counted, and for how long.
UNIT = Form("a unit of a price", re.compile(r"(?:(?:GiB|IOPS|MiB/s|MB/s|vCPU)-)?(?:hour|month)"))

#: Record -> field -> what its value may be, and each of several. Where a type is offered and priced is not
#: here: these are names of the catalog's own regions and zones.
FIELDS: Mapping[str, Mapping[str, Rule]] = {
    "Region": {"name": NAME, "long_name": PROSE, "geography": PROSE, "why_not": PROSE},
    "Zone": {"name": ZONE, "region": NAME, "zone_id": PROSE, "short": MAYBE_NAME},
    "Gpu": {"name": TITLE, "count": DEVICES, "memory_mib": DEVICE_MIB, "fraction": FRACTION},
    "LocalDisks": {"count": DISKS, "size_gb": DISK_GB, "media": MEDIA},
    "Rate": {
        "part": NAME,
        "unit": UNIT,
        "region": NAME,
        "usd": USD_A_UNIT,
        "source": TITLE,
        "machines": MACHINES,
    },
    "Price": {"usd_per_hour": USD_PER_HOUR, "source": TITLE},
    "InstanceType": {
        "name": NAME,
        "family": NAME,
        "category": PROSE,
        "vcpus": VCPUS,
        "memory_mib": MEMORY_MIB,
        "architectures": NAME,
        "network": PROSE,
        "usage": NAME,
        "boot_modes": BOOT_MODE,
        "features": NAME,
        "max_data_volumes": VOLUMES,
        "last_known": NAME,
    },
    "Image": {
        "distro": LABEL,
        "release": MAYBE_LABEL,
        "title": TITLE,
        "architecture": NAME,
        "coordinates": COORDINATE,
        "purpose": NAME,
        "boot_modes": BOOT_MODE,
        "symbol": PROSE,
        "version": MAYBE_LABEL,
        "features": NAME,
        "fee": MAYBE_NAME,
    },
    "Catalog": {"provider": NAME},
    "Provenance": {
        "source": NOTICE,
        "fetched_at": PROSE,
        "tools": NOTICE,
        "not_reached": NOTICE,
        "notices": NOTICE,
        "known_since": PROSE,
        "forced": NOTICE,
        "left_out": Counted(NOTICE),
        "closed": LISTED,
    },
}

#: An amount of 0 or more in ASCII digits, of a length that a price or a size can have.
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")


def line(text: str, rule: Line = PROSE) -> str:
    """The text as one line that fits: what cannot be printed becomes a blank, what is too long is cut."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * rule.most])
    plain = " ".join(printable.split())
    return plain if len(plain) <= rule.most else plain[: rule.most - 1].rstrip() + "…"


def decimal(text: str) -> Decimal | None:
    """A number as JSON writes it, 0 or more; None for anything else: NaN, 1_000, digits of another script."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def whole(text: str) -> int:
    """A count in ASCII digits; 0 for none, and for anything that is no count."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else 0


def check(record: object, name: str) -> None:
    """CatalogError for the first field of a record of which a value breaks the rule of FIELDS."""
    kind = type(record).__name__
    for field, rule in FIELDS[kind].items():
        value = getattr(record, field)
        if isinstance(value, dict):  # Mapping would take three times as long for each field of each record
            value = (*value, *value.values())
        for one in value if isinstance(value, tuple) else (value,):
            if not rule.fits(one):
                raise CatalogError(f"{kind} {name!a:.80}: {field} is {shown(one)}, not {rule}")


def shown(value: object) -> str:
    """A value that does not fit, as a message shows it: short, on one line, in ASCII."""
    text = value if isinstance(value, Decimal) else ascii(value)
    return f"{text!s:.40}"
