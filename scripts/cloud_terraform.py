#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`make bringup`, `make cloud-plan`, `make destroy`: terraform in the folder of the chosen provider.

    cloud_terraform.py bringup    checks, then init, plan, apply, and an ssh configuration of the nodes
    cloud_terraform.py plan       the same checks, then init and plan
    cloud_terraform.py destroy    all that the folder's state holds; asks, unless YES=1
                                  REFRESH=0: without looking at what is there

FORCE=1 overrides failed checks. It never answers the question whether machines may be
destroyed, replaced, or started at more than MAX_USD_PER_HOUR: YES=1 does.

bringup keeps the variables of the machines that it makes in applied.tfvars.json. destroy works with those:
another region in .config must not make terraform look for the machines there, miss them, and forget them.
"""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_modules(__doc__)

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path

import cloud_providers
from cloudlib.config import cost, requested, session, ssh_access
from cloudlib.config.finding import ERROR
from cloudlib.config.variables import Collected
from cloudlib.errors import CloudError, ConfigRejected, PublishError, message, report, some
from cloudlib.provider import Provider, TerraformEnvironment
from cloudlib.publish import locks
from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import ROOT, config_file, flag, max_usd_per_hour, named_provider, refresh_state, shown
from cloudlib.show import command
from cloudlib.show.ask import confirm
from cloudlib.terraform import ssh_config as sshconfig
from cloudlib.terraform import ssh_keys as sshkeys
from cloudlib.terraform import state as tfstate
from cloudlib.terraform.run import Change, Terraform

TERRAFORM = ROOT / "terraform"
APPLIED = "applied.tfvars.json"
_PLAN = "bringup.tfplan"
_NOTHING_STARTED = "everything: terraform was not started"
_MACHINES = "every machine"
_NODES_SHOWN = 100  # nodes whose ssh command is printed


def main(argv: Sequence[str]) -> int:
    """Run one command; returns its exit code, which is terraform's own where terraform failed."""
    commands = {"bringup": bringup, "plan": plan, "destroy": destroy}
    parser = command.Parser(prog="cloud_terraform.py", description=__doc__)
    parser.add_argument("command", choices=commands)
    who = parser.parse_args(argv).command
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
    """Show what bringup would do. It makes the key pair too, as a plan reads the public key."""
    now, terraform, _ = _ready()
    with _alone(terraform.folder):
        _refuse_other_region(terraform.folder, now.collected)
        terraform.init()
        terraform.plan()


def bringup() -> None:
    """Bring the nodes up, or to the state that .config now describes."""
    budget = max_usd_per_hour()
    now, terraform, keys = _ready()
    folder = terraform.folder
    plan_file = folder / _PLAN
    with _alone(folder):
        _refuse_other_region(folder, now.collected)
        try:
            terraform.init()
            terraform.plan(plan_file)
            _review(terraform.changes(plan_file), now, budget)
            rewrite(folder / APPLIED, now.collected.tfvars)
            terraform.apply(plan_file)
        finally:
            plan_file.unlink(missing_ok=True)
        _write_ssh_config(terraform, keys)


def destroy() -> None:
    """Destroy what one provider's state holds, whatever .config says now."""
    folder = _folder_to_destroy()
    with _alone(folder):
        held = tfstate.held(folder)
        if not held:
            print(f"{shown(folder / tfstate.NAME)} holds nothing: there is nothing to destroy")
            _forget(folder)
            return
        terraform = _terraform(cloud_providers.load(folder.name))
        print(f"{shown(folder)} holds {_some(held)}")
        confirm("Destroy them?", unchanged=_MACHINES)
        applied = folder / APPLIED
        terraform.init()
        terraform.destroy(applied if applied.is_file() else None, refresh=refresh_state())
        _forget(folder)


def _ready() -> tuple[session.Session, Terraform, sshkeys.KeyPair]:
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
    keys = sshkeys.ensure(setting, make=bool(values.get("terraform_ssh_config_genkey")))
    if keys.made:
        print(f"made the key pair {keys.identity} and {keys.public.name}")
    for name in _others_that_hold(provider.NAME):
        print(
            f"note: machines in terraform/{name} are still up: make destroy CLOUD_PROVIDER={name}",
            file=sys.stderr,
        )
    print(cost.line(now.selection, now.catalog))
    return now, terraform, keys


def _refuse_unlaunchable(now: session.Session) -> None:
    """Print what the checks say; ConfigRejected for an error, or if no one could log in."""
    forced = flag("FORCE")
    findings = [*now.findings()] if now.catalog else [*ssh_access.findings(now.selection.ssh_from)]
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
    terraform = Terraform(TERRAFORM / provider.NAME)
    terraform.require()
    if isinstance(provider, TerraformEnvironment):
        return Terraform(terraform.folder, provider.terraform_environment())
    return terraform


def _alone(folder: Path) -> AbstractContextManager[None]:
    """Only one command at a time may work in a folder; Busy names the other one."""
    doing = f"at work in {shown(folder)}"
    return locks.hold(folder / ".bringup.lock", doing=doing, unchanged=_NOTHING_STARTED)


def _refuse_other_region(folder: Path, made: Collected) -> None:
    """terraform would look for the machines that are up in the new region, and forget them."""
    row = next(r for r in made.provider.EXPORTS if r.symbol == made.provider.MENU_NAMES.results.region)
    before = _applied(folder).get(row.variable)
    now = made.values[row.key]
    if before is not None and before != now and tfstate.held(folder):
        raise CloudError(
            f"the machines of {shown(folder)} are up in {some([str(before)])}, but .config has {now}",
            unchanged=_NOTHING_STARTED,
            hint="make destroy, which destroys them where they are\nthen make bringup",
        )


def _applied(folder: Path) -> dict[str, object]:
    try:
        values = json.loads((folder / APPLIED).read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _review(changes: Sequence[Change], now: session.Session, budget: Decimal) -> None:
    """Ask before a plan that destroys something is applied: a new type means a new machine, an empty one.

    And before one that makes or changes something where all nodes cost more than `budget` USD an hour.
    """
    lost = [change.address for change in changes if "delete" in change.actions]
    if lost:
        print(f"This destroys, or replaces with something new and empty, {_some(lost)}")
        confirm("Go on?", unchanged=_MACHINES)
    if any({"create", "update"} & change.actions for change in changes):
        _confirm_cost(now, budget)


def _confirm_cost(now: session.Session, budget: Decimal) -> None:
    total = cost.hourly_total(now.selection, now.catalog)
    if total is not None and total <= budget:
        return
    print(cost.line(now.selection, now.catalog))
    why = "the price is not known" if total is None else f"that is above MAX_USD_PER_HOUR={budget}"
    hint = "make bringup YES=1 answers yes\nMAX_USD_PER_HOUR=N sets the cost above which bringup asks"
    confirm(f"Bring them up? ({why})", unchanged=_MACHINES, hint=hint)


def _write_ssh_config(terraform: Terraform, keys: sshkeys.KeyPair) -> None:
    folder = terraform.folder
    nodes, user = sshconfig.nodes(terraform.outputs())
    path = folder / "ssh_config"
    if rewrite(path, sshconfig.render(nodes, user, keys.identity, folder), mode=0o600):
        (folder / "known_hosts").unlink(missing_ok=True)  # other machines, or other addresses
        print(f"wrote {shown(path)}")
    for node in nodes[:_NODES_SHOWN]:
        print(f"  ssh -F {shown(path)} {sshconfig.alias(node, folder)}")
    if len(nodes) > _NODES_SHOWN:
        print(f"  and {len(nodes) - _NODES_SHOWN} more in {shown(path)}")


def _folder_to_destroy() -> Path:
    """CLOUD_PROVIDER's; else .config's, where that holds something; else the only one that does."""
    named = named_provider()
    if named:
        cloud_providers.load(named)
        return TERRAFORM / named
    chosen = _chosen_by_config()
    holding = _others_that_hold("")
    if chosen and (chosen in holding or not holding):
        return TERRAFORM / chosen
    if len(holding) == 1 and not chosen:
        return TERRAFORM / holding[0]
    if not holding:
        raise ConfigRejected(
            "there is nothing to destroy: no state holds anything, and .config chooses no provider",
            unchanged="everything",
        )
    why = f".config chooses {chosen}, which holds nothing" if chosen else ".config chooses no provider"
    raise ConfigRejected(
        f"{why}; machines are up in {', '.join(f'terraform/{name}' for name in holding)}",
        unchanged="everything",
        hint="\n".join(f"make destroy CLOUD_PROVIDER={name}" for name in holding),
    )


def _chosen_by_config() -> str:
    """The provider of .config, read as plain lines: its machine type may be gone from the menus."""
    path = config_file()
    values = requested.settings(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else {}
    on = [
        name
        for name in cloud_providers.PROVIDER_NAMES
        if values.get(cloud_providers.load(name).MENU_NAMES.switch) == "y"
    ]
    return on[0] if on else ""


def _others_that_hold(name: str) -> list[str]:
    return [n for n in cloud_providers.PROVIDER_NAMES if n != name and tfstate.held(TERRAFORM / n)]


def _forget(folder: Path) -> None:
    for name in ("ssh_config", "known_hosts", APPLIED):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise PublishError(f"cannot remove {shown(folder / name)}: {error.strerror}") from error


def _some(names: Sequence[str]) -> str:
    """`2 resources: a, b`."""
    return f"{len(names)} resource{'' if len(names) == 1 else 's'}: {some(names)}"


if __name__ == "__main__":
    command.start("cloud-terraform", main)  # a second Ctrl-C may come while the first is being told
