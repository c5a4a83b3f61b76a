# SPDX-License-Identifier: MIT
"""A lost state, rebuilt: from terraform's own backup, and by `terraform import` of what the journal lists."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from cloudlib.errors import CallFailed, CloudError
from cloudlib.machines import gone
from cloudlib.provider import Account, Provider
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import shown
from cloudlib.show.ask import confirm
from cloudlib.terraform import adoption, backend, journal, state
from cloudlib.terraform.run import VARIABLES, Terraform
from cloudlib.terraform.snapshot import Resource

#: What is part of something else and ends with it; terraform imports some of them by other ids than theirs.
_PARTS = (
    "aws_ec2_instance_state",
    "aws_route",
    "aws_route_table_association",
    "aws_volume_attachment",
    "azurerm_subnet_network_security_group_association",
    "azurerm_virtual_machine_data_disk_attachment",
    "google_compute_attached_disk",
)
#: What is in a state alone, and not in the cloud.
_NOWHERE = "terraform_data"


def run(terraform: Terraform, variables: Path | None, provider: Provider) -> None:
    """Have everything that was made in the state again, as far as it still exists, and say what was found.

    And nothing else, where the provider's account tells which machines there are.

    Raises CloudError, once all has been tried, for what terraform cannot import: it may still cost money.
    """
    folder = terraform.folder
    for path in state.errored(folder):
        if backend.kind(folder):
            terraform.push(path)
            _set_aside(folder, path)
        else:
            _take(folder, path)
    if not _usable(folder / state.NAME):
        _set_aside(folder, folder / state.NAME)
    now = state.look(folder)
    if now.lost and not backend.kind(folder):
        _restore(folder)
    now = state.look(folder)
    if isinstance(provider, Account):
        _forget(terraform, gone.ended(provider, (*now.held, *now.missing)), now.held)
        now = state.look(folder)
    there = [r for r in now.missing if r.address.partition(".")[0] != _NOWHERE]
    wanted = sorted(there, key=lambda resource: not resource.machine)
    left = _adopt(terraform, wanted, variables) if wanted else []
    _settle(folder, left)
    if wanted and not left and state.current(folder) is None:
        (folder / state.SSH_CONFIG).unlink(missing_ok=True)  # all of it was looked for, and is gone
    if left:
        raise CloudError(
            "terraform cannot import " + ", ".join(str(resource) for resource in left),
            unchanged=f"{shown(folder / journal.NAME)}, which lists them",
            hint="end them in the vendor's console, then remove their lines from that file\n"
            "and run the command again for the rest",
        )


def _adopt(terraform: Terraform, wanted: list[Resource], variables: Path | None) -> list[Resource]:
    """Import what still exists; returns what cannot be imported."""
    folder = terraform.folder
    variables = variables or folder / VARIABLES  # what .config says: the region in which to look
    module = terraform.module or folder
    types = adoption.types(module)
    known = [r for r in wanted if r.address.partition(".")[0] in types]
    if known and not variables.is_file():
        raise CloudError(
            f"nobody knows where the machines are: {shown(folder / state.APPLIED)} is missing",
            unchanged="every machine",
            hint="choose their region in .config, run `make`, then run the command again",
        )
    left = [r for r in wanted if r not in set(known)]
    if known:
        with TemporaryDirectory() as scratch:
            names = json.loads(variables.read_text(encoding="utf-8"))
            adoption.write(Path(scratch), folder, module, known, names)
            left += _adopt_with(replace(terraform, module=Path(scratch)), known, variables)
    return left


def _adopt_with(terraform: Terraform, wanted: list[Resource], variables: Path | None) -> list[Resource]:
    terraform.init()
    left = []
    for number, resource in enumerate(wanted, 1):
        where = f"[{number}/{len(wanted)}] {resource}"
        try:
            there = terraform.adopt(resource, variables)
        except CallFailed as error:
            part = resource.address.partition(".")[0] in _PARTS
            print(f"{where}: " + ("ends with what it is a part of" if part else f"not imported: {error}"))
            left += [] if part else [resource]
            continue
        print(f"{where}: " + ("found" if there else "no longer there"))
    return left


def _forget(terraform: Terraform, ended: Sequence[Resource], held: Sequence[Resource]) -> None:
    """Take machines that do not exist any more out of the journal, and of the state where it has them.

    After a yes: ids of Lambda Labs do not tell their account, and in another one nothing is there.
    """
    if not ended:
        return
    folder = terraform.folder
    for resource in ended:
        print(f"{resource}: not in the account")
    print("If the credentials are of another account than that of the machines, they are running there.")
    confirm("Forget them?", unchanged="every machine, and what is known of it")
    if set(ended) & set(held):
        terraform.init()
    for number, resource in enumerate(ended, 1):
        kept = journal.read(folder) or journal.Journal()
        kept.made.pop(resource, None)  # first, or a state without it would count as a lost one
        rewrite(folder / journal.NAME, kept.text(), mode=0o600)
        journal.link(folder)
        if resource in held:
            terraform.forget(resource)
        print(f"[{number}/{len(ended)}] {resource}: no longer there")


def _take(folder: Path, errored: Path) -> None:
    """Put what terraform could not write to its state in the place of that, where it can be read itself."""
    if not _usable(errored) or state.read(errored) is None:
        _set_aside(folder, errored)
        return
    if (folder / state.NAME).exists():
        _set_aside(folder, folder / state.NAME)
    errored.rename(folder / state.NAME)
    print(f"{shown(errored)} is {state.NAME} now")


def _usable(path: Path) -> bool:
    """Whether a state can be read, or is missing or empty."""
    try:
        state.read(path)
    except CloudError:
        return False
    return True


def _set_aside(folder: Path, path: Path) -> None:
    """Keep a state under another name, for terraform to begin a new one."""
    number = 1
    while (aside := folder / f"{state.NAME}.old-{number}.backup").exists():
        number += 1
    path.rename(aside)
    print(f"{shown(path)} is {aside.name} now")


def _restore(folder: Path) -> None:
    """Begin with terraform's backup, where there is one: it lacks what was made after it was written."""
    backup = folder / f"{state.NAME}.backup"
    try:
        usable = state.read(backup)
    except CloudError:
        return
    if usable and usable.resources:
        shutil.copyfile(backup, folder / state.NAME)
        print(f"restored {shown(folder / state.NAME)} from {backup.name}")


def _settle(folder: Path, left: list[Resource]) -> None:
    """From now on the journal lists what the state holds, what could not be imported, and what may exist."""
    kept = journal.read(folder) or journal.Journal()
    held = state.look(folder).held
    rewrite(folder / journal.NAME, kept.seeded((*held, *left)).text(), mode=0o600)
    journal.link(folder)
