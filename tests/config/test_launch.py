# SPDX-License-Identifier: MIT
"""What is wrong with a selection, and what it costs: pure functions over a catalogue one can read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlib.catalog.records import Catalog, Provenance
from cloudlib.config import cost, launch, selection
from cloudlib.config.finding import ERROR, NOTE, WARNING, Finding
from cloudlib.config.selection import Selection, Volumes
from tests.support.catalogs import CLOSED, FAMILIES, FAR, HOME, KINDS, ZONES, catalog, image, kind

GOOD = Selection(
    region=HOME,
    zone="north-1a",
    instance_type="m7.large",
    architecture="x86_64",
    nodes=1,
    image={"NAME": "debian-12-x86_64-*"},
    ssh_from="192.0.2.0/24",
)


def find(of: Catalog | None = None, **changes: Any) -> list[Finding]:
    return launch.findings(replace(GOOD, **changes), of or catalog(), FAMILIES)


def only(of: Catalog | None = None, **changes: Any) -> Finding:
    (found,) = find(of, **changes)
    return found


def test_a_selection_without_findings() -> None:
    assert find() == []


def test_a_region_that_does_not_exist() -> None:
    found = only(region="north-2", zone="")
    assert found.level == ERROR and found.what == "Demo has no region north-2"
    assert found.nearest[0] == HOME and CLOSED not in found.nearest


def test_a_region_that_cannot_be_used() -> None:
    found = only(region=CLOSED, zone="")
    assert found.level == ERROR and "this account has not opted in" in found.what and HOME in found.nearest


def test_a_type_that_does_not_exist() -> None:
    found = only(instance_type="m7.4xlarge")
    assert found == Finding(
        ERROR, "Demo has no instance type m7.4xlarge", ("m7.2xlarge", "m7.10xlarge", "m7.xlarge")
    )


def test_the_nearest_name_can_be_launched_there() -> None:
    """Not offered in this region, or for another architecture, is no substitute."""
    assert only(instance_type="g6.2xlarge").nearest == ("m7.2xlarge", "m7.10xlarge", "m7.xlarge")


def test_a_type_that_is_not_offered_there() -> None:
    found = only(instance_type="m7.10xlarge", region=FAR, zone="south-1a")
    assert found.level == ERROR and found.what == "m7.10xlarge is not offered in south-1; it is in north-1"
    assert found.nearest[0].startswith("m7.2xlarge 8 vCPU 32 GiB") or found.nearest[0].startswith("i7.metal")
    assert not any(name.startswith("m7.10xlarge") for name in found.nearest)


def test_a_gpu_is_replaced_by_a_gpu() -> None:
    small = kind("g5.xlarge", 4, 16, category="GPU", gpus=KINDS[6].gpus, regions=(HOME,))
    big = kind("g5.16xlarge", 64, 256, category="GPU", gpus=KINDS[6].gpus, regions=(HOME,))
    found = only(catalog((*KINDS, small, big)), instance_type="g6.xlarge")
    assert [n.split()[0] for n in found.nearest[:2]] == ["g5.xlarge", "g5.16xlarge"]


def test_a_zone_that_does_not_exist() -> None:
    found = only(zone="north-1f")
    assert found == Finding(ERROR, "north-1 has no zone north-1f", ("north-1a", "north-1b"))


def test_a_zone_that_lacks_the_type() -> None:
    kinds = [replace(k, zones=("north-1b",)) if k.name == "m7.large" else k for k in KINDS]
    found = only(catalog(kinds))
    assert found == Finding(ERROR, "m7.large is not offered in zone north-1a", ("north-1b",))


def test_a_zone_by_its_short_name() -> None:
    """What terraform is told of a zone may be the end of its name alone."""
    zones = [replace(z, short=z.name[-1]) for z in ZONES]
    kinds = [replace(k, zones=("north-1b",)) if k.name == "m7.large" else k for k in KINDS]
    assert find(catalog(zones=zones), zone="a") == []
    assert only(catalog(kinds, zones=zones), zone="a").nearest == ("b",)
    assert only(catalog(zones=zones), zone="north-1a").what == "north-1 has no zone north-1a"


def test_zones_that_are_not_known() -> None:
    kinds = [replace(k, zones=()) if k.name == "m7.large" else k for k in KINDS]
    assert only(catalog(kinds)).level == NOTE


def test_the_wrong_architecture() -> None:
    found = only(instance_type="a7.large")
    assert found.what == "a7.large boots arm64, the target architecture is x86_64"
    assert found.nearest[0].startswith(("m5.large 2 vCPU 8 GiB", "m7.large 2 vCPU 8 GiB"))
    mac = find(instance_type="mac2.metal")[0]
    assert mac.what.startswith("mac2.metal boots no Linux")


def test_an_image_of_the_wrong_architecture() -> None:
    found = only(image={"NAME": "debian-12-arm64-*"})
    assert found.level == ERROR and "is for arm64, the target is x86_64" in found.what
    assert found.nearest[0] == "Debian 12"


def test_an_image_that_the_catalogue_does_not_list() -> None:
    found = only(image={"NAME": "mine-*"})
    assert found.level == NOTE and "mine-* is not in the catalogue" in found.what
    assert find(catalog(images=()), image={"NAME": "mine-*"}) == []


def test_a_gpu_image_is_looked_up_among_those() -> None:
    assert find(image={"NAME": "learning-1-x86_64-*"}, gpu_image=True) == []
    assert only(image={"NAME": "learning-1-x86_64-*"}).level == NOTE


def test_boot_modes_that_do_not_meet() -> None:
    images = (
        image("debian", "12", "x86_64", boot_modes=("uefi",)),
        image("debian", "11", "x86_64", boot_modes=("legacy-bios",)),
        image("ubuntu", "24.04", "x86_64"),
    )
    kinds = [replace(k, boot_modes=("legacy-bios",)) if k.name == "m7.large" else k for k in KINDS]
    found = only(catalog(kinds, images=images))
    assert found.level == ERROR
    assert found.what == "the image Debian 12 (debian-12-x86_64-*) boots with uefi, m7.large with legacy-bios"
    assert found.nearest[:2] == ("Debian 11", "Ubuntu 24.04") and len(found.nearest) == 4
    kinds = [replace(k, boot_modes=("legacy-bios", "uefi")) if k.name == "m7.large" else k for k in KINDS]
    assert find(catalog(kinds, images=images)) == []


def test_a_price_that_is_not_known() -> None:
    found = only(instance_type="m7.10xlarge")
    assert found.level == WARNING and found.what == "the price of m7.10xlarge in north-1 is not known"
    assert found.nearest[0] == "m7.2xlarge 8 vCPU 32 GiB x86_64 $0.4032/h"


def test_a_region_that_was_not_reached() -> None:
    of = catalog(provenance=Provenance(source="live", not_reached={HOME: "timed out"}))
    assert only(of).level == NOTE


def test_nobody_may_log_in() -> None:
    found = only(ssh_from="127.0.0.1/32")
    assert found.level == WARNING and "TERRAFORM_SSH_ALLOWED_CIDR" in found.what
    assert only(ssh_from="0.0.0.0/0") == Finding(NOTE, "the whole internet may reach SSH on the nodes")
    assert only(ssh_from="128.0.0.0/1").what.startswith("a large part of the internet, 128.0.0.0/1")
    assert only(ssh_from="").what.startswith("terraform sets no firewall here")


@pytest.mark.parametrize(
    "text, nearest",
    [
        ("203.0.113.7", ("203.0.113.7/32",)),
        ("203.0.113.7/24", ("203.0.113.7/32", "203.0.113.0/24")),
        ("203.0.113.0/255.255.255.0", ("203.0.113.0/32", "203.0.113.0/24")),
        ("2001:db8::1/128", ()),
        ("my own address", ()),
    ],
)
def test_what_is_no_range(text: str, nearest: tuple[str, ...]) -> None:
    found = only(ssh_from=text)
    assert found.level == ERROR and repr(text) in found.what and found.nearest == nearest


def test_errors_come_first() -> None:
    found = find(instance_type="m7.10xlarge", zone="north-9", image={"NAME": "mine-*"})
    assert [f.level for f in found] == [ERROR, WARNING, NOTE]


@given(name=st.text(max_size=12), region=st.text(max_size=12), zone=st.text(max_size=12))
def test_no_name_is_too_odd(name: str, region: str, zone: str) -> None:
    names, regions = {k.name for k in KINDS}, {HOME, FAR, CLOSED}
    found = find(instance_type=name, region=region, zone=zone)
    if name not in names or region not in regions - {CLOSED}:
        assert any(f.level == ERROR for f in found)
    if zone not in {"", *(z.name for z in ZONES)} and name in names and region in (HOME, FAR):
        assert any(f.level == ERROR for f in found)
    assert all(f.what for f in found)


# --- volumes ---


@pytest.mark.parametrize(
    "volumes, problem, nearest",
    [
        (Volumes(1, "gp3", 100), "", ""),
        (Volumes(1, "gp3", 1, 3000, 125), "", ""),
        (Volumes(1, "gp3", 5, 3000), "", ""),
        (Volumes(1, "gp3", 20, 16000), "a gp3 volume of 20 GiB has at most 10000 IOPS, not 16000", "32 GiB"),
        (Volumes(1, "gp3", 100, 3000, 1000), "1000 MiB/s need 4000 IOPS, not 3000", "750 MiB/s"),
        (Volumes(1, "io1", 100, 6000), "a io1 volume of 100 GiB has at most 5000 IOPS, not 6000", "120 GiB"),
        (Volumes(1, "io2", 100, 100000), "", ""),
        (Volumes(1, "st1", 100), "st1 volumes have 125 to 16384 GiB, not 100", "125 GiB"),
        (Volumes(1, "gp2", 20000), "gp2 volumes have 1 to 16384 GiB, not 20000", "16384 GiB"),
        (
            Volumes(1, "gp3", 1000, 90000),
            "a gp3 volume of 1000 GiB has at most 80000 IOPS, not 90000",
            "80000 IOPS",
        ),
        (Volumes(1, "gp4", 100), "there is no volume type gp4", "gp3"),
    ],
)
def test_ebs_volumes(volumes: Volumes, problem: str, nearest: str) -> None:
    words = replace(FAMILIES, provider="aws")
    found = launch.findings(replace(GOOD, volumes=volumes), catalog(), words)
    assert [f.what for f in found] == ([problem] if problem else [])
    assert not problem or nearest in found[0].nearest


@pytest.mark.parametrize(
    "machine, volumes, problem",
    [
        ("n2-standard-4", Volumes(1, "pd-ssd", 100), ""),
        ("c4-standard-4", Volumes(1, "pd-ssd", 100), ""),
        ("c4-standard-4", Volumes(1, "hyperdisk-balanced", 4, 3000, 140), ""),
        ("n2-standard-4", Volumes(1, "hyperdisk-balanced", 4, 3000, 140), "takes no hyperdisk-balanced disk"),
        ("c3d-standard-4", Volumes(1, "pd-standard", 100), "takes no pd-standard disk"),
        ("h3-standard-88", Volumes(1, "pd-ssd", 100), "takes no pd-ssd disk"),
        ("c3-standard-192-metal", Volumes(1, "pd-standard", 100), ""),
        ("c3-standard-4", Volumes(1, "pd-ssd", 100), ""),
        ("c4-standard-4", Volumes(1, "hyperdisk-balanced", 10, 6000, 140), "at most 5000 IOPS"),
        ("c4-standard-4", Volumes(1, "hyperdisk-balanced", 100, 3000, 800), "800 MiB/s need 3200 IOPS"),
        ("n2-standard-64", Volumes(1, "pd-extreme", 500, 120000), ""),
        ("n2-standard-64", Volumes(1, "pd-extreme", 100, 10000), "500 to 65536 GiB"),
    ],
)
def test_gce_disks(machine: str, volumes: Volumes, problem: str) -> None:
    words = replace(FAMILIES, provider="gce")
    wanted = replace(GOOD, instance_type=machine, volumes=volumes)
    found = launch.findings(wanted, catalog((kind(machine, usd="1"),)), words)
    assert len(found) == bool(problem) and all(problem in f.what and f.nearest for f in found)


@pytest.mark.parametrize(
    "size, disk, zone, good",
    [
        ("Standard_D4s_v5", "Premium_LRS", "", True),
        ("Standard_D4_v5", "Premium_LRS", "", False),
        ("Standard_D4_v5", "StandardSSD_LRS", "", True),
        ("Standard_DS2_v2", "Premium_LRS", "", True),
        ("Standard_E4-2s_v5", "Premium_LRS", "", True),
        ("Standard_D4s_v5", "PremiumV2_LRS", "", False),
        ("Standard_D4s_v5", "PremiumV2_LRS", "1", True),
    ],
)
def test_azure_disks(size: str, disk: str, zone: str, good: bool) -> None:
    words = replace(FAMILIES, provider="azure")
    of = catalog((kind(size, zones=(), usd="1"),), zones=())
    wanted = replace(GOOD, instance_type=size, zone=zone, volumes=Volumes(1, disk, 100))
    found = [f for f in launch.findings(wanted, of, words) if "zone 1" not in f.what]
    assert (found == []) == good


# --- cost ---


def test_cost() -> None:
    said = cost.line(replace(GOOD, nodes=3), catalog())
    assert said.startswith("cost: 3 x m7.large in north-1 at $0.1008 = $0.3024/h, $220.75 a month of 730 h; ")
    assert said.endswith("without volumes, addresses, traffic and image fees")
    assert cost.line(GOOD, catalog()).startswith("cost: 1 x m7.large in north-1 = $0.1008/h, $73.58 a month")


def test_a_cost_that_is_not_known_is_never_another_region_s() -> None:
    of = catalog()
    assert cost.hourly(of, GOOD.instance_type, GOOD.region) == Decimal("0.1008")
    assert cost.hourly(of, GOOD.instance_type, FAR) is None, "known in the north alone"
    said = cost.line(replace(GOOD, region=FAR), of)
    assert "in south-1: unknown, the catalogue has no price" in said and "$" not in said
    assert "unknown, the catalogue has no price" in cost.line(replace(GOOD, instance_type="none"), of)
    assert "unknown, this tree has no catalogue" in cost.line(GOOD, None)


def test_a_thousand_nodes() -> None:
    assert "$100.80/h, $73,584.00 a month" in cost.line(replace(GOOD, nodes=1000), catalog())


# --- the selection in the variables ---


def test_a_selection() -> None:
    values = {
        "target_arch": "arm64",
        "terraform_demo_region": HOME,
        "terraform_demo_zone": "north-1b",
        "terraform_demo_type": "a7.large",
        "terraform_demo_image_name": "debian-12-arm64-*",
        "terraform_node_count": 4,
        "terraform_demo_data_volume_count": 2,
        "terraform_demo_data_volume_size_gb": 100,
        "terraform_demo_data_volume_type": "gp3",
        "terraform_demo_data_volume_iops": 3000,
    }
    found = selection.of(values, FAMILIES)
    assert found == Selection(
        HOME, "north-1b", "a7.large", "arm64", 4, {"NAME": "debian-12-arm64-*"},
        volumes=Volumes(2, "gp3", 100, 3000),
    )  # fmt: skip
    assert selection.of({**values, "terraform_demo_data_volume_count": 0}, FAMILIES).volumes is None
    gpu = selection.of({**values, "terraform_demo_gpu_image_name": "learning-*"}, FAMILIES)
    assert gpu.gpu_image and gpu.image == {"NAME": "learning-*"}
