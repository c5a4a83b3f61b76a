# SPDX-License-Identifier: MIT
"""`make bringup`, `make cloud-plan`, `make destroy`: terraform in the folder of the chosen provider.

    cloud_terraform.py bringup    checks, then init, plan, apply, and an ssh configuration of the nodes
    cloud_terraform.py plan       the same checks, then init and plan
    cloud_terraform.py destroy    all that the folder's state holds; asks, unless FORCE=1
                                  REFRESH=0: without a look at what is there

bringup keeps the variables of the machines that it makes in applied.tfvars.json. destroy works with those:
another region in .config must not make terraform look for the machines there, miss them, and forget them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import cloud_providers
import kconfig_tools
import write_extra_vars
from cloudlib.config import cost, exports, launch, requested
from cloudlib.config.variables import Collected
from cloudlib.errors import CloudError, ConfigRejected, PublishError, UsageError, report
from cloudlib.provider import Provider, TerraformEnvironment
from cloudlib.publish import locks
from cloudlib.publish.rewrite import rewrite
from cloudlib.terraform import ssh_config as sshconfig
from cloudlib.terraform import ssh_keys as sshkeys
from cloudlib.terraform import state as tfstate
from cloudlib.terraform.run import Terraform

TERRAFORM = Path("terraform")
APPLIED = "applied.tfvars.json"
_PLAN = "bringup.tfplan"
#: What is said of SSH that is, or may be, open to the world. "" is a provider whose firewall is not ours.
_WIDE_OPEN = {
    "0.0.0.0/0": "the whole internet may reach SSH on the nodes",
    "": "terraform sets no firewall here; the account's own says who may reach SSH, see docs/terraform.md",
}
_NOTHING_STARTED = "everything: terraform was not started"


def main(argv: Sequence[str]) -> int:
    """Run one command; returns its exit code, which is terraform's own where terraform failed."""
    os.chdir(kconfig_tools.ROOT)
    commands = {"bringup": bringup, "plan": plan, "destroy": destroy}
    who = argv[0] if argv else ""
    try:
        if len(argv) != 1 or who not in commands:
            raise UsageError(f"{' '.join(argv)!r} is no command", hint="one of: " + ", ".join(commands))
        commands[who]()
        return 0
    except CloudError as error:
        report(error, sys.stderr, who=who)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{who}: interrupted; terraform's state knows whatever was made", file=sys.stderr)
        return 130


def plan() -> None:
    """Show what bringup would do. It makes the key pair too, as a plan reads the public key."""
    made, terraform, _ = _ready()
    with _alone(terraform.folder):
        _refuse_other_region(terraform.folder, made)
        terraform.init()
        terraform.plan()


def bringup() -> None:
    """Bring the nodes up, or to what .config says of them now."""
    made, terraform, keys = _ready()
    folder = terraform.folder
    plan_file = folder / _PLAN
    with _alone(folder):
        _refuse_other_region(folder, made)
        try:
            terraform.init()
            terraform.plan(plan_file)
            _review(terraform, plan_file)
            rewrite(folder / APPLIED, made.tfvars)
            terraform.apply(plan_file)
        finally:
            plan_file.unlink(missing_ok=True)
        _write_ssh_config(terraform, keys)


def destroy() -> None:
    """Destroy what the state of one provider holds, whatever .config says by now."""
    folder = _folder_to_destroy()
    held = tfstate.held(folder)
    if not held:
        print(f"{folder}/{tfstate.NAME} holds nothing: there is nothing to destroy")
        _forget(folder)
        return
    provider = cloud_providers.load(folder.name)
    terraform = _terraform(provider)
    print(f"{folder} holds {_some(held)}")
    _confirm("Destroy them?")
    with _alone(folder):
        applied = folder / APPLIED
        terraform.init()
        refresh = os.environ.get("REFRESH", "") != "0"
        terraform.destroy(applied if applied.is_file() else None, refresh=refresh)
        _forget(folder)


def _ready() -> tuple[Collected, Terraform, sshkeys.KeyPair]:
    """Everything that can be known before terraform does anything: raises, or the way is clear."""
    kconf = kconfig_tools.load_config_file()
    provider = write_extra_vars.chosen_provider(kconf)
    terraform = _terraform(provider)
    made = write_extra_vars.write(kconf)
    catalog, problem = write_extra_vars.catalog_in_use(kconf, provider)
    wanted, found = write_extra_vars.judge(made, catalog)
    if problem:
        print(f"warning: {problem}", file=sys.stderr)
    for finding in [f for f in found if f.what != launch.UNREACHABLE or _forced()]:
        print(f"{finding.level}: {finding.text}", file=sys.stderr)
    if any(f.level == launch.ERROR for f in found) and not _forced():
        raise ConfigRejected(
            "the catalogue says that this cannot be launched",
            unchanged=_NOTHING_STARTED,
            hint="make menuconfig\nmake cloud-check LIVE=1 asks the provider\nFORCE=1 goes on all the same",
        )
    if wanted.ssh_from == launch.NOBODY and not _forced():
        hint = "make menuconfig: " + ", or ".join(launch.WAYS_IN)
        raise ConfigRejected(launch.UNREACHABLE, unchanged=_NOTHING_STARTED, hint=hint)
    setting = str(made.values.get("terraform_ssh_config_pubkey_file", ""))
    keys = sshkeys.ensure(setting, make=bool(made.values.get("terraform_ssh_config_genkey")))
    if keys.made:
        print(f"made the key pair {keys.identity} and {keys.public.name}")
    for name in _others_that_hold(provider.NAME):
        print(
            f"note: machines in terraform/{name} are still up: make destroy CLOUD_PROVIDER={name}",
            file=sys.stderr,
        )
    if said := _WIDE_OPEN.get(wanted.ssh_from):
        print(f"note: {said}", file=sys.stderr)
    print(cost.line(wanted, catalog))
    return made, terraform, keys


def _terraform(provider: Provider) -> Terraform:
    """terraform, present and of a version that will do, and with the credentials that it wants from us."""
    terraform = Terraform(TERRAFORM / provider.NAME)
    terraform.require()
    if isinstance(provider, TerraformEnvironment):
        return Terraform(terraform.folder, provider.terraform_environment())
    return terraform


def _alone(folder: Path) -> AbstractContextManager[None]:
    return locks.hold(folder / ".bringup.lock", doing=f"at work in {folder}", unchanged=_NOTHING_STARTED)


def _refuse_other_region(folder: Path, made: Collected) -> None:
    """terraform would look for the machines that are up in the new region, and forget them."""
    row = next(r for r in exports.of(folder.name) if r.symbol == made.provider.MENU_NAMES.results.region)
    before = _applied(folder).get(row.variable)
    now = made.values[row.key]
    if before is not None and before != now and tfstate.held(folder):
        raise CloudError(
            f"the machines of {folder} are up in {before}, and .config says {now}",
            unchanged=_NOTHING_STARTED,
            hint="make destroy, which destroys those in the region where they are\nthen make bringup",
        )


def _applied(folder: Path) -> dict[str, object]:
    try:
        found = json.loads((folder / APPLIED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _review(terraform: Terraform, plan_file: Path) -> None:
    """A plan that destroys something needs a person's word: a new type means a new machine, an empty one."""
    lost = [c["address"] for c in terraform.changes(plan_file) if "delete" in c["change"]["actions"]]
    if lost:
        print(f"This destroys, or replaces by something new and empty, {_some(lost)}")
        _confirm("Go on?")


def _write_ssh_config(terraform: Terraform, keys: sshkeys.KeyPair) -> None:
    folder = terraform.folder
    found, user = sshconfig.nodes(terraform.outputs())
    path = folder / "ssh_config"
    if rewrite(path, sshconfig.render(found, user, keys.identity, folder), mode=0o600):
        (folder / "known_hosts").unlink(missing_ok=True)  # other machines, or other addresses
        print(f"wrote {path}")
    for node in found:
        print(f"  ssh -F {path} {sshconfig.alias(node, folder)}")


def _folder_to_destroy() -> Path:
    """CLOUD_PROVIDER's; else .config's, where that holds something; else the only one that does."""
    named = os.environ.get("CLOUD_PROVIDER", "")
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
    path = Path(kconfig_tools.config_file())
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
            raise PublishError(f"cannot remove {folder / name}: {error.strerror}") from error


def _confirm(question: str) -> None:
    if _forced():
        return
    if not sys.stdin.isatty():
        raise CloudError("nobody is here to answer", unchanged="every machine", hint="FORCE=1 answers yes")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise CloudError("not confirmed", unchanged="every machine")


def _forced() -> bool:
    return os.environ.get("FORCE", "") not in ("", "0")


def _some(names: Sequence[str]) -> str:
    """`2 resources: a, b`."""
    count = f"{len(names)} resource{'' if len(names) == 1 else 's'}"
    return f"{count}: " + ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
