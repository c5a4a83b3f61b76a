# SPDX-License-Identifier: MIT
"""What another catalog means for the shipped defconfigs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import kconfiglib

from cloudlib.catalog.records import Catalog
from cloudlib.catalog.text import dollars
from cloudlib.config import cost, requested, session
from cloudlib.provider import Provider, Registry


def parsed(registry: Registry, which: str) -> kconfiglib.Kconfig:
    """The tree with one tier for every provider that has it."""
    saved = os.environ.get("CLOUD_TIER")
    os.environ["CLOUD_TIER"] = which  # scripts/cloud-tier reads it while Kconfiglib parses
    try:
        return session.parse(registry)
    finally:
        os.environ.pop("CLOUD_TIER")
        if saved is not None:
            os.environ["CLOUD_TIER"] = saved


def results(kconf: kconfiglib.Kconfig, path: Path, provider: Provider) -> dict[str, str]:
    """The result strings of a defconfig, "" for one that does not apply."""
    requested.load(kconf, path)
    names = provider.MENU_NAMES.result_symbols
    return {name: kconf.syms[name].str_value if name in kconf.syms else "" for name in names}


def repriced(
    name: str, values: Mapping[str, str], provider: Provider, old: Catalog, new: Catalog
) -> Iterator[str]:
    """A line where the machine of a defconfig costs something else: `NAME: TYPE in REGION  OLD -> NEW`."""
    symbols = provider.MENU_NAMES.results
    itype, region = values[symbols.instance_type], values[symbols.region]
    before, after = _price(old, itype, region), _price(new, itype, region)
    if before != after:
        yield f"{name}: {itype} in {region}  {before} -> {after}"


def _price(catalog: Catalog, instance_type: str, region: str) -> str:
    usd = cost.hourly(catalog, instance_type, region)
    return "unknown" if usd is None else dollars(usd)
