# SPDX-License-Identifier: MIT
"""Every choice that a provider's menus offer, made one after the other on one parsed tree.

What the menus give is held against the catalog they were made from: no result is empty, a type is offered
where the records say so and nowhere else, and the GPU flag is the record's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import kconfiglib

from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType
from cloudlib.menus.conditions import menu_families, offered_regions
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.symbols import symbol


@dataclass
class Sweep:
    """What was tried, and what was wrong with it. A type is chosen once, and looked for in every region."""

    regions: int = 0
    families: int = 0
    types: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def sweep(kconf: kconfiglib.Kconfig, catalog: Catalog, names: MenuNames) -> Sweep:
    """Choose each architecture, each region, each family and each type in turn."""
    done = Sweep()
    kconf.unset_values()
    _set(kconf, names.switch)
    if names.previous_generation in kconf.syms:
        _set(kconf, names.previous_generation)
    families = menu_families(catalog).values()
    for architecture in ARCHITECTURES:
        _set(kconf, TARGET[architecture])
        for region in offered_regions(catalog):
            here = f"{architecture}, {region.name}"
            done.regions += 1
            done.problems += _region(kconf, catalog, names, here)
            if kconf.syms[symbol(names.region_prefix, region.name)].str_value != "y":
                continue  # nothing there for this architecture
            for instance_types in families:
                done.families += 1
                done.problems += _family(kconf, catalog, names, here, instance_types, tried=done.types)
    return done


def defined_twice(kconf: kconfiglib.Kconfig) -> list[str]:
    """The symbols of the whole tree that have more than one definition, each with the places.

    What has no prompt may get defaults from two files: a result string from menus and from Kconfig.smart.
    """
    return [
        f"{symbol.name}: " + ", ".join(f"{node.filename}:{node.linenr}" for node in symbol.nodes)
        for symbol in kconf.unique_defined_syms
        if len(symbol.nodes) > 1
        and (any(n.prompt for n in symbol.nodes) or len({n.filename for n in symbol.nodes}) == 1)
    ]


def empty_results(kconf: kconfiglib.Kconfig, names: MenuNames) -> list[str]:
    """The result strings that apply now and are empty."""
    results = [kconf.syms[name] for name in names.result_symbols if name in kconf.syms]
    return [s.name for s in results if kconfiglib.expr_value(s.direct_dep) and not s.str_value]


def _region(kconf: kconfiglib.Kconfig, catalog: Catalog, names: MenuNames, here: str) -> Iterator[str]:
    """A region under the defaults of everything else."""
    architecture, region = here.split(", ")
    fitting = {k.name for k in catalog.types_in(region) if architecture in k.architectures}
    name = symbol(names.region_prefix, region)
    if _set(kconf, name) != bool(fitting):
        yield f"{here}: {name} is {kconf.syms[name].str_value}, and {len(fitting)} types are offered there"
    elif fitting:
        yield from (f"{here}: {empty} is empty" for empty in empty_results(kconf, names))
        got = kconf.syms[names.results.instance_type].str_value
        if got not in fitting:
            yield f"{here}: {got!r} is what the menus give there, and not offered there"


def _family(
    kconf: kconfiglib.Kconfig, catalog: Catalog, names: MenuNames, here: str,
    instance_types: Sequence[InstanceType], *, tried: set[str],
) -> Iterator[str]:  # fmt: skip
    """The sizes of one family: which are offered here, and for those not tried before what they give."""
    architecture, region = here.split(", ")
    for itype in instance_types:
        name = symbol(names.type_prefix, itype.name)
        expected = architecture in itype.architectures and region in itype.regions
        if _offered(kconf, names, itype) != expected and not (
            expected and _choose_zone(kconf, catalog, names, itype, region) and _offered(kconf, names, itype)
        ):
            yield f"{here}: {name} is {'not ' if expected else ''}offered, against the records"
        elif expected and itype.name not in tried:
            tried.add(itype.name)
            _choose_zone(kconf, catalog, names, itype, region)
            yield from _type(kconf, names, f"{here}, {itype.name}", itype, region)


def _offered(kconf: kconfiglib.Kconfig, names: MenuNames, itype: InstanceType) -> bool:
    """Whether the type can be chosen where we are; its family is chosen for that."""
    if names.family_prefix:
        _set(kconf, symbol(names.category_prefix, itype.category))
        if not _set(kconf, symbol(names.family_prefix, itype.family)):
            return False
    item = kconf.syms.get(symbol(names.type_prefix, itype.name))
    return item is not None and item.visibility > 0


def _choose_zone(
    kconf: kconfiglib.Kconfig, catalog: Catalog, names: MenuNames, itype: InstanceType, region: str
) -> bool:
    """Choose the first zone that is known to have the type; whether there is one."""
    zones = catalog.within(itype, [region]).zones
    return bool(names.zone_prefix and zones) and _set(kconf, symbol(names.zone_prefix, zones[0]))


def _type(
    kconf: kconfiglib.Kconfig, names: MenuNames, here: str, itype: InstanceType, region: str
) -> Iterator[str]:
    """A type that is chosen: the results, and the GPU flag."""
    name = symbol(names.type_prefix, itype.name)
    if not _set(kconf, name):
        yield f"{here}: {name} is offered and cannot be chosen"
        return
    yield from (f"{here}: {empty} is empty" for empty in empty_results(kconf, names))
    yield from _told(kconf, here, {names.results.instance_type: itype.name, names.results.region: region})
    if names.is_gpu in kconf.syms:
        yield from _told(kconf, here, {names.is_gpu: "y" if itype.gpus else "n"})
    elif itype.gpus:
        yield f"{here}: has a GPU, and there is no {names.is_gpu}"


def _told(kconf: kconfiglib.Kconfig, where: str, expected: dict[str, str]) -> Iterator[str]:
    for name, value in expected.items():
        if kconf.syms[name].str_value != value:
            yield f"{where}: {name} is {kconf.syms[name].str_value!r}, not {value!r}"


def _set(kconf: kconfiglib.Kconfig, name: str) -> bool:
    """Choose; whether it took effect."""
    if name not in kconf.syms:
        return False
    kconf.syms[name].set_value("y")
    return bool(kconf.syms[name].str_value == "y")


def shown(problems: Sequence[str]) -> str:
    """The first problems, for the message of a test."""
    return "\n".join([f"{len(problems)} problems", *problems[:20]])
