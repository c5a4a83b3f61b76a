# SPDX-License-Identifier: MIT
"""What could be asked for instead of a setting that was dropped.

Machines are compared by what their prompts say: vCPU, memory, GPU and price. One that is larger or dearer
than what was asked for never comes first.
"""

from __future__ import annotations

import difflib
import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from heapq import nsmallest

import kconfiglib

from cloudlib.catalog.text import dollars
from cloudlib.config import bootable, headline, places, terms
from cloudlib.config.dropped import Dropped
from cloudlib.menus import rows
from cloudlib.search.likeness import Figures, common_start, unlike_and_no_more

_COUNT = 3
#: How many unknown settings get the names like theirs: a configuration of another tree has hundreds.
_SEARCHES = 5
#: How many names are compared letter by letter with an unknown one.
_COMPARED = 60
#: How alike, of 1.0, what is spelled wrong and what may be meant are at least.
_SLIP = 0.6
_TIMES = re.compile(r"(?<!\d)(\d+)[A-Za-z]*\Z")
_NOUNS = (
    ("_REGION_", "region"), ("_ZONE_", "zone"), ("_DISTRO_", "distribution"), ("_AMI_", "image"),
    ("_IMAGE_", "image"), ("_INSTANCE_", "machine"), ("_VM_", "machine"), ("_MACHINE_", "machine"),
)  # fmt: skip
#: Options that leave the instance type to the cloud: which has capacity when `make` asks.
_LEFT_TO_CLOUD = ("_SMART_CHEAPEST", "_OR_LESS")
_NO_MACHINES = (
    "_REGION",
    "_LOCATION",
    "_ZONE",
    "_NS",
    "_OWNER",
    "_NAME",
    "_FAMILY",
    "_PROJECT",
    "_SKU",
    "_OFFER",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The figures of an instance type's prompt.

    Memory in GiB, price in USD per hour in the region that the rows are for, None where it is not known; GPU
    is "4x L40S 44.7G" or "".
    """

    symbol: kconfiglib.Symbol
    name: str
    vcpus: float
    memory: float
    gpu: str
    price: float | None

    @property
    def label(self) -> str:
        """Its name, and its price in the chosen region where it is known."""
        price = headline.price(self.symbol, places.chosen_region(self.symbol))
        return self.name if price is None else f"{self.name} ({dollars(price)}/h)"

    @property
    def figures(self) -> Figures:
        """What it is compared by."""
        number, _, model = self.gpu.partition("x ")
        return Figures(
            name=self.name,
            vcpus=self.vcpus,
            memory_mib=self.memory * 1024,
            devices=((model, Fraction(number)),) if model else (),
            usd=None if self.price is None else Decimal(str(self.price)),
        )


def machine(symbol: kconfiglib.Symbol) -> Machine | None:
    """The machine that a symbol stands for; None for other symbols, and for families."""
    if symbol.choice is None or not symbol.nodes or not symbol.nodes[0].prompt:
        return None
    row = rows.figures(symbol.nodes[0].prompt[0])
    return Machine(symbol, row.name, row.vcpus, row.memory, row.device, row.price) if row else None


def chosen(kconf: kconfiglib.Kconfig) -> Machine | None:
    """The machine that a configuration chooses; None where it leaves that to the cloud."""
    known = None
    for symbol in kconf.unique_defined_syms:
        if symbol.choice is not None and symbol.str_value == "y":
            if symbol.name.endswith(_LEFT_TO_CLOUD):
                return None
            known = known or machine(symbol)
    return known


def like(wanted: Machine, kconf: kconfiglib.Kconfig) -> list[Machine]:
    """The machines of the provider that are offered as things are, those most like it first."""
    others = [m for m in machines(wanted.symbol.name, kconf) if m.symbol is not wanted.symbol]
    target = wanted.figures
    ranked = sorted(others, key=lambda m: unlike_and_no_more(target, m.figures))
    return [m for m in ranked if places.offered(m.symbol)][:_COUNT]


def machines(name: str, kconf: kconfiglib.Kconfig) -> Iterable[Machine]:
    """The instance types of the provider that a symbol's name names."""
    start = "_".join(name.split("_")[:2]) + "_"
    for symbol in kconf.unique_defined_syms:
        if symbol.choice is not None and symbol.name.startswith(start) and (known := machine(symbol)):
            yield known


class Nearest:
    """The names of one tree, looked up for the settings of one file."""

    def __init__(self, kconf: kconfiglib.Kconfig) -> None:
        self._kconf = kconf
        self._switches = [s.name for s in terms.provider_switches(kconf)]
        self._prompts = [s.name for s in kconf.unique_defined_syms if terms.prompted(s)]
        self._sorted = sorted(self._prompts)
        self._machines: dict[str, Machine | None] = {}
        self._second = {n.split("_")[1] for n in self._prompts if n.startswith("TERRAFORM_")}
        self._searches = _SEARCHES

    def unknown(self, name: str) -> str:
        """Why a name is not taken that the tree does not have."""
        if self._switches and (provider := self.unknown_provider(name)):
            known = ", ".join(f"CONFIG_{s}" for s in self._switches)
            return f"there is no provider {provider}; there are {known}"
        noun = next((noun for part, noun in _NOUNS if part in name), "")
        return "there is no such setting" + (f": the menus have no {noun} of that name" if noun else "")

    def unknown_provider(self, name: str) -> str:
        """The provider that TERRAFORM_OCI_REGION is of; "" where no such is meant."""
        word = name.split("_")[1] if name.startswith("TERRAFORM_") else ""
        if word in self._second or not (name.count("_") == 1 or word in _OTHER_CLOUDS):
            return ""
        slip = word not in _OTHER_CLOUDS and difflib.get_close_matches(
            name, _near(name, self._prompts), 1, 0.9
        )
        return "" if slip else word

    def named_like(self, name: str) -> tuple[str, ...]:
        """Names of the tree like an unknown one: those with most words in common."""
        if self._searches == 0 or (self._switches and self.unknown_provider(name)):
            return ()
        self._searches -= 1
        words = name.split("_")
        most, best = self._beginning_like(words)
        if most < min(3, len(words) - 1):
            return _slips(name, [n for n in self._prompts if self._kconf.syms[n].choice is None])
        if _times(name) and (sized := self._all_machines(best)):
            return tuple(m.symbol.name for m in _by_size(name, sized, lambda m: m.symbol.name))
        return _slips(name, best)

    def _beginning_like(self, words: Sequence[str]) -> tuple[int, list[str]]:
        """How many words the names most like one begin with as it does, and these names, sorted."""
        for count in range(len(words), 0, -1):
            start = "_".join(words[:count])
            first, last = (bisect_left(self._sorted, start + end) for end in ("_", "`"))  # ` comes after _
            whole = [start] if start in self._kconf.syms and terms.prompted(self._kconf.syms[start]) else []
            if whole or first < last:
                return count, whole + self._sorted[first:last]
        return 0, []

    def _all_machines(self, names: Sequence[str]) -> list[Machine]:
        """The machines that names stand for; none where one of them stands for something else."""
        sized = []
        for name in names:
            if name not in self._machines:
                self._machines[name] = machine(self._kconf.syms[name])
            if (known := self._machines[name]) is None:
                return []
            sized.append(known)
        return sized

    def valued_like(self, symbol: kconfiglib.Symbol, value: str) -> tuple[str, ...]:
        """Machines with names like that of an unknown one, where a result string asks for it."""
        known = list(machines(symbol.name, self._kconf))
        if symbol.name.endswith(_NO_MACHINES) or any(m.name == value for m in known):
            return ()
        shared = [common_start(re.split(r"\W|_", value), re.split(r"\W|_", m.name)) for m in known]
        most = max(shared, default=0)
        if not most:
            return ()
        best = [m for m, count in zip(known, shared) if count == most]
        return tuple(m.name for m in _by_size(value, best, lambda m: m.name))

    def offered_like(self, symbol: kconfiglib.Symbol) -> tuple[str, ...]:
        """What could be chosen instead of a machine; of another choice, names like this one."""
        if known := machine(symbol):
            return tuple(m.symbol.name for m in like(known, self._kconf))
        if symbol.choice is None or places.not_here(symbol):
            return ()
        if bootable.cannot_boot(symbol):
            return tuple(bootable.instead(symbol)[:_COUNT])
        return _close(symbol.name, [s.name for s in terms.members(symbol) if s.visibility])

    def without_repeats(self, items: Sequence[Dropped]) -> list[Dropped]:
        """One item for each line of the file, with the first reason and the last suggestions for it.

        The settings of a provider that does not exist are one item.
        """
        kept: dict[str, Dropped] = {}
        for item in items:
            provider = self.unknown_provider(item.name) if item.name not in self._kconf.syms else ""
            key = provider or item.line or f"CONFIG_{item.name}={item.value}"
            first = kept.get(key, item)
            kept[key] = replace(first, nearest=item.nearest or first.nearest)
        return list(kept.values())


#: Clouds that others have menus for, so that a setting of theirs is not taken for a misspelled one.
_OTHER_CLOUDS = (
    "OCI",
    "DATACRUNCH",
    "RCLOUD",
    "OPENSTACK",
    "TERRAFORM",
    "ALICLOUD",
    "IBM",
    "LINODE",
    "HETZNER",
)


def _near(name: str, names: Sequence[str]) -> list[str]:
    """Those that are nearest to its length: comparing takes long."""
    return nsmallest(_COMPARED, names, key=lambda other: abs(len(other) - len(name)))


def _close(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names that are spelled like one."""
    return tuple(difflib.get_close_matches(name, _near(name, names), n=_COUNT, cutoff=0.5))


def _slips(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names for which one may be a slip: what comes after the words that they begin with is much alike."""

    def rest_alike(other: str) -> float:
        words, others = name.split("_"), other.split("_")
        same = common_start(words, others)
        return difflib.SequenceMatcher(None, "_".join(words[same:]), "_".join(others[same:])).ratio()

    much = {other: likeness for other in _near(name, names) if (likeness := rest_alike(other)) >= _SLIP}
    ranked = sorted(much, key=lambda other: (sorted(other) != sorted(name), -much[other], other))
    return tuple(ranked[:_COUNT])


def _by_size(asked: str, known: Iterable[Machine], name: Callable[[Machine], str]) -> list[Machine]:
    """Sizes below the one asked for, the largest of them first; then those above; then by price."""

    def rank(machine: Machine) -> tuple[object, ...]:
        want, have = _times(asked), _times(name(machine))
        other_form = len(re.split(r"\W|_", name(machine))) != len(re.split(r"\W|_", asked))
        if want and have:
            return (other_form, have > want, abs(math.log2(have / want)), machine.price or 0.0)
        return (other_form, True, 0.0, machine.price or math.inf)

    return sorted(known, key=rank)[:_COUNT]


def _times(name: str) -> float:
    """The 4 of 4XLARGE, in the unit of those that have no number; 0 where a size tells nothing."""
    last = re.split(r"\W|_", name)[-1].lower()
    match = _TIMES.search(last)
    return float(match[1]) if match else {"xlarge": 1.0, "large": 0.5, "medium": 0.25}.get(last, 0.0)
