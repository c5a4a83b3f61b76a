# SPDX-License-Identifier: MIT
"""What Compute Engine would refuse: the menus, cloud-check and the module refuse it alike."""

from __future__ import annotations

from typing import Any

from tests.support.refused import Case

G = "TERRAFORM_GCE"
HERE = (f"{G}=y", f"{G}_REGION_US_CENTRAL1=y", f"{G}_ZONE_US_CENTRAL1_A=y", f"{G}_PREVIOUS_GENERATION=y")


def machine(name: str, category: str = "GENERAL_PURPOSE") -> tuple[str, ...]:
    symbol = name.upper().replace("-", "_")
    family = symbol if symbol.startswith("E2_M") else "_".join(symbol.split("_")[:2])
    family = "E2" if symbol.startswith("E2_M") else family
    return (f"{G}_CATEGORY_{category}=y", f"{G}_MACHINE_FAMILY_{family}=y", f"{G}_MACHINE_{symbol}=y")


def disk(kind: str, **figures: int) -> tuple[str, ...]:
    """One data disk of a type, with its other figures."""
    return (
        f"{G}_DATA_DISK_COUNT=1",
        f"{G}_DATA_DISK_TYPE_{kind.upper().replace('-', '_')}=y",
        *(f"{G}_DATA_DISK_{name.upper()}={figure}" for name, figure in figures.items()),
    )


def values(**named: Any) -> dict[str, Any]:
    return {f"terraform_gce_data_disk_{name}": value for name, value in named.items()}


EXTREME = {"type": "hyperdisk-extreme", "iops": 3000}
CASES = {
    "a machine that is sold as Spot alone": Case(
        machine("a3-highgpu-8g", "GPU"),
        (f"{G}_MACHINE_A3_HIGHGPU_1G=y",),
        "TERRAFORM_GCE_MACHINE_A3_HIGHGPU_1G",
        "a3-highgpu-1g cannot be started on demand, only as spot or flex-start",
        "H100",
        {"terraform_gce_machine_type": "a3-highgpu-1g"},
    ),
    "a host of TPUs": Case(
        machine("n2-standard-4"),
        (f"{G}_MACHINE_CT5LP_HIGHTPU_4T=y",),
        "TERRAFORM_GCE_MACHINE_CT5LP_HIGHTPU_4T",
        "ct5lp-hightpu-4t cannot be started on demand, only as cloud-tpu",
        "",
        {"terraform_gce_machine_type": "ct5lp-hightpu-4t", "terraform_gce_max_data_volumes": 20},
    ),
    "disks of a shared core": Case(
        machine("e2-micro", "BURSTABLE"),
        (f"{G}_DATA_DISK_COUNT=16",),
        "a number from 0 to 15",
        "e2-micro takes at most 15 data volumes, not 16",
        "15 data volumes",
        values(count=16, type="pd-ssd", size_gb=100),
    ),
    "hyperdisk-extreme on a small machine": Case(
        (*machine("c3-standard-8"), *disk("pd-ssd")),
        (f"{G}_DATA_DISK_TYPE_HYPERDISK_EXTREME=y",),
        f"it needs {G}_HYPERDISK_EXTREME",
        "c3-standard-8 takes no hyperdisk-extreme disk: C3 machines do from 88 vCPUs on",
        "hyperdisk-balanced",
        values(**EXTREME),
    ),
    "hyperdisk-extreme on a series that takes none": Case(
        (*machine("e2-standard-4"), *disk("pd-ssd")),
        (f"{G}_DATA_DISK_TYPE_HYPERDISK_EXTREME=y",),
        f"it needs {G}_HYPERDISK_EXTREME",
        "e2-standard-4 takes no hyperdisk-extreme disk: no E2 machine does",
        "pd-balanced",
        values(**EXTREME),
    ),
    "hyperdisk-throughput on a series that takes none": Case(
        (*machine("e2-standard-4"), *disk("pd-ssd")),
        (f"{G}_DATA_DISK_TYPE_HYPERDISK_THROUGHPUT=y",),
        f"it needs {G}_HYPERDISK_THROUGHPUT",
        "e2-standard-4 takes no hyperdisk-throughput disk: no E2 machine does",
        "pd-balanced",
        values(type="hyperdisk-throughput", size_gb=2048, throughput_mbps=180),
    ),
    "pd-extreme on a small machine": Case(
        (*machine("n2-standard-16"), *disk("pd-ssd")),
        (f"{G}_DATA_DISK_TYPE_PD_EXTREME=y",),
        f"it needs {G}_PD_EXTREME",
        "n2-standard-16 takes no pd-extreme disk: N2 machines do from 64 vCPUs on",
        "pd-balanced",
        values(type="pd-extreme", size_gb=500, iops=10000),
    ),
    "hyperdisk-balanced on a series that takes none": Case(
        (*machine("n2-standard-4"), *disk("pd-ssd")),
        (f"{G}_DATA_DISK_TYPE_HYPERDISK_BALANCED=y",),
        f"it needs {G}_HYPERDISK_BALANCED",
        "n2-standard-4 takes no hyperdisk-balanced disk: no N2 machine does",
        "pd-balanced",
        values(type="hyperdisk-balanced", iops=3000, throughput_mbps=140),
    ),
    "a hyperdisk-balanced disk that cannot have 3000 IOPS": Case(
        (*machine("c3-standard-8"), *disk("hyperdisk-balanced")),
        (f"{G}_DATA_DISK_SIZE_GB=4",),
        "a number from 6 to 65536",
        "hyperdisk-balanced volumes have 6 to 65536 GiB, not 4",
        "6 GiB",
        values(size_gb=4),
    ),
    "too few IOPS for the size": Case(
        (*machine("c3-standard-88"), *disk("hyperdisk-extreme", size_gb=4096)),
        (f"{G}_DATA_DISK_IOPS=3000",),
        "",
        "a hyperdisk-extreme volume of 4096 GiB has at least 8192 IOPS, not 3000",
        "8192 IOPS",
        values(iops=3000),
    ),
    "too little throughput for the IOPS": Case(
        (*machine("c3-standard-88"), *disk("hyperdisk-balanced", size_gb=4096, iops=160000)),
        (f"{G}_DATA_DISK_THROUGHPUT_MBPS=140",),
        "",
        "160000 IOPS come with at least 625 MiB/s, not 140",
        "625 MiB/s",
        values(throughput_mbps=140),
    ),
    "too much throughput for the size": Case(
        (*machine("n2-standard-4"), *disk("hyperdisk-throughput", size_gb=2048)),
        (f"{G}_DATA_DISK_THROUGHPUT_MBPS=600",),
        "",
        "a hyperdisk-throughput volume of 2048 GiB has 20 to 180 MiB/s, not 600",
        "180 MiB/s",
        values(throughput_mbps=600),
    ),
    "too little throughput for the size": Case(
        (*machine("n2-standard-4"), *disk("hyperdisk-throughput", size_gb=32768)),
        (f"{G}_DATA_DISK_THROUGHPUT_MBPS=180",),
        "",
        "a hyperdisk-throughput volume of 32768 GiB has 320 to 600 MiB/s, not 180",
        "320 MiB/s",
        values(throughput_mbps=180),
    ),
}
