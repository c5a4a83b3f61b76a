# SPDX-License-Identifier: MIT
"""What Azure's size names say: which family a person knows them by, which device is inside.

https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions has the convention: family, vCPUs,
constrained vCPUs, features, accelerator, version, as in Standard_NC24ads_A100_v4. Whether a size has a GPU,
and for which architecture it is, comes from figures of the API.
"""

from __future__ import annotations

import re
from fractions import Fraction

_SIZE = re.compile(
    r"(?:Standard|Basic)_(?P<family>[A-Z]+)\d+(?:-\d+)?(?P<features>[a-z]*)(?P<rest>(?:_[A-Za-z0-9]+)*)\Z"
)
#: Part of a size name -> the accelerator as its maker calls it. A name has other parts too: NDR and noIB (the
#: network), xl, flex, Promo.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/
_ACCELERATORS = (
    (r"RTXPRO6000\w*", "NVIDIA RTX PRO 6000"),
    (r"(?:A10|A100|B200|B300|GB200|GB300|H100|H200|L4|L40|L40S|T4|V100)", r"NVIDIA \g<0>"),
    (r"MI25", "AMD Radeon Instinct MI25"),
    (r"MI3\d\dX", r"AMD Instinct \g<0>"),
    (r"V\d{3}", r"AMD Radeon Pro \g<0>"),
)
#: Series whose names do not have the accelerator in them.
_BY_SERIES = (
    (r"NC\w*v3", "NVIDIA V100"),
    (r"NC\w*v2", "NVIDIA P100"),
    (r"ND\w*v2", "NVIDIA V100"),
    (r"ND\w*v4", "NVIDIA A100"),
    (r"ND\w*s", "NVIDIA P40"),
    (r"NV\w*v[23]", "NVIDIA M60"),
    (r"NV\w*v4", "AMD Radeon Instinct MI25"),
)
#: Accelerators that smaller sizes share: how many vCPUs stand beside a whole one.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/nvadsa10v5-series and others.
_VCPUS_OF_ONE = {
    "AMD Radeon Instinct MI25": 32,
    "AMD Radeon Pro V620": 32,
    "AMD Radeon Pro V710": 24,
}
_VCPUS_OF_AN_A10 = 36  # in the NVads family; NCads has whole ones only
#: vCPUs of the sizes that get a part of an RTX PRO 6000, which the API counts as one; 144 have a whole one.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/nc-rtxpro6000-bse-v6-series
_RTX_PRO_6000_PARTS = {24: "1/4", 36: "1/4", 72: "1/2"}

#: How many accelerators a size of the ND family has, which is a whole host.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/nd-family
_OF_A_HOST = {
    "AMD Instinct MI300X": 8,
    "NVIDIA A100": 8,
    "NVIDIA GB200": 4,
    "NVIDIA GB300": 4,
    "NVIDIA H100": 8,
    "NVIDIA H200": 8,
    "NVIDIA V100": 8,
}

#: The name of an accelerator that is not known.
UNNAMED = "GPU"


def series(size: str) -> str:
    """Standard_D4s_v5 -> Dsv5, Standard_NC24ads_A100_v4 -> NCadsA100v4; a name of another form, unchanged."""
    match = _SIZE.match(size)
    return match["family"] + match["features"] + match["rest"].replace("_", "") if match else size


def accelerator(size: str) -> str:
    """The accelerator in the name of a size, as "NVIDIA A100"; UNNAMED where no known one is in it."""
    match = _SIZE.match(size)
    if match is None:
        return UNNAMED
    parts = [part for part in match["rest"].split("_") if part and not re.fullmatch(r"v\d+|Promo", part)]
    for part in parts:
        for pattern, name in _ACCELERATORS:
            if fits := re.fullmatch(pattern, part):
                return fits.expand(name)
    own = series(size)
    return next((name for pattern, name in _BY_SERIES if not parts and re.fullmatch(pattern, own)), UNNAMED)


def share(size: str, vcpus: int) -> str:
    """ "1/6" for a size that gets a sixth of its accelerator, "" for one that gets whole ones."""
    name = accelerator(size)
    if name == "NVIDIA RTX PRO 6000":
        return _RTX_PRO_6000_PARTS.get(vcpus, "")
    whole = _VCPUS_OF_ONE.get(name, 0)
    if name == "NVIDIA A10" and series(size).startswith("NV"):
        whole = _VCPUS_OF_AN_A10
    return str(Fraction(vcpus, whole)) if 0 < vcpus < whole else ""


def devices(size: str) -> int:
    """The number of accelerators of a size as its page has it, 0 where that is not known.

    A size with a part of one has one. The API gives a number for some of these sizes alone.
    """
    name = accelerator(size)
    if name in _VCPUS_OF_ONE:
        return 1
    return _OF_A_HOST.get(name, 0) if series(size).startswith("ND") else 0


def grace(size: str) -> bool:
    """Does the size have an accelerator on one board with NVIDIA's Grace, which is an Arm CPU?

    https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/nd-gb200-v6-series
    """
    return accelerator(size).startswith(("NVIDIA GB", "NVIDIA GH"))


#: Leading letters of a series -> category, as Microsoft sorts them:
#: https://learn.microsoft.com/azure/virtual-machines/sizes/overview
CATEGORIES = {
    "hb": "High performance computing",
    "hc": "High performance computing",
    "hx": "High performance computing",
    "np": "FPGA",
    "n": "GPU",
    "a": "General purpose",
    "b": "Burstable",
    "d": "General purpose",
    "e": "Memory optimized",
    "f": "Compute optimized",
    "g": "Memory optimized",
    "l": "Storage optimized",
    "m": "Memory optimized",
}
