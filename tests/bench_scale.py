# SPDX-License-Identifier: MIT
"""A child of the benchmark: renders and parses the AWS catalogue so many times over, and says what it took.

    python -m tests.bench_scale FACTOR

prints {"types": …, "symbols": …, "render": …, "parse": …, "peak_mib": …}, both in CPU seconds.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import aws_api
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.publish import refresh, tier
from tests.support.kconf import parse_tree, write_menus

_ROOT = Path(__file__).resolve().parent.parent


def main(factor: int) -> None:
    """One process a factor, so that the peak is this catalogue's own."""
    catalog = catalogfile.load_file(tier.folder(_ROOT, "aws") / f"{catalogfile.NAME}.{tier.STATIC}")
    larger = _multiplied(catalog, factor)
    gc.disable()  # as the config targets do
    started = time.process_time()
    texts = refresh.render(aws_api, larger, tier.GENERATED)  # type: ignore[arg-type]
    rendered = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        write_menus(Path(folder), texts, aws_api.MENU_NAMES)
        written = time.process_time()
        kconf = parse_tree(Path(folder))
        parsed = time.process_time()
    print(
        json.dumps(
            {
                "types": len(larger.instance_types),
                "symbols": len(kconf.unique_defined_syms),
                "render": rendered - started,
                "parse": parsed - written,
                "peak_mib": _peak_kib() / 1024,
            }
        )
    )


def _peak_kib() -> int:
    """VmHWM: unlike getrusage's figure it is not that of the parent, before this process became its own."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def _multiplied(catalog: Catalog, factor: int) -> Catalog:
    """The catalogue with `factor` copies of each type, under other family names."""
    kinds = [
        replace(k, name=f"n{i}{k.name}", family=f"n{i}{k.family}")
        for i in range(factor)
        for k in catalog.instance_types
    ]
    return replace(catalog, instance_types=tuple(kinds))


if __name__ == "__main__":
    main(int(sys.argv[1]))
