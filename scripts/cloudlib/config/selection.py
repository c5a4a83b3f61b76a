# SPDX-License-Identifier: MIT
"""What a configuration wants to start, in the terms of the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudlib.provider import Provider, Variables, VolumeRules


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
    """`zone` is "" where none is chosen. `image` holds the coordinates of the image that will be booted.

    `values` are the variables of extra_vars.yaml that all of it was read from.
    """

    region: str
    zone: str
    instance_type: str
    architecture: str
    nodes: int
    image: Mapping[str, str]
    gpu_image: bool = False
    volumes: Volumes | None = None
    ssh_from: str = ""
    values: Variables = field(default_factory=dict, compare=False, repr=False)

    @property
    def place(self) -> str:
        """Where to start it: the zone us-east-1a tells its region, Azure's "2" does not."""
        if self.zone and not self.zone.startswith(self.region):
            return f"{self.region}, zone {self.zone}"
        return self.zone or self.region


def of(values: Variables, provider: Provider) -> Selection:
    """The selection in the variables of extra_vars.yaml; what is missing there is "" or None."""

    def text(symbol: str) -> str:
        return str(values.get(symbol.lower(), "")) if symbol else ""

    names = provider.MENU_NAMES
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
        volumes=_volumes(values, provider.VOLUMES),
        ssh_from=text("TERRAFORM_SSH_ALLOWED_CIDR"),
        values=values,
    )


def _volumes(values: Variables, rules: VolumeRules | None) -> Volumes | None:
    """The data volumes by the symbols that the provider names; None where there are none."""

    def number(name: str) -> int | None:
        value = values.get(f"{prefix}_{name}")
        return None if value is None else int(str(value))

    prefix = rules.prefix.lower() if rules else ""
    count, size = number("count"), number("size_gb")
    if not rules or not count or size is None:
        return None
    kind = str(values.get(f"{prefix}_type", ""))
    return Volumes(count, kind, size, number("iops"), number("throughput_mbps"))
