# SPDX-License-Identifier: MIT
"""terraform's outputs -> an ssh configuration of the nodes, for `ssh -F` or an Include line."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudlib.catalog.order import natural
from cloudlib.errors import BadReply, CloudError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
#: What an address is made of. ipaddress also takes a scope ID, which is any text, line breaks included.
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{1,45}")


@dataclass(frozen=True, slots=True)
class Node:
    """A machine by its name in the cloud, and the address at which ssh finds it."""

    name: str
    address: str


def nodes(outputs: Mapping[str, Any]) -> tuple[list[Node], str]:
    """The nodes of the outputs `nodes` and `ssh_user`, and that user; BadReply for outputs of another shape.

    `nodes` maps a name to {public_ip, private_ip}; a node without a public address has its private one.
    """
    try:
        user = _checked(_USER, outputs["ssh_user"])
        given = [(name, a["public_ip"] or a["private_ip"]) for name, a in outputs["nodes"].items()]
        result = [Node(_checked(_NAME, name), _address(address)) for name, address in given]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadReply(
            f"terraform's outputs do not say where the nodes are: {error}",
            unchanged="the machines, which are up",
            hint="`terraform output` in the provider's folder shows what it says",
        ) from error
    return sorted(result, key=lambda node: natural(node.name)), user


def _checked(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r:.100} cannot be written to an ssh configuration")
    return text


def _address(text: str) -> str:
    ipaddress.ip_address(_checked(_ADDRESS, text))
    return text


def alias(node: Node, folder: Path) -> str:
    """`kdevops-1-3fa2b1`: a name that no other tree's configuration has, so that all can be included."""
    return f"{node.name}-{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:6]}"


def render(nodes: list[Node], user: str, identity: Path, folder: Path) -> str:
    """The text for `folder`/ssh_config. Host keys are accepted at the first contact and kept beside it."""
    include = _quoted(folder.resolve() / "ssh_config")
    lines = [
        "# Written by `make bringup`, removed by `make destroy`. For ssh without -F, put at the top of",
        f"# ~/.ssh/config:  Include {include}",
    ]
    for node in nodes:
        lines += [
            "",
            f"Host {alias(node, folder)}",
            f"\tHostName {node.address}",
            f"\tUser {user}",
            f"\tIdentityFile {_quoted(identity)}",
            "\tIdentitiesOnly yes",
            f"\tUserKnownHostsFile {_quoted(folder.resolve() / 'known_hosts')}",
            "\tStrictHostKeyChecking accept-new",
        ]
    return "\n".join(lines) + "\n"


def _quoted(path: Path) -> str:
    """A path as ssh_config takes it: in quotes, % doubled; CloudError for what cannot be written there."""
    text = str(path)
    if re.search(r'["\\\x00-\x1f]|\$\{', text):
        raise CloudError(
            f"ssh_config cannot express the path {text!r}", hint="move the tree or the key elsewhere"
        )
    return '"' + text.replace("%", "%%") + '"'
