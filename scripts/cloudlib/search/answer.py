# SPDX-License-Identifier: MIT
"""A question put to machines: the rows that fit, in order, or why there are none and what is nearest.

A machine is one row, however many regions have it: the cheapest of those that are asked for stands in it.
Machines with a figure that is asked for and not known come last, and are marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloudlib.search.machine import Machine
from cloudlib.search.question import FAR, Condition, Question, Range, conditions
from cloudlib.search.where import Where


@dataclass(frozen=True, slots=True)
class Row:
    """A machine and the cheapest of the regions that are asked for.

    `usd` is None where no price is known in any of them; `region` is then the provider's default one, or the
    first. `unknown` are the options whose figure the provider does not state.
    """

    machine: Machine
    region: str
    usd: Decimal | None
    regions: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    def per(self, figure: float) -> Decimal | None:
        """The price for each of something; None where it has none of it, or no known price."""
        return self.usd / Decimal(str(figure)) if self.usd is not None and figure else None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why nothing fits. `costly` is the option that left out most, `without` how many would do without it.

    `nearest` misses the fewest options, which are `misses`, and these by the least; `would` are those with
    which it would do.
    """

    costly: str
    without: int
    nearest: Row | None
    misses: tuple[str, ...] = ()
    would: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """All rows, and `nothing` where none of them is known to fit."""

    rows: tuple[Row, ...]
    nothing: Nothing | None = None

    @property
    def unpriced(self) -> int:
        """How many rows have no known price."""
        return sum(row.usd is None for row in self.rows)

    @property
    def unknown(self) -> Mapping[str, int]:
        """Option -> how many rows may not meet it, as the figure is not known."""
        return Counter(option for row in self.rows for option in row.unknown)


#: Sort key by its name: None sorts last.
SORTS: Mapping[str, Callable[[Row], Decimal | int | None]] = {
    "price": lambda row: row.usd,
    "price-per-vcpu": lambda row: row.per(row.machine.vcpus),
    "price-per-gib": lambda row: row.per(row.machine.memory_mib / 1024),
    "price-per-gpu": lambda row: row.per(float(row.machine.gpu_count)),
    "vcpus": lambda row: row.machine.vcpus,
    "memory": lambda row: row.machine.memory_mib,
}


def answer(asked: Question, machines: Iterable[Machine], where: Where) -> Answer:
    """The rows that a question gets, in its order; with no row, why."""
    asked_of = [m for m in machines if not asked.providers or m.provider in asked.providers]
    wanted = [_at(asked, where), *conditions(asked), *_affordable(asked, where)]
    rows = [row for m in asked_of if (row := _row(m, wanted, where))]
    nothing = None
    if all(row.unknown for row in rows):
        nothing = _nothing(asked_of, wanted, where)
    key = SORTS[asked.sort]

    def order(row: Row) -> tuple[object, ...]:
        value, machine, usd = key(row), row.machine, row.usd
        size = (machine.vcpus, machine.memory_mib, machine.order)
        return (bool(row.unknown), value is None, value or 0, usd is None, usd or 0, *size)

    return Answer(tuple(sorted(rows, key=order)), nothing)


def _row(machine: Machine, wanted: Sequence[Condition], where: Where) -> Row | None:
    unknown = []
    for condition in wanted:
        holds = condition.holds(machine)
        if holds is None:
            unknown.append(condition.option)
        elif not holds:
            return None
    return row(machine, where, tuple(unknown))


def row(machine: Machine, where: Where, unknown: tuple[str, ...] = ()) -> Row:
    """The row of a machine, in the regions that are meant, or anywhere if it is in none of them."""
    meant = where.get(machine.provider, frozenset())
    regions = tuple(r for r in machine.regions if r in meant) or machine.regions
    priced = [(usd, r) for r in regions if (usd := machine.usd(r)) is not None]
    home = machine.market.default_region
    if priced:
        usd = min(usd for usd, _ in priced)
        cheapest = [r for price, r in priced if price == usd]
        return Row(machine, home if home in cheapest else cheapest[0], usd, regions, unknown)
    return Row(machine, home if home in regions else regions[0], None, regions, unknown)


def _at(asked: Question, where: Where) -> Condition:
    """The condition on the place."""
    options = [f"--region {text}" for text in asked.regions] + [f"--in {name}" for name in asked.areas]

    def holds(machine: Machine) -> bool:
        return not where[machine.provider].isdisjoint(machine.regions)

    return Condition(asked.said.get("regions", " ".join(options)), holds)


def _affordable(asked: Question, where: Where) -> Iterable[Condition]:
    """The condition on the price: the cheapest known one of a machine counts."""
    limit = asked.max_price
    if limit is None:
        return

    def holds(machine: Machine) -> bool | None:
        usd = row(machine, where).usd
        return None if usd is None else usd <= limit

    def miss(machine: Machine) -> float:
        usd = row(machine, where).usd
        return Range(high=limit).short(float(usd)) if usd is not None else 0.0

    def would(machine: Machine) -> str:
        usd = row(machine, where).usd
        return "" if usd is None else f"--max-price {usd.normalize():f}"

    yield Condition(asked.said.get("max_price", f"--max-price {limit}"), holds, miss, would)


def _nothing(machines: Sequence[Machine], wanted: Sequence[Condition], where: Where) -> Nothing:
    """What cost the most rows, and what comes nearest of those whose figures are known."""
    held = [(m, [(c, c.holds(m)) for c in wanted]) for m in machines]
    known = [entry for entry in held if all(h is not None for _, h in entry[1])]
    misses = [(m, [c for c, holds in of_it if holds is False]) for m, of_it in known or held]
    if not any(missed for _, missed in misses):
        return Nothing("", 0, None)
    alone = Counter(missed[0].option for _, missed in misses if len(missed) == 1)
    often = Counter(condition.option for _, missed in misses for condition in missed)
    costly, without = (alone or often).most_common(1)[0]

    def distance(missed: Sequence[Condition], machine: Machine) -> tuple[int, float]:
        by = [condition.miss(machine) for condition in missed]
        return (len(by) + by.count(FAR), round(sum(by), 6))

    def price(entry: tuple[Machine, Sequence[Condition]]) -> tuple[object, ...]:
        machine, usd = entry[0], row(entry[0], where).usd
        return (usd is None, usd or 0, machine.vcpus, machine.memory_mib, machine.order)

    far = [(distance(missed, m), (m, missed)) for m, missed in misses if missed]
    least = min(distance for distance, _ in far)
    best, missed = min((entry for distance, entry in far if distance == least), key=price)
    return Nothing(
        costly=costly,
        without=without if alone else 0,
        nearest=row(best, where),
        misses=tuple(condition.option for condition in missed),
        would=tuple(filter(None, (condition.would(best) for condition in missed))),
    )
