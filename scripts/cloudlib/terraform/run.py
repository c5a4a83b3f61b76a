# SPDX-License-Identifier: MIT
"""terraform in one provider's folder: init, plan, apply, destroy, output.

What a person watches runs with our stdout and stderr, and its exit code becomes ours. Plans, state and
variables stay in the folder. `init` refuses a terraform that is older than the module's required_version.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudlib.calls.run import CallLog, run_json
from cloudlib.calls.watch import run_through
from cloudlib.errors import BadReply, CliMissing, CloudError
from cloudlib.settings import OWN_VARIABLES, call_timeout, shown
from cloudlib.terraform import foreign
from cloudlib.terraform import state as tfstate

_INSTALL = "install it: https://developer.hashicorp.com/terraform/install"
#: Given on the command line, where it wins over *.auto.tfvars: what `make` checked is what terraform uses.
_VARIABLES = "terraform.tfvars.json"
_ENV = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
_TIMEOUT = 120.0


class TerraformFailed(CloudError):
    """terraform failed and printed why; its exit code becomes ours."""

    def __init__(self, what: str, code: int, *, hint: str, unchanged: str = "") -> None:
        super().__init__(what, hint=hint, unchanged=unchanged)
        self.exit_code = code


@dataclass(frozen=True, slots=True)
class Change:
    """A resource of a plan, and what becomes of it: create, update, delete, no-op, of which there may be two.

    https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """

    address: str
    actions: frozenset[str]


@dataclass(frozen=True)
class Terraform:
    """terraform at work in `folder`; `env` is added to its environment, never to its arguments."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def require(self) -> None:
        """Raise CliMissing where there is no terraform on PATH, CloudError where the folder has no module.

        CloudError too where there is more in it than the module (`foreign.refuse`).
        """
        if shutil.which("terraform") is None:
            raise CliMissing("the command `terraform` is not on PATH", hint=_INSTALL)
        if not any(self.folder.glob("*.tf")):
            folder = shown(self.folder)
            raise CloudError(f"{folder} holds no terraform module", hint=f"git checkout {folder}")
        foreign.refuse(self.folder)

    def init(self) -> None:
        """Check the version of terraform and fetch the providers that the module pins, once."""
        self._watched(
            ["init", "-input=false"],
            unchanged="every machine: nothing was sent to the cloud yet",
            hint="fix what terraform reports above, then run the command again\n" + _INSTALL,
        )

    def plan(self, to: Path | None = None) -> None:
        """Show what would be done; with `to` also write it to a file, for `changes` and `apply`."""
        out = [f"-out={to.resolve()}"] if to else []
        self._watched(
            ["plan", "-input=false", f"-var-file={_VARIABLES}", *out],
            unchanged="every machine: a plan changes nothing",
        )

    def changes(self, plan: Path) -> list[Change]:
        """The resource changes of a written plan."""
        reply = self._json(["show", "-json", str(plan.resolve())])
        try:
            managed = [c for c in reply.get("resource_changes", []) if c["mode"] == "managed"]
            return [Change(str(c["address"]), frozenset(c["change"]["actions"])) for c in managed]
        except (AttributeError, KeyError, TypeError) as error:
            raise BadReply(
                "`terraform show -json` does not have the documented shape",
                unchanged="every machine: a plan changes nothing",
            ) from error

    def apply(self, plan: Path) -> None:
        """Apply a written plan."""
        self._watched(
            ["apply", "-input=false", str(plan.resolve())],
            records="what was made so far",
            hint="fix what terraform reports above, then run `make bringup` again, or `make destroy`",
        )

    def destroy(self, variables: Path | None, *, refresh: bool = True) -> None:
        """Destroy everything in the state; `variables` are those it was made with, None for the folder's.

        terraform refreshes its state first, for which it reads the key file and looks up the image. Without
        `refresh` it needs neither.
        """
        path = variables or self.folder / _VARIABLES
        given = [f"-var-file={path.resolve()}"] if path.is_file() else []
        given += [] if refresh else ["-refresh=false"]
        self._watched(
            ["destroy", "-input=false", "-auto-approve", *given],
            records="what is left",
            hint="fix what terraform reports above, then run `make destroy` again\n"
            "make destroy REFRESH=0 needs neither the key file nor the image any more",
        )

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

    def _json(self, command: Sequence[str]) -> Any:
        argv = ["terraform", f"-chdir={self.folder}", *command]
        return run_json(
            argv, log=CallLog(), timeout=call_timeout(_TIMEOUT), own=self._own, env=self._environment()
        )

    def _watched(
        self, command: Sequence[str], *, unchanged: str = "", records: str = "", hint: str = ""
    ) -> None:
        """Run what a person watches; TerraformFailed for a failure.

        `records` is what the state says after a failure of a command that changes machines.
        """
        plain = [] if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ["-no-color"]
        name, *rest = command
        ended = run_through(
            ["terraform", f"-chdir={self.folder}", name, *plain, *rest],
            own=self._own,
            env=self._environment(),
        )
        if ended.code == 0 and not ended.interrupted:
            return
        what = f"terraform {name} " + (
            "was interrupted, and exited on its own"
            if ended.interrupted
            else f"failed with exit code {ended.code}"
        )
        hint = hint or "fix what terraform reports above, then run the command again"
        if records:
            try:
                held = tfstate.held(self.folder)
                state = shown(self.folder / tfstate.NAME)
                unchanged = f"{state}, which records {records}; it costs money" if held else ""
            except CloudError as error:
                what, hint = f"{what}; {error.what}", error.hint
        raise TerraformFailed(what, 130 if ended.interrupted else ended.code, unchanged=unchanged, hint=hint)

    @property
    def _own(self) -> tuple[str, ...]:
        """Prefixes of the variables that terraform and the chosen provider's plugin may see."""
        return ("TF_", *OWN_VARIABLES.get(self.folder.name, ()))

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in _ENV.items() if name not in os.environ}
        return {**ours, **self.env}
