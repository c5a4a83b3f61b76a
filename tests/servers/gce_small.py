# SPDX-License-Identifier: MIT
"""A small Google Cloud for tests: four regions, 22 machine types, images and SKUs with decoys.

Figures and prices of the types are true ones of us-central1; where they are offered is cut down so that
each region differs: a2-highgpu-1g is in two zones of us-central1 alone, c3-standard-4-lssd in one,
n4-standard-4 in every zone but us-central1-f. europe-west1 and europe-west12 begin alike. Image names are
made up; their families are true.
"""

from __future__ import annotations

from tests.servers.gce_data import GceData, Image, Json, MachineType, rates, sku

_IOWA = tuple(f"us-central1-{letter}" for letter in "abcf")
_BELGIUM = tuple(f"europe-west1-{letter}" for letter in "bcd")
_TURIN = tuple(f"europe-west12-{letter}" for letter in "abc")
_TAIWAN = tuple(f"asia-east1-{letter}" for letter in "abc")
_ALL = (*_IOWA, *_BELGIUM, *_TURIN, *_TAIWAN)
_AMERICAS = ("us-central1", "us-east1", "us-west1")


def small() -> GceData:
    """All of it."""
    return GceData(
        regions=dict.fromkeys(("asia-east1", "europe-west1", "europe-west12", "us-central1"), "UP"),
        zones=dict.fromkeys(_ALL, "UP"),
        types=_TYPES,
        images=_IMAGES,
        accelerators={
            "ct5lp": "ct5lp",
            "nvidia-l4": "NVIDIA L4",
            "nvidia-tesla-a100": "NVIDIA A100 40GB",
            "nvidia-h100-80gb": "NVIDIA H100 80GB",
        },
        skus=(*_SKUS, *_DECOYS),
    )


_TYPES = (
    MachineType("n4-standard-2", 2, 8192, _ALL),
    MachineType("n4-standard-4", 4, 16384, tuple(z for z in _ALL if z != "us-central1-f")),
    MachineType("n4-highmem-4", 4, 32768, (*_IOWA, *_BELGIUM)),
    MachineType("n2-standard-4", 4, 16384, _ALL),
    MachineType("n2-standard-32", 32, 131072, _ALL),
    MachineType("n2-highcpu-8", 8, 8192, _ALL),
    MachineType("n2d-standard-4", 4, 16384, (*_IOWA, *_BELGIUM)),
    MachineType("n1-standard-1", 1, 3840, _ALL),
    MachineType("n1-megamem-96", 96, 1468006, _IOWA, deprecated="DEPRECATED"),
    MachineType("e2-micro", 2, 1024, _ALL, shared=True),
    MachineType("e2-standard-4", 4, 16384, _ALL),
    MachineType("f1-micro", 1, 614, (*_IOWA, *_BELGIUM), shared=True),
    MachineType("c2-standard-8", 8, 32768, (*_IOWA, *_BELGIUM)),
    MachineType("c4a-standard-4", 4, 16384, (*_IOWA, *_BELGIUM), "ARM64"),
    MachineType("c3-standard-4-lssd", 4, 16384, ("us-central1-a",), ssd_partitions=1),
    MachineType("c3-highcpu-192-metal", 192, 524288, ("us-central1-a", "us-central1-c")),
    MachineType("z3-highmem-8-highlssd", 8, 65536, _IOWA[:2], ssd_partitions=1),
    MachineType("a2-highgpu-1g", 12, 87040, ("us-central1-a", "us-central1-c"),
                accelerator="nvidia-tesla-a100", accelerators=1),
    MachineType("a3-highgpu-8g", 208, 1916928, ("europe-west1-b",),
                accelerator="nvidia-h100-80gb", accelerators=8, ssd_partitions=16),
    MachineType("g2-standard-24", 24, 98304, (*_IOWA[:3], "asia-east1-a"),
                accelerator="nvidia-l4", accelerators=2),
    MachineType("ct5lp-hightpu-4t", 112, 196608, ("us-central1-a",), accelerator="ct5lp", accelerators=4),
    MachineType("m2-ultramem2x-96", 96, 1280000, _IOWA, deprecated="OBSOLETE"),
)  # fmt: skip

_SKUS: tuple[Json, ...] = (
    *rates("N4 Instance", "Iowa", ("us-central1",), "0.03119", "0.00354"),
    *rates("N4 Instance", "Belgium", ("europe-west1",), "0.03431", "0.00389"),
    *rates("N2 Instance", "Americas", _AMERICAS, "0.031611", "0.004237"),
    *rates("N2 Instance", "Belgium", ("europe-west1",), "0.034773", "0.004661"),
    *rates("N2D AMD Instance", "Americas", _AMERICAS, "0.027502", "0.003686"),
    *rates("N1 Predefined Instance", "Americas", _AMERICAS, "0.031611", "0.004237", group="N1Standard"),
    *rates("E2 Instance", "Americas", _AMERICAS, "0.02181159", "0.00292353"),
    *rates("E2 Instance", "Turin", ("europe-west12",), "0.02552", "0.003421"),
    *rates("Compute optimized", "Americas", _AMERICAS, "0.03398", "0.00455"),
    *rates("Compute optimized Instance", "Belgium", ("europe-west1",), "0.037376", "0.005009"),
    *rates("C4A Arm Instance", "Americas", _AMERICAS, "0.03086", "0.00351"),
    *rates("C3 Instance", "Americas", _AMERICAS, "0.03465", "0.003938"),
    *rates("Z3 Instance", "Americas", _AMERICAS, "0.04965", "0.00666"),
    *rates("A2 Instance", "Americas", _AMERICAS, "0.031611", "0.004237"),
    *rates("A3 Instance", "Belgium", ("europe-west1",), "0.029", "0.0025"),
    *rates("G2 Instance", "Americas", _AMERICAS, "0.02498844", "0.00292736"),
    *rates("G2 Instance", "Taiwan", ("asia-east1",), "0.02893412", "0.00338959"),
    sku("Micro Instance with burstable CPU running in Americas", _AMERICAS, "0.0076", "F1Micro"),
    sku("Nvidia Tesla A100 GPU running in Americas", _AMERICAS, "2.933908", "GPU"),
    sku("Nvidia Tesla A100 80GB GPU running in Americas", _AMERICAS, "3.92799", "GPU"),
    sku("Nvidia L4 GPU running in Americas", _AMERICAS, "0.56004", "GPU"),
    sku("Nvidia L4 GPU running in Taiwan", ("asia-east1",), "0.64847", "GPU"),
    sku("Nvidia H100 80GB GPU running in Belgium", ("europe-west1",), "9.796", "GPU"),
    sku("SSD backed Local Storage", _AMERICAS, "0.08", "LocalSSD", family="Storage", unit="GiBy.mo"),
    sku("SSD backed Local Storage in Belgium", ("europe-west1",), "0.088", "LocalSSD",
        family="Storage", unit="GiBy.mo"),
)  # fmt: skip

_DECOYS: tuple[Json, ...] = (  # what must not be mistaken for the price of a machine
    *rates("Spot Preemptible N2 Instance", "Americas", _AMERICAS, "0.00765", "0.001025"),
    sku("N2 Instance Core running in Americas", _AMERICAS, "0.00765", usage="Preemptible"),
    *rates("N2 Custom Instance", "Americas", _AMERICAS, "0.033191", "0.004449"),
    sku("N2 Custom Extended Instance Ram running in Americas", _AMERICAS, "0.008", "RAM", unit="GiBy.h"),
    *rates("N2 Sole Tenancy Instance", "Americas", _AMERICAS, "0.0332", "0.0045"),
    sku("Sole Tenancy Premium for N2 Sole Tenancy Instance Core running in Americas", _AMERICAS, "0.0032"),
    *rates("DWS Defined Duration A2 Instance", "Americas", _AMERICAS, "0.015", "0.002"),
    *rates("Reserved A2 Instance", "Americas", _AMERICAS, "0", "0"),
    sku("Commitment v1: N2 Cpu in Americas for 1 Year", _AMERICAS, "0.019915", usage="Commit1Yr"),
    sku("Nvidia Tesla A100 GPU attached to Spot Preemptible VMs running in Americas", _AMERICAS, "0.88",
        "GPU", usage="Preemptible"),
    sku("Nvidia Tesla A100 GPU attached to DWS Defined Duration VMs running in Americas", _AMERICAS, "1.4",
        "GPU"),
    sku("SSD backed Local Storage attached to Spot Preemptible VMs", _AMERICAS, "0.048", "LocalSSD",
        family="Storage", unit="GiBy.mo", usage="Preemptible"),
    sku("N4 Instance Core running in Turin", ("europe-west12",), "0"),
    sku("N4 Instance Ram running in Turin", ("europe-west12",), "0.0039", "RAM", unit="GiBy.h"),
    sku("E2 Instance Core running in Taiwan", ("asia-east1",), "0.0252"),
    sku("E2 Instance Core running in Changhua", ("asia-east1",), "0.0299"),
    sku("E2 Instance Ram running in Taiwan", ("asia-east1",), "0.0034", "RAM", unit="GiBy.h"),
    sku("Licensing Fee for Windows Server 2019 Datacenter Edition (CPU cost)", ("global",), "0.046", "Google",
        family="License"),
    sku("Network Internet Egress from Americas to Americas", _AMERICAS, "0.12", "PremiumInternetEgress",
        family="Network", unit="GiBy"),
)  # fmt: skip


def _both(project: str, family: str, stamp: str, arm: str = "-arm64", x86: str = "") -> tuple[Image, ...]:
    return (
        Image(project, f"{family}{x86}-{stamp}", f"{family}{x86}"),
        Image(project, f"{family}{arm}-{stamp}", f"{family}{arm}", "ARM64"),
    )


_IMAGES = (
    *_both("debian-cloud", "debian-12", "v20261110"),
    *_both("debian-cloud", "debian-13", "bookworm-v20261110"),
    Image("debian-cloud", "debian-12-v20261012", "debian-12", deprecated="DEPRECATED"),
    Image("debian-cloud", "debian-10-v20240101", "debian-10", deprecated="OBSOLETE"),
    Image("debian-cloud", "debian-14-v20261119", "debian-14", status="PENDING"),
    *_both("ubuntu-os-cloud", "ubuntu-2404-lts", "noble-v20261112", "-arm64", "-amd64"),
    Image("ubuntu-os-cloud", "ubuntu-2204-jammy-v20261105", "ubuntu-2204-lts"),
    *_both("ubuntu-os-cloud", "ubuntu-2510", "questing-v20261112", "-arm64", "-amd64"),
    Image("ubuntu-os-cloud", "ubuntu-minimal-2404-noble-amd64-v20261112", "ubuntu-minimal-2404-lts-amd64"),
    *_both("rocky-linux-cloud", "rocky-linux-9", "v20261101"),
    Image("rocky-linux-cloud", "rocky-linux-9-optimized-gcp-v20261101", "rocky-linux-9-optimized-gcp"),
    *_both("rhel-cloud", "rhel-10", "v20261102"),
    Image("rhel-sap-cloud", "rhel-9-6-sap-ha-v20261102", "rhel-9-6-sap-ha"),
    *_both("centos-cloud", "centos-stream-10", "v20261103"),
    *_both("opensuse-cloud", "opensuse-leap", "15-6-v20261104"),
    *_both("oracle-linux-cloud", "oracle-linux-9", "v20261105"),
    *_both("suse-cloud", "sles-15-sp6", "v20261106"),
    *_both("suse-cloud", "sles-16-0", "v20261106", "-arm64", "-x86-64"),
    *_both("fedora-coreos-cloud", "fedora-coreos-stable", "44-20260707"),
    *_both("fedora-cloud", "fedora-cloud-43", "1-6", "-aarch64", "-x86-64"),
    *_both("almalinux-cloud", "almalinux-10", "v20261107"),
    Image("windows-cloud", "windows-server-2022-dc-v20261111", "windows-2022"),
    Image("cos-cloud", "cos-stable-121-v20261111", "cos-stable"),
)
