# SPDX-License-Identifier: MIT
"""The machines of this tree on stdout: a table, and sums below it, or JSON that docs/json.md describes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from cloudlib.catalog.text import dollars
from cloudlib.config import cost
from cloudlib.errors import counted, message, some
from cloudlib.machines.nodes import CUT_OFF, FAILED, Folder, Node
from cloudlib.machines.where import TERRAFORM
from cloudlib.show import rows, table
from cloudlib.terraform import age, expiry

_COLUMNS = ("node", "cloud", "address", "state", "up", "left", "so far")
_UNKNOWN = "unknown"


def show(folders: Sequence[Folder], now: datetime) -> None:
    """Print the table, the sums, how long is left, and what is not known."""
    listed = [(folder, node) for folder in folders for node in folder.nodes]
    clouds = {folder.provider for folder, _ in listed}
    columns = [name for name in _COLUMNS if name != "cloud" or len(clouds) > 1]
    if listed:
        cells = [dict(zip(_COLUMNS, _row(folder, node, now))) for folder, node in listed]
        table.show(
            columns,
            [[row[name] for name in columns] for row in cells],
            sys.stdout,
            right=("up", "left", "so far"),
            gives_way=("up", "state"),
        )
    for folder in folders:
        for line in _about(folder, now):
            print(message(line))
    if len(clouds) > 1:
        print(f"in all: {counted(len(listed), 'node')}, {_money(listed, now)}")
    if listed:
        print("state and address: as terraform last saw them; `make bringup` looks again")
    elif not any(folder.resources or folder.problem for folder in folders):
        print("no machine is up: no state of this tree holds any")


def show_json(folders: Sequence[Folder], now: datetime) -> None:
    """Print the object that docs/json.md describes."""
    rows.show_json({"version": rows.VERSION, "providers": {f.provider: _json(f, now) for f in folders}})


def _row(folder: Folder, node: Node, now: datetime) -> tuple[str, ...]:
    up = node.up(now)
    return (
        node.name,
        folder.provider,
        node.public_ip or node.private_ip or "none",
        node.state or _UNKNOWN,
        _UNKNOWN if up is None else age.words(up),
        _left(folder, now),
        _dollars(node.spent(_until(folder, now)), [node], certain=_until(folder, now) == now),
    )


def _left(folder: Folder, now: datetime) -> str:
    when = expiry.of(folder.stamp)
    if not folder.stamp or when.behind(now):
        return _UNKNOWN
    if when.expires is None:
        return "never"
    return "expired" if when.past(now) else age.words(when.expires - now)


def _about(folder: Folder, now: datetime) -> Iterator[str]:
    """`aws: 3 x m7i.large in us-east-1, at least $0.3024/h, at least $0.93 so far`, and what else to know."""
    name, certain = folder.provider, [node for node in folder.nodes if node.id]
    if certain:
        count = Counter((node.instance_type or "machine", node.region) for node in certain)
        what = ", ".join(f"{n} x {itype}{region and f' in {region}'}" for (itype, region), n in count.items())
        yield f"{name}: {what}, {_money([(folder, node) for node in certain], now)}"
        unpriced = list(dict.fromkeys(part for node in certain for part in node.unpriced))
        if unpriced:
            yield f"{name}: no price of {some(unpriced)}; {cost.fetch_hint(name)}"
    elif folder.resources and not folder.problem:
        yield f"{name}: no machine, but {counted(folder.resources, 'other resource')}"
        yield f"{name}: make destroy CLOUD_PROVIDER={name} destroys them"
    doubtful = [node.name for node in folder.nodes if node.state in (FAILED, CUT_OFF)]
    if doubtful:
        yield f"{name}: {some(doubtful)} may exist, and cost money: make cloud-find CLOUD_PROVIDER={name}"
    yield from expiry.left(TERRAFORM / name, now, folder.stamp)


def _until(folder: Folder, now: datetime) -> datetime:
    """Until when a machine is counted: what ends itself has done so, and its disks may cost money since."""
    when = expiry.of(folder.stamp)
    return when.expires if when.expires and when.past(now) and expiry.ends(folder.provider) else now


def _money(listed: Sequence[tuple[Folder, Node]], now: datetime) -> str:
    nodes = [node for _, node in listed]
    rates = [node.usd_per_hour for node in nodes if node.usd_per_hour is not None]
    sums = [node.spent(_until(folder, now)) for folder, node in listed]
    spent = [usd for usd in sums if usd is not None]
    rate = f"{_least(nodes, len(rates))}{dollars(sum(rates, Decimal(0)))}/h" if rates else "price not known"
    total = sum(spent, Decimal(0)) if spent else None
    certain = all(_until(folder, now) == now for folder, _ in listed)
    return f"{rate}, {_dollars(total, nodes, len(spent), certain=certain)} so far"


def _dollars(usd: Decimal | None, nodes: Sequence[Node], known: int = 1, *, certain: bool) -> str:
    least = _least(nodes, known) if certain else "at least "
    return _UNKNOWN if usd is None else f"{least}${usd:,.2f}"


def _least(nodes: Sequence[Node], known: int) -> str:
    """`at least ` where the figure of a machine, or of a part of it, is not in a sum of so many."""
    return "at least " if known < len(nodes) or any(node.unpriced for node in nodes) else ""


def _json(folder: Folder, now: datetime) -> dict[str, Any]:
    when = expiry.of(folder.stamp)
    return {
        "problem": folder.problem.what if folder.problem else None,
        "resources": folder.resources,
        "created": _iso(when.created),
        "expires": _iso(when.expires),
        "nodes": [_node_json(node, now, _until(folder, now)) for node in folder.nodes],
    }


def _node_json(node: Node, now: datetime, counted: datetime) -> dict[str, Any]:
    spent, up = node.spent(counted), node.up(now)
    return {
        "name": node.name,
        "id": node.id or None,
        "public_ip": node.public_ip or None,
        "private_ip": node.private_ip or None,
        "state": node.state or None,
        "instance_type": node.instance_type or None,
        "region": node.region or None,
        "since": _iso(node.since),
        "up_seconds": None if up is None else int(up.total_seconds()),
        "usd_per_hour": None if node.usd_per_hour is None else float(node.usd_per_hour),
        "usd_so_far": None if spent is None else float(round(spent, 4)),
        "not_known": list(node.unpriced),
    }


def _iso(when: datetime | None) -> str | None:
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if when else None
