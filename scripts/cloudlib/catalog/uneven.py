# SPDX-License-Identifier: MIT
"""Figures in which members of a family differ and cannot: slips of a vendor, which are named. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cloudlib.catalog.records import InstanceType


def notices(itypes: Iterable[InstanceType]) -> Iterator[str]:
    """A line for each model of GPU of which whole ones differ in memory within one family.

    EC2 listed the memory of all four GPUs of a g6 size as that of each.
    """
    listed: dict[tuple[str, str], dict[int, list[str]]] = defaultdict(dict)
    for itype in itypes:
        for gpu in (*itype.gpus, *itype.accelerators):
            if gpu.memory_mib and not gpu.fraction:
                listed[itype.family, gpu.name].setdefault(gpu.memory_mib, []).append(itype.name)
    for (family, model), sizes in sorted(listed.items()):
        usual, *others = sorted(sizes, key=lambda mib: (-len(sizes[mib]), mib))
        for mib in others:
            odd = f"{model} with {mib} MiB in {', '.join(sizes[mib])}"
            yield f"the vendor lists {odd}, and {usual} MiB in the rest of {family}"
