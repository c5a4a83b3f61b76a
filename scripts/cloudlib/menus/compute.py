# SPDX-License-Identifier: MIT
"""Kconfig.compute: categories, the families of one, a file of sizes a family, and the result string."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.errors import CatalogError
from cloudlib.menus.conditions import Families, menu_families, offer
from cloudlib.menus.facts import facts
from cloudlib.menus.families import (
    by_category,
    category_choice,
    family_choice,
    previous_option,
    price_heading,
)
from cloudlib.menus.help_texts import price_note, type_help
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, Node, Source, all_of, none_of, switch
from cloudlib.menus.names import MenuNames
from cloudlib.menus.rows import type_rows
from cloudlib.menus.symbols import SymbolTable, symbol


def compute(
    catalog: Catalog, names: MenuNames, table: SymbolTable, *, folder: str, tier: str
) -> dict[str, tuple[Node, ...]]:
    """{file name: nodes} for Kconfig.compute and, where types come in families, one file each.

    The files of families are sourced by their path: `folder` from the top of the tree, and `tier` as ending.
    """
    families = menu_families(catalog)
    if not families:
        raise CatalogError(f"{catalog.provider}: no instance type can boot Linux on x86_64 or arm64")
    table.reserve(names.results.instance_type, "the type result")
    table.reserve(names.previous_generation, "an option")
    table.reserve(names.is_gpu, "an option")
    table.reserve(names.can_nest, "an option")
    previous = previous_option(names, catalog, families)
    if not names.family_prefix:
        return {"Kconfig.compute": (*previous, *_flat(catalog, names, table, families))}
    files = {_size_file(name): _sizes(catalog, names, table, name, families[name]) for name in families}
    if len(files) != len(families):
        raise CatalogError(f"{catalog.provider}: two families would share one file name")
    sources = tuple(Source(f"{folder}/{name}.{tier}") for name in files)
    return {
        "Kconfig.compute": (
            category_choice(catalog, names, table, families),
            family_choice(catalog, names, table, families),
            *previous,
            *sources,
            *_can_nest(names, families),
            Config(
                name=names.results.instance_type,
                type="string",
                defaults=tuple(
                    Default(symbol=_size_string(names, name), condition=symbol(names.family_prefix, name))
                    for name in families
                ),
            ),
            *facts(names, table, families),
        ),
        **files,
    }


def _can_nest(names: MenuNames, families: Families) -> tuple[Config, ...]:
    """The switch that is y for a type that can run KVM guests, except bare metal, which always can."""
    if not names.states_kvm:
        return ()
    terms = []
    for name, instance_types in families.items():
        unable = [symbol(names.type_prefix, t.name) for t in instance_types if t.bare_metal or not t.kvm]
        if len(unable) < len(instance_types):
            term = all_of(symbol(names.family_prefix, name), none_of(unable))
            terms.append(f"({term})" if unable else term)
    return (switch(names.can_nest, terms),)


def _sizes(
    catalog: Catalog,
    names: MenuNames,
    table: SymbolTable,
    family: str,
    instance_types: Sequence[InstanceType],
) -> tuple[Node, ...]:
    """The choice among the types of one family, and the string that names the chosen one."""
    result = _size_string(names, family)
    table.reserve(result, f"the size of {family}")
    shared = offer(instance_types, catalog, names)
    rows = type_rows(instance_types, catalog.default_region)
    members = tuple(
        _type_config(catalog, names, table, itype, row=row, shared=shared)
        for itype, row in zip(instance_types, rows)
    )
    note = price_heading(catalog, {family: instance_types}, "Prices")
    return (
        Choice(
            prompt=names.type_title,
            depends=(symbol(names.family_prefix, family),),
            defaults=(Default(symbol=members[0].name),),
            items=((Comment(note), *members) if note else members),
            help=f"The sizes of the family {family}, the smallest first.",
        ),
        Config(
            name=result,
            type="string",
            defaults=tuple(Default(value=t.name, condition=m.name) for t, m in zip(instance_types, members)),
        ),
    )


def _type_config(
    catalog: Catalog,
    names: MenuNames,
    table: SymbolTable,
    itype: InstanceType,
    *,
    row: str,
    shared: tuple[str, ...] = (),
) -> Config:
    """One type. It has conditions of its own only where they differ from those that its family has."""
    own = offer([itype], catalog, names)
    return Config(
        name=table.claim(names.type_prefix, itype.name),
        prompt=row,
        depends=tuple(term for term in own if term not in shared),
        help=type_help(itype, catalog, names),
    )


def _flat(catalog: Catalog, names: MenuNames, table: SymbolTable, families: Families) -> Iterator[Node]:
    """All types in one choice, for providers without families: by category, the cheapest first."""
    grouped = {
        category: sorted((t for name in members for t in families[name]), key=lambda t: _by_price(t, catalog))
        for category, members in by_category(families)
    }
    every = [itype for members in grouped.values() for itype in members]
    rows = dict(zip((t.name for t in every), type_rows(every, catalog.default_region)))
    items: list[Config | Comment] = []
    if note := price_heading(catalog, families, "Prices"):
        items.append(Comment(note))
    for category, members in grouped.items():
        items.append(Comment(category, depends=offer(members, catalog, names)))
        items += [_type_config(catalog, names, table, t, row=rows[t.name]) for t in members]
    yield Choice(
        prompt=names.type_title,
        defaults=tuple(
            Default(symbol=symbol(names.type_prefix, t.name)) for t in max(grouped.values(), key=len)
        ),
        items=tuple(items),
        help=price_note(catalog),
    )
    results = tuple(Default(value=t.name, condition=symbol(names.type_prefix, t.name)) for t in every)
    yield Config(name=names.results.instance_type, type="string", defaults=results)
    yield from facts(names, table, families)


def _by_price(itype: InstanceType, catalog: Catalog) -> tuple[bool, Decimal, tuple[object, ...]]:
    price = itype.price_in(catalog.default_region)
    return (price is None, price.usd_per_hour if price else Decimal(0), natural(itype.name))


def _size_file(family: str) -> str:
    return f"instance-types/Kconfig.{re.sub(r'[^a-z0-9-]', '-', family.lower())}"


def _size_string(names: MenuNames, family: str) -> str:
    return symbol(f"{names.switch}_", family) + "_SIZE"
