# SPDX-License-Identifier: MIT
"""Can a selection be launched, according to a catalog? Pure: a selection and records in, findings out."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence

from cloudlib.catalog import boot, limits, merge, support
from cloudlib.catalog.order import natural
from cloudlib.catalog.records import Catalog, Image, InstanceType
from cloudlib.catalog.text import sold_as, type_prompt
from cloudlib.config import ssh_access, volumes
from cloudlib.config.finding import ERROR, NOTE, WARNING, Finding
from cloudlib.config.selection import Selection
from cloudlib.menus.names import MenuNames
from cloudlib.provider import MachineRules, Problem, Provider
from cloudlib.search import machine
from cloudlib.search.likeness import Figures, figures, unlike

#: How unlike, of 1.0, what is spelled wrong and what may be meant are at most.
_SLIP = 0.4


def findings(wanted: Selection, catalog: Catalog, provider: Provider) -> list[Finding]:
    """Every problem of the selection, errors first."""
    names = provider.MENU_NAMES
    itype = next((t for t in catalog.instance_types if t.name == wanted.instance_type), None)
    problems = [*_region(wanted, catalog, names)]
    if itype is None:
        problems.append(_no_such_type(wanted, catalog, names))
    elif not problems:
        problems += _offer(wanted, itype, catalog, names)
    if itype is not None:
        problems += _architecture(wanted, itype, catalog)
        problems += _usage(wanted, itype, catalog)
    problems += _image(wanted, itype, catalog)
    problems += [Finding(ERROR, p.what, p.nearest) for p in _provider_rules(wanted, provider)]
    if itype is not None:
        problems += _volume_count(wanted, itype, catalog)
    problems += ssh_access.findings(wanted.ssh_from)
    order = (ERROR, WARNING, NOTE)
    return sorted(problems, key=lambda f: order.index(f.level))


def _provider_rules(wanted: Selection, provider: Provider) -> Iterable[Problem]:
    """What the provider states about volumes and machine types, which no catalog has."""
    if wanted.volumes is not None and provider.VOLUMES is not None:
        yield from volumes.problems(wanted.volumes, provider.VOLUMES)
    if wanted.values and isinstance(provider, MachineRules):
        yield from provider.machine_problems(wanted.values)


def _region(wanted: Selection, catalog: Catalog, names: MenuNames) -> Iterable[Finding]:
    region = next((r for r in catalog.regions if r.name == wanted.region), None)
    usable = [r.name for r in catalog.regions if r.available]
    if region is None:
        what = f"{names.title} has no {names.region_noun} {wanted.region}"
        yield Finding(ERROR, what, _close(wanted.region, usable, _SLIP))
    elif not region.available:
        what = f"the {names.region_noun} {region.name} cannot be used: {region.why_not or 'not available'}"
        yield Finding(ERROR, what, _close(region.name, usable))


def _no_such_type(wanted: Selection, catalog: Catalog, names: MenuNames) -> Finding:
    here = catalog.types_in(wanted.region) or catalog.instance_types
    fits = [t.name for t in here if wanted.architecture in t.linux_architectures]
    what = f"{names.title} has no {names.type_noun} {wanted.instance_type}"
    return Finding(ERROR, what, _close(wanted.instance_type, fits, _SLIP))


def _offer(wanted: Selection, itype: InstanceType, catalog: Catalog, names: MenuNames) -> Iterable[Finding]:
    """Region, zone and price, for a type and a region that both exist."""
    here = wanted.region
    if here not in itype.regions:
        elsewhere = _close(here, itype.regions)
        others = f"; it is in {', '.join(elsewhere)}" if elsewhere else ""
        what = f"{itype.name} is not offered in {here}{others}"
        yield Finding(ERROR, what, _similar(itype, wanted, catalog, lambda t: here in t.regions))
        return
    if here in catalog.provenance.not_reached:
        yield Finding(NOTE, f"{here} was not reached at the last refresh; {merge.kept_data(catalog, here)}")
    yield from _zone(wanted, itype, catalog, names)
    if itype.price_in(here) is None:
        near = _similar(itype, wanted, catalog, lambda t: t.price_in(here) is not None)
        yield Finding(WARNING, f"the price of {itype.name} in {here} is not known", near)


def _zone(wanted: Selection, itype: InstanceType, catalog: Catalog, names: MenuNames) -> Iterable[Finding]:
    """The zone, for a type that is offered in the region."""
    inside = [z.terraform_name for z in catalog.zones if z.region == wanted.region]
    known = catalog.zones_of(itype, wanted.region)
    offered = [z.terraform_name for z in known or ()]
    if not wanted.zone:
        return
    if wanted.zone not in inside:
        what = f"{wanted.region} has no {names.zone_noun} {wanted.zone}"
        yield Finding(ERROR, what, tuple(offered or inside)[:3])
    elif known is None:
        yield Finding(NOTE, f"the catalog does not say which zones of {wanted.region} have {itype.name}")
    elif not known:
        what = f"{itype.name} is offered in no {names.zone_noun} of {wanted.region}"
        yield Finding(ERROR, what, ("no preference",) if names.zone_optional else ())
    elif wanted.zone not in offered:
        what = f"{itype.name} is not offered in {names.zone_noun} {wanted.zone}"
        yield Finding(ERROR, what, tuple(offered[:3]))


def _architecture(wanted: Selection, itype: InstanceType, catalog: Catalog) -> Iterable[Finding]:
    if wanted.architecture not in itype.linux_architectures:
        boots = " and ".join(itype.linux_architectures) or "no Linux"
        what = f"{itype.name} boots {boots}, but the target architecture is {wanted.architecture}"
        yield Finding(ERROR, what, _similar(itype, wanted, catalog, lambda t: wanted.region in t.regions))


def _usage(wanted: Selection, itype: InstanceType, catalog: Catalog) -> Iterable[Finding]:
    """A type that is not sold on demand."""
    if not itype.on_demand:
        what = f"{itype.name} cannot be started on demand, {sold_as(itype)}"
        near = _similar(itype, wanted, catalog, lambda t: wanted.region in t.regions and t.on_demand)
        yield Finding(ERROR, what, near)


def _image(wanted: Selection, itype: InstanceType | None, catalog: Catalog) -> Iterable[Finding]:
    """Architecture and boot mode of the image, which can be checked only if the catalog lists it."""
    if not wanted.image:  # the provider's default, which nobody chooses
        return
    purpose = "gpu" if wanted.gpu_image else "os"
    listed = [i for i in catalog.images if i.purpose == purpose]
    modes = boot.stated(listed)
    same = [i for i in listed if dict(i.coordinates) == dict(wanted.image)]
    name = " ".join(wanted.image.values())
    if not same:
        if listed:
            yield Finding(
                NOTE,
                f"the image {name} is not in the catalog: its architecture and boot mode cannot be checked",
            )
        return
    if not same[0].supported:
        newer = _titles(i for i in listed if i.distro == same[0].distro and i.supported)
        why = support.why(same[0].distro, same[0].release)
        yield Finding(WARNING, f"{same[0].title}: {why[0].lower()}{why[1:]}", newer)
    related = sorted(listed, key=lambda i: (i.distro != same[0].distro, i.release != same[0].release))
    fits = [i for i in same if i.architecture == wanted.architecture]
    target = wanted.architecture
    if not fits:
        what = f"the image {same[0].title} ({name}) is for {same[0].architecture}, the target is {target}"
        yield Finding(ERROR, what, _titles(i for i in related if i.architecture == target))
    elif itype is not None and not any(boot.boots(i, itype, modes) for i in fits):
        needs, has = " or ".join(fits[0].boot_modes), " and ".join(itype.boot_modes)
        image = f"the image {fits[0].title} ({name})"
        others = _titles(i for i in related if i.architecture == target and boot.boots(i, itype, modes))
        machines = _similar(
            itype, wanted, catalog, lambda t: wanted.region in t.regions and boot.boots(fits[0], t, modes)
        )
        nearest = (*others[:2], *machines[:2])
        if needs and has:
            yield Finding(ERROR, f"{image} boots with {needs}, {itype.name} with {has}", nearest)
        else:
            what = f"the catalog does not say whether {itype.name} boots {image}"
            yield Finding(WARNING, what, nearest)


def _volume_count(wanted: Selection, itype: InstanceType, catalog: Catalog) -> Iterable[Finding]:
    """More data volumes than the type takes."""
    count, most = wanted.volumes.count if wanted.volumes else 0, itype.max_data_volumes
    if most is None or count <= most:
        return
    able = _similar(
        itype,
        wanted,
        catalog,
        lambda t: wanted.region in t.regions and (t.max_data_volumes or 0) >= count,
    )
    what = f"{itype.name} takes at most {most} data volumes, not {count}"
    yield Finding(ERROR, what, (f"{most} data volumes", *able[:2]))


def _titles(images: Iterable[Image]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(i.title for i in images))[:3]


def _similar(
    itype: InstanceType, wanted: Selection, catalog: Catalog, fits: Callable[[InstanceType], bool]
) -> tuple[str, ...]:
    """Prompts of up to three types that fit and are most like this one, the closest first."""
    able = [t for t in catalog.instance_types if wanted.architecture in t.linux_architectures and fits(t)]
    market = machine.market(catalog)

    def compared(one: InstanceType) -> Figures:
        price = one.price_in(wanted.region)
        return figures(machine.of_record(one, market), price.usd_per_hour if price else None)

    target = compared(itype)
    nearest = sorted((t for t in able if t is not itype), key=lambda t: unlike(target, compared(t)))
    return tuple(type_prompt(t, wanted.region).replace("  ", " ") for t in nearest[:3])


def _close(name: str, names: Sequence[str], most: float = 1.0) -> tuple[str, ...]:
    """Up to three names like this one: the same letters first, then the closest numbers.

    None of those that are more unlike than `most`.
    """
    words, numbers = _parts(name[: limits.TEXT])  # a .config may name anything

    def distance(other: str) -> tuple[float, float, tuple[object, ...]]:
        others, theirs = _parts(other)
        unlike = 1 - difflib.SequenceMatcher(None, words, others).ratio()
        apart = sum(abs(math.log((a + 1) / (b + 1))) for a, b in zip(numbers, theirs))
        return (round(unlike, 2), apart, natural(other))

    ranked = sorted((distance(other), other) for other in names)
    return tuple(other for (unlike, _, _), other in ranked[:3] if unlike <= most)


def _parts(name: str) -> tuple[str, list[int]]:
    """`m7i.4xlarge` -> `m#i.#xlarge` and 7, 4."""
    return re.sub(r"\d+", "#", name), [int(n) for n in re.findall(r"\d+", name)]
