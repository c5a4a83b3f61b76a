# SPDX-License-Identifier: MIT
"""Kconfig.compute: families by category, a file of sizes a family, and the result string."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cloudlib.catalog.records import ARCHITECTURES, CATEGORIES, Catalog, InstanceType, family_order
from cloudlib.errors import CatalogError
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, Node, Source, all_of, any_of, none_of
from cloudlib.menus.names import TARGET, Vocabulary
from cloudlib.menus.symbols import SymbolTable, symbol
from cloudlib.menus.text import (
    Families,
    family_prompt,
    menu_families,
    offered_if,
    offered_regions,
    type_help,
    type_prompt,
    type_terms,
)


def compute(
    catalog: Catalog, words: Vocabulary, table: SymbolTable, folder: str
) -> dict[str, tuple[Node, ...]]:
    """{file name: nodes} for Kconfig.compute and, where types come in families, one file each."""
    families = menu_families(catalog)
    if not families:
        raise CatalogError(f"{catalog.provider}: no type of the answer can boot Linux on x86_64 or arm64")
    table.reserve(words.results.instance_type, "the type result")
    table.reserve(words.previous_generation, "an option")
    table.reserve(words.is_gpu, "an option")
    table.reserve(words.can_nest, "an option")
    previous = _previous(words, families)
    if not words.family_prefix:
        return {"Kconfig.compute": (*previous, *_flat(catalog, words, table, families))}
    files = {
        _size_file(words, name): _sizes(catalog, words, table, name, families[name]) for name in families
    }
    if len(files) != len(families):
        raise CatalogError(f"{catalog.provider}: two families would share one file name")
    sources = tuple(Source(f"{folder}/{name}.generated") for name in files)
    return {
        "Kconfig.compute": (
            *previous,
            _family_choice(catalog, words, table, families),
            *sources,
            *_can_nest(words, families),
            Config(
                name=words.results.instance_type,
                kind="string",
                defaults=tuple(
                    Default(symbol=_size_string(words, name), condition=symbol(words.family_prefix, name))
                    for name in families
                ),
            ),
            Config(name=words.is_gpu, defaults=_true_if(type_terms(families, words, lambda k: bool(k.gpus)))),
        ),
        **files,
    }


def _previous(words: Vocabulary, families: Families) -> tuple[Config, ...]:
    """The option that offers previous generations, where the vendor has any."""
    if all(k.current_generation for kinds in families.values() for k in kinds):
        return ()
    return (
        Config(
            name=words.previous_generation,
            prompt="Offer previous-generation families too",
            help=f"{words.title} keeps these for set-ups that exist; newer ones do more for the same money.",
        ),
    )


def _can_nest(words: Vocabulary, families: Families) -> tuple[Config, ...]:
    """The switch that is y for a type which can run KVM guests and is no bare metal, which always can."""
    if not words.states_kvm:
        return ()
    terms = []
    for name, kinds in families.items():
        unable = [symbol(words.type_prefix, k.name) for k in kinds if k.bare_metal or not k.kvm]
        if len(unable) < len(kinds):
            term = all_of(symbol(words.family_prefix, name), none_of(unable))
            terms.append(f"({term})" if unable else term)
    return (Config(name=words.can_nest, defaults=_true_if(terms)),)


def _true_if(terms: Sequence[str]) -> tuple[Default, ...]:
    return (Default(value="y", condition=any_of(terms)),) if terms else ()


def _family_choice(catalog: Catalog, words: Vocabulary, table: SymbolTable, families: Families) -> Choice:
    items: list[Config | Comment] = []
    for category, members in _by_category(families):
        kinds = [k for name in members for k in families[name]]
        items.append(Comment(category, depends=_offer(kinds, catalog, words)))
        for name in members:
            items.append(
                Config(
                    name=table.claim(words.family_prefix, name),
                    prompt=family_prompt(name, families[name], catalog.default_region),
                    depends=_offer(families[name], catalog, words),
                )
            )
    return Choice(
        prompt=f"{words.title} {words.type_noun} family",
        defaults=tuple(_default_families(catalog, words, families)),
        items=tuple(items),
        help=_price_note(catalog),
    )


def _by_category(families: Families) -> Iterator[tuple[str, list[str]]]:
    known = {category: number for number, category in enumerate(CATEGORIES)}
    grouped: dict[str, list[str]] = {}
    for name, kinds in families.items():
        grouped.setdefault(kinds[0].category, []).append(name)
    for category in sorted(grouped, key=lambda c: (known.get(c, len(known)), c)):
        yield category, grouped[category]


def _default_families(catalog: Catalog, words: Vocabulary, families: Families) -> Iterator[Default]:
    """For each architecture the newest plain general purpose family that is widely offered."""
    regions = {r.name for r in offered_regions(catalog)}
    for architecture in ARCHITECTURES:
        names = [n for n, kinds in families.items() if any(architecture in k.architectures for k in kinds)]
        if names:
            best = min(names, key=lambda n: _default_rank(n, families[n], catalog.default_region, regions))
            yield Default(symbol=symbol(words.family_prefix, best), condition=TARGET[architecture])


def _default_rank(
    name: str, kinds: Sequence[InstanceType], home: str, regions: set[str]
) -> tuple[object, ...]:
    offered = {r for k in kinds for r in k.regions}
    category = CATEGORIES.index(kinds[0].category) if kinds[0].category in CATEGORIES else len(CATEGORIES)
    generation = family_order(name)[1]
    return (
        not any(k.current_generation for k in kinds),
        home not in offered,
        category,
        len(offered) < 0.75 * len(regions),
        generation,
        len(name),
        name,
    )


def _price_note(catalog: Catalog) -> str:
    source = next((p.source for t in catalog.instance_types if (p := t.price_in(catalog.default_region))), "")
    if not source:
        return "Prices are not known here."
    return (
        f"Prices are USD per hour, on demand, Linux, in {catalog.default_region}, the default region of "
        f"this catalogue ({source}). The help of a type lists what is known of other regions."
    )


def _offer(kinds: Sequence[InstanceType], catalog: Catalog, words: Vocabulary) -> tuple[str, ...]:
    """`offered_if`, and the previous-generation option where all of them are of one."""
    old = not any(k.current_generation for k in kinds)
    return (*((words.previous_generation,) if old else ()), *offered_if(kinds, catalog, words))


def _sizes(
    catalog: Catalog, words: Vocabulary, table: SymbolTable, family: str, kinds: Sequence[InstanceType]
) -> tuple[Node, ...]:
    result = _size_string(words, family)
    table.reserve(result, f"the size of {family}")
    members = tuple(_type_config(catalog, words, table, kind, kinds) for kind in kinds)
    return (
        Choice(
            prompt=f"{words.title} {words.type_noun}",
            depends=(symbol(words.family_prefix, family),),
            defaults=(Default(symbol=members[0].name),),
            items=members,
        ),
        Config(
            name=result,
            kind="string",
            defaults=tuple(Default(value=k.name, condition=m.name) for k, m in zip(kinds, members)),
        ),
    )


def _type_config(
    catalog: Catalog,
    words: Vocabulary,
    table: SymbolTable,
    kind: InstanceType,
    family: Sequence[InstanceType],
) -> Config:
    """A size. It carries its own condition only where it differs from its family's."""
    own, shared = _offer([kind], catalog, words), _offer(family, catalog, words) if family else ()
    return Config(
        name=table.claim(words.type_prefix, kind.name),
        prompt=type_prompt(kind, catalog.default_region),
        depends=tuple(term for term in own if term not in shared),
        help=type_help(kind, catalog, words),
    )


def _flat(catalog: Catalog, words: Vocabulary, table: SymbolTable, families: Families) -> Iterator[Node]:
    """All types in one choice, for providers that have no families worth a menu."""
    items: list[Config | Comment] = []
    results: list[Default] = []
    for category, names in _by_category(families):
        kinds = [k for name in names for k in families[name]]
        items.append(Comment(category, depends=_offer(kinds, catalog, words)))
        for kind in kinds:
            config = _type_config(catalog, words, table, kind, ())
            items.append(config)
            results.append(Default(value=kind.name, condition=config.name))
    first = next(item for item in items if isinstance(item, Config))
    yield Choice(
        prompt=f"{words.title} {words.type_noun}",
        defaults=(Default(symbol=first.name),),
        items=tuple(items),
        help=_price_note(catalog),
    )
    yield Config(name=words.results.instance_type, kind="string", defaults=tuple(results))
    yield Config(name=words.is_gpu, defaults=_true_if(type_terms(families, words, lambda k: bool(k.gpus))))


def _size_file(words: Vocabulary, family: str) -> str:
    return f"{words.types_folder}/Kconfig.{re.sub(r'[^a-z0-9-]', '-', family.lower())}"


def _size_string(words: Vocabulary, family: str) -> str:
    return symbol(f"{words.switch}_", family) + "_SIZE"
