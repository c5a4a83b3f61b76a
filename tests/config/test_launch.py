# SPDX-License-Identifier: MIT
"""What is wrong with a selection: pure functions over a catalog one can read."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cloud_providers
from cloudlib.catalog import boot
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog, Provenance
from cloudlib.config import launch, selection
from cloudlib.config.finding import ERROR, NOTE, WARNING, Finding
from cloudlib.config.selection import Selection, Volumes
from cloudlib.provider import Problem, Provider, Variables, VolumeLimits, VolumeRules
from cloudlib.publish import tier
from cloudlib.settings import ROOT
from tests.support.catalogs import CLOSED, FAMILIES, FAR, HOME, ITYPES, ZONES, catalog, image, itype

GOOD = Selection(
    region=HOME,
    zone="north-1a",
    instance_type="m7.large",
    architecture="x86_64",
    nodes=1,
    image={"NAME": "debian-12-x86_64-*"},
    ssh_from="192.0.2.0/24",
)


#: The provider of that catalog; its type m7.large refuses the setting terraform_demo_switch.
DEMO = cast(
    Provider,
    SimpleNamespace(
        MENU_NAMES=FAMILIES,
        VOLUMES=VolumeRules("TERRAFORM_DEMO_DISK", {"fast": VolumeLimits((1, 100), (10, 500), 10)}),
        machine_problems=lambda values: REFUSED if values.get("terraform_demo_switch") else [],
    ),
)
REFUSED = [Problem("m7.large has no switch", ("m8.large",))]


def find(of: Catalog | None = None, **changes: Any) -> list[Finding]:
    return launch.findings(replace(GOOD, **changes), of or catalog(), DEMO)


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
    small = itype("g5.xlarge", 4, 16, category="GPU", gpus=ITYPES[6].gpus, regions=(HOME,))
    big = itype("g5.16xlarge", 64, 256, category="GPU", gpus=ITYPES[6].gpus, regions=(HOME,))
    found = only(catalog((*ITYPES, small, big)), instance_type="g6.xlarge")
    assert [n.split()[0] for n in found.nearest[:2]] == ["g5.xlarge", "g5.16xlarge"]


def test_a_zone_that_does_not_exist() -> None:
    found = only(zone="north-1f")
    assert found == Finding(ERROR, "north-1 has no zone north-1f", ("north-1a", "north-1b"))


def test_a_zone_that_lacks_the_type() -> None:
    itypes = [replace(k, zones=("north-1b",)) if k.name == "m7.large" else k for k in ITYPES]
    found = only(catalog(itypes))
    assert found == Finding(ERROR, "m7.large is not offered in zone north-1a", ("north-1b",))


def test_a_zone_by_its_short_name() -> None:
    """terraform's name of a zone may be the end of the vendor's name."""
    zones = [replace(z, short=z.name[-1]) for z in ZONES]
    itypes = [replace(k, zones=("north-1b",)) if k.name == "m7.large" else k for k in ITYPES]
    assert find(catalog(zones=zones), zone="a") == []
    assert only(catalog(itypes, zones=zones), zone="a").nearest == ("b",)
    assert only(catalog(zones=zones), zone="north-1a").what == "north-1 has no zone north-1a"


def test_zones_that_are_not_known() -> None:
    def with_zones(**changes: Any) -> Finding:
        return only(catalog([replace(t, **changes) if t.name == "m7.large" else t for t in ITYPES]))

    assert with_zones(zones=(), zones_unknown=(HOME, FAR)).level == NOTE
    nowhere = with_zones(zones=())
    assert (nowhere.level, nowhere.what) == (ERROR, "m7.large is offered in no zone of north-1")


def test_what_is_not_sold_on_demand() -> None:
    def b7(*usage: str) -> Finding:
        return find(catalog([*ITYPES, itype("b7.large", usage=usage)]), instance_type="b7.large")[0]

    finding = b7("capacity-block")
    assert finding.level == ERROR and finding.nearest[0].startswith(("m5.large", "m7.large"))
    assert finding.what == "b7.large cannot be started on demand, only as capacity-block"
    assert b7("capacity-block", "on-demand").level == b7().level == WARNING, "its price is not known"


def test_an_image_out_of_support() -> None:
    old = image("debian", "10", "x86_64", supported=False)
    new = image("debian", "13", "x86_64")
    finding = only(catalog(images=(old, new)), image=old.coordinates)
    assert (finding.level, finding.nearest) == (WARNING, ("Debian 13",))
    assert finding.what == "Debian 10: out of support since 2024-06: https://wiki.debian.org/LTS"


def test_the_wrong_architecture() -> None:
    found = only(instance_type="a7.large")
    assert found.what == "a7.large boots arm64, but the target architecture is x86_64"
    assert found.nearest[0].startswith(("m5.large 2 vCPU 8 GiB", "m7.large 2 vCPU 8 GiB"))
    mac = find(instance_type="mac2.metal")[0]
    assert mac.what.startswith("mac2.metal boots no Linux")


def test_an_image_of_the_wrong_architecture() -> None:
    found = only(image={"NAME": "debian-12-arm64-*"})
    assert found.level == ERROR and "is for arm64, the target is x86_64" in found.what
    assert found.nearest[0] == "Debian 12"


def test_an_image_that_the_catalog_does_not_list() -> None:
    found = only(image={"NAME": "mine-*"})
    assert found.level == NOTE and "mine-* is not in the catalog" in found.what
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
    itypes = [replace(k, boot_modes=("legacy-bios",)) if k.name == "m7.large" else k for k in ITYPES]
    found = only(catalog(itypes, images=images))
    assert found.level == ERROR
    assert found.what == "the image Debian 12 (debian-12-x86_64-*) boots with uefi, m7.large with legacy-bios"
    assert found.nearest[0] == "Debian 11", "Ubuntu does not say whether it boots so"
    itypes = [replace(k, boot_modes=("legacy-bios", "uefi")) if k.name == "m7.large" else k for k in ITYPES]
    assert find(catalog(itypes, images=images)) == []


def test_an_image_that_does_not_say_how_it_boots() -> None:
    images = (
        image("debian", "12", "x86_64"),
        image("ubuntu", "24.04", "x86_64", boot_modes=("uefi",)),
        image("fedora", "42", "x86_64", boot_modes=("uefi+nvme",)),
    )
    itypes = [replace(k, boot_modes=("uefi+nvme",)) if k.name == "m7.large" else k for k in ITYPES]
    found = only(catalog(itypes, images=images))
    assert found.level == WARNING and "does not say whether m7.large boots the image Debian 12" in found.what
    assert found.nearest[0] == "Fedora 42"
    itypes = [replace(k, boot_modes=("uefi",)) if k.name == "m7.large" else k for k in ITYPES]
    assert find(catalog(itypes, images=images)) == [], "it boots any plain mode that there is"


def test_more_data_volumes_than_the_type_takes() -> None:
    most = {"m7.large": 2, "m7.xlarge": 4}
    itypes = [replace(k, max_data_volumes=most.get(k.name)) for k in ITYPES]
    assert find(catalog(itypes), volumes=Volumes(2, "fast", 100, 500)) == []
    found = only(catalog(itypes), volumes=Volumes(3, "fast", 100, 500))
    assert found.level == ERROR and found.what == "m7.large takes at most 2 data volumes, not 3"
    assert found.nearest[0] == "2 data volumes" and found.nearest[1].startswith("m7.xlarge ")
    assert find(volumes=Volumes(3, "fast", 100, 500)) == [], "not stated"


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
    assert found.nearest == () and found.text.endswith(f"; fix: {found.fix}")
    assert only(ssh_from="0.0.0.0/0") == Finding(WARNING, "the whole internet can reach SSH on the nodes")
    for cidr in ("0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/2", "16.0.0.0/7"):
        wide = f"the whole internet can reach SSH on the nodes ({cidr} amounts to that)"
        assert only(ssh_from=cidr) == Finding(WARNING, wide)
    assert find(ssh_from="10.0.0.0/8") == []
    assert only(ssh_from="").what.startswith("terraform sets no firewall here")


def test_errors_come_first() -> None:
    found = find(instance_type="m7.10xlarge", zone="north-9", image={"NAME": "mine-*"})
    assert [f.level for f in found] == [ERROR, WARNING, NOTE]


@given(name=st.text(max_size=12), region=st.text(max_size=12), zone=st.text(max_size=12))
def test_no_name_is_too_odd(name: str, region: str, zone: str) -> None:
    names, regions = {k.name for k in ITYPES}, {HOME, FAR, CLOSED}
    found = find(instance_type=name, region=region, zone=zone)
    if name not in names or region not in regions - {CLOSED}:
        assert any(f.level == ERROR for f in found)
    if zone not in {"", *(z.name for z in ZONES)} and name in names and region in (HOME, FAR):
        assert any(f.level == ERROR for f in found)
    assert all(f.what for f in found)


# --- what the provider states besides ---


def test_volumes_by_the_provider_s_limits() -> None:
    assert find(volumes=Volumes(1, "fast", 50, 500)) == []
    found = only(volumes=Volumes(1, "fast", 20, 500))
    what = "a fast volume of 20 GiB has at most 200 IOPS, not 500"
    assert found == Finding(ERROR, what, ("200 IOPS", "50 GiB"))


def test_settings_that_the_machine_refuses() -> None:
    values: Variables = {"terraform_demo_switch": True}
    assert only(values=values) == Finding(ERROR, "m7.large has no switch", ("m8.large",))
    assert find(values={"terraform_demo_switch": False}) == []


# --- the selection in the variables ---


def test_a_selection() -> None:
    values = {
        "target_arch": "arm64",
        "terraform_demo_region": HOME,
        "terraform_demo_zone": "north-1b",
        "terraform_demo_type": "a7.large",
        "terraform_demo_image_name": "debian-12-arm64-*",
        "terraform_node_count": 4,
        "terraform_demo_disk_count": 2,
        "terraform_demo_disk_size_gb": 100,
        "terraform_demo_disk_type": "fast",
        "terraform_demo_disk_iops": 500,
    }
    found = selection.of(values, DEMO)
    assert found == Selection(
        HOME, "north-1b", "a7.large", "arm64", 4, {"NAME": "debian-12-arm64-*"},
        volumes=Volumes(2, "fast", 100, 500),
    )  # fmt: skip
    assert selection.of({**values, "terraform_demo_disk_count": 0}, DEMO).volumes is None
    gpu = selection.of({**values, "terraform_demo_gpu_image_name": "learning-*"}, DEMO)
    assert gpu.gpu_image and gpu.image == {"NAME": "learning-*"}


@pytest.mark.parametrize("name", ["9" * 5000, "m" * 2000, "m7." * 70_000, "\u0663" * 5000], ids=len)
def test_the_nearest_of_a_name_without_end(name: str) -> None:
    assert len(launch._close(name, [f"m{n}.large" for n in range(500)])) == 3


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_every_offered_type_can_boot_a_listed_image(name: str) -> None:
    """A list joined in another way than the parser splits it left 570 Azure sizes without any image."""
    catalog = catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.static")
    images = [i for i in catalog.images if i.purpose == "os"]
    modes = boot.stated(images)
    stuck = [
        f"{itype.name} ({architecture})"
        for itype in catalog.instance_types
        if itype.offered
        for architecture in itype.linux_architectures
        if not any(i.architecture == architecture and boot.boots(i, itype, modes) for i in images)
    ]
    assert images and stuck == []
