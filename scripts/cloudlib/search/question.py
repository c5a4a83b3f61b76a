# SPDX-License-Identifier: MIT
"""What may be asked of a machine, and the conditions that follow. Each is named by its option.

A condition holds, does not hold, or, with None, hangs on a figure that the provider does not state.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from cloudlib.catalog import boot
from cloudlib.catalog.area import AREAS
from cloudlib.catalog.records import Gpu, Image
from cloudlib.catalog.text import gib
from cloudlib.search.machine import Machine, count

#: How far a machine without a GPU is from one with: it never counts as near.
FAR = 1000.0
#: How far one with another GPU is: farther than another region, or a price of some doublings more.
_OTHER_GPU = 4.0
#: Any GPU will do.
ANY_GPU = "any"
#: What a range is about; None where the provider does not state it.
_Figure = Callable[[Machine], float | Fraction | None]


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; None is no bound. `8..16`, `32..`, `..4`, `8` alone is just 8."""

    low: Decimal | None = None
    high: Decimal | None = None

    @classmethod
    def read(cls, text: str) -> Range:
        """The range that a text says, `..` for any. Raises decimal.InvalidOperation."""
        low, dots, high = text.partition("..")
        return cls(*(Decimal(bound) if bound else None for bound in (low, high if dots else low)))

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low}"
        return f"{'' if self.low is None else self.low}..{'' if self.high is None else self.high}"

    def __contains__(self, figure: float | Fraction) -> bool:
        return self.short(figure) == 0

    def short(self, figure: float | Fraction) -> float:
        """How far a figure is outside, in doublings; 0 inside."""
        value = float(figure)
        if self.low is not None and value < float(self.low):
            return doublings(value, float(self.low))
        if self.high is not None and value > float(self.high):
            return doublings(value, float(self.high))
        return 0.0


ANY = Range()


@dataclass(frozen=True, slots=True)
class Question:
    """All conditions have to hold; of those with several values, one value each.

    `regions` are names, cities, or patterns with `*`. `gpu` is words of a model's name, or ANY_GPU; `gpus` is
    how many. Memory is in GiB, that of a GPU of one of them. `nvme` counts local NVMe SSDs, `nvme_gb` is what
    they hold in all. `max_price` is USD per hour. `image` is a distribution and its release, `debian-13`.
    """

    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    arch: str = ""
    vcpus: Range = ANY
    memory: Range = ANY
    gpu: str = ""
    gpus: Range = ANY
    gpu_memory: Range = ANY
    nvme: Range = ANY
    nvme_gb: Range = ANY
    kvm: bool = False
    bare_metal: bool = False
    boot: str = ""
    current: bool = False
    max_price: Decimal | None = None
    image: str = ""
    sort: str = "price"
    #: The options of the command that asks, where it calls them otherwise: {"vcpus": "--min-vcpus 8"}.
    said: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Condition:
    """One condition. `miss` is how far a machine for which it does not hold is from it: 1 for a yes or no, or
    doublings. `would` is the option with which it would hold, "" where there is none to name.
    """

    option: str
    holds: Callable[[Machine], bool | None]
    miss: Callable[[Machine], float] = lambda machine: 1.0
    would: Callable[[Machine], str] = lambda machine: ""


def conditions(asked: Question) -> list[Condition]:
    """The conditions on the machine itself, those that are cheap to look at first."""
    return [*_facts(asked), *_figures(asked), *_groups(asked), *_images(asked)]


def _facts(asked: Question) -> Iterator[Condition]:
    said = asked.said.get
    yield Condition("sold on demand", lambda m: m.on_demand)
    if asked.arch:
        yield Condition(said("arch", f"--arch {asked.arch}"), lambda m: asked.arch in m.architectures)
    if asked.gpu:
        option = "--gpu" if asked.gpu == ANY_GPU else f"--gpu {asked.gpu}"
        yield Condition(
            said("gpu", option), lambda m: any(devices(m, asked.gpu)), lambda m: _OTHER_GPU if m.gpus else FAR
        )
    if asked.kvm:
        yield Condition(said("kvm", "--kvm"), lambda m: m.kvm)
    if asked.bare_metal:
        yield Condition(said("bare_metal", "--bare-metal"), lambda m: m.bare_metal)
    if asked.boot:
        option = f"--boot {asked.boot}"
        yield Condition(said("boot", option), lambda m: asked.boot in m.boot if m.boot else None)
    if asked.current:
        yield Condition(said("current", "--current"), lambda m: m.current)


def _figures(asked: Question) -> Iterator[Condition]:
    figures: dict[str, tuple[str, _Figure]] = {
        "vcpus": ("--vcpus", lambda m: m.vcpus),
        "memory": ("--memory", lambda m: float(gib(m.memory_mib))),
        "gpus": ("--gpus", lambda m: sum(map(count, devices(m, asked.gpu)), Fraction(0))),
        "gpu_memory": ("--gpu-memory", lambda m: m.gpu_memory_gib),
        "nvme": ("--nvme", lambda m: m.nvme and m.nvme[0]),
        "nvme_gb": ("--nvme-size", lambda m: m.nvme and m.nvme[1]),
    }
    for name, (option, figure) in figures.items():
        if getattr(asked, name):
            yield _within(name, option, asked, figure)


def _groups(asked: Question) -> Iterator[Condition]:
    if asked.categories:
        option = f"--category {', '.join(asked.categories)}"
        yield Condition(asked.said.get("categories", option), lambda m: m.category in asked.categories)
    if asked.families:
        option = f"--family {', '.join(asked.families)}"
        yield Condition(asked.said.get("families", option), lambda m: m.family in asked.families)


def _images(asked: Question) -> Iterator[Condition]:
    if asked.image:
        option = asked.said.get("image", f"--image {asked.image}")
        yield Condition(option, lambda m: any(images_for(m, asked)))


def _within(name: str, option: str, asked: Question, figure: _Figure) -> Condition:
    """A figure within a range."""
    wanted: Range = getattr(asked, name)

    def holds(machine: Machine) -> bool | None:
        value = figure(machine)
        return None if value is None else value in wanted

    def would(machine: Machine) -> str:
        value = figure(machine)
        return f"{option} {float(value):g}" if value else ""

    return Condition(
        asked.said.get(name, f"{option} {wanted}"), holds, lambda m: wanted.short(figure(m) or 0), would
    )


def devices(machine: Machine, model: str) -> Iterator[Gpu]:
    """The GPUs, or other accelerators, of a model: `h100`, `rtx pro 6000`. ANY_GPU and "" mean any GPU."""
    if model in ("", ANY_GPU):
        yield from machine.gpus
        return
    wanted = _words(model)
    for device in (*machine.gpus, *machine.accelerators):
        name = _words(device.name)
        joined = {"".join(name[i:j]) for i in range(len(name)) for j in range(i + 1, len(name) + 1)}
        if all(word in joined for word in wanted) or "".join(wanted) in joined:
            yield device


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9.]+", text.casefold())


def images_for(machine: Machine, asked: Question) -> Iterator[Image]:
    """The images of a distribution and release that the menus offer for a machine."""
    architectures = (asked.arch,) if asked.arch else machine.architectures
    modes = boot.stated(machine.market.images)
    for image in machine.market.images:
        wanted = image.purpose == "os" and image.architecture in architectures
        if wanted and named(image, asked.image) and boot.boots(image, machine.record, modes):
            yield image


def named(image: Image, text: str) -> bool:
    """Is it what a person calls `debian-13`, `ubuntu-24.04`, or just `debian`?"""
    wanted = text.casefold()
    return wanted in (image.distro, f"{image.distro}-{image.release}".rstrip("-"))


def areas(asked: Question) -> frozenset[str]:
    """The parts of the world that are asked for."""
    return frozenset[str]().union(*(AREAS[name] for name in asked.areas))


def doublings(one: float, other: float) -> float:
    """How many times one figure has to be doubled, or halved, to be the other; what is 0 counts as 1/16."""
    return abs(math.log2(max(one, 1 / 16) / max(other, 1 / 16)))


def unnamed(asked: Question, images: Sequence[Image]) -> list[str]:
    """The names of all images, where none of them is the one that is asked for."""
    listed = [image for image in images if image.purpose == "os"]
    if not asked.image or any(named(image, asked.image) for image in listed):
        return []
    return sorted({f"{image.distro}-{image.release}".rstrip("-") for image in listed})
