# SPDX-License-Identifier: MIT
"""Machines that a cloud started and terraform did not record: `make destroy` does not find them.

Looked for where a cloud lists its machines: cloudlib.provider.Account.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cloudlib.errors import CloudError, printable
from cloudlib.provider import Account, Machine, Provider
from cloudlib.settings import shown
from cloudlib.terraform import state as tfstate


@contextmanager
def told(provider: Provider, folder: Path) -> Iterator[None]:
    """Around an apply: where that fails, name the machines that it started and the state lacks on stderr.

    Only new ones: the account is asked before, too. Where it cannot be asked, that is said.
    """
    if not isinstance(provider, Account):
        yield
        return
    before = {machine.id for machine in provider.machines()}
    try:
        yield
    except (CloudError, KeyboardInterrupt):
        print(printable(_report(provider, folder, before)), file=sys.stderr)
        raise


def _report(provider: Account, folder: Path, before: set[str]) -> str:
    try:
        recorded = {resource.id for resource in tfstate.look(folder).held}
        lost = [m for m in provider.machines() if m.id not in before and m.id not in recorded]
    except CloudError as error:
        return (
            f"warning: whether a machine runs that {shown(folder)} does not list is not known: {error.what}"
        )
    if not lost:
        return f"note: every machine that was started is in {shown(folder / tfstate.NAME)}"
    return "\n".join(
        [
            f"warning: {_count(lost)} that terraform did not record; `make destroy` does not end "
            f"{'it' if len(lost) == 1 else 'them'}:",
            *(line for machine in lost for line in _lines(machine)),
        ]
    )


def _count(lost: Sequence[Machine]) -> str:
    return "a machine runs" if len(lost) == 1 else f"{len(lost)} machines run"


def _lines(machine: Machine) -> Iterator[str]:
    yield "  " + "  ".join(
        part for part in (machine.name, machine.id, machine.address, machine.price) if part
    )
    yield f"  end it: {machine.end}"
