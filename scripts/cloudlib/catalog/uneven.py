# SPDX-License-Identifier: MIT
"""Figures of GPUs that cannot be: slips of a vendor, which are named. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from cloudlib.catalog.records import InstanceType

#: The number of GPUs in the name of a type: gpu_8x_h100_sxm5, a2-highgpu-4g.
_COUNT = re.compile(r"(?:\A|_)(\d+)x_|-(\d+)g(?=-|\Z)")


def notices(itypes: Iterable[InstanceType]) -> Iterator[str]:
    """A line for each figure that contradicts the other members of a family, or the name of its type."""
    itypes = list(itypes)
    yield from _memory(itypes)
    yield from _counts(itypes)
    bare = sorted(i.name for i in itypes if i.category == "GPU" and not (i.gpus or i.accelerators))
    if bare:
        yield f"the vendor lists no GPU in {', '.join(bare)}, of families that are for GPUs"


def _memory(itypes: Iterable[InstanceType]) -> Iterator[str]:
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


def _counts(itypes: Iterable[InstanceType]) -> Iterator[str]:
    """A line for each number of whole GPUs that is not a power of two, or not the one in the type's name.

    No cloud joins another number of GPUs in one machine. Azure listed 12 in a size with 8.
    """
    for itype in itypes:
        named = _COUNT.search(itype.name)
        for gpu in itype.gpus:
            odd = f"the vendor lists {gpu.count} times {gpu.name} in {itype.name}"
            if named and not gpu.fraction and gpu.count != int(named[1] or named[2]):
                yield f"{odd}, which its name contradicts"
            elif gpu.count & (gpu.count - 1):
                yield f"{odd}, an unusual number"
