# SPDX-License-Identifier: MIT
"""Kconfig.images: distribution, then release, then the strings by which terraform finds the image.

Where images say which boot modes they need (Azure's generations), one is offered only when the chosen
type has one of them. Of two images of one release and architecture, the one with the newer boot mode is
taken where both can be booted. One that does not say, among others that do, is offered where any of them
can be booted: see cloudlib.catalog.boot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from cloudlib.catalog import boot, support
from cloudlib.catalog.image_rules import NAMES
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import ARCHITECTURES, Catalog, Image, InstanceType
from cloudlib.errors import CatalogError
from cloudlib.menus.conditions import menu_families, type_terms
from cloudlib.menus.facts import has
from cloudlib.menus.kconfig import Choice, Comment, Config, Default, If, Node, all_of, any_of, none_of, switch
from cloudlib.menus.names import ANY_MODE, TARGET, MenuNames
from cloudlib.menus.symbols import SymbolTable, symbol

#: Distribution key -> its name. A distribution that is not here is shown by its key.
DISTROS = NAMES | {
    "opensuse": "openSUSE",
    "redhat": "Red Hat Enterprise Linux",
    "suse": "SUSE Linux Enterprise Server",
}
_DEFAULT_DISTRO = "debian"
_AS_IT_IS = "Given to terraform as it is."
_CUSTOM = "Any other image, by the cloud's names for it. Whether the machine can boot it is not checked."


def images(catalog: Catalog, names: MenuNames, table: SymbolTable) -> tuple[Node, ...]:
    """The distribution choice with a "Custom image" entry, a release choice each, the result strings.

    For a provider whose images terraform cannot choose, a comment that says so.
    """
    own = names.images
    if not own.coordinates:
        return (Comment(f"Image: the default; {names.title} lets terraform choose no other"),)
    streams = [i for i in catalog.images if i.purpose == "os"]
    if not streams:
        raise CatalogError(f"{catalog.provider}: the answer has no distribution image")
    for coordinate in own.coordinates:
        table.reserve(own.prefix + coordinate, "an image result")
    distros = {d: [i for i in streams if i.distro == d] for d in sorted({i.distro for i in streams})}
    custom = table.claim(own.distro_prefix, "custom")
    boots = _Boots(catalog, names, table, streams)
    members = [_distro(distro, distros[distro], names, table, boots) for distro in distros]
    default = _DEFAULT_DISTRO if _DEFAULT_DISTRO in distros else next(iter(distros))
    nodes: list[Node] = [
        *boots.nodes,
        Choice(
            prompt="Linux distribution",
            defaults=(Default(symbol=symbol(own.distro_prefix, default)),),
            items=(*members, Config(custom, prompt="Custom image", help=_CUSTOM)),
            help="Only what the chosen machine can boot is offered.",
        ),
    ]
    releases: list[tuple[Image, str]] = []
    for distro, of_distro in distros.items():
        claimed = [
            (i, table.claim(own.release_prefix, i.symbol or i.title)) for i in _newest_first(of_distro)
        ]
        nodes.append(_releases(symbol(own.distro_prefix, distro), claimed, names, boots))
        releases += claimed
    return (*nodes, *_results(names, table, custom, releases, boots))


def gpu_images(catalog: Catalog, names: MenuNames, table: SymbolTable) -> tuple[Node, ...]:
    """The menu of GPU-optimized images, offered for types with an NVIDIA GPU; only AWS has one."""
    streams = [i for i in catalog.images if i.purpose == "gpu"]
    use = table.claim(names.switch, f"_USE_{names.images.gpu}")
    nvidia = table.claim(names.switch, "_HAS_NVIDIA_GPU")
    terms = type_terms(menu_families(catalog), names, _has_nvidia_gpu)
    flag = switch(nvidia, terms)
    if not streams:
        return (flag,)
    use_gpu_image = Config(
        use,
        prompt="Use a GPU-optimized image instead of the distribution's own",
        depends=(nvidia,),
        help="These come with NVIDIA's driver, CUDA and machine learning frameworks.",
    )
    return (flag, use_gpu_image, If(use, tuple(_gpu_choice(streams, names, table))))


def _has_nvidia_gpu(itype: InstanceType) -> bool:
    return any(gpu.name.upper().startswith("NVIDIA") for gpu in itype.gpus)


def _gpu_choice(streams: Sequence[Image], names: MenuNames, table: SymbolTable) -> Iterator[Node]:
    """The choice of a GPU image with a "Custom GPU image" entry, the custom strings, the result strings."""
    prefix = f"{names.switch}_{names.images.gpu}"
    claimed = [(i, table.claim(f"{prefix}_", i.distro)) for i in _newest_first(streams)]
    members = []
    for name in dict.fromkeys(name for _, name in claimed):
        same = [image for image, its_name in claimed if its_name == name]
        members.append(
            Config(
                name,
                prompt=same[0].title + ("" if same[0].supported else "  out of support"),
                depends=(*_architectures(same), *(() if same[0].supported else (names.previous_generation,))),
                help=f"The newest build at the time of bringup, found as\n{same[0].coordinates['NAME']}",
            )
        )
    custom = table.claim(f"{prefix}_", "custom")
    yield Choice(
        prompt="GPU-optimized image",
        defaults=(Default(symbol=members[0].name),),
        items=(*members, Config(custom, prompt="Custom GPU image", help=_CUSTOM)),
        help="Images with the drivers of the GPU.",
    )
    for coordinate in names.images.gpu_coordinates:
        yield Config(
            table.claim(f"{prefix}_CUSTOM_", coordinate),
            type="string",
            prompt=f"Custom GPU image: {coordinate.lower()}",
            depends=(custom,),
            help=_AS_IT_IS,
            defaults=(Default(claimed[0][0].coordinates[coordinate]),),
        )
    for coordinate in names.images.gpu_coordinates:
        yield Config(
            table.claim(f"{prefix}_", coordinate),
            type="string",
            defaults=(
                *(
                    Default(image.coordinates[coordinate], all_of(name, TARGET[image.architecture]))
                    for image, name in claimed
                ),
                Default(symbol=f"{prefix}_CUSTOM_{coordinate}", condition=custom),
            ),
        )


class _Boots:
    """One hidden symbol for each boot mode that images ask for: can the chosen type boot it?"""

    def __init__(
        self, catalog: Catalog, names: MenuNames, table: SymbolTable, streams: Sequence[Image]
    ) -> None:
        self.nodes: list[Node] = []
        self._names: dict[str, str] = {}
        self._previous = names.previous_generation
        families = menu_families(catalog)
        for mode in sorted({m for i in streams for m in i.boot_modes}):
            name = self._names[mode] = table.claim(f"{names.switch}_BOOTS_", mode)
            without = type_terms(families, names, _lacks(mode))
            self.nodes.append(Config(name, defaults=(Default("y", none_of(without)),)))

    def term(self, image: Image) -> str:
        """The expression under which an image can be booted: its architecture, and its boot modes."""
        if image.boot_modes:
            return all_of(TARGET[image.architecture], any_of(self._names[m] for m in image.boot_modes))
        return all_of(TARGET[image.architecture], *(self._names[m] for m in boot.plain_modes(self._names)))

    def condition(self, streams: Iterable[Image]) -> tuple[str, ...]:
        """The `depends on` under which one of these images can be booted.

        Those that are out of support need the option for previous generations.
        """
        listed = list(streams)
        alike = len({image.supported for image in listed}) == 1
        first = () if listed[0].supported or not alike else (self._previous,)
        clauses = list(
            dict.fromkeys(
                self.term(i) if alike or i.supported else all_of(self._previous, self.term(i)) for i in listed
            )
        )
        if set(clauses) >= set(TARGET.values()):
            return first
        return (*first, any_of(f"({c})" if "&&" in c and len(clauses) > 1 else c for c in clauses))


def _lacks(mode: str) -> Callable[[InstanceType], bool]:
    return lambda itype: mode not in itype.boot_modes


def _distro(
    distro: str, streams: Sequence[Image], names: MenuNames, table: SymbolTable, boots: _Boots
) -> Config:
    name = table.claim(names.images.distro_prefix, distro)
    releases = dict.fromkeys(i.title for i in _newest_first(streams))
    return Config(
        name,
        prompt=DISTROS.get(distro, distro),
        depends=boots.condition(streams),
        help=f"Releases: {', '.join(releases)}.",
    )


def _architectures(streams: Sequence[Image]) -> tuple[str, ...]:
    known = {i.architecture for i in streams}
    return () if known >= set(ARCHITECTURES) else (any_of(TARGET[a] for a in ARCHITECTURES if a in known),)


def _releases(distro: str, claimed: Sequence[tuple[Image, str]], names: MenuNames, boots: _Boots) -> Choice:
    """The release choice of one distribution: of each image the symbol of its release, newest first."""
    members: list[Config] = []
    for name in dict.fromkeys(name for _, name in claimed):
        same = [image for image, its_name in claimed if its_name == name]
        ended = "" if same[0].supported else "  out of support"
        members.append(
            Config(
                name,
                prompt=f"{same[0].title}{ended}",
                depends=boots.condition(same),
                help="\n".join((*_chosen_because(same[0]), _looked_up(same, names))),
            )
        )
    _, default = min(claimed, key=lambda pair: _default_rank(pair[0]))
    return Choice(
        prompt="Release",
        depends=(distro,),
        defaults=(Default(symbol=default),),
        items=tuple(members),
        help="The newest first.",
    )


def _chosen_because(image: Image) -> Iterator[str]:
    """Why this is the stream of its release, and what speaks against the release."""
    if image.version and image.version != image.release:
        yield f"Version {image.version}, the newest of this release."
    if image.preferred:
        yield "What the vendor's own alias for the distribution stands for."
    if not image.supported:
        yield f"{support.why(image.distro, image.release)}."


def _looked_up(streams: Sequence[Image], names: MenuNames) -> str:
    """How terraform finds the newest build of each, a line for each architecture and boot mode."""
    lines = (
        f"{'/'.join((i.architecture, *i.boot_modes))}: "
        + ", ".join(i.coordinates[name] for name in names.images.coordinates)
        for i in streams
    )
    rule = (names.images.rule,) if names.images.rule else ()
    return "\n".join(("The newest build at the time of bringup, found as", *lines, *rule))


def _default_rank(image: Image) -> tuple[bool, ...]:
    """Supported and long-term releases first, plain ones before special builds, and what the vendor prefers.

    For `min`.
    """
    special = any(word in image.title for word in ("preview", "backports", "minimal"))
    return (not image.supported, "LTS" not in image.title, special, not image.preferred)


def _newest_first(streams: Sequence[Image]) -> list[Image]:
    """Newest release first; within one, the architectures in menu order, the newest boot mode first."""
    by_mode = sorted(streams, key=lambda i: i.boot_modes, reverse=True)
    by_architecture = sorted(by_mode, key=lambda i: (i.title, ARCHITECTURES.index(i.architecture)))
    return sorted(by_architecture, key=lambda i: natural(i.release), reverse=True)


def _results(
    names: MenuNames, table: SymbolTable, custom: str, releases: Sequence[tuple[Image, str]], boots: _Boots
) -> Iterator[Node]:
    """The strings of "Custom image", then the strings that terraform gets."""
    own = names.images
    for coordinate, default in own.coordinates.items():
        yield Config(
            table.claim(f"{names.switch}_CUSTOM_", coordinate),
            type="string",
            prompt=f"Custom image: {coordinate.lower().replace('_', ' ')}",
            depends=(custom,),
            help=_AS_IT_IS,
            defaults=(Default(default),),
        )
    for coordinate, default in own.coordinates.items():
        yield Config(
            own.prefix + coordinate,
            type="string",
            defaults=(
                *(
                    # A stream that was carried forward may be older than the coordinate.
                    Default(image.coordinates.get(coordinate, default), all_of(name, boots.term(image)))
                    for image, name in releases
                ),
                Default(symbol=f"{names.switch}_CUSTOM_{coordinate}", condition=custom),
            ),
        )
    yield from _of_image(names, table, releases, boots)


def _of_image(
    names: MenuNames, table: SymbolTable, releases: Sequence[tuple[Image, str]], boots: _Boots
) -> Iterator[Config]:
    """Features and boot modes of the chosen image; of a custom one nothing is known."""

    def chosen(fits: Callable[[Image], bool]) -> str:
        return any_of(dict.fromkeys(f"({all_of(name, boots.term(i))})" for i, name in releases if fits(i)))

    for feature in names.features:
        name = names.feature(feature)
        table.reserve(name, "a feature of types and images")
        condition = all_of(names.type_feature(feature), _in_parentheses(chosen(has(feature))))
        yield Config(name, defaults=(Default("y", condition),))
    if names.exports_boot_modes:
        table.reserve(names.image_boot_modes, "the boot modes of images")
        every = dict.fromkeys(image.boot_modes for image, _ in releases if image.boot_modes)
        defaults = [Default(",".join(modes), chosen(_boots_with(modes))) for modes in every]
        yield Config(names.image_boot_modes, type="string", defaults=(*defaults, Default(ANY_MODE)))


def _in_parentheses(expression: str) -> str:
    return f"({expression})" if expression else ""


def _boots_with(modes: tuple[str, ...]) -> Callable[[Image], bool]:
    return lambda image: image.boot_modes == modes
