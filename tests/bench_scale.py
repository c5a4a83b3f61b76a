# SPDX-License-Identifier: MIT
"""A child of the benchmark: takes the AWS catalog so many times over through every step.

    python -m tests.bench_scale FACTOR [families|sizes]

multiplies the families, or the types within each family, and prints {"types": …, "families": …,
"symbols": …, "peak_mib": …} and of each step the CPU seconds: build, merge, dump, load, render, parse.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import aws_api
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog import merge
from cloudlib.catalog.records import Catalog, InstanceType
from cloudlib.menus import render as menus
from cloudlib.publish import tier
from tests.support.kconf import parse_tree, write_menus

_ROOT = Path(__file__).resolve().parent.parent
_FOLDER = tier.KCONFIGS.format(provider="aws")
_P = ParamSpec("_P")
_T = TypeVar("_T")


def main(factor: int, shape: str = "families") -> None:
    """One process a factor, so that the peak is this catalog's own."""
    committed = catalogfile.load_file(tier.folder(_ROOT, "aws") / f"{catalogfile.NAME}.{tier.STATIC}")
    gc.disable()  # as the config targets do
    spent: dict[str, float] = {}
    dumped = _refreshed(spent, _multiplied(committed, factor, families=shape == "families"))
    loaded = _timed(spent, "load", catalogfile.load, dumped, where="the dump")
    texts = _timed(spent, "render", menus.render, loaded, aws_api.MENU_NAMES, _FOLDER, tier.GENERATED)
    with tempfile.TemporaryDirectory() as folder:
        write_menus(Path(folder), texts, aws_api.MENU_NAMES)
        kconf = _timed(spent, "parse", parse_tree, Path(folder))
    counts = {
        "types": len(loaded.instance_types),
        "families": len(loaded.families()),
        "symbols": len(kconf.unique_defined_syms),
        "peak_mib": _peak_kib() / 1024,
    }
    print(json.dumps({**counts, **spent}))


def _refreshed(spent: dict[str, float], records: dict[str, Any]) -> str:
    """The catalog file after a refresh in which one region did not answer."""
    known = _timed(spent, "build", Catalog.build, **records)
    lost = replace(known.provenance, not_reached={known.default_region: "no answer"})
    merged = _timed(spent, "merge", merge.carry_forward, known.with_provenance(lost), known)
    return _timed(spent, "dump", catalogfile.dump, merged)


def _timed(
    spent: dict[str, float], step: str, run: Callable[_P, _T], *args: _P.args, **options: _P.kwargs
) -> _T:
    started = time.process_time()
    result = run(*args, **options)
    spent[step] = time.process_time() - started
    return result


def _peak_kib() -> int:
    """VmHWM: unlike getrusage's figure it is not that of the parent, before this process became its own."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def _multiplied(catalog: Catalog, factor: int, *, families: bool) -> dict[str, Any]:
    """The fields of the catalog with `factor` copies of each type, in as many families or in its own."""

    def copy(itype: InstanceType, i: int) -> InstanceType:
        family = f"n{i}{itype.family}" if families else itype.family
        return replace(itype, name=f"n{i}{itype.name}", family=family)

    records = {f.name: getattr(catalog, f.name) for f in fields(catalog) if f.init}
    types = [copy(itype, i) for i in range(factor) for itype in catalog.instance_types]
    return {**records, "instance_types": types}


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
