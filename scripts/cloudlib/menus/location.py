# SPDX-License-Identifier: MIT
"""Kconfig.location: the region choice, one zone choice a region, and their result strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cloudlib.catalog.area import continent
from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType, Region
from cloudlib.errors import CatalogError
from cloudlib.menus.conditions import Families, menu_families, offered_regions, type_terms
from cloudlib.menus.help_texts import region_help, zone_help
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, Node, all_of, any_of, none_of
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.rows import padded
from cloudlib.menus.symbols import SymbolTable

_OWN_NAMES = (
    " Which zone a name stands for differs between accounts. Offered are the zones that have the chosen "
    "type, by the names that they have in the account that asked for this catalog."
)


def location(catalog: Catalog, names: MenuNames, table: SymbolTable) -> tuple[Node, ...]:
    """Region choice, zone choices, and the strings TERRAFORM_…_REGION and _ZONE."""
    regions = offered_regions(catalog)
    if not regions:
        raise CatalogError(f"{catalog.provider}: no instance type can boot Linux on x86_64 or arm64")
    symbols = {r.name: table.claim(names.region_prefix, r.name) for r in regions}
    table.reserve(names.results.region, "the region result")
    nodes: list[Node] = [
        Choice(
            prompt=names.region_noun.capitalize(),
            defaults=(Default(symbol=symbols.get(catalog.default_region, symbols[regions[0].name])),),
            items=tuple(_region_items(catalog, names, symbols)),
            help=_missing_regions(catalog, symbols),
        ),
        Config(
            name=names.results.region,
            type="string",
            defaults=tuple(Default(value=name, condition=symbols[name]) for name in symbols),
        ),
    ]
    if names.zone_prefix:
        nodes += _zones(catalog, names, symbols, table)
    return tuple(nodes)


def _region_items(catalog: Catalog, names: MenuNames, symbols: dict[str, str]) -> Iterator[Config | Comment]:
    """Regions under their continent where it is known."""
    groups: dict[str, list[Region]] = {}
    for region in catalog.regions:
        if region.name in symbols:
            groups.setdefault(continent(region), []).append(region)
    every = [region for name in sorted(groups) for region in groups[name]]
    rows = dict(zip((r.name for r in every), padded((r.name, _place(r)) for r in every)))
    for name in sorted(groups):
        if name:
            yield Comment(name)
        for region in groups[name]:
            yield Config(
                name=symbols[region.name],
                prompt=rows[region.name],
                depends=_startable(catalog, names, region.name),
                help=region_help(region, catalog),
            )
    if missing := len(catalog.regions) - len(every):
        yield Comment(
            f"{missing} more {'is' if missing == 1 else 'are'} not offered: see the help of this list"
        )


def _place(region: Region) -> str:
    """`US East, N. Virginia`: without brackets, which menus draw around what is chosen."""
    place = region.long_name.replace(" (", ", ").removesuffix(")")
    return f"{place}{', ' if place else ''}opt-in" if region.opt_in else place


def _missing_regions(catalog: Catalog, symbols: dict[str, str]) -> str:
    """Why regions of the catalog cannot be chosen."""
    missing: dict[str, list[str]] = {}
    for region in catalog.regions:
        if region.name not in symbols:
            missing.setdefault(region.why_not or "no instance types known", []).append(region.name)
    lines = (f"Not offered: {', '.join(every)} ({why})." for why, every in missing.items())
    return "\n".join(("Where the machines are. A machine that a region lacks is not offered there.", *lines))


def _startable(catalog: Catalog, names: MenuNames, region: str) -> tuple[str, ...]:
    """The `depends on` of a region: (), if every architecture has a current type there."""
    terms: list[str] = []
    for architecture in ARCHITECTURES:
        instance_types = [t for t in catalog.types_in(region) if architecture in t.architectures]
        if instance_types:
            current = any(t.current_generation for t in instance_types)
            terms.append(all_of(TARGET[architecture], "" if current else names.previous_generation))
    return () if terms == list(TARGET.values()) else (any_of(terms),)


def _zones(catalog: Catalog, names: MenuNames, symbols: dict[str, str], table: SymbolTable) -> list[Node]:
    nodes: list[Node] = []
    results: list[Default] = []
    table.reserve(names.results.zone, "the zone result")
    families = menu_families(catalog)
    for region, region_symbol in symbols.items():
        gates = _gates(catalog, families, names, region)
        zones = [z for z in catalog.zones if z.region == region and z.name in gates]
        if not zones:
            continue
        members = [
            Config(
                table.claim(names.zone_prefix, z.name),
                prompt=z.name,
                depends=(gates[z.name],),
                help=zone_help(z),
            )
            for z in zones
        ]
        results += [Default(value=z.terraform_name, condition=m.name) for z, m in zip(zones, members)]
        if names.zone_optional:
            none = table.claim(names.zone_prefix, f"{region}-any")
            members.insert(0, Config(none, prompt="No preference", help="The cloud chooses one."))
        nodes.append(
            Choice(
                prompt=f"{names.zone_noun.capitalize()} in {region}",
                depends=(region_symbol,),
                defaults=(Default(symbol=members[0].name),),
                items=tuple(members),
                help=f"One or more data centers of {region}, close to each other."
                + (_OWN_NAMES if names.own_zone_names else ""),
            )
        )
    chosen = (any_of(r.condition for r in results),) if names.zone_optional else ()
    if results or not names.zone_optional:
        nodes.append(Config(names.results.zone, type="string", defaults=tuple(results), depends=chosen))
    return nodes


def _gates(catalog: Catalog, families: Families, names: MenuNames, region: str) -> dict[str, str]:
    """{zone of a region: the condition under which it can start the chosen type, "" for always}.

    A type whose zones in the region are not known may be in all of them; without `zones_gate`, so may each
    that is in one of them. A zone that has no type at all is left out.
    """
    zones = [z.name for z in catalog.zones if z.region == region]
    here = set(zones)
    offered = ((name, [t for t in members if region in t.regions]) for name, members in families.items())
    local = {name: members for name, members in offered if members}
    where = {}
    for itype in (t for members in local.values() for t in members):
        named = here if region in itype.zones_unknown else here.intersection(itype.zones)
        where[itype.name] = named if names.zones_gate or not named else here
    return {
        zone: none_of(type_terms(local, names, _not_in(zone, where)))
        for zone in zones
        if any(zone in offered for offered in where.values())
    }


def _not_in(zone: str, where: Mapping[str, set[str]]) -> Callable[[InstanceType], bool]:
    return lambda itype: zone not in where[itype.name]
