# SPDX-License-Identifier: MIT
"""How machine types are sold that cannot be started on demand, which the API does not say. Pure.

https://docs.cloud.google.com/compute/docs/accelerator-optimized-machines#consumption_option_availability_by_machine_type
https://docs.cloud.google.com/tpu/docs/create-tpu-vm

terraform/gce/vars.tf refuses the same; a test compares the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Pattern of a type's whole name -> the ways in which it is sold.
_SOLD: Mapping[str, tuple[str, ...]] = {
    "a3-highgpu-[124]g": ("spot", "flex-start"),
    "a3-ultragpu-.*": ("spot", "flex-start", "reservation"),
    "a4-.*": ("spot", "flex-start", "reservation"),
    "a4x-.*": ("reservation",),
    # TPU hosts: the TPU API and GKE start them, with an image of their own.
    "(?:ct|tpu)[0-9].*": ("cloud-tpu",),
}
NOT_ON_DEMAND = f"^(?:{'|'.join(_SOLD)})$"


def sold(machine: str) -> tuple[str, ...]:
    """How a machine type is sold; () for one that is sold on demand, as far as the pages say."""
    return next((ways for pattern, ways in _SOLD.items() if re.fullmatch(pattern, machine)), ())
