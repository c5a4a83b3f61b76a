# SPDX-License-Identifier: MIT
"""What the chosen instance type is, as symbols without a prompt: for other menus, and for terraform."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudlib.catalog.records import Image, InstanceType
from cloudlib.menus.conditions import Families, type_terms
from cloudlib.menus.kconfig import Config, Default, any_of, switch
from cloudlib.menus.names import ANY_MODE, MenuNames
from cloudlib.menus.symbols import SymbolTable


def facts(names: MenuNames, table: SymbolTable, families: Families) -> Iterator[Config]:
    """GPU, features, boot modes and the number of data volumes of the chosen type."""
    yield switch(names.is_gpu, type_terms(families, names, lambda t: bool(t.gpus)))
    for feature in names.features:
        name = names.type_feature(feature)
        table.reserve(name, "a feature of types")
        yield switch(name, type_terms(families, names, has(feature)))
    if names.exports_boot_modes:
        table.reserve(names.boot_modes, "the boot modes of types")
        defaults = _by_value(families, names, lambda t: ",".join(t.boot_modes) or ANY_MODE)
        yield Config(names.boot_modes, type="string", defaults=defaults)
    if most := names.most_data_volumes:
        table.reserve(names.max_data_volumes, "the data volumes of types")
        defaults = _by_value(families, names, lambda t: str(_volumes(t, most)))
        yield Config(names.max_data_volumes, type="int", defaults=defaults)


def has(feature: str) -> Callable[[InstanceType | Image], bool]:
    """Is a feature one of those of a type or an image?"""
    return lambda record: feature in record.features


def _volumes(itype: InstanceType, most: int) -> int:
    return most if itype.max_data_volumes is None else min(most, itype.max_data_volumes)


def _by_value(
    families: Families, names: MenuNames, value: Callable[[InstanceType], str]
) -> tuple[Default, ...]:
    """A default for each value that types have; the usual one comes last, for all others."""
    counts: dict[str, int] = {}
    for members in families.values():
        for itype in members:
            counts[value(itype)] = counts.get(value(itype), 0) + 1
    *rarer, usual = sorted(counts, key=lambda text: (counts[text], text))
    conditions = [any_of(type_terms(families, names, _is(text, value))) for text in rarer]
    return (*(Default(t, condition) for t, condition in zip(rarer, conditions)), Default(usual))


def _is(text: str, value: Callable[[InstanceType], str]) -> Callable[[InstanceType], bool]:
    return lambda itype: value(itype) == text
