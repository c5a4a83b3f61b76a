# SPDX-License-Identifier: MIT
"""A provider's nouns and symbol names: what menus need to know besides the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Symbol of the root Kconfig that is y when a target architecture is chosen.
TARGET = {"x86_64": "TARGET_ARCH_X86_64", "arm64": "TARGET_ARCH_ARM64"}

#: Stands for the boot modes of an image or a type that does not state them.
ANY_MODE = "any"


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")


@dataclass(frozen=True, slots=True)
class Results:
    """The strings that terraform gets. All but `zone` exist for every provider; none is ever empty."""

    region: str
    instance_type: str
    zone: str = ""


@dataclass(frozen=True, slots=True)
class ImageNames:
    """Symbols of the image menus.

    `coordinates` maps an image record's coordinate to the default of the same coordinate under
    "Custom image"; none where terraform cannot choose an image. `prefix` + coordinate is the result
    string. `gpu` names the family of symbols for GPU images, "" where a provider has none.

    `rule` is a sentence for the help of a release: which image is taken of several.
    """

    prefix: str
    distro_prefix: str
    release_prefix: str
    coordinates: Mapping[str, str]
    rule: str = ""
    gpu: str = ""
    gpu_coordinates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuNames:
    """`family_prefix` is "" for a provider whose types stand in one flat list.

    `zone_optional` is True where the cloud can be left to choose the zone; the zone's result string then
    exists only when the user chooses one. `zones_gate` is True where a zone is offered only for types that it
    has. `own_zone_names` is True where the same name may mean another zone in another account.
    `extra_results` are result strings that exist only under some option. `states_kvm` is False where the
    vendor does not say which types can run KVM guests. `features` are those of records that become a switch
    each. `most_data_volumes` is the largest number of data volumes that the menus offer, 0 for none.
    `exports_boot_modes` is True where terraform compares the boot modes of type and image too. `family_hint`
    tells how the vendor's names of families are read. `left_open` says of options, by symbol, which machine
    they leave to be chosen later.
    """

    provider: str
    title: str
    switch: str
    region_prefix: str
    type_prefix: str
    results: Results
    images: ImageNames
    zone_prefix: str = ""
    family_prefix: str = ""
    region_noun: str = "region"
    zone_noun: str = "zone"
    zone_optional: bool = False
    zones_gate: bool = False
    own_zone_names: bool = False
    type_noun: str = "instance type"
    extra_results: tuple[str, ...] = ()
    states_kvm: bool = True
    features: tuple[str, ...] = ()
    most_data_volumes: int = 0
    exports_boot_modes: bool = False
    family_hint: str = ""
    left_open: Mapping[str, str] = field(default_factory=dict)

    @property
    def type_title(self) -> str:
        """The prompt of the choice of a type: "Instance type"."""
        return self.type_noun[:1].upper() + self.type_noun[1:]

    @property
    def category_prefix(self) -> str:
        """What the symbols of categories begin with."""
        return f"{self.switch}_CATEGORY_"

    @property
    def previous_generation(self) -> str:
        """The option that offers previous-generation families."""
        return f"{self.switch}_PREVIOUS_GENERATION"

    @property
    def is_gpu(self) -> str:
        """The symbol that is y when the chosen type has a GPU."""
        return f"{self.switch}_IS_GPU_INSTANCE"

    @property
    def can_nest(self) -> str:
        """The symbol that is y when KVM guests can be switched on for the chosen type; see `states_kvm`."""
        return f"{self.switch}_CAN_NEST"

    def feature(self, feature: str) -> str:
        """The symbol that is y when the chosen type has a feature, and the image where images have it."""
        return f"{self.switch}_{_upper(feature)}"

    def type_feature(self, feature: str) -> str:
        """The symbol that is y when the chosen type has a feature, whatever the image."""
        return f"{self.switch}_TYPE_HAS_{_upper(feature)}"

    @property
    def max_data_volumes(self) -> str:
        """How many data volumes the menus offer for the chosen type."""
        return f"{self.switch}_MAX_DATA_VOLUMES"

    @property
    def boot_modes(self) -> str:
        """The string with the boot modes of the chosen type; see `exports_boot_modes`."""
        return f"{self.switch}_BOOT_MODES"

    @property
    def image_boot_modes(self) -> str:
        """The string with the boot modes of the chosen image, ANY_MODE where they are not known."""
        return f"{self.images.prefix}BOOT_MODES"

    @property
    def result_symbols(self) -> tuple[str, ...]:
        """Every result string of the provider, in the order of extra_vars.yaml."""
        core = (self.results.region, self.results.zone, self.results.instance_type)
        images = tuple(self.images.prefix + name for name in self.images.coordinates)
        return tuple(name for name in core if name) + images + self.extra_results
