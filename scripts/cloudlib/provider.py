# SPDX-License-Identifier: MIT
"""What a provider module must offer. A provider is a plain module with these public names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from cloudlib import settings
from cloudlib.calls.progress import Progress
from cloudlib.catalog.image_rules import Publishers
from cloudlib.catalog.records import Catalog, Image, Region, Zone
from cloudlib.menus.names import MenuNames

if TYPE_CHECKING:  # config targets call no vendor, and start faster without the code for it
    from cloudlib.calls.run import CallLog


@dataclass(frozen=True)
class Request:
    """What to fetch, and with what.

    `regions` () means every region; a named region narrows the fetch to it, and `images` False leaves
    the images out, for quick questions. `log` counts and bounds the vendor calls; `progress` shows them.
    `known` is the newest catalog of the tree: what an answer has to be as long as, unless `force`.
    `cache` is a private folder for what the same account need not be asked again; None keeps nothing.
    `remarks` takes what the summary of the run should say and no file may hold, capacity for one.
    """

    log: CallLog
    progress: Progress = field(default_factory=Progress)
    regions: Sequence[str] = ()
    images: bool = True
    known: Catalog | None = None
    cache: Path | None = None
    remarks: list[str] = field(default_factory=list)
    force: bool = field(default_factory=lambda: settings.flag("FORCE"))

    def __post_init__(self) -> None:
        """Pauses between two tries are shown with the steps."""
        self.log.waiting = partial(self.progress.waiting, self.log.provider)

    def price_regions(self, home: str, asked: Sequence[str], every: bool = True) -> tuple[str, ...]:
        """The regions whose prices are wanted: as set, or as recorded. UsageError for one not asked.

        Without `every`, `home` alone where they are not named one by one.
        """
        requested = settings.requested_prices()
        if not requested or not self.log.replayed:
            requested = self.log.setting("CLOUD_PRICE_REGIONS", settings.requested_prices)
        regions = settings.price_regions(requested, home, asked)
        return regions if every or requested not in ("", "all") else (home,)


@dataclass(frozen=True)
class RegionList:
    """Regions and their zones. `not_reached` maps a region whose zones are not known to why; `notices` say
    what to do about it."""

    regions: Sequence[Region]
    zones: Sequence[Zone] = ()
    not_reached: Mapping[str, str] = field(default_factory=dict)
    notices: Sequence[str] = ()


#: Who gets a value: terraform and extra_vars.yaml, or extra_vars.yaml alone.
BOTH, EXTRA_VARS = "both", "extra_vars"


@dataclass(frozen=True, slots=True)
class Export:
    """One value that leaves Kconfig. `kind` is string, int, bool or list; `to` is BOTH or EXTRA_VARS."""

    symbol: str
    kind: str
    to: str = BOTH

    @property
    def key(self) -> str:
        """Its name in extra_vars.yaml."""
        return self.symbol.lower()

    @property
    def variable(self) -> str:
        """Its name in terraform."""
        return self.key.removeprefix("terraform_")


@dataclass(frozen=True, slots=True)
class VolumeLimits:
    """What the cloud accepts of one volume type: (least, most) of GiB, IOPS and MiB/s (on Azure MB/s).

    None means that the type takes no such figure. `iops_per_gib` bounds the IOPS by the size too; a volume of
    any size may have the least IOPS. A type with both figures has at most a quarter of its IOPS in MiB/s.
    `least_iops_per_gib` is how many IOPS each GiB has at least, `iops_of_least_mbps` for how many IOPS there
    is a MB/s at least; 0 for no such rule. `mbps_per_tib` are the least and the most MiB/s of each TiB.
    """

    size: tuple[int, int]
    iops: tuple[int, int] | None = None
    iops_per_gib: int | None = None
    mbps: tuple[int, int] | None = None
    least_iops_per_gib: int = 0
    iops_of_least_mbps: int = 0
    mbps_per_tib: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class VolumeRules:
    """A provider's data volumes: its volume types, and how its Kconfig.storage names their settings.

    The settings are `prefix` with _COUNT, _TYPE, _SIZE_GB, _IOPS and _THROUGHPUT_MBPS behind it.
    """

    prefix: str
    types: Mapping[str, VolumeLimits]


@dataclass(frozen=True, slots=True)
class Problem:
    """What the cloud would refuse, and what it would take instead."""

    what: str
    nearest: tuple[str, ...] = ()


class Provider(Protocol):
    """The public names of a provider module, the same in each."""

    NAME: str
    TITLE: str
    SETUP_HINT: str
    MENU_NAMES: MenuNames

    @property
    def EXPORTS(self) -> tuple[Export, ...]:
        """What leaves Kconfig, in the order of extra_vars.yaml."""

    @property
    def VOLUMES(self) -> VolumeRules | None:
        """The data volumes, None for a provider that has none."""

    @property
    def CANARIES(self) -> tuple[str, ...]:
        """Two instance types that are always there: an answer without them is incomplete."""

    @property
    def PUBLISHERS(self) -> Publishers:
        """Who may publish which images; no others are promoted."""

    def fetch(self, request: Request) -> Catalog:
        """Ask the vendor. Raises a CloudError; never returns a catalog that is known to be partial."""

    def list_regions(self, request: Request) -> RegionList:
        """Regions and zones alone, for `regions list`. Raises a CloudError where the default region fails."""

    def list_images(self, request: Request) -> Sequence[Image]:
        """Images alone, for `images list`."""


class Registry(Protocol):
    """What the registry of providers offers to the code below it, which knows no provider by name."""

    PROVIDER_NAMES: tuple[str, ...]

    def load(self, name: str) -> Provider:
        """The module of one provider; UsageError for a name that is not registered."""


Value: TypeAlias = str | int | bool | list[str]
#: The variables of extra_vars.yaml: symbol in lower case -> value.
Variables: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class Resolved:
    """Variables that only the cloud could tell, and a sentence about them."""

    values: Variables
    note: str


@runtime_checkable
class Resolver(Protocol):
    """Optional: a configuration can leave a choice to the cloud."""

    def leaves_open(self, values: Variables) -> bool:
        """Does this configuration leave one? Makes no call."""

    def resolve(self, values: Variables, earlier: Variables) -> Resolved:
        """Ask the cloud what `values` leave open. `earlier` is the last answer, kept while it still holds.

        Called when `make` writes the variables, never while Kconfig parses. Raises a CloudError.
        """


@runtime_checkable
class ReservesUsers(Protocol):
    """Optional: names that the vendor lets nobody log in with."""

    RESERVED_USERS: frozenset[str]


@runtime_checkable
class Capacity(Protocol):
    """Optional: the cloud tells beforehand whether it has room for a machine."""

    def without_capacity(self, values: Variables) -> Problem | None:
        """Ask why the chosen machine cannot be started now; None where it can. Raises a CloudError."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of the account. `price` is "$1.29/h", `address` an IP; "" where one is not known.

    `end` is the command that ends it for good.
    """

    id: str
    name: str
    address: str
    price: str
    end: str


@runtime_checkable
class Account(Protocol):
    """Optional: terraform can start a machine here and fail to record it, so the account is asked."""

    def machines(self) -> Sequence[Machine]:
        """Every machine of the account that is not ended. Raises a CloudError."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A machine of this project in an account, of whichever tree. `id` is the one of terraform's states.

    `since` is when it was made, None where the vendor does not say. `end` is the command that ends it.
    """

    id: str
    name: str
    instance_type: str
    region: str
    since: datetime | None
    end: str


@runtime_checkable
class Finder(Protocol):
    """Optional: machines of this project can be found in the account, by the tag that the modules set."""

    def find(self, prefix: str, missed: dict[str, str]) -> Sequence[Tagged]:
        """Ask for them; where there are no tags, those whose names are PREFIX-N. Raises a CloudError.

        `missed` takes the regions that did not answer, and why.
        """


@runtime_checkable
class MachineRules(Protocol):
    """Optional: machine types refuse settings, and the API does not report which."""

    def machine_problems(self, values: Variables) -> Sequence[Problem]:
        """What the chosen machine type refuses of the other settings. Makes no call."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A part of the bill of one node besides the machine: `amount` units of a `Rate` of the catalog.

    `line` is what the bill calls it and `what` says how much of it there is. `amount` is None where that is
    not known: a root disk of the image's own size.
    """

    line: str
    what: str
    part: str
    unit: str
    amount: Decimal | None


@runtime_checkable
class Billed(Protocol):
    """Optional: a machine needs disks or an address, which have prices of their own."""

    def charges(self, values: Variables) -> Sequence[Charge]:
        """What one node is billed for besides its machine. Makes no call."""


@runtime_checkable
class TerraformEnvironment(Protocol):
    """Optional: the terraform provider takes an account or key from the environment."""

    def terraform_environment(self) -> Mapping[str, str]:
        """Variables for terraform's environment that are not in ours: a key, a project, a subscription.

        Raises NoCredentials, whose hint says what to set, where they cannot be found.
        """
