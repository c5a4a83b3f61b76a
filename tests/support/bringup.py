# SPDX-License-Identifier: MIT
"""terraform for the tests of bringup: one that records what it is asked, and a module for the real one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloud_providers
from cloudlib.provider import BOTH
from tests.support.terraform import write_key_pair
from tests.support.tree import Tree

#: Keeps a person's own terraform set-up, and terraform's own question for a newer version, out of the tests.
REAL_ENV = {"TF_CLI_CONFIG_FILE": "/dev/null", "CHECKPOINT_DISABLE": "1"}

CONFIG = """\
CONFIG_TERRAFORM_AWS=y
CONFIG_TERRAFORM_AWS_INSTANCE_TYPE_M7I=y
CONFIG_TERRAFORM_AWS_INSTANCE_M7I_2XLARGE=y
CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="192.0.2.0/24"
CONFIG_TERRAFORM_NODE_COUNT=2
"""

_SCRIPT = Path(__file__).with_name("fake_terraform.py")
_WRAPPER = '#!/bin/sh\nFAKE_TERRAFORM="{here}" exec "{python}" -S -E "{script}" "$@"\n'


@dataclass
class Fake:
    """The recording terraform of a tree."""

    tree: Tree
    here: Path
    orders: dict[str, Any] = field(default_factory=dict)

    def order(self, **changes: Any) -> None:
        """What it shall do from now on: fails {command: code}, waits {command: s}, lost, outputs."""
        self.orders |= changes
        (self.here / "orders.json").write_text(json.dumps(self.orders), encoding="utf-8")

    def calls(self) -> list[list[str]]:
        """Every argv so far, without the program."""
        path = self.here / "argv"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def commands(self) -> list[str]:
        """The terraform commands so far."""
        return [next(word for word in call if not word.startswith("-")) for call in self.calls()]

    def environment(self) -> dict[str, str]:
        """The environment of its last start."""
        found: dict[str, str] = json.loads((self.here / "env").read_text())
        return found


def fake_terraform(tree: Tree) -> Fake:
    """Put a recording terraform first on the tree's PATH, and modules in its provider folders."""
    here = tree.home.parent / "terraform"
    here.mkdir()
    program = tree.home.parent / "bin" / "terraform"
    program.write_text(_WRAPPER.format(here=here, python=sys.executable, script=_SCRIPT), encoding="utf-8")
    program.chmod(0o755)
    fake = Fake(tree, here)
    fake.order(fails={}, waits={}, lost=[], outputs=None)
    return fake


def ready(tree: Tree) -> Fake:
    """A tree with the recording terraform, a configuration of two nodes, and a key pair."""
    made = fake_terraform(tree)
    tree.write(".config", CONFIG)
    keys = tree.home / ".ssh"
    write_key_pair(keys)
    return made


def run(fake: Fake, command: str, **env: str) -> tuple[int, str]:
    """The script itself, whose exit code make would turn into its own 2."""
    done = fake.tree.python("scripts/cloud_terraform.py", command, check=False, **env)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def stub_module(tree: Tree, provider: str = "aws", *, provisioner: str = "") -> None:
    """A module that the real terraform applies without any cloud: its nodes are resources built into it."""
    for path in (tree.root / "terraform" / provider).glob("*.tf"):
        path.unlink()
    declared = [row.variable for row in cloud_providers.load(provider).EXPORTS if row.to == BOTH]
    tree.write(f"terraform/{provider}/vars.tf", variables(declared))
    tree.write(
        f"terraform/{provider}/main.tf",
        f"""\
terraform {{
  required_version = ">= 1.5"
}}
resource "terraform_data" "node" {{
  for_each         = toset(var.node_names)
  input            = var.{provider}_region
  triggers_replace = var.{provider}_instance_type
{provisioner}
}}
output "nodes" {{
  value = {{ for i, n in var.node_names : n => {{ public_ip = "192.0.2.${{i + 1}}", private_ip = "" }} }}
}}
output "ssh_user" {{
  value = var.ssh_config_user
}}
""",
    )


def variables(names: Sequence[str]) -> str:
    """Untyped, required, nullable: they take what they are given as it is."""
    return "".join(f'variable "{name}" {{}}\n' for name in names)
