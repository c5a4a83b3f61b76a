# SPDX-License-Identifier: MIT
"""Machines that somebody ended in the vendor's console, and that terraform cannot forget by itself.

Most providers say of such a machine that it is gone. That of Lambda Labs fails, and with it every plan and
every destroy: `Read` in internal/provider/instance_resource.go of elct9620/terraform-provider-lambdalabs. So
where a cloud lists its machines (cloudlib.provider.Account), the list tells which are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cloudlib.errors import CloudError
from cloudlib.provider import Account, Provider
from cloudlib.settings import shown
from cloudlib.terraform import state
from cloudlib.terraform.run import TerraformFailed
from cloudlib.terraform.snapshot import Resource


def ended(account: Account, resources: Iterable[Resource]) -> list[Resource]:
    """Those of these resources that are machines, and that the account lacks. Raises a CloudError."""
    machines = [resource for resource in resources if resource.machine]
    there = {machine.id for machine in account.machines()} if machines else set()
    return [resource for resource in machines if resource.id not in there]


@contextmanager
def told(provider: Provider, folder: Path, target: str) -> Iterator[None]:
    """Around terraform: where it fails, and machines are gone, the hint is the way to go on with `target`."""
    try:
        yield
    except TerraformFailed as failed:
        lost: list[Resource] = []
        if isinstance(provider, Account):
            with suppress(CloudError):
                lost = ended(provider, state.look(folder).held)
        if lost:
            failed.hint = "\n".join(
                [
                    *(f"{resource} is in the state, but not in the account" for resource in lost),
                    "if the credentials are of another account, use those of the machines; else",
                    f"make {target} CLOUD_PROVIDER={folder.name} RECOVER=1 takes that out of the state, with",
                    *(f"terraform -chdir={shown(folder)} state rm '{r.address}'" for r in lost),
                ]
            )
        raise
