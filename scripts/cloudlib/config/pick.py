# SPDX-License-Identifier: MIT
"""A machine that was found as a configuration: the settings that choose it, and what they change."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import kconfiglib

from cloudlib.config import implied, requested, session, terms
from cloudlib.menus.names import TARGET, MenuNames
from cloudlib.menus.symbols import symbol
from cloudlib.search.machine import Machine
from cloudlib.search.question import Question, images_for


@dataclass(frozen=True, slots=True)
class Pick:
    """A machine in a region.

    `image` is a distribution and a release of it, either "" where that is left as it is, or to the default.
    """

    machine: Machine
    region: str
    architecture: str
    image: tuple[str, str] = ("", "")

    @property
    def zone(self) -> str:
        """The first zone of the region that is known to have the machine, "" for none."""
        places = self.machine.market.places
        for zone in self.machine.record.zones:
            if max((name for name in places if zone.startswith(name)), key=len, default="") == self.region:
                return zone
        return ""


def settings(pick: Pick, names: MenuNames) -> dict[str, str]:
    """The settings that choose it, {symbol without CONFIG_: "y"}.

    Where zones have a name of their own in each account, one that has the machine is among them. Elsewhere
    the menus offer no other zones, or leave the zone to the cloud.
    """
    chosen = [
        TARGET[pick.architecture],
        names.switch,
        symbol(names.region_prefix, pick.region),
    ]
    if names.zone_prefix and not names.zone_optional and not names.zones_gate and pick.zone:
        chosen.append(symbol(names.zone_prefix, pick.zone))
    if pick.machine.current is False:
        chosen.append(names.previous_generation)
    if names.family_prefix:
        chosen.append(symbol(names.family_prefix, pick.machine.family))
    chosen.append(symbol(names.type_prefix, pick.machine.name))
    distro, release = pick.image
    chosen += [symbol(names.images.distro_prefix, distro)] if distro else []
    chosen += [symbol(names.images.release_prefix, release)] if release else []
    return dict.fromkeys(chosen, "y")


def text(wanted: Mapping[str, str], title: str) -> str:
    """Settings as a configuration, with a first line of comment."""
    return f"# {title}\n" + "".join(f"CONFIG_{name}={value}\n" for name, value in wanted.items())


def values(kconf: kconfiglib.Kconfig) -> dict[str, str]:
    """What is chosen in each menu that is shown: {prompt: choice, or value}."""
    return dict(_values(kconf))


def _values(kconf: kconfiglib.Kconfig) -> Iterator[tuple[str, str]]:
    for choice in kconf.unique_choices:
        if choice.visibility and choice.selection is not None and choice.nodes[0].prompt:
            yield str(choice.nodes[0].prompt[0]), title(choice.selection)
    for item in kconf.unique_defined_syms:
        if item.choice is None and terms.prompted(item) and item.visibility:
            yield str(item.nodes[0].prompt[0]), str(item.str_value)


def title(item: kconfiglib.Symbol) -> str:
    """What a member of a choice is called: its prompt without figures."""
    return str(item.nodes[0].prompt[0].split("  ")[0])


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What is chosen otherwise than before: `AWS region: us-east-1 -> eu-central-1`.

    A menu that is only shown now, or no longer, is one more line for the first of its kind.
    """
    told = []
    for prompt, now in after.items():
        was = before.get(prompt, _alike(prompt, before))
        if was != now and was:
            told.append(f"{prompt}: {was} -> {now}")
    return told


def _alike(prompt: str, before: Mapping[str, str]) -> str:
    """The earlier choice of a menu that stands once for each region: its zones."""
    start = prompt.partition(" in ")[0]
    return next(
        (was for other, was in before.items() if start != prompt and other.startswith(f"{start} in ")), ""
    )


def load(kconf: kconfiglib.Kconfig, wanted: Mapping[str, str], name: str) -> None:
    """Load settings as a defconfig is loaded, with local.config over them. Raises ConfigRejected."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text(wanted, name), encoding="utf-8")
        session.load_paths(kconf, [path])


def choose(kconf: kconfiglib.Kconfig, wanted: Mapping[str, str]) -> None:
    """Choose in a loaded tree, and keep all else. ConfigRejected for what the menus do not offer then."""
    for name in wanted:
        if name in kconf.syms:
            kconf.syms[name].set_value("y")
    implied.imply(kconf, wanted)  # the category of the family
    lost = requested.dropped(kconf, requested.Request(wanted))
    if lost:
        raise requested.rejected(lost, "the machine")


def image_of(machine: Machine, asked: Question) -> tuple[str, str] | None:
    """`Pick.image` of what a question asks for; None where the machine cannot boot it.

    A distribution alone leaves the release to the menus, which know the one to take.
    """
    if not asked.image:
        return ("", "")
    image = next(images_for(machine, asked), None)
    if image is None:
        return None
    return (image.distro, "" if asked.image == image.distro else image.symbol or image.title)
