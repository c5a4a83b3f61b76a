# SPDX-License-Identifier: MIT
"""Kconfig.compute: families by category, a file of sizes a family, and the result string."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from cloudlib.catalog.category import CATEGORIES
from cloudlib.catalog.order import family_order
from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType
from cloudlib.catalog.text import dollars, family_prompt, type_prompt
from cloudlib.errors import CatalogError
from cloudlib.menus.conditions import Families, menu_families, offered_if, offered_regions
from cloudlib.menus.facts import facts
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, Node, Source, all_of, any_of, none_of
from cloudlib.menus.names import TARGET, MenuNames
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
    previous = _previous(names, families)
    if not names.family_prefix:
        return {"Kconfig.compute": (*previous, *_flat(catalog, names, table, families))}
    files = {_size_file(name): _sizes(catalog, names, table, name, families[name]) for name in families}
    if len(files) != len(families):
        raise CatalogError(f"{catalog.provider}: two families would share one file name")
    sources = tuple(Source(f"{folder}/{name}.{tier}") for name in files)
    return {
        "Kconfig.compute": (
            *previous,
            _family_choice(catalog, names, table, families),
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


def _previous(names: MenuNames, families: Families) -> tuple[Config, ...]:
    """The option that offers previous generations, where the vendor has any."""
    if all(t.current_generation for members in families.values() for t in members):
        return ()
    return (
        Config(
            name=names.previous_generation,
            prompt="Offer previous-generation families too",
            help=f"{names.title} still offers these, but recommends its current generations.",
        ),
    )


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
    return (Config(name=names.can_nest, defaults=_true_if(terms)),)


def _true_if(terms: Sequence[str]) -> tuple[Default, ...]:
    return (Default(value="y", condition=any_of(terms)),) if terms else ()


def _family_choice(catalog: Catalog, names: MenuNames, table: SymbolTable, families: Families) -> Choice:
    items: list[Config | Comment] = []
    for category, members in _by_category(families):
        instance_types = [itype for name in members for itype in families[name]]
        items.append(Comment(category, depends=_offer(instance_types, catalog, names)))
        for name in members:
            items.append(
                Config(
                    name=table.claim(names.family_prefix, name),
                    prompt=family_prompt(name, families[name], catalog.default_region),
                    depends=_offer(families[name], catalog, names),
                )
            )
    return Choice(
        prompt=f"{names.title} {names.type_noun} family",
        defaults=tuple(_default_families(catalog, names, families)),
        items=tuple(items),
        help=_price_note(catalog),
    )


def _by_category(families: Families) -> Iterator[tuple[str, list[str]]]:
    known = {category: number for number, category in enumerate(CATEGORIES)}
    grouped: dict[str, list[str]] = {}
    for name, instance_types in families.items():
        grouped.setdefault(instance_types[0].category, []).append(name)
    for category in sorted(grouped, key=lambda c: (known.get(c, len(known)), c)):
        yield category, grouped[category]


def _default_families(catalog: Catalog, names: MenuNames, families: Families) -> Iterator[Default]:
    """For each architecture the newest plain general purpose family that is widely offered."""
    regions = {r.name for r in offered_regions(catalog)}
    for architecture in ARCHITECTURES:
        able = [
            name
            for name, instance_types in families.items()
            if any(architecture in t.architectures for t in instance_types)
        ]
        if able:
            best = min(
                able, key=lambda name: _default_rank(name, families[name], catalog.default_region, regions)
            )
            yield Default(symbol=symbol(names.family_prefix, best), condition=TARGET[architecture])


def _default_rank(
    name: str, instance_types: Sequence[InstanceType], default_region: str, regions: set[str]
) -> tuple[object, ...]:
    offered = {region for itype in instance_types for region in itype.regions}
    own = instance_types[0].category
    category = CATEGORIES.index(own) if own in CATEGORIES else len(CATEGORIES)
    generation = family_order(name)[1]
    return (
        not any(t.current_generation for t in instance_types),
        default_region not in offered,
        category,
        len(offered) < 0.75 * len(regions),
        generation,
        len(name),
        name,
    )


def _price_note(catalog: Catalog) -> str:
    source = next((p.source for t in catalog.instance_types if (p := t.price_in(catalog.default_region))), "")
    if not source:
        return f"No prices are known for {catalog.default_region}, the default region of this catalog."
    return (
        f"Prices are on demand, for Linux, in USD per hour, in {catalog.default_region}, the default region "
        f"of this catalog ({source}). The help of an instance type lists its prices elsewhere."
    )


def _offer(instance_types: Sequence[InstanceType], catalog: Catalog, names: MenuNames) -> tuple[str, ...]:
    """`offered_if`, and the previous-generation option if none of them is current."""
    old = not any(t.current_generation for t in instance_types)
    return (*((names.previous_generation,) if old else ()), *offered_if(instance_types, catalog, names))


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
    shared = _offer(instance_types, catalog, names)
    members = tuple(_type_config(catalog, names, table, itype, shared) for itype in instance_types)
    return (
        Choice(
            prompt=f"{names.title} {names.type_noun}",
            depends=(symbol(names.family_prefix, family),),
            defaults=(Default(symbol=members[0].name),),
            items=members,
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
    shared: tuple[str, ...],
) -> Config:
    """One type. It has conditions of its own only where they differ from those that its family has."""
    own = _offer([itype], catalog, names)
    return Config(
        name=table.claim(names.type_prefix, itype.name),
        prompt=type_prompt(itype, catalog.default_region),
        depends=tuple(term for term in own if term not in shared),
        help=_type_help(itype, catalog, names),
    )


def _type_help(itype: InstanceType, catalog: Catalog, names: MenuNames) -> str:
    """What the prompt does not say: network, KVM, boot modes, zones by id, prices elsewhere."""
    here, prices, offered = catalog.default_region, itype.prices, set(itype.zones)
    elsewhere = _prices_elsewhere(itype, here)
    zones = [z.zone_id or z.name for z in catalog.zones if z.region == here and z.name in offered]
    one_price = len({p.usd_per_hour for p in prices.values()}) == 1 and {*itype.regions} <= {*prices}
    facts = [
        f"Network: {itype.network}." if itype.network else "",
        "Bare metal." if itype.bare_metal else "",
        f"KVM guests: {'yes' if itype.kvm else 'no'}." if names.states_kvm else "",
        f"Boot: {', '.join(itype.boot_modes)}." if itype.boot_modes else "",
        f"Zones in {here}: {', '.join(zones)}." if zones else "",
        "The same price in every region." if one_price and elsewhere else "",
        f"Price per hour elsewhere: {'; '.join(elsewhere)}." if elsewhere and not one_price else "",
    ]
    return " ".join(fact for fact in facts if fact)


def _prices_elsewhere(itype: InstanceType, here: str) -> list[str]:
    """ "$0.096 eastus2 westus2": each price of the other regions with its regions, cheapest first."""
    regions: dict[Decimal, list[str]] = {}
    for region in sorted(set(itype.prices) - {here}):
        regions.setdefault(itype.prices[region].usd_per_hour, []).append(region)
    return [f"{dollars(usd)} {' '.join(regions[usd])}" for usd in sorted(regions)]


def _flat(catalog: Catalog, names: MenuNames, table: SymbolTable, families: Families) -> Iterator[Node]:
    """All types in one choice, for providers without families."""
    items: list[Config | Comment] = []
    results: list[Default] = []
    for category, members in _by_category(families):
        instance_types = [itype for name in members for itype in families[name]]
        items.append(Comment(category, depends=_offer(instance_types, catalog, names)))
        for itype in instance_types:
            config = _type_config(catalog, names, table, itype, ())
            items.append(config)
            results.append(Default(value=itype.name, condition=config.name))
    first = next(item for item in items if isinstance(item, Config))
    yield Choice(
        prompt=f"{names.title} {names.type_noun}",
        defaults=(Default(symbol=first.name),),
        items=tuple(items),
        help=_price_note(catalog),
    )
    yield Config(name=names.results.instance_type, type="string", defaults=tuple(results))
    yield from facts(names, table, families)


def _size_file(family: str) -> str:
    return f"instance-types/Kconfig.{re.sub(r'[^a-z0-9-]', '-', family.lower())}"


def _size_string(names: MenuNames, family: str) -> str:
    return symbol(f"{names.switch}_", family) + "_SIZE"
