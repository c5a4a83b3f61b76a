# SPDX-License-Identifier: MIT
"""`make bench`: measures the speed budgets. Prints what it measured, and judges nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import aws_api
from cloudlib import catalogfile, refresh
from cloudlib.records import Catalog

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Best of three for each."""
    env = {**os.environ, "CLOUD_TIER": "static", "KCONFIG_CONFIG": "/dev/null"}
    tool = [sys.executable, "scripts/kconfig_tools.py", "check"]
    seconds = _best(lambda: subprocess.run(tool, cwd=ROOT, env=env, check=True))
    print(f"{'parse of the whole tree, Python started':45} {seconds:6.2f} s")
    catalog = catalogfile.load_file(ROOT / "terraform/aws/kconfigs/catalog.json.static")
    for factor in (1, 10):
        larger = _multiplied(catalog, factor)
        seconds = _best(lambda larger=larger: refresh.render(aws_api, larger))  # type: ignore[misc, arg-type]
        print(f"{f'render of {len(larger.instance_types)} AWS types':45} {seconds:6.2f} s")


def _multiplied(catalog: Catalog, factor: int) -> Catalog:
    """The catalogue with `factor` copies of each type, under other family names."""
    kinds = [
        replace(k, name=f"n{i}{k.name}", family=f"n{i}{k.family}")
        for i in range(factor)
        for k in catalog.instance_types
    ]
    return replace(catalog, instance_types=tuple(kinds))


def _best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
