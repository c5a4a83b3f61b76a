# SPDX-License-Identifier: MIT
"""A machine becomes a configuration: `cloud-search --pick`, `make pick`, `make region`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import kconfiglib

from cloudlib.catalog.text import sold_as
from cloudlib.config import fragments, launch, pick, selection, session, variables
from cloudlib.config.finding import ERROR
from cloudlib.config.pick import Pick
from cloudlib.errors import CloudError, UsageError, message, some
from cloudlib.menus.names import TARGET
from cloudlib.provider import Registry
from cloudlib.search.answer import Row
from cloudlib.search.answer import row as row_of
from cloudlib.search.likeness import figures, unlike
from cloudlib.search.machine import Machine
from cloudlib.search.question import Question, images_for
from cloudlib.search.where import is_named, where
from cloudlib.settings import config_file, existing_config, shown
from cloudlib.show import lookup


def from_search(registry: Registry, row: Row, asked: Question, defconfig: str) -> None:
    """Write .config, or with a name defconfigs/NAME, for a row of a search; the rest are defaults."""
    path = fragments.new_path(defconfig, f"--defconfig {defconfig!r}") if defconfig else None
    chosen = Pick(
        row.machine,
        row.region,
        asked.arch or row.machine.architectures[0],
        pick.image_of(row.machine, asked) or ("", ""),
    )
    kconf = session.parse(registry)
    names = registry.load(row.machine.provider).MENU_NAMES
    pick.load(kconf, pick.settings(chosen, names), row.machine.name)
    said = session.write_defconfig(kconf, path, _title(row)) if path else session.write_config(kconf)
    print(message(f"{_title(row)}\n{said}"))


def change(registry: Registry, type_name: str, region: str, image: str) -> None:
    """Choose another machine, region or image in .config, "" for those that stay; everything else is kept.

    Without .config the rest are defaults. UsageError for a name that does not exist, CloudError for a machine
    that the region lacks or that cannot boot the image; both name what is nearest.
    """
    kconf = session.parse(registry)
    current = config_file().is_file()
    if current:
        session.load_checked(kconf, config_file())
    elif not type_name:
        raise UsageError(f"there is no {shown(config_file())} to change", hint="make pick TYPE=m7i.large")
    machines = lookup.load(registry.PROVIDER_NAMES)
    machine = lookup.machine_named(type_name, machines) if type_name else _chosen(kconf, registry, machines)
    if not machine.on_demand:
        raise CloudError(
            f"{machine.name} cannot be started on demand: it is sold {sold_as(machine.record)}",
            unchanged=existing_config(),
            hint=f"scripts/cloud-search --like {machine.name}",
        )
    names = registry.load(machine.provider).MENU_NAMES
    same = current and kconf.syms[names.switch].str_value == "y"
    row = _place(machine, machines, region, kconf.syms[names.results.region].str_value if same else "")
    asked = Question(arch=_architecture(kconf, machine), image=image.casefold())
    wanted = pick.settings(Pick(machine, row.region, asked.arch, _image(machine, asked)), names)
    before = pick.values(kconf) if current else {}
    if current:
        pick.choose(kconf, wanted)
    else:
        pick.load(kconf, wanted, machine.name)
    _refuse_unlaunchable(kconf, registry)
    said = session.write_config(kconf)
    print(message(f"{_title(row)}\n{said}"))
    for line in pick.changes(before, pick.values(kconf)):
        print(message(f"changed: {line}"))


def _chosen(kconf: kconfiglib.Kconfig, registry: Registry, machines: Sequence[Machine]) -> Machine:
    """The machine of .config."""
    provider = session.chosen_provider(kconf, registry)
    name = kconf.syms[provider.MENU_NAMES.results.instance_type].str_value
    if not name:
        raise UsageError("the machine is chosen when `make` runs", hint="make pick TYPE=... names one")
    return lookup.machine_named(name, machines)


def _place(machine: Machine, machines: Sequence[Machine], region: str, here: str) -> Row:
    """The machine in the region that is meant, else the chosen one, the default, or the cheapest."""
    market = machine.market
    if not region:
        kept = [name for name in (here, market.default_region) if name in machine.regions][:1]
        return row_of(machine, {machine.provider: frozenset(kept or machine.regions)})
    meant_by_name = _regions_named(region, machine, machines)
    if meant_by_name.isdisjoint(machine.regions):
        raise _not_there(machine, machines, meant_by_name)
    return row_of(machine, {machine.provider: meant_by_name})


def _regions_named(region: str, machine: Machine, machines: Sequence[Machine]) -> frozenset[str]:
    """Those of the machine's cloud. UsageError without any; it says so if another cloud has that region."""
    try:
        return where(Question(regions=(region,)), [machine.market])[machine.provider]
    except UsageError:
        markets = {m.provider: m.market for m in machines}
        having = [n for n, it in markets.items() if any(is_named(p, region) for p in it.places.values())]
        if not having:
            raise
        raise UsageError(
            f"{region} is a region of {some(having)}; {machine.name} is a machine of {machine.provider}",
            unchanged=existing_config(),
            hint=f"scripts/cloud-search --like {machine.name} --region '{region}'",
        ) from None


def _not_there(machine: Machine, machines: Sequence[Machine], regions: frozenset[str]) -> CloudError:
    """Where it is offered, and what is like it there."""
    there = {machine.provider: regions}
    others = [
        m for m in machines
        if m.market is machine.market and not regions.isdisjoint(m.regions)
        and set(m.architectures) & set(machine.architectures)
    ]  # fmt: skip
    target = figures(machine, row_of(machine, there).usd)
    near = sorted(others, key=lambda m: unlike(target, figures(m, row_of(m, there).usd)))[:3]
    lines = [f"nearest there: {lookup.described(row_of(m, there))}" for m in near[:1]]
    lines += [f"make pick TYPE={m.name} REGION={row_of(m, there).region}" for m in near]
    return CloudError(
        f"{machine.name} is not offered in {some(sorted(regions))}",
        unchanged=existing_config(),
        hint="\n".join([f"it is offered in {some(sorted(machine.regions))}", *lines]),
    )


def _architecture(kconf: kconfiglib.Kconfig, machine: Machine) -> str:
    """The one that is chosen now, where the machine boots it."""
    now = [arch for arch, name in TARGET.items() if kconf.syms[name].str_value == "y"]
    return next((arch for arch in now if arch in machine.architectures), machine.architectures[0])


def _image(machine: Machine, asked: Question) -> tuple[str, str]:
    lookup.refuse_unknown_image(asked, [machine])
    image = pick.image_of(machine, asked)
    if image is None:
        names = sorted({f"{i.distro}-{i.release}".rstrip("-") for i in machine.market.images})
        able = [name for name in names if any(images_for(machine, replace(asked, image=name)))]
        raise CloudError(
            f"{machine.name} cannot boot {asked.image} for {asked.arch}",
            unchanged=existing_config(),
            hint=f"it boots {some(able)}" if able else "its provider lets no image be chosen",
        )
    return image


def _refuse_unlaunchable(kconf: kconfiglib.Kconfig, registry: Registry) -> None:
    """CloudError for what cloud-check would call an error; who may log in is another matter."""
    provider = session.chosen_provider(kconf, registry)
    collected = variables.collect(kconf, provider, {}, ask=False)
    catalog, problem = session.catalog_in_use(kconf, provider)
    wanted = selection.of(collected.values, provider)
    if catalog is None:
        raise CloudError(problem)
    findings = launch.findings(replace(wanted, ssh_from=""), catalog, provider)
    if errors := [finding.text for finding in findings if finding.level == ERROR]:
        raise CloudError(
            "this could not be launched:\n" + "\n".join(f"  {text}" for text in errors),
            unchanged=existing_config(),
            hint="choose another machine, or change these settings first",
        )


def _title(row: Row) -> str:
    """A line for `make help`: "m7i.4xlarge in us-east-1: 16 vCPU, 64 GiB, $0.8064/h." """
    return f"{row.machine.name} in {row.region}: {lookup.facts(row)}."
