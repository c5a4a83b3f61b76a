# SPDX-License-Identifier: MIT
"""What a configuration wants to start, in the vocabulary of the records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cloudlib.menus.names import MenuNames
from cloudlib.provider import Value

_VOLUME = re.compile(r"terraform_[a-z]+_data_(?:volume|disk)_(count|size_gb|type|iops|throughput_mbps)\Z")


@dataclass(frozen=True, slots=True)
class Volumes:
    """Equal data volumes of each node; None where the type takes no such figure."""

    count: int
    type: str
    size_gb: int
    iops: int | None = None
    throughput_mbps: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """`zone` is "" where none is chosen. `image` holds the coordinates of the image that will be booted."""

    region: str
    zone: str
    instance_type: str
    architecture: str
    nodes: int
    image: Mapping[str, str]
    gpu_image: bool = False
    volumes: Volumes | None = None
    ssh_from: str = ""

    @property
    def place(self) -> str:
        """Where to start it: the zone us-east-1a tells its region, Azure's "2" does not."""
        if self.zone and not self.zone.startswith(self.region):
            return f"{self.region}, zone {self.zone}"
        return self.zone or self.region


def of(values: Mapping[str, Value], names: MenuNames) -> Selection:
    """The selection in the variables of extra_vars.yaml; what is missing there is "" or None."""

    def text(symbol: str) -> str:
        return str(values.get(symbol.lower(), "")) if symbol else ""

    own = names.images
    gpu = {name: text(f"{names.switch}_{own.gpu}_{name}") for name in own.gpu_coordinates}
    uses_gpu = bool(gpu) and all(gpu.values())
    nodes = values.get("terraform_node_count", 1)
    return Selection(
        region=text(names.results.region),
        zone=text(names.results.zone),
        instance_type=text(names.results.instance_type),
        architecture=text("TARGET_ARCH"),
        nodes=nodes if isinstance(nodes, int) else 1,
        image=gpu if uses_gpu else {name: text(own.prefix + name) for name in own.coordinates},
        gpu_image=uses_gpu,
        volumes=_volumes(values),
        ssh_from=text("TERRAFORM_SSH_ALLOWED_CIDR"),
    )


def _volumes(values: Mapping[str, Value]) -> Volumes | None:
    found = {m.group(1): value for key, value in values.items() if (m := _VOLUME.match(key))}
    if not found.get("count") or "type" not in found or "size_gb" not in found:
        return None

    def number(name: str) -> int | None:
        return int(str(found[name])) if name in found else None

    return Volumes(
        count=int(str(found["count"])),
        type=str(found["type"]),
        size_gb=int(str(found["size_gb"])),
        iops=number("iops"),
        throughput_mbps=number("throughput_mbps"),
    )
