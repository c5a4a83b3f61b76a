# SPDX-License-Identifier: MIT
"""terraform in one provider's folder: init, plan, apply, destroy, import, output.

What a person watches runs with our stdout and stderr, and its exit code becomes ours; what makes or destroys
something also writes the journal. Plans, state and variables stay in the folder. `init` refuses a terraform
that is older than the module's required_version.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cloudlib.calls.run import CallLog, run_bytes, run_json
from cloudlib.calls.watch import Ended, run_through
from cloudlib.errors import BadReply, CallFailed, CloudError
from cloudlib.settings import OWN_VARIABLES, call_timeout, shown
from cloudlib.terraform import applied, backend, foreign, journal, lock, program
from cloudlib.terraform import state as tfstate
from cloudlib.terraform.follow import Follower
from cloudlib.terraform.snapshot import Resource

#: Given on the command line, where it wins over *.auto.tfvars: what `make` checked is what terraform uses.
VARIABLES = "terraform.tfvars.json"
_ENV = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
#: The variable of the AWS module that keeps terraform out of another account, where it would find nothing,
#: and take that for gone.
ACCOUNT = "TF_VAR_account"
_TIMEOUT = 120.0
#: Seconds for `terraform import` of one resource: it starts the provider and asks the cloud once.
_IMPORT_TIMEOUT = 300.0
#: Where the types of disks have their size. GCE's provider makes a new disk where one would be smaller.
_SIZES: Mapping[str, tuple[str | int, ...]] = {
    "aws_ebs_volume": ("size",),
    "azurerm_linux_virtual_machine": ("os_disk", 0, "disk_size_gb"),
    "azurerm_managed_disk": ("disk_size_gb",),
}
#: What terraform says of a resource that is gone.
_GONE = "non-existent remote object"


class TerraformFailed(CloudError):
    """terraform failed and printed why; its exit code becomes ours."""

    def __init__(self, what: str, code: int, *, hint: str, unchanged: str = "") -> None:
        super().__init__(what, hint=hint, unchanged=unchanged)
        self.exit_code = code


@dataclass(frozen=True, slots=True)
class Change:
    """A resource of a plan, and what becomes of it: create, update, delete, no-op, of which there may be two.

    `smaller` is how a disk shrinks, `100 to 50 GiB`, which no cloud does; "" where none does.
    https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """

    address: str
    actions: frozenset[str]
    smaller: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """The changes of a plan, and what of the state terraform did not find in the cloud any more."""

    changes: list[Change]
    gone: list[Resource]


@dataclass(frozen=True)
class Terraform:
    """terraform at work in `folder`; `env` is added to its environment, never to its arguments.

    `module` is where its module is: the folder itself, or the copy of the module as applied.
    """

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    module: Path | None = None

    def as_applied(self) -> Terraform:
        """The same with the module that the machines were made with, where that is another one by now."""
        return replace(self, module=self.folder / applied.FOLDER) if applied.differs(self.folder) else self

    def require(self) -> None:
        """Raise CliMissing where there is no terraform on PATH, CloudError where the folder has no module.

        CloudError too where there is more in it than the module (`foreign.refuse`).
        """
        program.name()
        if not any(self.folder.glob("*.tf")):
            folder = shown(self.folder)
            raise CloudError(f"{folder} holds no terraform module", hint=f"git checkout {folder}")
        foreign.refuse(self.folder)
        tfstate.refuse_workspaces(self.folder)

    def init(self) -> None:
        """Check the version of terraform and fetch the providers that the module pins, once."""
        moved = [] if self.module else applied.pins_moved(self.folder)
        if moved:
            print(f"{applied.LOCK} is updated, as the module pins other versions: {', '.join(moved)}")
        fetched = self.folder / ".terraform" / "providers"
        if self.module and fetched.is_dir() and self._quiet("init", f"-plugin-dir={fetched.resolve()}"):
            return
        self._watched(
            ["init", "-input=false", *(["-upgrade"] if moved else [])],
            unchanged="every machine: nothing was sent to the cloud yet",
            hint="fix what terraform reports above, then run the command again\n"
            "(init downloads the provider, which needs a network)\n"
            f"if terraform is too old, {program.INSTALL}",
        )

    def plan(self, to: Path | None = None, *, key: Path | None = None) -> None:
        """Show what would be done; with `to` also write it to a file, for `planned` and `apply`.

        `key` is a public key file in the place of the configured one.
        """
        out = [f"-out={to.resolve()}"] if to else []
        out += [f"-var=ssh_config_pubkey_file={key}"] if key else []
        self._watched(
            ["plan", "-input=false", f"-var-file={VARIABLES}", *out],
            unchanged="every machine: a plan changes nothing",
        )

    def planned(self, plan: Path) -> Planned:
        """What a written plan says."""
        reply = self._json(["show", "-json", str(plan.resolve())])
        try:
            managed = [c for c in reply.get("resource_changes", []) if c["mode"] == "managed"]
            changes = [
                Change(str(c["address"]), frozenset(c["change"]["actions"]), _smaller(c)) for c in managed
            ]
            drift = [c for c in reply.get("resource_drift", []) if c["change"]["actions"] == ["delete"]]
            gone = [Resource(str(c["address"]), str(c["change"]["before"].get("id"))) for c in drift]
        except (AttributeError, LookupError, TypeError) as error:
            raise BadReply(
                "`terraform show -json` does not have the documented shape",
                unchanged="every machine: a plan changes nothing",
            ) from error
        return Planned(changes, gone)

    def apply(self, plan: Path, *, resources: int = 0) -> None:
        """Apply a written plan, which changes so many `resources`."""
        self._recorded(
            ["apply", "-input=false", "-json", str(plan.resolve())],
            resources,
            records="what was made so far",
            hint="fix what terraform reports above, then run `make bringup` again, or `make destroy`",
        )

    def destroy(self, variables: Path | None, *, resources: int = 0, refresh: bool = True) -> None:
        """Destroy everything in the state; `variables` are those it was made with, None for the folder's.

        terraform refreshes its state first, for which it reads the key file and looks up the image. Without
        `refresh` it needs neither.
        """
        given = self._given(variables)
        given += [] if refresh else ["-refresh=false"]
        self._recorded(
            ["destroy", "-input=false", "-auto-approve", "-json", *given],
            resources,
            records="what is left",
            hint="fix what terraform reports above, then run `make destroy` again\n"
            "make destroy REFRESH=0 needs neither the key file nor the image any more",
        )

    def adopt(self, resource: Resource, variables: Path | None) -> bool:
        """Take something that exists into the state; False where the cloud has it no more.

        Raises CallFailed where terraform cannot: https://developer.hashicorp.com/terraform/cli/import.
        """
        command = ["import", "-no-color", "-input=false", *self._given(variables), *resource]
        try:
            self._answer(command, _IMPORT_TIMEOUT)
        except CallFailed as error:
            if _GONE in error.what:
                return False
            raise
        return True

    def forget(self, resource: Resource) -> None:
        """Take something out of the state that does not exist any more. Raises CallFailed."""
        self._answer(["state", "rm", "-no-color", resource.address], _IMPORT_TIMEOUT)

    def push(self, path: Path) -> None:
        """Write a state that terraform could not write to the folder's backend. Raises CallFailed."""
        self._answer(["state", "push", str(path.resolve())], _IMPORT_TIMEOUT)

    def outputs(self) -> dict[str, Any]:
        """The module's outputs by name."""
        reply = self._json(["output", "-json"])
        try:
            return {name: output["value"] for name, output in reply.items()}
        except (AttributeError, KeyError, TypeError) as error:
            raise BadReply(
                "`terraform output -json` does not have the documented shape",
                unchanged="the machines, which are up",
            ) from error

    def _given(self, variables: Path | None) -> list[str]:
        path = variables or self.folder / VARIABLES
        return [f"-var-file={path.resolve()}"] if path.is_file() else []

    def _json(self, command: Sequence[str]) -> Any:
        return run_json(
            self._argv(command),
            log=CallLog(),
            timeout=call_timeout(_TIMEOUT),
            own=self._own,
            env=self._environment(),
        )

    def _answer(self, command: Sequence[str], timeout: float) -> bytes:
        return run_bytes(
            self._argv(command),
            log=CallLog(),
            timeout=call_timeout(timeout),
            own=self._own,
            env=self._environment(),
            classify=program.told,
        )

    def _quiet(self, *command: str) -> bool:
        """Whether a command succeeds; nothing of it is shown."""
        try:
            self._answer([*command, "-input=false", "-no-color"], _IMPORT_TIMEOUT)
        except CallFailed:
            return False
        return True

    def _argv(self, command: Sequence[str]) -> list[str]:
        return [program.name(), f"-chdir={self.module or self.folder}", *command]

    def _recorded(self, command: Sequence[str], resources: int, *, records: str, hint: str) -> None:
        """Run what makes or destroys something: its events go to the journal, and are shown as lines.

        `records` is what the state says after a failure.
        """
        with Follower(self.folder, resources) as follower:
            ended = run_through(
                self._argv(command),
                own=self._own,
                env=self._environment(),
                out=follower.handle,
                meanwhile=follower.step,
            )
        if ended.code == 0 and not ended.interrupted:
            return
        failed = _failure(command[0], ended, "", self._unlocked(follower.errors, hint))
        try:
            if tfstate.held(self.folder):
                state = shown(self.folder / tfstate.NAME)
                failed.unchanged = f"{state}, which records {records}; it costs money"
        except CloudError as error:
            failed.what, failed.hint = f"{failed.what}; {error.what}", error.hint
        raise failed

    def _watched(self, command: Sequence[str], *, unchanged: str, hint: str = "") -> None:
        plain = [] if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ["-no-color"]
        name, *rest = command
        argv = self._argv([name, *plain, *rest])
        ended = run_through(argv, own=self._own, env=self._environment(), keep=name == "plan")
        if ended.code != 0 or ended.interrupted:
            raise _failure(name, ended, unchanged, self._unlocked(ended.said, hint))

    def _unlocked(self, said: str, hint: str) -> str:
        """The hint for a failure: of a lock that somebody else has, to wait for it."""
        return lock.hint(said, self.folder) or hint

    @property
    def _own(self) -> tuple[str, ...]:
        """Prefixes of the variables that terraform and the chosen provider's plugin may see."""
        return ("TF_", *OWN_VARIABLES.get(self.folder.name, ()), *backend.own(self.folder))

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in _ENV.items() if name not in os.environ}
        kept = journal.read(self.folder)
        if kept and kept.account:
            ours[ACCOUNT] = kept.account
        return {**ours, **self.env}


def _smaller(change: Mapping[str, Any]) -> str:
    """How a disk that stays shrinks, in GiB; "" where it does not."""
    if change["change"]["actions"] != ["update"]:
        return ""
    before, after = change["change"].get("before"), change["change"].get("after")
    for step in _SIZES.get(change.get("type", ""), ()):
        before, after = before[step], after[step]
    shrinks = isinstance(before, (int, float)) and isinstance(after, (int, float)) and after < before
    return f"{before:g} to {after:g} GiB" if shrinks else ""


def _failure(name: str, ended: Ended, unchanged: str, hint: str) -> TerraformFailed:
    what = f"terraform {name} " + (
        "was interrupted, and exited on its own"
        if ended.interrupted
        else f"failed with exit code {ended.code}"
    )
    hint = hint or "fix what terraform reports above, then run the command again"
    return TerraformFailed(what, 130 if ended.interrupted else ended.code, unchanged=unchanged, hint=hint)
