# SPDX-License-Identifier: MIT
"""Kconfig.images: distribution, then release, then the strings by which terraform finds the image.

Where images say which boot modes they need (Azure's generations), one is offered only when the chosen
type has one of them. Of two images of one release and architecture, the one with the newer boot mode is
taken where both can be booted. One that does not say, among others that do, is offered where any would
boot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cloudlib.catalog.records import ARCHITECTURES, Catalog, Image, InstanceType, natural
from cloudlib.errors import CatalogError
from cloudlib.menus.kconfig import Choice, Config, Default, If, Node, all_of, any_of, none_of
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.symbols import SymbolTable, symbol
from cloudlib.menus.text import menu_families, type_terms

#: Distribution key -> how people call it. A distribution that is not here shows by its key.
DISTROS = {
    "almalinux": "AlmaLinux",
    "amazon": "Amazon Linux",
    "centos": "CentOS Stream",
    "debian": "Debian",
    "fedora": "Fedora",
    "fedora-coreos": "Fedora CoreOS",
    "gpu-base": "GPU Base",
    "lambda-stack": "Lambda Stack",
    "opensuse": "openSUSE",
    "oracle": "Oracle Linux",
    "redhat": "Red Hat Enterprise Linux",
    "rocky": "Rocky Linux",
    "suse": "SUSE Linux Enterprise Server",
    "ubuntu": "Ubuntu",
}


def images(catalog: Catalog, names: MenuNames, table: SymbolTable) -> tuple[Node, ...]:
    """The distribution choice with a "Custom image" entry, a release choice each, the result strings."""
    own = names.images
    streams = [i for i in catalog.images if i.purpose == "os"]
    if not streams:
        raise CatalogError(f"{catalog.provider}: the answer has no image of any distribution")
    for name in own.coordinates:
        table.reserve(own.prefix + name, "an image result")
    distros = {d: [i for i in streams if i.distro == d] for d in sorted({i.distro for i in streams})}
    custom = table.claim(own.distro_prefix, "custom")
    boots = _Boots(catalog, names, table, streams)
    members = [_distro(d, of, names, table, boots) for d, of in distros.items()]
    default = own.default_distro if own.default_distro in distros else next(iter(distros))
    nodes: list[Node] = [
        *boots.nodes,
        Choice(
            prompt=f"{names.title} Linux distribution",
            defaults=(Default(symbol=symbol(own.distro_prefix, default)),),
            items=(*members, Config(custom, prompt="Custom image")),
        ),
    ]
    releases: list[tuple[Image, str]] = []
    for distro, of in distros.items():
        choice, found = _releases(symbol(own.distro_prefix, distro), of, names, table, boots)
        nodes.append(choice)
        releases += found
    return (*nodes, *_results(names, table, custom, releases, boots))


def gpu_images(catalog: Catalog, names: MenuNames, table: SymbolTable) -> tuple[Node, ...]:
    """The menu of GPU-optimized images, offered for types with an NVIDIA GPU; AWS only, so far."""
    gpu = names.images.gpu
    streams = [i for i in catalog.images if i.purpose == "gpu"]
    use = table.claim(names.switch, f"_USE_{gpu}")
    nvidia = table.claim(names.switch, "_HAS_NVIDIA_GPU")
    terms = type_terms(
        menu_families(catalog), names, lambda k: any(g.name.upper().startswith("NVIDIA") for g in k.gpus)
    )
    flag = Config(nvidia, defaults=(Default("y", any_of(terms)),) if terms else ())
    if not streams:
        return (flag,)
    prefix = f"{names.switch}_{gpu}"
    found = [(i, table.claim(f"{prefix}_", i.distro)) for i in _newest(streams)]
    by_symbol = {name: [i for i, n in found if n == name] for _, name in found}
    members = [
        Config(name, prompt=of[0].title, depends=_architectures(of), help=of[0].coordinates["NAME"])
        for name, of in by_symbol.items()
    ]
    custom = table.claim(f"{prefix}_", "custom")
    return (
        flag,
        Config(
            use,
            prompt="Use a GPU-optimized image instead of the distribution's own",
            depends=(nvidia,),
            help="These come with NVIDIA's driver, CUDA and machine learning frameworks.",
        ),
        If(
            use,
            (
                Choice(
                    prompt=f"{names.title} GPU-optimized image",
                    defaults=(Default(symbol=members[0].name),),
                    items=(*members, Config(custom, prompt="Custom GPU image")),
                ),
                *(
                    Config(
                        table.claim(f"{prefix}_CUSTOM_", name),
                        kind="string",
                        prompt=f"Custom GPU image: {name.lower()}",
                        depends=(custom,),
                        defaults=(
                            Default(names.images.coordinates.get(name, found[0][0].coordinates[name])),
                        ),
                    )
                    for name in names.images.gpu_coordinates
                ),
                *(
                    Config(
                        table.claim(f"{prefix}_", name),
                        kind="string",
                        defaults=(
                            *(
                                Default(i.coordinates[name], all_of(s, TARGET[i.architecture]))
                                for i, s in found
                            ),
                            Default(symbol=f"{prefix}_CUSTOM_{name}", condition=custom),
                        ),
                    )
                    for name in names.images.gpu_coordinates
                ),
            ),
        ),
    )


class _Boots:
    """One hidden symbol for each boot mode that images ask for: can the chosen type boot it?"""

    def __init__(
        self, catalog: Catalog, names: MenuNames, table: SymbolTable, streams: Sequence[Image]
    ) -> None:
        self.nodes: list[Node] = []
        self._names: dict[str, str] = {}
        families = menu_families(catalog)
        for mode in sorted({m for i in streams for m in i.boot_modes}):
            name = self._names[mode] = table.claim(f"{names.switch}_BOOTS_", mode)
            without = type_terms(families, names, _lacks(mode))
            self.nodes.append(Config(name, defaults=(Default("y", none_of(without)),)))

    def term(self, image: Image) -> str:
        """The expression under which an image can be booted: its architecture, and its boot modes."""
        if image.boot_modes:
            return all_of(TARGET[image.architecture], any_of(self._names[m] for m in image.boot_modes))
        return all_of(TARGET[image.architecture], *self._names.values())

    def condition(self, of: Sequence[Image]) -> tuple[str, ...]:
        """The `depends on` under which one of these images can be booted."""
        clauses = [self.term(i) for i in of]
        clauses = list(dict.fromkeys(clauses))
        if set(clauses) >= set(TARGET.values()):
            return ()
        return (any_of(f"({c})" if "&&" in c and len(clauses) > 1 else c for c in clauses),)


def _lacks(mode: str) -> Callable[[InstanceType], bool]:
    return lambda kind: mode not in kind.boot_modes


def _distro(distro: str, of: Sequence[Image], names: MenuNames, table: SymbolTable, boots: _Boots) -> Config:
    name = table.claim(names.images.distro_prefix, distro)
    return Config(name, prompt=DISTROS.get(distro, distro), depends=boots.condition(of))


def _architectures(of: Sequence[Image]) -> tuple[str, ...]:
    known = {i.architecture for i in of}
    return () if known >= set(ARCHITECTURES) else (any_of(TARGET[a] for a in ARCHITECTURES if a in known),)


def _releases(
    distro: str, of: Sequence[Image], names: MenuNames, table: SymbolTable, boots: _Boots
) -> tuple[Choice, list[tuple[Image, str]]]:
    """The release choice of one distribution, newest first, and which symbol stands for which image."""
    found = [(i, table.claim(names.images.release_prefix, i.title)) for i in _newest(of)]
    members: list[Config] = []
    for name in dict.fromkeys(s for _, s in found):
        streams = [i for i, s in found if s == name]
        members.append(Config(name, prompt=streams[0].title, depends=boots.condition(streams)))
    default = min((i for i, _ in found), key=_default_rank)
    choice = Choice(
        prompt=f"{names.title} release",
        depends=(distro,),
        defaults=(Default(symbol=symbol(names.images.release_prefix, default.title)),),
        items=tuple(members),
    )
    return choice, found


def _default_rank(image: Image) -> tuple[bool, bool]:
    """Of releases that stand newest first: long-term ones, then plain ones before special builds."""
    special = any(word in image.title for word in ("preview", "backports", "minimal"))
    return ("LTS" not in image.title, special)


def _newest(of: Sequence[Image]) -> list[Image]:
    """Newest release first; within one, the architectures in menu order, the newest boot mode first."""
    by_mode = sorted(of, key=lambda i: i.boot_modes, reverse=True)
    by_architecture = sorted(by_mode, key=lambda i: (i.title, ARCHITECTURES.index(i.architecture)))
    return sorted(by_architecture, key=lambda i: natural(i.release), reverse=True)


def _results(
    names: MenuNames, table: SymbolTable, custom: str, releases: Sequence[tuple[Image, str]], boots: _Boots
) -> Iterator[Node]:
    own = names.images
    for name, default in own.coordinates.items():
        yield Config(
            table.claim(f"{names.switch}_CUSTOM_", name),
            kind="string",
            prompt=f"Custom image: {name.lower().replace('_', ' ')}",
            depends=(custom,),
            defaults=(Default(default),),
        )
    for name in own.coordinates:
        yield Config(
            own.prefix + name,
            kind="string",
            defaults=(
                *(Default(i.coordinates[name], all_of(s, boots.term(i))) for i, s in releases),
                Default(symbol=f"{names.switch}_CUSTOM_{name}", condition=custom),
            ),
        )
