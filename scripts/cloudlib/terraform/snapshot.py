# SPDX-License-Identifier: MIT
"""What the text of a terraform state lists: https://developer.hashicorp.com/terraform/internals/json-format.

The text is that of a state file (version 4), as `terraform state pull` prints it too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_VERSION = 4
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_ARN = re.compile(r"arn:aws[a-z-]*:ec2:[a-z0-9-]+:(\d{12}):")
#: How the types of machines end: aws_instance, google_compute_instance, azurerm_linux_virtual_machine.
_MACHINES = ("_instance", "_virtual_machine")
#: Where the types of the providers keep the addresses of a machine, at whatever depth.
_PUBLIC = ("public_ip", "public_ip_address", "nat_ip", "ip")
_PRIVATE = ("private_ip", "private_ip_address", "network_ip")
#: And, at the top, what else they say. Azure and Lambda Labs tell no state, Google alone the time.
_STATE = ("instance_state", "current_status")
_TYPE = ("instance_type", "size", "machine_type", "instance_type_name")
_PLACE = ("region", "location", "region_name", "zone")
_MADE = ("creation_timestamp",)


class Resource(NamedTuple):
    """Something in the cloud: its address in the module, and the vendor's id; "" where that is not known."""

    address: str
    id: str

    @property
    def machine(self) -> bool:
        """Whether it is a machine, and not its disk, address or network."""
        return self.address.partition("[")[0].rpartition(".")[0].endswith(_MACHINES)

    def __str__(self) -> str:
        return f"{self.address}  {self.id or '(id not known)'}"


@dataclass(frozen=True, slots=True)
class Machine:
    """A node as the provider last described it; "" for what it did not say.

    `state` is the provider's word, `tainted` where its creation failed half way: terraform will replace it,
    and `deposed` where it has been replaced and is still there: terraform will destroy it.
    `place` is a region, on GCE a zone. `made` is a time as the vendor writes it, or that of the tag.
    """

    resource: Resource
    name: str
    public_ip: str
    private_ip: str
    state: str
    instance_type: str
    place: str
    made: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`resources` are in the cloud, `machines` are those among them; `stamp` is {} where there is none.

    `account` is the one on AWS, "" elsewhere.
    """

    resources: tuple[Resource, ...]
    machines: tuple[Machine, ...] = ()
    stamp: Mapping[str, Any] = field(default_factory=dict)
    account: str = ""


def read(text: str) -> Snapshot:
    """What a state lists. Data sources are not resources. Raises ValueError for other text."""
    resources, machines, account = [], [], ""
    try:
        whole = json.loads(text)
        if "encrypted_data" in whole:
            raise ValueError("OpenTofu encrypted it")
        if whole.get("version", _VERSION) != _VERSION:
            raise ValueError(f"it has version {whole['version']} of the format, not {_VERSION}")
        for block in whole["resources"]:
            if block["mode"] != "managed":
                continue
            address = ".".join(p for p in (block.get("module"), block["type"], block["name"]) if p)
            for instance in block["instances"]:
                values = instance.get("attributes") or {}
                key = instance.get("index_key")
                resource = Resource(_indexed(address, key), str(values.get("id") or ""))
                resources.append(resource)
                arn = _ARN.match(str(values.get("arn")))
                account = arn[1] if arn else account
                if resource.machine and isinstance(key, str):
                    state = "deposed" if "deposed" in instance else instance.get("status")
                    machines.append(_machine(resource, key, values, state))
        stamp = ((whole.get("outputs") or {}).get("stamp") or {}).get("value")
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return Snapshot(tuple(resources), tuple(machines), stamp if isinstance(stamp, dict) else {}, account)


def _machine(resource: Resource, name: str, values: Mapping[str, Any], status: object) -> Machine:
    def told(names: Iterable[str]) -> str:
        return next((str(values[key]) for key in names if values.get(key)), "")

    tags = values.get("tags")
    return Machine(
        resource,
        name,
        _first(values, _PUBLIC),
        _first(values, _PRIVATE),
        str(status) if status in ("tainted", "deposed") else told(_STATE).lower(),
        told(_TYPE),
        told(_PLACE),
        told(_MADE) or str((tags if isinstance(tags, dict) else {}).get("created") or ""),
    )


def _indexed(address: str, key: object) -> str:
    return address if key is None else f"{address}[{json.dumps(key)}]"


def _first(values: Any, names: Iterable[str]) -> str:
    """The first text of one of these names in nested attributes; "" where there is none."""
    rows = values if isinstance(values, list) else [values] if isinstance(values, dict) else []
    for row in rows:
        if isinstance(row, dict):
            for name in names:
                if isinstance(row.get(name), str) and row[name]:
                    return str(row[name])
            inner = next(filter(None, (_first(value, names) for value in row.values())), "")
            if inner:
                return inner
    return ""
