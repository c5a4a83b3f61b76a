#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make bringup`, `make cloud-plan`, `make destroy`: terraform in the folder of the chosen provider.

    cloud_terraform.py bringup    checks, then init, plan, apply, and an ssh configuration of the nodes
    cloud_terraform.py plan       the same checks, then init and plan
    cloud_terraform.py destroy    all that the folder's state holds; asks, unless YES=1
                                  REFRESH=0: without looking at what is there

FORCE=1 overrides failed checks. It never answers the question whether machines may be
destroyed, replaced, or started at more than MAX_USD_PER_HOUR: YES=1 does. RECOVER=1 first rebuilds a
state that was lost.

bringup keeps the variables and the module of the machines that it makes. destroy works with those: another
region in .config must not make terraform look for the machines there, miss them, and forget them.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cloud_providers
from cloudlib.config import capacity, cost, session, ssh_access, unrecorded
from cloudlib.config.finding import ERROR
from cloudlib.config.variables import Collected
from cloudlib.errors import CloudError, ConfigRejected, PublishError, message, report, some
from cloudlib.machines import gone, questions, reach, recover, stamp, where
from cloudlib.provider import Provider, TerraformEnvironment
from cloudlib.publish import locks
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import flag, max_usd_per_hour, recover_state, refresh_state, shown
from cloudlib.show import command
from cloudlib.show.ask import confirm
from cloudlib.terraform import applied, expiry, journal
from cloudlib.terraform import ssh_keys as sshkeys
from cloudlib.terraform import state as tfstate
from cloudlib.terraform.run import Terraform, TerraformFailed
from cloudlib.terraform.snapshot import Resource

_PLAN = "bringup.tfplan"
_NOTHING_STARTED = "everything: terraform was not started"


def main(argv: Sequence[str]) -> int:
    """Run one command; returns its exit code, which is terraform's own where terraform failed."""
    commands = {"bringup": bringup, "plan": plan, "destroy": destroy}
    parser = command.Parser(prog="cloud_terraform.py", description=__doc__)
    parser.add_argument("command", choices=commands)
    who = parser.parse_args(argv).command
    for name in cloud_providers.PROVIDER_NAMES:
        for line in expiry.left(where.TERRAFORM / name, expiry.utc()):
            print(f"note: {line}", file=sys.stderr)
    try:
        commands[who]()
        return 0
    except CloudError as error:
        report(error, sys.stderr, who=who)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{who}: interrupted; terraform's state records what was made", file=sys.stderr)
        return 130


def plan() -> None:
    """Show what bringup would do. In the place of a key pair that it would create, the plan has another."""
    now, terraform, keys = _ready(make_keys=False)
    with _alone(terraform.folder), TemporaryDirectory() as scratch:
        tfstate.held(terraform.folder)
        elsewhere = _in_another_region(terraform.folder, now.collected)
        if elsewhere:
            raise elsewhere
        terraform = _stamped(terraform, now)
        terraform.init()
        if keys.missing:
            print(f"note: bringup creates the key pair {keys.identity}; this plan has another in its place")
            sshkeys.generate(Path(scratch) / "key")
        key = Path(scratch) / "key.pub" if keys.missing else None
        with gone.told(now.provider, terraform.folder, "bringup"):
            terraform.plan(key=key)


def bringup() -> None:
    """Bring the nodes up, or to the state that .config now describes."""
    max_usd_per_hour()  # raises for anything but a number
    now, terraform, keys = _ready(make_keys=True)
    folder = terraform.folder
    plan_file = folder / _PLAN
    with _alone(folder):
        _recover(terraform, now.provider)
        if not tfstate.held(folder):
            capacity.refuse(now, unchanged=_NOTHING_STARTED)
        _leave_other_region(terraform, now.collected)
        _ask_for_the_unfinished(folder)
        terraform = _stamped(terraform, now)
        try:
            terraform.init()
            with gone.told(now.provider, folder, "bringup"):
                terraform.plan(plan_file)
            planned = terraform.planned(plan_file)
            stamp.refuse_expired(folder, terraform.env, planned.changes, expiry.utc())
            questions.review(planned.changes, now)
            _keep(folder, without=planned.gone)
            rewrite(folder / tfstate.APPLIED, now.collected.tfvars)
            stamp.keep(folder, terraform.env)
            applied.keep(folder)
            with unrecorded.told(now.provider, folder):
                _apply(terraform, plan_file, len(planned.changes), keys)
        finally:
            plan_file.unlink(missing_ok=True)
        _keep(folder)
        reach.write(folder, terraform.outputs(), keys)
        for line in expiry.left(folder, expiry.utc()):
            print(line)


def destroy() -> None:
    """Destroy what one provider's state holds, whatever .config says now."""
    folder = where.to_destroy(cloud_providers)
    with _alone(folder):
        provider = cloud_providers.load(folder.name)
        if recover_state():
            _recover(_terraform(provider), provider)
        held = tfstate.held(folder)
        if not held:
            print(f"{shown(folder / tfstate.NAME)} holds nothing: there is nothing to destroy")
            _forget(folder)
            return
        terraform = _terraform(provider)
        print(f"{shown(folder)} holds {questions.resources(held)}")
        confirm("Destroy them?", unchanged=questions.MACHINES)
        with gone.told(provider, folder, "destroy"):
            _destroy(terraform, len(held))


def _destroy(terraform: Terraform, resources: int) -> None:
    """Destroy what the state holds, with the module and variables that it was made with, and forget it."""
    folder = terraform.folder
    terraform = terraform.as_applied()
    if terraform.module:
        print(f"the module has changed since: using its copy in {shown(terraform.module)}")
    terraform.init()
    _keep(folder)
    terraform.destroy(_applied_variables(folder), resources=resources, refresh=refresh_state())
    _keep(folder)
    tfstate.held(folder)  # raises where something may be left
    _forget(folder)


def _stamped(terraform: Terraform, now: session.Session) -> Terraform:
    """The same with what everything is tagged with, which stays as it is while machines are up."""
    made = stamp.environment(terraform.folder, now.collected.values, expiry.utc())
    return replace(terraform, env={**terraform.env, **made})


def _apply(terraform: Terraform, plan_file: Path, resources: int, keys: sshkeys.KeyPair) -> None:
    """Apply a plan. Where terraform fails half way, the nodes that are up can be reached all the same."""
    try:
        terraform.apply(plan_file, resources=resources)
    except TerraformFailed:
        with suppress(CloudError):
            reach.write_partly(terraform.folder, keys)
        raise


def _keep(folder: Path, without: Iterable[Resource] = ()) -> None:
    """Bring the journal up to a state that was found to be whole; raises PublishError."""
    known = tfstate.look(folder)
    held = [r for r in known.held if r not in set(without)]
    kept = journal.read(folder) or journal.Journal()
    seeded = kept.seeded(held, known.now.account if known.now else "")
    rewrite(folder / journal.NAME, seeded.text(), mode=0o600)
    journal.link(folder)


def _recover(terraform: Terraform, provider: Provider) -> None:
    """With RECOVER=1, rebuild a state that was lost, or lacks something."""
    if not recover_state():
        return
    recover.run(terraform.as_applied(), _applied_variables(terraform.folder), provider)


def _applied_variables(folder: Path) -> Path | None:
    """What the machines were made with; None where nobody knows."""
    path = folder / tfstate.APPLIED
    return path if path.is_file() else None


def _ask_for_the_unfinished(folder: Path) -> None:
    """An earlier run was killed while it made something, whose id nobody knows: it may be made twice."""
    unfinished = tfstate.look(folder).unfinished
    if unfinished:
        print(f"terraform was killed while it created {questions.resources(unfinished)}")
        print("They may exist, and cost money: look for their names in the vendor's console.")
        confirm("Create them again?", unchanged=questions.MACHINES)


def _ready(*, make_keys: bool) -> tuple[session.Session, Terraform, sshkeys.KeyPair]:
    """Everything that can be checked before terraform starts; raises where it must not start."""
    now = session.read(cloud_providers)
    provider, values = now.provider, now.collected.values
    terraform = _terraform(provider)
    for path in session.write(now.collected):
        print(f"wrote {shown(path)}")
    if now.problem:
        print(message(f"warning: {now.problem}"), file=sys.stderr)
    _refuse_unlaunchable(now)
    setting = str(values.get("terraform_ssh_config_pubkey_file", ""))
    find = sshkeys.ensure if make_keys else sshkeys.locate
    keys = find(setting, make=bool(values.get("terraform_ssh_config_genkey")), alone=flag("FORCE"))
    if keys.made:
        print(f"made the key pair {keys.identity} and {keys.public.name}")
    for name in where.others(cloud_providers, provider.NAME):
        print(
            f"note: machines in terraform/{name} are still up: make destroy CLOUD_PROVIDER={name}",
            file=sys.stderr,
        )
    print("\n".join(cost.lines(cost.of(now), now.catalog)))
    return now, terraform, keys


def _refuse_unlaunchable(now: session.Session) -> None:
    """Print what the checks say; ConfigRejected for an error, or if no one could log in."""
    forced = flag("FORCE")
    findings = (
        [*now.edited(), *now.findings()] if now.catalog else [*ssh_access.findings(now.selection.ssh_from)]
    )
    for finding in findings:
        if finding.what != ssh_access.UNREACHABLE or forced:
            print(f"{finding.level}: {finding.text}", file=sys.stderr)
    if forced:
        return
    if any(f.level == ERROR for f in findings):
        raise ConfigRejected(
            "this cannot be launched, according to the catalog",
            unchanged=_NOTHING_STARTED,
            hint="make menuconfig\nmake cloud-check LIVE=1 asks the provider\nFORCE=1 continues anyway",
        )
    if now.selection.ssh_from == ssh_access.NOBODY:
        hint = f"make menuconfig: {ssh_access.FIX}"
        raise ConfigRejected(ssh_access.UNREACHABLE, unchanged=_NOTHING_STARTED, hint=hint)


def _terraform(provider: Provider) -> Terraform:
    """terraform, present and of a sufficient version, with the credentials that it takes from us."""
    terraform = Terraform(where.TERRAFORM / provider.NAME)
    terraform.require()
    if isinstance(provider, TerraformEnvironment):
        return Terraform(terraform.folder, provider.terraform_environment())
    return terraform


def _alone(folder: Path) -> AbstractContextManager[None]:
    """Only one command at a time may work in a folder; Busy names the other one."""
    doing = f"at work in {shown(folder)}"
    return locks.hold(folder / ".bringup.lock", doing=doing, unchanged=_NOTHING_STARTED)


def _in_another_region(folder: Path, made: Collected) -> CloudError | None:
    """Why this .config must not be applied: terraform would look in its region, and forget what is up."""
    row = next(r for r in made.provider.EXPORTS if r.symbol == made.provider.MENU_NAMES.results.region)
    before = tfstate.variables(folder).get(row.variable)
    now = made.values[row.key]
    held = tfstate.look(folder).held
    if before is None or before == now or not held:
        return None
    machines = any(resource.machine for resource in held)
    what = "the machines of" if machines else "no machines, but networks or disks of"
    return CloudError(
        f"{what} {shown(folder)} are up in {some([str(before)])}, but .config has {now}",
        unchanged=_NOTHING_STARTED,
        hint="make destroy, which destroys them where they are\nthen make bringup",
    )


def _leave_other_region(terraform: Terraform, made: Collected) -> None:
    """Destroy what a failed bringup left in another region, after a yes; refuse where it is machines."""
    elsewhere = _in_another_region(terraform.folder, made)
    if elsewhere is None:
        return
    held = tfstate.look(terraform.folder).held
    if any(resource.machine for resource in held):
        raise elsewhere
    print(f"{elsewhere}: {questions.resources([r.address for r in held])}")
    confirm("Destroy them first?", unchanged=_NOTHING_STARTED)
    _destroy(terraform, len(held))


def _forget(folder: Path) -> None:
    """Remove what was kept of machines that are gone, the journal last."""
    for name in (
        tfstate.SSH_CONFIG,
        "known_hosts",
        expiry.NAME,
        tfstate.APPLIED,
        applied.FOLDER,
        journal.NAME,
    ):
        try:
            if name == applied.FOLDER:
                applied.forget(folder)
            elif name == journal.NAME:
                journal.forget(folder)
            else:
                (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise PublishError(f"cannot remove {shown(folder / name)}: {error.strerror}") from error


if __name__ == "__main__":
    # A second Ctrl-C may come while the first is being told.
    command.start("".join(sys.argv[1:2]) or "cloud-terraform", main)
