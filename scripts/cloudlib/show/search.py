# SPDX-License-Identifier: MIT
"""`scripts/cloud-search`: which machines of all providers meet some needs, by the catalogs in use."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from cloudlib.errors import CloudError, UsageError
from cloudlib.provider import Registry
from cloudlib.search.answer import SORTS, Answer, Row, answer, row
from cloudlib.search.likeness import differences, figures, unlike
from cloudlib.search.machine import Machine, Market
from cloudlib.search.question import Question
from cloudlib.search.where import where
from cloudlib.show import asking, command, lookup, search_rows
from cloudlib.show.remarks import remarks, why, wrapped

#: How many rows fit a screen.
_ROWS = 20
_FORMS = ("table", "json", "csv", "markdown")
_EXAMPLES = """\
examples:
  cloud-search --arch arm64 --vcpus 8 --nvme 1.. --in europe
  cloud-search --gpu h100:8 --max-price 30
  cloud-search --like m7i.4xlarge
  cloud-search --vcpus 16.. --kvm --pick 1     the first row becomes .config
"""


def main(registry: Registry, argv: Sequence[str]) -> int:
    """Returns the exit code, or raises a CloudError."""
    options = parser(registry.PROVIDER_NAMES).parse_args(argv)
    if options.spot:
        raise UsageError("the catalogs have no spot prices: all are on demand", hint="leave out --spot")
    asked = asking.question(options)
    named = () if options.like else asked.providers
    machines = lookup.load(named or registry.PROVIDER_NAMES, named=bool(named))
    lookup.refuse_unknown_image(asked, machines)
    if options.like:
        rows, notes = _like(lookup.machine_named(options.like, machines), machines, asked, options.limit or 1)
        told = Answer(rows)
    else:
        told = answer(asked, machines, where(asked, lookup.markets(machines)))
        limit = _ROWS if options.limit is None else options.limit
        rows, notes = told.rows[: limit or None], []
    if not rows:
        raise CloudError("no machine meets these conditions", hint="\n".join(map(wrapped, why(told.nothing))))
    if options.pick or options.defconfig:
        return _pick(registry, rows, asked, options)
    _show(rows, asked.sort, options.output, machines, notes)
    if options.output == "table" and any(_recorded(m) for m in lookup.markets(machines)):
        print("the catalogs are recordings: `make cloud-status` has their dates", file=sys.stderr)
    for line in remarks(told, len(rows), asked, "" if notes else "--limit 0 shows all"):
        print(wrapped(line), file=sys.stderr)
    return 0


def _recorded(market: Market) -> bool:
    return market.provenance.source.startswith("recording")


def parser(providers: Sequence[str]) -> argparse.ArgumentParser:
    """The options; a question needs none of them."""
    made = command.Parser(
        prog="cloud-search",
        usage="cloud-search [OPTION...]",
        description="Find machines of all providers in the catalogs of this tree. Asks no vendor.",
        epilog=_EXAMPLES,
    )
    made.add_argument("--provider", action="append", default=[], choices=providers, help="of this provider")
    asking.add(made)
    made.add_argument("--spot", action="store_true", help="spot prices, which no catalog has")
    made.add_argument("--like", default="", metavar="TYPE", help="what is nearest to TYPE in each cloud")
    shown = made.add_argument_group("what to show")
    shown.add_argument("--sort", choices=tuple(SORTS), default="price", metavar="KEY",
                       help=f"{', '.join(SORTS)}; default: price")  # fmt: skip
    shown.add_argument("--limit", type=asking.whole, metavar="N", help="rows, default 20; 0 is all of them")
    shown.add_argument("--output", choices=_FORMS, default="table", help="default: table")
    chosen = made.add_argument_group("what to do with it")
    chosen.add_argument("--pick", type=asking.positive, metavar="N", help="write .config for row N")
    chosen.add_argument(
        "--defconfig", default="", metavar="NAME", help="write defconfigs/NAME for row N, or 1"
    )
    return made


def _like(
    wanted: Machine, machines: Sequence[Machine], asked: Question, count: int
) -> tuple[tuple[Row, ...], list[str]]:
    """What is nearest to a machine in each cloud, and how each row differs from it."""
    meant = where(asked, lookup.markets(machines))
    mine = row(wanted, meant)
    asked = replace(asked, arch=asked.arch or wanted.architectures[0])
    others = [r for r in answer(asked, machines, meant).rows if r.machine is not wanted]
    target = figures(wanted, mine.usd)

    def nearness(one: Row) -> tuple[object, ...]:
        return unlike(target, figures(one.machine, one.usd))

    rows: list[Row] = []
    for provider in dict.fromkeys(machine.provider for machine in machines):
        theirs = [r for r in others if r.machine.provider == provider]
        rows += sorted(theirs, key=nearness)[:count]
    rows.sort(key=nearness)
    notes = [", ".join(differences(wanted, r.machine, (mine.usd, r.usd))) or "the same" for r in rows]
    return (mine, *rows), ["", *notes]


def _show(
    rows: Sequence[Row], sort: str, output: str, machines: Sequence[Machine], notes: Sequence[str]
) -> None:
    if output == "json":
        search_rows.show_json(rows, lookup.markets(machines), notes)
    elif output == "csv":
        search_rows.show_csv(rows)
    elif output == "markdown":
        search_rows.show_markdown(rows, sort)
    else:
        gone = search_rows.show_table(rows, sort)
        for number, note in enumerate(notes, 1):
            if note:
                print(wrapped(f"{number}: {rows[number - 1].machine.name}: {note}"))
        if gone:
            print(wrapped(f"too wide for: {', '.join(gone)}; --output csv has all"), file=sys.stderr)


def _pick(registry: Registry, rows: Sequence[Row], asked: Question, options: argparse.Namespace) -> int:
    from cloudlib.show import picking  # Kconfiglib is needed for this alone

    number = options.pick or 1
    if number > len(rows):
        raise UsageError(f"--pick {number}: there are {len(rows)} rows", hint="--limit shows more of them")
    picking.from_search(registry, rows[number - 1], asked, options.defconfig)
    return 0
