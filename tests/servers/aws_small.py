# SPDX-License-Identifier: MIT
"""A small AWS for tests: five regions, 15 families with their true offerings, and images with decoys.

hpc7a is known but offered in none of these regions; trn2 is only in ap-southeast-4, x8aedz only in
us-west-2; ap-east-2 is not opted in. Prices are true ones of us-east-1 and us-west-2; types without
one here (g4ad, p5, mac2, trn2 ...) have none. The build stamps of the images are made up.
"""

from __future__ import annotations

from tests.servers.aws_data import AwsData, Image, Region, Zone, family_of, moto_offerings, moto_types
from tests.servers.aws_images import creation_date

_ALL = "m5 t3 m7i m7g c7g i4i g5 g6e g4ad p5 trn2 u7i-12tb mac2 hpc7a x8aedz"
FAMILIES = frozenset(_ALL.split())
_REGIONS = (
    Region("us-east-1", "US East (N. Virginia)"),
    Region("us-west-2", "US West (Oregon)"),
    Region("eu-central-1", "Europe (Frankfurt)"),
    Region("ap-southeast-4", "Asia Pacific (Melbourne)", "opted-in"),
    Region("ap-east-2", "Asia Pacific (Taipei)", "not-opted-in"),
)
_ZONE_IDS = {
    "us-east-1": "a:use1-az6 b:use1-az1 c:use1-az2 d:use1-az4 e:use1-az3 f:use1-az5",
    "us-west-2": "a:usw2-az2 b:usw2-az1 c:usw2-az3 d:usw2-az4",
    "eu-central-1": "a:euc1-az1 b:euc1-az2 c:euc1-az3",
    "ap-southeast-4": "a:apse4-az1 b:apse4-az2 c:apse4-az3",
}
_PRICES = {  # the same in both regions
    "m5": "large:0.096 xlarge:0.192 2xlarge:0.384 4xlarge:0.768 metal:4.608",
    "t3": "nano:0.0052 micro:0.0104 small:0.0208 medium:0.0416 large:0.0832 xlarge:0.1664 2xlarge:0.3328",
    "m7i": "large:0.1008 xlarge:0.2016 2xlarge:0.4032 48xlarge:9.6768 metal-48xl:9.6768",
    "m7g": "medium:0.0408 large:0.0816 xlarge:0.1632 metal:2.6112",
    "c7g": "medium:0.0363 large:0.0725 xlarge:0.145 metal:2.32",
    "i4i": "large:0.172 xlarge:0.343 metal:10.982",
    "g5": "xlarge:1.006 2xlarge:1.212 48xlarge:16.288",
    "g6e": "xlarge:1.861 2xlarge:2.24208",
}
_DEBIAN, _CANONICAL, _AMAZON, _DEEP = "136693071363", "099720109477", "137112412989", "898082745236"
_REDHAT, _SUSE, _ROCKY, _ALMA = "309956199498", "013907871322", "792107900819", "764336703387"
_FEDORA, _DEBIAN_DAILY, _STRANGER = "125523088429", "903794441882", "000000000042"

_IMAGES = (  # (owner, x86_64 or arm64, name)
    (_DEBIAN, "x86_64", "debian-12-amd64-20250101-1001"),
    (_DEBIAN, "x86_64", "debian-12-amd64-20240901-1000"),
    (_DEBIAN, "arm64", "debian-12-arm64-20250101-1001"),
    (_DEBIAN, "x86_64", "debian-13-amd64-20250901-1002"),
    (_DEBIAN, "arm64", "debian-13-arm64-20250901-1002"),
    (_CANONICAL, "x86_64", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250101"),
    (_CANONICAL, "arm64", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250101"),
    (_CANONICAL, "x86_64", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20250102"),
    (_REDHAT, "x86_64", "RHEL-9.6.0_HVM-20250501-x86_64-0-Hourly2-GP3"),
    (_REDHAT, "arm64", "RHEL-9.6.0_HVM-20250501-arm64-0-Hourly2-GP3"),
    (_SUSE, "x86_64", "suse-sles-15-sp6-v20250101-hvm-ssd-x86_64"),
    (_ROCKY, "x86_64", "Rocky-9-EC2-Base-9.6-20250531.0.x86_64"),
    (_ROCKY, "arm64", "Rocky-9-EC2-Base-9.6-20250531.0.aarch64"),
    (_ALMA, "x86_64", "AlmaLinux OS 9.6.20250522 x86_64"),
    (_FEDORA, "x86_64", "Fedora-Cloud-Base-AmazonEC2.x86_64-42-20250401.0"),
    (_FEDORA, "x86_64", "CentOS Stream 9 x86_64 20250101"),
    (_AMAZON, "x86_64", "al2023-ami-2023.6.20250101.0-kernel-6.1-x86_64"),
    (_AMAZON, "arm64", "al2023-ami-2023.6.20250101.0-kernel-6.1-arm64"),
    (_DEEP, "x86_64", "Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) 20250101"),
    (_DEEP, "x86_64", "Deep Learning Base OSS Nvidia Driver GPU AMI (Amazon Linux 2023) 20250102"),
    (_DEEP, "x86_64", "Deep Learning OSS Nvidia Driver AMI GPU PyTorch 2.7 (Ubuntu 22.04) 20250601"),
    (_DEEP, "arm64", "Deep Learning ARM64 Base OSS Nvidia Driver GPU AMI (Ubuntu 22.04) 20250101"),
)
_DECOYS = (  # what an image query must not mistake for the images above
    (_STRANGER, "x86_64", "debian-12-amd64-20250202-1003"),
    (_STRANGER, "x86_64", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250203"),
    (_AMAZON, "x86_64", "al2023-ami-minimal-2023.6.20250101.0-kernel-6.1-x86_64"),
    (_AMAZON, "x86_64", "al2023-ami-ecs-hvm-2023.0.20250101-kernel-6.1-x86_64"),
    (_CANONICAL, "x86_64", "ubuntu-minimal/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-minimal-20250101"),
    (_CANONICAL, "x86_64", "ubuntu/images-testing/hvm-ssd-gp3/ubuntu-noble-daily-amd64-server-20250204"),
    (_DEBIAN_DAILY, "x86_64", "debian-sid-amd64-daily-20250205-1004"),
    (_REDHAT, "x86_64", "RHEL-9.6.0_HVM-20250501-x86_64-0-Access2-GP3"),
    (_SUSE, "x86_64", "suse-sles-15-sp6-byos-v20250101-hvm-ssd-x86_64"),
    (_REDHAT, "x86_64", "RHEL-9.6.0_HVM_BETA-20250401-x86_64-0-Hourly2-GP3"),
)
#: (usage type, unit, USD): real names and units, made-up amounts.
_RATES = (
    ("EBS:VolumeUsage.gp3", "GB-Mo", "0.0730000000"),
    ("EBS:VolumeUsage.io2", "GB-month", "0.1460000000"),
    ("EBS:VolumeP-IOPS.gp3", "IOPS-Mo", "0.0073000000"),
    ("EBS:VolumeP-IOPS.piops", "IOPS-Mo", "0.0730000000"),
    ("EBS:VolumeP-IOPS.io2", "IOPS-Mo", "0.0730000000"),
    ("EBS:VolumeP-IOPS.io2.tier2", "IOPS-Mo", "0.0365000000"),
    ("EBS:VolumeP-IOPS.io2.tier3", "IOPS-Mo", "0.0146000000"),
    ("EBS:VolumeP-Throughput.gp3", "GiBps-mo", "37.3760000000"),
    ("EBS:VolumeIOUsage", "IOs", "0.0000000500"),
    ("PublicIPv4:InUseAddress", "Hrs", "0.0040000000"),
    ("PublicIPv4:IdleAddress", "Hrs", "0.0090000000"),
)
#: USD an hour of a machine, as true ones are: of RHEL $0.0144 a vCPU up to 8 and 0.0096 from 128 on, rounded
#: for older types; of SUSE Linux by size and family, and none for some types.
_FEES = {
    ("RHEL", "m7i.large"): "0.0288",
    ("RHEL", "m7i.xlarge"): "0.0576",
    ("RHEL", "m7i.48xlarge"): "1.8432",
    ("RHEL", "m5.large"): "0.029",
    ("SUSE", "m7i.large"): "0.0563",
    ("SUSE", "m7i.xlarge"): "0.0563",
    ("SUSE", "m7i.2xlarge"): "0.125",
    ("SUSE", "m5.large"): "0.056",
}
DEPRECATED = "debian-10-amd64-20240101-1005"
PENDING = "debian-12-amd64-20250909-1006"


def load() -> AwsData:
    """All of it; takes a third of a second, nearly all of it to read moto's recordings."""
    usable = [region.name for region in _REGIONS if region.usable]
    return AwsData(
        regions=_REGIONS,
        zones=tuple(
            Zone(region + letter, zone_id, region)
            for region, pairs in _ZONE_IDS.items()
            for letter, zone_id in _pairs(pairs)
        ),
        types={name: doc for name, doc in moto_types().items() if family_of(name) in FAMILIES},
        offerings={
            zone: frozenset(name for name in names if family_of(name) in FAMILIES)
            for region in usable
            for zone, names in moto_offerings(region).items()
        },
        prices={
            (region, f"{family}.{size}"): usd
            for region in ("us-east-1", "us-west-2")
            for family, pairs in _PRICES.items()
            for size, usd in _pairs(pairs)
        },
        images=(
            *(_image(*row) for row in _IMAGES + _DECOYS),
            _image(_DEBIAN, "x86_64", DEPRECATED, deprecation="2024-07-01T00:00:00.000Z"),
            _image(_DEBIAN, "x86_64", PENDING, state="pending"),
        ),
        rates=tuple((region, *row) for region in ("us-east-1", "us-west-2") for row in _RATES),
        fees={
            (system, region, itype): usd
            for region in ("us-east-1", "us-west-2")
            for (system, itype), usd in _FEES.items()
        },
    )


def _image(
    owner: str, architecture: str, name: str, state: str = "available", deprecation: str = ""
) -> Image:
    return Image(
        name=name,
        owner_id=owner,
        architecture=architecture,
        owner_alias="amazon" if owner in (_AMAZON, _DEEP) else "",
        created=creation_date(name),
        state=state,
        deprecation=deprecation,
        boot_mode="uefi" if architecture == "arm64" else "uefi-preferred",
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    """[("a", "1"), ("b", "2")] of "a:1 b:2"."""
    return [(key, value) for key, _, value in (word.partition(":") for word in text.split())]
