# SPDX-License-Identifier: MIT
"""`cheapest`: the types of one provider that meet some needs, by the ranking of every search."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cloudlib.catalog.records import ARCHITECTURES, Catalog
from cloudlib.errors import CloudError
from cloudlib.provider import Provider
from cloudlib.search import machine
from cloudlib.search.answer import answer
from cloudlib.search.question import ANY, ANY_GPU, Question, Range
from cloudlib.show import answering, asking, queries, rows
from cloudlib.show.remarks import remarks, why, wrapped


def add(parser: argparse.ArgumentParser) -> None:
    """The options besides --family and --region."""
    parser.add_argument("--min-vcpus", type=asking.whole, default=0, metavar="N", help="at least N vCPUs")
    parser.add_argument("--max-vcpus", type=asking.positive, metavar="N", help="at most N vCPUs")
    parser.add_argument(
        "--min-memory-gib", type=asking.amount, default=0, metavar="N", help="at least N GiB of memory"
    )
    parser.add_argument("--arch", choices=ARCHITECTURES, default="", help="for this architecture")
    parser.add_argument(
        "--gpu", nargs="?", const=ANY_GPU, default="", metavar="MODEL", help="with a GPU, or with this one"
    )
    parser.add_argument("--gpus", type=asking.positive, metavar="N", help="with N GPUs")
    parser.add_argument("--nvme", action="store_true", help="with local NVMe disks")
    parser.add_argument("--kvm", action="store_true", help="able to run KVM guests")
    parser.add_argument("--metal", action="store_true", help="bare metal")
    parser.add_argument("--max-price", type=asking.usd, metavar="USD", help="at most USD per hour")
    parser.add_argument(
        "--count", type=asking.positive, default=10, metavar="N", help="show at most N (default: 10)"
    )
    parser.set_defaults(run=run)


def run(provider: Provider, options: argparse.Namespace) -> None:
    """Print the rows. Prices are those of the regions that --region names, else of the default one."""
    catalog, named = answering.catalog(provider, options, options.region)
    regions = named or frozenset({catalog.default_region})
    types = {t.name for t in queries.types_of(catalog, family=options.family, regions=regions)}
    machines = [m for m in machine.of_catalog(catalog) if m.name in types]
    asked = _question(options)
    told = answer(asked, machines, {catalog.provider: regions})
    if not told.rows or (asked.max_price and told.unpriced == len(told.rows)):
        what = f"no type in {', '.join(sorted(regions))} meets these needs"
        hints = [*map(wrapped, why(told.nothing)), *_more_to_know(provider, options, catalog, regions)]
        raise CloudError(what, hint="\n".join(hints) or "ask for another region: no type here boots Linux")
    shown = told.rows[: options.count]
    for line in remarks(told, len(shown), asked, "--count N shows more"):
        print(wrapped(line), file=sys.stderr)
    rows.show_types(
        options.output,
        [row.machine.record for row in shown],
        [row.region for row in shown],
        provider.MENU_NAMES,
        unstated=machine.market(catalog).unstated,
        about=options.about,
    )


def _question(options: argparse.Namespace) -> Question:
    low, high, memory = options.min_vcpus, options.max_vcpus, options.min_memory_gib
    bounds = [f"--min-vcpus {low}"] * bool(low) + [f"--max-vcpus {high}"] * bool(high)
    return Question(
        arch=options.arch,
        vcpus=Range(Decimal(low) if low else None, Decimal(high) if high else None),
        memory=Range(Decimal(str(memory))) if memory else ANY,
        gpu=options.gpu,
        gpus=Range(Decimal(options.gpus), Decimal(options.gpus)) if options.gpus else ANY,
        nvme=Range(Decimal(1)) if options.nvme else ANY,
        kvm=options.kvm,
        bare_metal=options.metal,
        max_price=options.max_price,
        said={
            "vcpus": " ".join(bounds),
            "memory": f"--min-memory-gib {memory:g}",
            "gpus": f"--gpus {options.gpus}",
            "nvme": "--nvme",
            "bare_metal": "--metal",
        },
    )


def _more_to_know(
    provider: Provider, options: argparse.Namespace, catalog: Catalog, regions: frozenset[str]
) -> Sequence[str]:
    """A hint where the catalog lacks the prices: that may be why there is no answer."""
    priced: Any = (itype.price_in(region) for itype in catalog.instance_types for region in regions)
    if not options.offline or any(priced):
        return []
    listed = ",".join(sorted(regions))
    return [
        f"this tree's catalog has no prices of {listed}: ask with --live, or",
        f"make cloud-config-{provider.NAME} CLOUD_PRICE_REGIONS={listed}",
    ]
