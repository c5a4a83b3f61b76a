# SPDX-License-Identifier: MIT
"""Sort keys of names, so that lists read as people count: m5.2xlarge before m5.10xlarge, m8i before m7i."""

from __future__ import annotations

import re
from typing import Protocol


def natural(text: str) -> tuple[object, ...]:
    """A sort key in which m5.2xlarge comes before m5.10xlarge."""
    parts = re.split(r"([0-9]{1,20})", text)
    return tuple((0, int(p), "") if n % 2 else (1, 0, p) for n, p in enumerate(parts) if p)


def family_order(name: str) -> tuple[object, ...]:
    """The newest generation first among families of the same letters: m8i, m7i, m5."""
    match = re.match(r"(\D*)(\d+)?(.*)", name, re.DOTALL)
    letters, generation, rest = match.groups() if match else (name, None, "")
    return (letters.rstrip("-"), -int(generation or 0), natural(rest))


class Machine(Protocol):
    """What machines are sorted by."""

    @property
    def name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def vcpus(self) -> int: ...
    @property
    def memory_mib(self) -> int: ...
    @property
    def bare_metal(self) -> bool: ...


def machine_order(machine: Machine) -> tuple[object, ...]:
    """Family, then from the smallest machine to the largest, bare metal after its virtual equal."""
    size = (machine.vcpus, machine.memory_mib, machine.bare_metal)
    return (natural(machine.family), *size, natural(machine.name))
