# SPDX-License-Identifier: MIT
"""What a cloud does behind the stub providers: it keeps what was made, refuses on request, and adds things.

tests/terraform/schemas/force_new.json lists, for each type of resource, what cannot be changed in place. That
is in the providers' code alone, not in their schemas: ForceNew and RequiresReplace in

    hashicorp/terraform-provider-aws: internal/service/ec2/ec2_instance.go, ebs_volume.go, vpc_*.go
        (of cpu_options, amd_sev_snp alone since pull request 46568)
    hashicorp/terraform-provider-azurerm: internal/services/compute/linux_virtual_machine_resource.go,
        virtual_machine.go (os_disk), managed_disk_resource.go, and network/public_ip_resource.go,
        network_interface_resource.go
    GoogleCloudPlatform/magic-modules: mmv1/products/compute/Disk.yaml,
        mmv1/third_party/terraform/services/compute/resource_compute_instance.go.tmpl
    elct9620/terraform-provider-lambdalabs: internal/provider/instance_resource.go, ssh_key_resource.go (none,
        and neither can be changed)
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_FORCE_NEW: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "terraform" / "schemas" / "force_new.json").read_text(encoding="utf-8")
)
#: Local SSDs that belong to a machine type and that nobody asked for: their number depends on the size.
_HAS_SCRATCH_DISKS = re.compile(r"^z3-|-lssd$|lssd$|^a3-|^a4-|^a4x-")


#: Types whose provider answers every change with an error, or with a warning and no change.
_CANNOT_CHANGE = frozenset({"lambdalabs_instance", "lambdalabs_ssh_key"})


def _nobody(what: str) -> None:
    pass


@dataclass
class Cloud:
    """`things` are what exists: {(type, id): attributes}.

    `refuses` has an error for a type or "type name", such as {"aws_instance kdevops-2": "no capacity"}.
    `account` is the one on AWS that the credentials are for: what another one has is not found.
    `stopped` are ids of machines that somebody stopped, in the console or by `poweroff`.
    `on_create` is called in the middle of each creation: the thing exists, and terraform has no answer yet.
    """

    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    account: str = "123456789012"
    stopped: set[str] = field(default_factory=set)
    on_create: Callable[[str], None] = _nobody
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(4))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self) -> int:
        """One that nothing else has."""
        return next(self._numbers)

    def refused(self, kind: str, before: object, wanted: Mapping[str, Any]) -> str:
        """Why something is not made or changed; "" where it is."""
        if before is not None:
            return "Unsupported Method" if kind in _CANNOT_CHANGE else ""
        return self.refuses.get(kind) or self.refuses.get(f"{kind} {name(wanted)}", "")

    def keep(self, kind: str, made: dict[str, Any], *, new: bool) -> None:
        """Something was made or changed."""
        with self._lock:
            self.things[kind, str(made.get("id"))] = made
            if made.get("state") == "running" or made.get("desired_status") == "RUNNING":
                self.stopped.discard(str(made.get("instance_id") if "state" in made else made.get("id")))
        if new:
            self.on_create(name(made))

    def end(self, kind: str, gone: Mapping[str, Any]) -> None:
        """Something was destroyed."""
        with self._lock:
            self.things.pop((kind, str(gone.get("id"))), None)

    def read(self, kind: str, given: str) -> dict[str, Any] | None:
        """What exists under an id, with what the cloud added to it; None where nothing does."""
        thing = self.things.get((kind, given))
        if thing is None or f":{self.account}:" not in thing.get("arn", f":{self.account}:"):
            return None
        thing = json.loads(json.dumps(thing))
        if given in self.stopped or thing.get("instance_id") in self.stopped:
            _stopped(kind, thing)
        if kind == "lambdalabs_instance":  # read always, where the name is not
            thing["file_system_names"] = thing["file_system_names"] or []
        if kind != "google_compute_instance":
            return thing
        if _HAS_SCRATCH_DISKS.search(thing["machine_type"]):
            disk = {"device_name": "local-ssd-0", "interface": "NVME", "size": 375}
            thing["scratch_disk"] = thing["scratch_disk"] or [disk]
        for disk in thing["boot_disk"]:
            for row in disk["initialize_params"]:
                row["labels"] = {**(row["labels"] or {}), "goog-terraform-provisioned": "true"}
        return thing

    def machines(self) -> dict[str, str]:
        """{id: name} of the machines that exist."""
        ends = ("_instance", "_virtual_machine")
        return {given: name(thing) for (kind, given), thing in self.things.items() if kind.endswith(ends)}


def _stopped(kind: str, thing: dict[str, Any]) -> None:
    """What the providers read of a stopped machine: it has lost its public address.

    AWS: associate_public_ip_address is whether the machine has an address now, internal/service/ec2/
    ec2_instance.go of hashicorp/terraform-provider-aws. GCE: desired_status is read where it was set, mmv1/
    third_party/terraform/services/compute/resource_compute_instance.go.tmpl of
    GoogleCloudPlatform/magic-modules.
    """
    if kind == "aws_instance":
        thing |= {"instance_state": "stopped", "public_ip": "", "associate_public_ip_address": False}
    elif kind == "aws_ec2_instance_state":
        thing["state"] = "stopped"
    elif kind == "google_compute_instance":
        thing["current_status"] = "TERMINATED"
        thing["desired_status"] = thing["desired_status"] and "TERMINATED"
        for interface in thing["network_interface"]:
            for access in interface["access_config"]:
                access["nat_ip"] = ""


def name(thing: Mapping[str, Any]) -> str:
    """A resource's name in the cloud: its name, or, on AWS, its tag; "" where it has none."""
    tags = thing.get("tags") or {}
    named = tags.get("Name") if isinstance(tags, dict) else None
    return str(named or thing.get("name") or "")


Path_ = tuple[str | int, ...]


def replaced(kind: str, before: Any, after: Any) -> list[Path_]:
    """Where a change of a resource makes a new one: paths such as ("boot_disk", 0, "initialize_params")."""
    return [path for text in _FORCE_NEW[kind] for path in _differs(before, after, text.split("."), ())]


def _differs(before: Any, after: Any, steps: list[str], path: Path_) -> Iterator[Path_]:
    if not steps:
        if _plain(before) != _plain(after):
            yield path
        return
    if isinstance(before, list) and isinstance(after, list):
        for number, (old, new) in enumerate(zip(before, after)):
            yield from _differs(old, new, steps, (*path, number))
    elif isinstance(before, dict) and isinstance(after, dict):
        step, *rest = steps
        yield from _differs(before.get(step), after.get(step), rest, (*path, step))


def _plain(value: Any) -> str:
    """Comparable; what a provider does not know yet equals nothing."""
    return json.dumps(value, sort_keys=True, default=lambda unknown: f"unknown {id(unknown)}")
