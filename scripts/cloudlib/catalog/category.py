# SPDX-License-Identifier: MIT
"""One category for each family, from its machines' figures; from its letters only if none decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from cloudlib.catalog.records import InstanceType

#: Category labels in the order in which menus show them.
CATEGORIES = (
    "General purpose",
    "Burstable",
    "Compute optimized",
    "Memory optimized",
    "Storage optimized",
    "GPU",
    "Machine learning accelerators",
    "FPGA",
    "Media",
    "High performance computing",
    "macOS",
    "Other",
)

#: Leading letters of a family, in lower case -> category.
Letters = Mapping[str, str]


def categorized(itypes: Iterable[InstanceType], *, special: Letters, plain: Letters) -> list[InstanceType]:
    """The types, each with its family's category.

    A category that a type of the family has already, from its own hardware, wins; then `special` letters;
    then large local disks; then `plain` letters; then memory a vCPU.
    """
    families: dict[str, list[InstanceType]] = {}
    for itype in itypes:
        families.setdefault(itype.family, []).append(itype)
    categories = {name: _category(name, sizes, special, plain) for name, sizes in families.items()}
    return [replace(t, category=categories[name]) for name, sizes in families.items() for t in sizes]


def _category(family: str, sizes: Sequence[InstanceType], special: Letters, plain: Letters) -> str:
    own = sorted({t.category for t in sizes} - {""})
    if own:
        return own[0]
    if category := _by_letters(family, special):
        return category
    # Disks of the storage families hold 150 GB and more a vCPU, of the others (m5d, x2idn) 20 to 120.
    if median(sum(d.count * d.size_gb for d in t.local_disks if d.nvme) / t.vcpus for t in sizes) >= 150:
        return "Storage optimized"
    if category := _by_letters(family, plain):
        return category
    gib_per_vcpu = median(t.memory_mib / 1024 / t.vcpus for t in sizes)
    if gib_per_vcpu < 3:
        return "Compute optimized"
    return "General purpose" if gib_per_vcpu < 7 else "Memory optimized"


def _by_letters(family: str, letters: Letters) -> str:
    """The category of the longest entry that the family's leading letters begin with, "" for none."""
    match = re.match(r"[a-z]*", family.lower())
    start = match.group() if match else ""
    fitting = [entry for entry in letters if start.startswith(entry)]
    return letters[max(fitting, key=len)] if fitting else ""
