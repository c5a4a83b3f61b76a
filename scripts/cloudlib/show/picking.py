# SPDX-License-Identifier: MIT
"""A machine becomes a configuration: `cloud-search --pick`, `make pick`, `make region`."""

from __future__ import annotations

import re

import kconfiglib

from cloudlib.catalog.text import dollars, gib
from cloudlib.config import fragments, pick, session
from cloudlib.config.pick import Pick
from cloudlib.errors import CloudError, UsageError, message
from cloudlib.provider import Registry
from cloudlib.search.answer import Row
from cloudlib.search.question import Question
from cloudlib.settings import config_file, shown
from cloudlib.show import found


def from_search(registry: Registry, row: Row, asked: Question, defconfig: str) -> None:
    """Write .config, or with a name defconfigs/NAME, for a row of a search; the rest are defaults."""
    if defconfig:
        _free_name(defconfig)
    chosen = Pick(
        row.machine,
        row.region,
        asked.arch or row.machine.architectures[0],
        pick.image_of(row.machine, asked),
    )
    kconf = session.parse(registry)
    names = registry.load(row.machine.provider).MENU_NAMES
    pick.load(kconf, pick.settings(chosen, names), row.machine.name)
    print(message(describe(row)))
    if defconfig:
        print(kconf.write_min_config(f"defconfigs/{defconfig}", header=describe(row)))
    else:
        write(kconf)


def write(kconf: kconfiglib.Kconfig) -> None:
    """Write .config and say so. Raises CloudError where it cannot be replaced."""
    path = config_file()
    try:
        print(kconf.write_config(str(path)))
    except (OSError, UnicodeError, kconfiglib.KconfigError) as error:
        raise CloudError(
            f"{shown(path)} cannot be replaced: {error}", unchanged=shown(path) if path.exists() else ""
        ) from error


def describe(row: Row) -> str:
    """A line for `make help`: "m7i.4xlarge in us-east-1: 16 vCPU, 64 GiB, $0.8064/h." """
    machine = row.machine
    gpus = [found.gpus(machine)] if machine.gpus or machine.accelerators else []
    price = [f"{dollars(row.usd)}/h"] if row.usd is not None else []
    figures = [f"{machine.vcpus} vCPU", f"{gib(machine.memory_mib)} GiB", *gpus, *price]
    return f"{machine.name} in {row.region}: {', '.join(figures)}."


def _free_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UsageError(
            f"--defconfig {name!r} is not a file name", hint="letters, digits, . _ and -: my-box"
        )
    if (path := fragments.DEFCONFIGS / name).exists():
        raise UsageError(
            f"{shown(path)} exists", unchanged=shown(path), hint="choose another name, or remove it"
        )
