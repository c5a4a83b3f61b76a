# SPDX-License-Identifier: MIT
"""The families of Azure's sizes, under the names that people know, and how their members go together. Pure.

A symbol is made of the name, so it depends on the family alone, and not on which sizes of it one subscription
is shown: standardDSv5Family is Dsv5 for everybody.
https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from cloudlib.catalog.records import InstanceType
from providers.azure import names as azure_names

#: Families whose name at Azure is not that of their series, in lower case -> the series.
_SERIES = {
    "dadv6": "Dadsv6",
    "daldv6": "Daldsv6",
    "dalv6": "Dalsv6",
    "dav6": "Dasv6",
    "dcaccv5": "DCasccv5",
    "dcadccv5": "DCadsccv5",
    "dcedv5": "DCedsv5",
    "dcedv6": "DCedsv6",
    "dcev5": "DCesv5",
    "dcev6": "DCesv6",
    "ddcsv3": "DCdsv3",
    "dndv6": "Dndsv6",
    "dnldv6": "Dnldsv6",
    "dnlv6": "Dnlsv6",
    "dnv6": "Dnsv6",
    "ds": "DS",
    "dsv2": "DSv2",
    "eadv6": "Eadsv6",
    "eav6": "Easv6",
    "ecaccv5": "ECasccv5",
    "ecadccv5": "ECadsccv5",
    "ecedv5": "ECedsv5",
    "ecedv6": "ECedsv6",
    "ecev5": "ECesv5",
    "ecev6": "ECesv6",
    "eciedv5": "ECiedsv5",
    "eciev5": "ECiesv5",
    "endv6": "Endsv6",
    "env6": "Ensv6",
    "fxmdvs": "FXmds",
    "gs": "GS",
    "hbv3": "HBrsv3",
    "hbv4": "HBrsv4",
    "hbv5": "HBrsv5",
    "hcs": "HCrs",
    "hx": "HXrs",
    "mbsmediummemoryv3": "Mbsv3",
    "midshighmemoryv3": "Mids16v3",
    "mishighmemoryv3": "Mis16v3",
    "ncasv3_t4": "NCasT4v3",
    "nccads2023": "NCCadsH100v5",
    "ndamsv4_a100": "NDamsrA100v4",
    "ndasv4_a100": "NDasrv4",
    "ndisrgb200v6ndr": "NDisrNDRGB200v6",
    "ndisrgb300v6": "NDisrGB300v6",
    "ndisrh200v5": "NDisrH200v5",
    "ndsh100v5": "NDisrH100v5",
    "ndsv2": "NDrsv2",
    "nvsv4": "NVasv4",
    "pbs": "PBs",
    "xeidsv4": "Eidsv4",
    "xeisv4": "Eisv4",
}
#: Families of a previous generation, some of them announced for retirement. Microsoft's API does not say so.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/lifecycle/previous-gen-sizes-list
PREVIOUS = frozenset(
    {
        *("Av2", "Bs", "D", "DS", "Dv2", "DSv2", "Dv2Promo", "DSv2Promo", "Dv3", "Dsv3"),
        *("F", "Fs", "Fsv2"),
        *("Eav4", "Easv4", "Edv4", "Edsv4", "Ev3", "Esv3", "Ev4", "Esv4", "G", "GS"),
        *("Ls", "Lsv2"),
    }
)
#: The letters of a family, those of its features, and an accelerator and a version where there are any.
_FORM = re.compile(r"(DC|EC|FX|HB|HC|HX|N[CDGPV]|[ABDEFGHLM])([A-Za-z]*?)((?:(?:GB|MI|[AHLV])\d+X?)?v\d+)?")


def known_as(family: str) -> str:
    """`Standard NCASv3_T4 Family` -> NCasT4v3; a name that is not known loses its frame."""
    own = re.sub(r"^standard *| {0,9}family$", "", family, flags=re.IGNORECASE) or family
    if own.lower() in _SERIES:
        return _SERIES[own.lower()]
    match = _FORM.fullmatch(own)
    if match is None or "Memory" in own:
        return own
    letters, features, rest = match.groups()
    return letters + features.lower() + (rest or "")


def odd_counts(itypes: Iterable[InstanceType]) -> Iterator[str]:
    """`Standard_ND96isr_H100_v5 (12)`: sizes with another number of GPUs than their page or family tells.

    The number grows with the vCPUs: most sizes of a family have as many beside each GPU, and only smaller
    ones have fewer. https://learn.microsoft.com/azure/virtual-machines/sizes/gpu-accelerated/
    """
    families = defaultdict(list)
    for itype in itypes:
        for gpu in itype.gpus:
            if not gpu.fraction:
                families[itype.family, gpu.name].append((itype.name, itype.vcpus, gpu.count))
    for members in families.values():
        ratios = Counter(vcpus / count for _, vcpus, count in members)
        beside = max(ratios, key=lambda ratio: (ratios[ratio], ratio))
        for name, vcpus, count in members:
            if count != (azure_names.devices(name) or max(1, round(vcpus / beside))):
                yield f"{name} ({count})"
