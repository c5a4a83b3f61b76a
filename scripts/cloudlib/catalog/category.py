# SPDX-License-Identifier: MIT
"""One category for each family, from what its machines are; by its letters only where no figure tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from cloudlib.catalog.records import InstanceType

#: Leading letters of a family, in lower case -> category.
Letters = Mapping[str, str]


def categorized(kinds: Iterable[InstanceType], *, special: Letters, plain: Letters) -> list[InstanceType]:
    """The types, each with its family's category.

    A category that a type of the family has already, from its own hardware, wins; then `special` letters;
    then large local disks; then `plain` letters; then memory a vCPU.
    """
    families: dict[str, list[InstanceType]] = {}
    for kind in kinds:
        families.setdefault(kind.family, []).append(kind)
    return [
        replace(k, category=_of_family(name, of, special, plain)) for name, of in families.items() for k in of
    ]


def _of_family(name: str, kinds: Sequence[InstanceType], special: Letters, plain: Letters) -> str:
    own = sorted({k.category for k in kinds} - {""})
    if own:
        return own[0]
    if found := _by_letters(name, special):
        return found
    # Disks of the storage families hold 150 GB and more a vCPU, of the others (m5d, x2idn) 20 to 120.
    if median(sum(d.count * d.size_gb for d in k.local_disks if d.nvme) / k.vcpus for k in kinds) >= 150:
        return "Storage optimized"
    if found := _by_letters(name, plain):
        return found
    gib_per_vcpu = median(k.memory_mib / 1024 / k.vcpus for k in kinds)
    if gib_per_vcpu < 3:
        return "Compute optimized"
    return "General purpose" if gib_per_vcpu < 7 else "Memory optimized"


def _by_letters(name: str, letters: Letters) -> str:
    """The category of the longest entry that the family's leading letters begin with, "" for none."""
    match = re.match(r"[a-z]*", name.lower())
    start = match.group() if match else ""
    fitting = [entry for entry in letters if start.startswith(entry)]
    return letters[max(fitting, key=len)] if fitting else ""
