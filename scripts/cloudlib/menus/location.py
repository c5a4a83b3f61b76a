# SPDX-License-Identifier: MIT
"""Kconfig.location: the region choice, one zone choice a region, and their result strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType, Region, Zone
from cloudlib.errors import CatalogError
from cloudlib.menus.conditions import menu_families, offered_regions, type_terms
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, Node, all_of, any_of, none_of
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.symbols import SymbolTable


def location(catalog: Catalog, names: MenuNames, table: SymbolTable) -> tuple[Node, ...]:
    """Region choice, zone choices, and the strings TERRAFORM_…_REGION and _ZONE."""
    regions = offered_regions(catalog)
    if not regions:
        raise CatalogError(f"{catalog.provider}: no instance type can boot Linux on x86_64 or arm64")
    symbols = {r.name: table.claim(names.region_prefix, r.name) for r in regions}
    table.reserve(names.results.region, "the region result")
    nodes: list[Node] = [
        Choice(
            prompt=f"{names.title} {names.region_noun}",
            defaults=(Default(symbol=symbols.get(catalog.default_region, symbols[regions[0].name])),),
            items=tuple(_region_items(catalog, names, symbols)),
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
    """Regions under their geography where it is known, then comments for those that cannot be used."""
    groups: dict[str, list[Region]] = {}
    for region in catalog.regions:
        if region.name in symbols:
            groups.setdefault(region.geography, []).append(region)
    for geography in sorted(groups):
        if geography:
            yield Comment(geography)
        for region in groups[geography]:
            yield Config(
                name=symbols[region.name],
                prompt=f"{region.name}  {region.long_name}".rstrip()
                + ("  (opt-in)" if region.opt_in else ""),
                depends=_startable(catalog, names, region.name),
            )
    for region in catalog.regions:
        if region.name not in symbols:
            why = region.why_not or "no instance types known"
            yield Comment(f"not offered: {region.name}  {region.long_name}".rstrip() + f" ({why})")


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
    for region, region_symbol in symbols.items():
        gates = _gates(catalog, names, region)
        zones = [z for z in catalog.zones if z.region == region and z.name in gates]
        if not zones:
            continue
        members = [
            Config(table.claim(names.zone_prefix, z.name), prompt=_zone_prompt(z), depends=(gates[z.name],))
            for z in zones
        ]
        results += [Default(value=z.terraform_name, condition=m.name) for z, m in zip(zones, members)]
        if names.zone_optional:
            none = table.claim(names.zone_prefix, f"{region}-any")
            members.insert(0, Config(none, prompt="No preference"))
        nodes.append(
            Choice(
                prompt=f"{names.title} {names.zone_noun} in {region}",
                depends=(region_symbol,),
                defaults=(Default(symbol=members[0].name),),
                items=tuple(members),
            )
        )
    chosen = (any_of(r.condition for r in results),) if names.zone_optional else ()
    if results or not names.zone_optional:
        nodes.append(Config(names.results.zone, type="string", defaults=tuple(results), depends=chosen))
    return nodes


def _gates(catalog: Catalog, names: MenuNames, region: str) -> dict[str, str]:
    """{zone of a region: the condition under which it can start the chosen type, "" for always}.

    A type without a known zone in the region may be in all of them. A zone that has no type at all is left
    out.
    """
    zones = [z.name for z in catalog.zones if z.region == region]
    if not names.zones_gate:
        return dict.fromkeys(zones, "")
    here = set(zones)
    families = menu_families(replace(catalog, instance_types=catalog.types_in(region)))
    where = {t.name: here.intersection(t.zones) or here for members in families.values() for t in members}
    return {
        zone: none_of(type_terms(families, names, _not_in(zone, where)))
        for zone in zones
        if any(zone in offered for offered in where.values())
    }


def _not_in(zone: str, where: Mapping[str, set[str]]) -> Callable[[InstanceType], bool]:
    return lambda itype: zone not in where[itype.name]


def _zone_prompt(zone: Zone) -> str:
    return f"{zone.name}  ({zone.zone_id})" if zone.zone_id else zone.name
