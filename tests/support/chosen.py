# SPDX-License-Identifier: MIT
"""What the menus of a provider offer, chosen on one parsed tree: machines, places, images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import kconfiglib

from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType
from cloudlib.config import launch, selection, variables
from cloudlib.config.finding import ERROR
from cloudlib.config.selection import Selection
from cloudlib.config.variables import Collected
from cloudlib.menus.names import TARGET
from cloudlib.menus.symbols import symbol
from cloudlib.provider import Provider


@dataclass
class Chooser:
    """A provider's menus with everything of its previous generations offered, and one data volume a node."""

    kconf: kconfiglib.Kconfig
    provider: Provider
    catalog: Catalog

    def __post_init__(self) -> None:
        names = self.provider.MENU_NAMES
        self.kconf.unset_values()
        self.set(names.switch)
        if names.previous_generation in self.kconf.syms:
            self.set(names.previous_generation)
        if self.provider.VOLUMES:
            self.kconf.syms[f"{self.provider.VOLUMES.prefix}_COUNT"].set_value("1")

    def set(self, name: str) -> bool:
        """Choose; whether it took effect."""
        item = self.kconf.syms.get(name)
        if item is None or item.visibility == 0:
            return False
        if item.str_value != "y":
            item.set_value("y")
        return bool(item.str_value == "y")

    def machines(self, step: int = 1) -> Iterator[tuple[str, Selection]]:
        """(what was chosen, the selection) for every `step`th type: each in one of its regions, in one of the
        zones that the menus then offer. What the menus refuse is not among them."""
        for architecture in ARCHITECTURES:
            self.set(TARGET[architecture])
            fitting = [t for t in self.catalog.instance_types if architecture in t.linux_architectures]
            for number, itype in enumerate(fitting[::step]):
                if itype.offered and self._machine(itype, number):
                    yield f"{architecture}, {itype.name}", self.selection()

    def images(self) -> Iterator[tuple[str, Selection]]:
        """(what was chosen, the selection) for every release of every distribution, with a machine for each
        way in which machines boot."""
        own = self.provider.MENU_NAMES.images
        for architecture in ARCHITECTURES:
            self.set(TARGET[architecture])
            offered = (t for t in self.catalog.instance_types if t.offered)
            able = {t.boot_modes: t for t in offered if architecture in t.linux_architectures}
            for itype in able.values():
                self._machine(itype, 0)
                for distro in self._members(own.distro_prefix):
                    if not self.set(distro.name) or distro.name.endswith("_CUSTOM"):
                        continue
                    for release in self._members(own.release_prefix):
                        if self.set(release.name):
                            yield f"{architecture}, {itype.name}, {release.name}", self.selection()

    def selection(self) -> Selection:
        """The selection of the configuration as it is now."""
        return selection.of(self.collected().values, self.provider)

    def collected(self) -> Collected:
        """The variables of the configuration as it is now."""
        return variables.collect(self.kconf, self.provider, {}, ask=False)

    def errors(self, wanted: Selection) -> list[str]:
        """What cloud-check refuses of a selection."""
        findings = launch.findings(wanted, self.catalog, self.provider)
        return [finding.text for finding in findings if finding.level == ERROR]

    def _machine(self, itype: InstanceType, number: int) -> bool:
        """Choose a type in one of its regions, and one of the zones that the menus then offer."""
        names = self.provider.MENU_NAMES
        region = itype.regions[number % len(itype.regions)]
        if not self.set(symbol(names.region_prefix, region)):
            return False
        if names.family_prefix:
            self.set(symbol(names.category_prefix, itype.category))
            self.set(symbol(names.family_prefix, itype.family))
        if not self.set(symbol(names.type_prefix, itype.name)):
            return False
        zones = self._members(names.zone_prefix) if names.zone_prefix else []
        return not zones or self.set(zones[number % len(zones)].name)

    def _members(self, prefix: str) -> Sequence[kconfiglib.Symbol]:
        """The members of choices, of this prefix, that can be chosen now."""
        every = self.kconf.unique_defined_syms
        return [s for s in every if s.name.startswith(prefix) and s.choice is not None and s.visibility > 0]
