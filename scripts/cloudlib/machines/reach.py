# SPDX-License-Identifier: MIT
"""ssh_config of the nodes that are up: after a bringup, and after one that failed half way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloudlib.publish.rewrite import rewrite
from cloudlib.settings import shown
from cloudlib.terraform import ssh_config, state
from cloudlib.terraform.ssh_keys import KeyPair

_SHOWN = 100  # nodes whose ssh command is printed


def write(folder: Path, outputs: Mapping[str, Any], keys: KeyPair) -> None:
    """Write ssh_config from terraform's outputs, and print how to reach each node."""
    nodes, user = ssh_config.nodes(outputs)
    path = folder / state.SSH_CONFIG
    if rewrite(path, ssh_config.render(nodes, user, keys.identity, folder), mode=0o600):
        (folder / "known_hosts").unlink(missing_ok=True)  # other machines, or other addresses
        print(f"wrote {shown(path)}")
    for node in nodes[:_SHOWN]:
        print(f"  ssh -F {shown(path)} {ssh_config.alias(node, folder)}")
    if len(nodes) > _SHOWN:
        print(f"  and {len(nodes) - _SHOWN} more in {shown(path)}")


def write_partly(folder: Path, keys: KeyPair) -> None:
    """The same from the state alone: terraform has no outputs after an apply that failed.

    Nodes that have no address yet are left out. Raises CloudError where the state cannot be read.
    """
    snapshot = state.current(folder)
    up = {
        m.name: {"public_ip": m.public_ip, "private_ip": m.private_ip}
        for m in (snapshot.machines if snapshot else ())
        if (m.public_ip or m.private_ip) and m.state != "deposed"
    }
    if up:
        print("these nodes are up:")
        write(folder, {"nodes": up, "ssh_user": state.variables(folder)["ssh_config_user"]}, keys)
