# SPDX-License-Identifier: MIT
"""What Azure's size names say: which family a person knows them by, which device is inside.

https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions has the convention: family, vCPUs,
constrained vCPUs, features, accelerator, version, as in Standard_NC24ads_A100_v4. Whether a size has a GPU,
and for which architecture it is, comes from figures of the API, never from here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

_SIZE = re.compile(
    r"(?:Standard|Basic)_(?P<family>[A-Z]+)\d+(?:-\d+)?(?P<features>[a-z]*)(?P<rest>(?:_[A-Za-z0-9]+)*)\Z"
)
#: Where the convention leaves the device out: family as in the size name -> device.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/
_UNNAMED = (
    (r"NC\w*_v3", "V100"),
    (r"NC\w*_v2", "P100"),
    (r"ND\w*_v2", "V100"),
    (r"ND\w*_v4", "A100"),
    (r"ND\w*s", "P40"),
    (r"NV\w*_v[23]", "M60"),
    (r"NV\w*_v4", "MI25"),
)
#: Device -> how its maker calls it, and how many vCPUs a size has that owns one whole, where sizes share it.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/nvadsa10v5-series and others.
_DEVICES = {
    "MI25": ("AMD Radeon Instinct MI25", 32),
    "MI300X": ("AMD Instinct MI300X", 0),
    "V620": ("AMD Radeon Pro V620", 32),
    "V710": ("AMD Radeon Pro V710", 24),
}
_SLICED_A10 = 36  # vCPUs beside one whole A10 in the NVads family


def series(size: str) -> str:
    """Standard_D4s_v5 -> Dsv5, Standard_NC24ads_A100_v4 -> NCadsA100v4; a name of another form as it is."""
    match = _SIZE.match(size)
    return match["family"] + match["features"] + match["rest"].replace("_", "") if match else size


def families(sizes: Mapping[str, str]) -> dict[str, str]:
    """{size name: family of the SKU} -> {family of the SKU: the name a person knows it by}.

    Sizes of the family standardDSv5Family are of the series Dsv5. Where they are of several series, the one
    that the family is named after is taken, else the family's own name without its frame. Names that differ
    in case alone would be one symbol: such families keep their own names.
    """
    members: dict[str, Counter[str]] = {}
    for size, family in sizes.items():
        members.setdefault(family, Counter())[series(size)] += 1
    known = {family: _known(family, of) for family, of in members.items()}
    taken = Counter(name.casefold() for name in known.values())
    return {f: name if taken[name.casefold()] == 1 else bare(f) for f, name in known.items()}


def _known(family: str, of: Mapping[str, int]) -> str:
    if len(of) == 1:
        return next(iter(of))
    own = bare(family)
    return next((name for name in sorted(of) if name.casefold() == own.replace("_", "").casefold()), own)


def bare(family: str) -> str:
    """`Standard NCASv3_T4 Family` -> NCASv3_T4."""
    return re.sub(r"^standard\s*|\s*family$", "", family, flags=re.IGNORECASE) or family


def device(size: str, vcpus: int) -> tuple[str, str]:
    """The GPU's name, and "1/6" where the size has that part of one.

    A GPU of no known name shows as "GPU".
    """
    match = _SIZE.match(size)
    if match is None:
        return "GPU", ""
    parts = [p for p in match["rest"].split("_") if p and not re.fullmatch(r"v\d+|Promo", p)]
    short = parts[0] if parts else _unnamed(match["family"] + match["features"] + match["rest"])
    if not short:
        return "GPU", ""
    name, whole = _DEVICES.get(short, (f"NVIDIA {short}", 0))
    if short == "A10" and match["family"] == "NV":
        whole = _SLICED_A10
    part = Fraction(vcpus, whole) if 0 < vcpus < whole else Fraction(1)
    return name, str(part) if part < 1 else ""


def _unnamed(name: str) -> str:
    return next((d for pattern, d in _UNNAMED if re.fullmatch(pattern, name)), "")


#: Leading letters of a series -> category, as Microsoft sorts them, longest first:
#: https://learn.microsoft.com/azure/virtual-machines/sizes/overview
_LETTERS = (
    ("HB", "High performance computing"),
    ("HC", "High performance computing"),
    ("HX", "High performance computing"),
    ("NP", "FPGA"),
    ("N", "GPU"),
    ("A", "General purpose"),
    ("B", "Burstable"),
    ("D", "General purpose"),
    ("E", "Memory optimized"),
    ("F", "Compute optimized"),
    ("G", "Memory optimized"),
    ("L", "Storage optimized"),
    ("M", "Memory optimized"),
)


def category(family: str, gib_per_vcpu: Iterable[float]) -> str:
    """The menu heading of a family without a GPU figure: its letters, or for unknown ones memory per vCPU."""
    for start, found in _LETTERS:
        if family.startswith(start):
            return found
    figures = sorted(gib_per_vcpu)
    middle = figures[len(figures) // 2]
    if middle < 3:
        return "Compute optimized"
    return "General purpose" if middle < 7 else "Memory optimized"
