# SPDX-License-Identifier: MIT
"""The conditions under which menus offer an instance type, a family or a region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType, Region
from cloudlib.menus.kconfig import all_of, any_of
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.symbols import symbol

#: Family name -> its instance types.
Families = Mapping[str, Sequence[InstanceType]]


def menu_families(catalog: Catalog) -> dict[str, tuple[InstanceType, ...]]:
    """The families of the menus: what boots Linux on a target architecture and is offered somewhere."""
    families = {}
    for name, instance_types in catalog.families().items():
        usable = tuple(t for t in instance_types if t.offered)
        if usable:
            families[name] = usable
    return families


def offered_regions(catalog: Catalog) -> list[Region]:
    """The regions that can be chosen: those in which something is known to start, so available ones."""
    return [r for r in catalog.regions if r.name in catalog.offered_in]


def offered_if(instance_types: Iterable[InstanceType], catalog: Catalog, names: MenuNames) -> tuple[str, ...]:
    """The `depends on` lines under which at least one of these types can be started."""
    regions: dict[str, set[str]] = {}  # by architecture
    for itype in instance_types:
        for architecture in itype.linux_architectures:
            regions.setdefault(architecture, set()).update(itype.regions)
    if len({frozenset(each) for each in regions.values()}) > 1:
        clauses = (
            all_of(TARGET[a], *_in_regions(regions[a], catalog, names)) for a in ARCHITECTURES if a in regions
        )
        return (any_of(f"({clause})" for clause in clauses),)
    target = [TARGET[a] for a in ARCHITECTURES if a in regions]
    anywhere = set().union(*regions.values())
    return (*(target if len(target) == 1 else ()), *_in_regions(anywhere, catalog, names))


def offer(itypes: Sequence[InstanceType], catalog: Catalog, names: MenuNames) -> tuple[str, ...]:
    """`offered_if`, and the previous-generation option if none of them is current."""
    old = (names.previous_generation,) if is_old(itypes) else ()
    return (*old, *offered_if(itypes, catalog, names))


def is_old(itypes: Iterable[InstanceType]) -> bool:
    """Are all of them of a previous generation?"""
    return not any(itype.current_generation for itype in itypes)


def type_terms(families: Families, names: MenuNames, has: Callable[[InstanceType], bool]) -> list[str]:
    """The symbols of the types for which `has` is true: a family's own where it is true for all its types."""
    terms: list[str] = []
    for name, instance_types in families.items():
        chosen = [t for t in instance_types if has(t)]
        if len(chosen) == len(instance_types) and names.family_prefix:
            terms.append(symbol(names.family_prefix, name))
        else:
            terms += [symbol(names.type_prefix, t.name) for t in chosen]
    return terms


def _in_regions(wanted: set[str], catalog: Catalog, names: MenuNames) -> tuple[str, ...]:
    """A condition on the region choice, in whichever form is shorter; () for everywhere.

    Exactly one region is y, so "not in these" says the same as "in the others".
    """
    every = [r.name for r in offered_regions(catalog)]
    inside = [symbol(names.region_prefix, name) for name in every if name in wanted]
    outside = [symbol(names.region_prefix, name) for name in every if name not in wanted]
    if len(outside) <= len(inside):
        return tuple(f"!{name}" for name in outside)
    return (any_of(inside),)
