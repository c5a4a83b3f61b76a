# SPDX-License-Identifier: MIT
"""The choice of a category, that of a family of it, and the option that offers previous generations."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from cloudlib.catalog.category import CATEGORIES
from cloudlib.catalog.order import family_order
from cloudlib.catalog.records import ARCHITECTURES, Catalog, InstanceType
from cloudlib.errors import counted
from cloudlib.menus.conditions import Families, is_old, offer, offered_if, offered_regions
from cloudlib.menus.help_texts import CATEGORIES as CATEGORY_NOTES
from cloudlib.menus.help_texts import family_help, price_note, same_everywhere
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, all_of
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.rows import WIDTH, family_rows, heading, padded
from cloudlib.menus.symbols import SymbolTable, symbol


def category_choice(catalog: Catalog, names: MenuNames, table: SymbolTable, families: Families) -> Choice:
    """The choice that the choice of a family follows: twenty rows instead of a hundred."""
    items: list[Config | Comment] = []
    grouped = dict(by_category(families))
    for row, (category, members) in zip(
        padded((c, CATEGORY_NOTES.get(c, "")) for c in grouped), grouped.items()
    ):
        itypes = [itype for name in members for itype in families[name]]
        items.append(
            Config(
                name=table.claim(names.category_prefix, category),
                prompt=row,
                depends=offer(itypes, catalog, names),
                help=f"Families: {', '.join(members)}.",
            )
        )
    without = sorted({t.category for t in catalog.instance_types} - set(grouped))
    rows = [f"{category} {row}" for category in without for row in _not_on_demand(catalog, category)]
    items += [Comment(line) for row in rows for line in _wrapped(row)]
    defaults = (
        Default(
            symbol=symbol(names.category_prefix, families[name][0].category), condition=TARGET[architecture]
        )
        for architecture in ARCHITECTURES
        if (name := _default_family(families, architecture, catalog))
    )
    return Choice(
        prompt=f"{names.type_title} category",
        defaults=tuple(defaults),
        items=tuple(items),
        help="What the machine is to be good at: the list of families shows those of this category. If in "
        "doubt, general purpose to build and test kernels, storage optimized to test file systems on local "
        "disks.",
    )


def family_choice(catalog: Catalog, names: MenuNames, table: SymbolTable, families: Families) -> Choice:
    """The families of the chosen category."""
    items: list[Config | Comment] = []
    defaults: list[Default] = []
    if note := price_heading(catalog, families, "Lowest price"):
        items.append(Comment(note))
    for category, members in by_category(families):
        chosen = symbol(names.category_prefix, category)
        own = {name: families[name] for name in members}
        for name, row in zip(members, family_rows(own, catalog.default_region)):
            items.append(
                Config(
                    name=table.claim(names.family_prefix, name),
                    prompt=row,
                    depends=(chosen, *offer(own[name], catalog, names)),
                    help=family_help(own[name], catalog, names),
                )
            )
        if old := [name for name in members if is_old(own[name])]:
            instance_types = [itype for name in old for itype in own[name]]
            where = (chosen, f"!{names.previous_generation}", *offered_if(instance_types, catalog, names))
            items.append(Comment(_shortened(f"Previous generation, not shown: {', '.join(old)}"), where))
        for row in _not_on_demand(catalog, category):
            items += [Comment(line, (chosen,)) for line in _wrapped(f"Not on demand {row}")]
        for architecture in ARCHITECTURES:
            if best := _default_family(own, architecture, catalog):
                condition = all_of(chosen, TARGET[architecture])
                defaults.append(Default(symbol=symbol(names.family_prefix, best), condition=condition))
    return Choice(
        prompt=f"{names.type_title} family",
        defaults=tuple(defaults),
        items=tuple(items),
        help="\n".join(text for text in (names.family_hint, price_note(catalog)) if text),
    )


def _not_on_demand(catalog: Catalog, category: str) -> Iterator[str]:
    """`(spot, flex-start): a3-highgpu-1g`: types of a category that are not sold on demand.

    A family stands for its types where that is true of all of several.
    """
    families = catalog.families()
    sold: dict[str, dict[str, None]] = {}
    for itype in catalog.instance_types:
        if itype.category == category and itype.linux_architectures and not itype.on_demand:
            alike = len(families[itype.family]) > 1 and all(
                other.usage == itype.usage for other in families[itype.family]
            )
            sold.setdefault(", ".join(itype.usage), {})[itype.family if alike else itype.name] = None
    for how, names in sorted(sold.items()):
        yield f"({how}): {', '.join(names)}"


#: What fits into a comment, which is drawn between stars.
_COMMENT = WIDTH - len("***  ***")


def _wrapped(text: str) -> list[str]:
    """The text as comments, one a line."""
    return textwrap.wrap(text, _COMMENT, break_on_hyphens=False)


def _shortened(text: str) -> str:
    """The text as one comment, cut behind a name."""
    width = _COMMENT
    return text if len(text) <= width else text[: width - 3].rpartition(",")[0] + " ..."


def price_heading(catalog: Catalog, families: Families, what: str) -> str:
    """The heading of a list with prices of one region; "" where they are the same everywhere, or unknown."""
    priced = [t for members in families.values() for t in members if t.price_in(catalog.default_region)]
    if all(same_everywhere(t) for t in priced):
        return ""
    return heading(what, catalog.default_region)


def by_category(families: Families) -> Iterator[tuple[str, list[str]]]:
    known = {category: number for number, category in enumerate(CATEGORIES)}
    grouped: dict[str, list[str]] = {}
    for name, instance_types in families.items():
        grouped.setdefault(instance_types[0].category, []).append(name)
    for category in sorted(grouped, key=lambda c: (known.get(c, len(known)), c)):
        yield category, grouped[category]


def _default_family(families: Families, architecture: str, catalog: Catalog) -> str:
    """The newest plain family that is widely offered, general purpose first; "" for none."""
    regions = {r.name for r in offered_regions(catalog)}
    able = [n for n, itypes in families.items() if any(architecture in t.architectures for t in itypes)]
    return min(able, key=lambda n: _default_rank(n, families[n], catalog.default_region, regions), default="")


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


def previous_option(names: MenuNames, catalog: Catalog, families: Families) -> tuple[Config, ...]:
    """The option that offers previous generations of machines and of systems, where the vendor has any."""
    old = [name for name, members in families.items() if is_old(members)]
    types = [t for members in families.values() for t in members if not t.current_generation]
    ended = dict.fromkeys(i.title for i in catalog.images if not i.supported)
    offers, about = [], []
    if names.family_prefix and old:
        offers.append(counted(len(old), "previous-generation family", "previous-generation families"))
    elif types:
        offers.append(f"{len(types)} previous-generation {names.type_noun}s")
    if types:
        listed = ", ".join(old or [t.name for t in types])
        about.append(f"{names.title} recommends its current generations, but still offers {listed}.")
    if ended:
        offers.append(f"{counted(len(ended), 'release')} out of support")
        about.append(f"No more fixes come for {', '.join(ended)}.")
    if not offers:
        return ()
    return (
        Config(
            name=names.previous_generation,
            prompt=f"Offer {' and '.join(offers)} too",
            help=" ".join(about),
        ),
    )
