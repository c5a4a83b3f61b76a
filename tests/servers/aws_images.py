# SPDX-License-Identifier: MIT
"""Images from the recorded rows of aws_images.csv.

Rows of the kinds exact and derived are names as published. A row of the kind pattern is a glob for
describe-images; unless a recorded name matches it, it is turned into one name per architecture that
the publisher builds for, following the publisher's naming convention. Where the recording has no
build stamp the name has an artificial one of zeros; where the glob leaves a point release open, one
that is known to exist stands in. Neither matters to a user of the names who keeps the stream only
(distribution, release, architecture), and nothing else of them may be relied upon. Such images have
no description either: what the recording says beside a pattern is a label, not the image's own text.

Left out for want of a known convention: `almalinux9_7-x86_64-community-vmware-bundle` (no cloud
image), and any pattern that _CONVENTIONS does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tests.servers.aws_data import LISTED, Image
from tests.servers.aws_wire import wildcard

_X86, _ARM = "x86_64", "arm64"
_POINT_RELEASES = {
    "RHEL-8": "8.10.0",
    "RHEL-9": "9.6.0",
    "RHEL-10": "10.0.0",
    "Rocky-8-ec2": "8.6",
    "Rocky-8-EC2": "8.10",
    "Rocky-9-EC2": "9.6",
    "Rocky-10-EC2": "10.0",
    "sp": "sp7",
    "micro-5": "5-5",
    "micro-6": "6-0",
}
_PYTORCH = {
    "Amazon Linux 2": "2.3.0",
    "Amazon Linux 2023": "2.7",
    "Ubuntu 22.04": "2.7",
    "Ubuntu 24.04": "2.8",
}

_CONVENTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        r"debian-(?P<r>\d+)-\*(-\*)?",
        {_X86: "debian-{r}-amd64-00000000-0000", _ARM: "debian-{r}-arm64-00000000-0000"},
    ),
    (
        r"(?P<r>ubuntu/images/[\w-]+/ubuntu-[a-z]+-[\d.]+)-(a\*|\*-\*)",
        {_X86: "{r}-amd64-server-00000000", _ARM: "{r}-arm64-server-00000000"},
    ),
    (
        r"RHEL-7\.9_HVM-\*-x86_64-0-Hourly2-GP3",
        {_X86: "RHEL-7.9_HVM-00000000-x86_64-0-Hourly2-GP3"},
    ),
    (
        r"(?P<point>RHEL-\d+)\.\*",
        {
            _X86: "RHEL-{p}_HVM-00000000-x86_64-0-Hourly2-GP3",
            _ARM: "RHEL-{p}_HVM-00000000-arm64-0-Hourly2-GP3",
        },
    ),
    (
        r"(?P<point>Rocky-\d+-EC2)-(\*|Base-[\d.]+\*\.\*)",
        {_X86: "{point}-Base-{p}-00000000.0.x86_64", _ARM: "{point}-Base-{p}-00000000.0.aarch64"},
    ),
    (
        r"(?P<point>Rocky-8-ec2)-8\.\*\.\*",
        {_X86: "{point}-{p}-00000000.0.x86_64", _ARM: "{point}-{p}-00000000.0.aarch64"},
    ),
    (
        r"suse-sle-(?P<point>micro-\d)-\*",
        {
            _X86: "suse-sle-micro-{p}-v00000000-hvm-ssd-x86_64",
            _ARM: "suse-sle-micro-{p}-v00000000-hvm-ssd-arm64",
        },
    ),
    (r"suse-sles-12-sp5-v(?P<r>\d*)\*", {_X86: "suse-sles-12-sp5-v{stamp}-hvm-ssd-x86_64"}),
    (
        r"suse-sles-15-(?P<point>sp)\*",
        {_X86: "suse-sles-15-{p}-v00000000-hvm-ssd-x86_64", _ARM: "suse-sles-15-{p}-v00000000-hvm-ssd-arm64"},
    ),
    (
        r"suse-sles-16-0-\*",
        {_X86: "suse-sles-16-0-v00000000-hvm-ssd-x86_64", _ARM: "suse-sles-16-0-v00000000-hvm-ssd-arm64"},
    ),
    (r"OL(?P<r>\d+\.\d+)-\*", {_X86: "OL{r}-x86_64-HVM-0000-00-00"}),
    (
        r"CentOS Stream (?P<r>\d+) \*",
        {_X86: "CentOS Stream {r} x86_64 00000000", _ARM: "CentOS Stream {r} aarch64 00000000"},
    ),
    (
        r"Fedora-Cloud-Base-AmazonEC2\.\*",
        {
            _X86: "Fedora-Cloud-Base-AmazonEC2.x86_64-42-00000000.0",
            _ARM: "Fedora-Cloud-Base-AmazonEC2.aarch64-42-00000000.0",
        },
    ),
    (
        r"(?P<r>fedora-coreos-\d+\.\d{8}\.\d+\.\d+)-\*",
        {_X86: "{r}-x86_64", _ARM: "{r}-aarch64"},
    ),
    (
        r"fedora-coreos-(?P<major>\d+)\.(?P<r>\d+)\*",
        {_X86: "fedora-coreos-{major}.{stamp}.3.0-x86_64", _ARM: "fedora-coreos-{major}.{stamp}.3.0-aarch64"},
    ),
    (
        r"Flatcar-stable-\*-hvm",
        {_X86: "Flatcar-stable-0000.0.0-hvm", _ARM: "Flatcar-stable-0000.0.0-arm64-hvm"},
    ),
    (r"(?P<r>Deep Learning ARM64 .*\)) ?\*", {_ARM: "{r} 00000000"}),
    (
        r"(?P<r>Deep Learning .* PyTorch) (2\.)?\*\((?P<pytorch>[^)]*)\)\*",
        {_X86: "{r} {p} ({pytorch}) 00000000"},
    ),
    (r"(?P<r>Deep Learning .*\)) ?\*", {_X86: "{r} 00000000"}),
)


def images_of(rows: Iterable[Mapping[str, str]]) -> tuple[Image, ...]:
    """The images of the rows, each name and architecture once."""
    named: dict[tuple[str, str, str], Image] = {}
    patterns: list[Mapping[str, str]] = []
    for row in rows:
        if row["name_kind"] == "pattern":
            patterns.append(row)
        else:
            _add(named, row, row["name"], row["architecture"])
    published = list(named.values())
    for row in patterns:
        if not any(_is_of(image, row) for image in published):
            for architecture, name in names_for(row["name"]).items():
                if row["architecture"] in ("", architecture):
                    _add(named, row, name, architecture)
    return tuple(named.values())


def names_for(pattern: str) -> dict[str, str]:
    """{architecture: image name} for a describe-images glob; {} where no convention is known."""
    for expression, templates in _CONVENTIONS:
        match = re.fullmatch(expression, pattern)
        if match:
            words = {key: value or "" for key, value in match.groupdict().items()}
            point = _POINT_RELEASES.get(words.get("point", ""), "")
            words["p"] = point or _PYTORCH.get(words.get("pytorch", ""), "")
            words["stamp"] = words.get("r", "").ljust(8, "0")
            return {architecture: template.format(**words) for architecture, template in templates.items()}
    return {}


def creation_date(name: str) -> str:
    """The build date that a name tells, as EC2 writes times; LISTED where it tells none."""
    found = re.search(r"(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", name)
    return f"{found[1]}-{found[2]}-{found[3]}T00:00:00.000Z" if found else LISTED


def _is_of(image: Image, row: Mapping[str, str]) -> bool:
    """Whether a recorded image is what a pattern row looks for."""
    same_kind = row["architecture"] in ("", image.architecture) and row["owner_id"] == image.owner_id
    return same_kind and wildcard(row["name"]).fullmatch(image.name) is not None


def _add(
    named: dict[tuple[str, str, str], Image], row: Mapping[str, str], name: str, architecture: str
) -> None:
    key = (row["owner_id"], name, architecture)
    ids = dict(named[key].ids) if key in named else {}
    if row["region"] and row["image_id"]:
        ids[row["region"]] = row["image_id"]
    named[key] = Image(
        name=name,
        owner_id=row["owner_id"],
        architecture=architecture,
        owner_alias=row["owner_alias"],
        description="" if row["name_kind"] == "pattern" else row["description"],
        created=creation_date(name),
        boot_mode="uefi" if architecture == _ARM else "",
        virtualization="paravirtual" if "-pv-" in name else "hvm",
        ids=ids,
    )
