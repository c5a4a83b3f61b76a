# SPDX-License-Identifier: MIT
"""Volume limits: the table of each provider, its Kconfig.storage and its vars.tf say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import kconfiglib
import pytest

import cloud_providers
from cloudlib.config import volumes
from cloudlib.config.selection import Volumes
from cloudlib.provider import VolumeLimits, VolumeRules
from tests.support.kconf import choose, parse_tree, value, visible
from tests.support.terraform import accepted, environment, needs_terraform, variables_only
from tests.support.tree import ROOT

FIGURES = ("SIZE_GB", "IOPS", "THROUGHPUT_MBPS")
RULES = {
    name: rules for name in cloud_providers.PROVIDER_NAMES if (rules := cloud_providers.load(name).VOLUMES)
}


@pytest.mark.parametrize(
    "wanted, problem, nearest",
    [
        (Volumes(1, "gp3", 1, 3000, 125), "", ""),
        (
            Volumes(1, "gp3", 20, 16000, 125),
            "a gp3 volume of 20 GiB has at most 10000 IOPS, not 16000",
            "32 GiB",
        ),
        (Volumes(1, "gp3", 100, 3000, 1000), "1000 MiB/s need 4000 IOPS, not 3000", "750 MiB/s"),
        (Volumes(1, "gp3", 100), "gp3 volumes need a value for IOPS", "3000 IOPS"),
        (Volumes(1, "gp2", 100, 3000), "gp2 volumes have no IOPS setting", ""),
        (Volumes(1, "gp3", 1000, 90000, 125), "gp3 volumes have 3000 to 80000 IOPS, not 90000", "80000 IOPS"),
        (Volumes(1, "io1", 100, 6000), "a io1 volume of 100 GiB has at most 5000 IOPS, not 6000", "120 GiB"),
        (Volumes(1, "st1", 100), "st1 volumes have 125 to 16384 GiB, not 100", "125 GiB"),
        (Volumes(1, "gp2", 20000), "gp2 volumes have 1 to 16384 GiB, not 20000", "16384 GiB"),
        (Volumes(1, "gp4", 100), "there is no volume type gp4", "gp3"),
        (
            Volumes(1, "ultra", 4096, 3000, 125),
            "a ultra volume of 4096 GiB has at least 4096 IOPS, not 3000",
            "3000 GiB",
        ),
        (
            Volumes(1, "ultra", 4096, 160000, 125),
            "160000 IOPS come with at least 640 MiB/s, not 125",
            "31250 IOPS",
        ),
        (
            Volumes(1, "tiered", 2048, None, 600),
            "a tiered volume of 2048 GiB has 20 to 180 MiB/s, not 600",
            "180 MiB/s",
        ),
        (
            Volumes(1, "tiered", 32768, None, 180),
            "a tiered volume of 32768 GiB has 320 to 600 MiB/s, not 180",
            "320 MiB/s",
        ),
        (
            Volumes(1, "tiered", 2049, None, 20),
            "a tiered volume of 2049 GiB has 21 to 180 MiB/s, not 20",
            "21 MiB/s",
        ),
        (Volumes(1, "tiered", 2048, None, 180), "", ""),
    ],
)
def test_what_is_told(wanted: Volumes, problem: str, nearest: str) -> None:
    types = {
        "gp3": VolumeLimits((1, 65536), (3000, 80000), 500, (125, 2000)),
        "gp2": VolumeLimits((1, 16384)),
        "io1": VolumeLimits((4, 16384), (100, 64000), 50),
        "st1": VolumeLimits((125, 16384)),
        "ultra": VolumeLimits((4, 65536), (100, 400000), 1000, (1, 10000), 1, 250),
        "tiered": VolumeLimits((2048, 32768), mbps=(20, 600), mbps_per_tib=(10, 90)),
    }
    told = volumes.problems(wanted, VolumeRules("TERRAFORM_X", types))
    assert [p.what for p in told][:1] == ([problem] if problem else [])
    assert not problem or nearest in (told[0].nearest or [""])


# --- Kconfig.storage ---


def storage(provider: str) -> Path:
    return ROOT / "terraform" / provider / "kconfigs" / "Kconfig.storage"


@pytest.mark.parametrize("provider", cloud_providers.PROVIDER_NAMES)
def test_every_kconfig_storage_is_covered(provider: str) -> None:
    """A provider's table names its settings; cloud-check would not see any other."""
    path = storage(provider)
    assert path.exists() == (provider in RULES), f"{provider}: VOLUMES and Kconfig.storage go together"
    if not path.exists():
        return
    rules = RULES[provider]
    names = re.findall(r"^config (\w+)$", path.read_text(encoding="utf-8"), re.M)
    settings = {f"{rules.prefix}_{what}" for what in ("COUNT", "TYPE", *FIGURES)}
    assert settings <= set(names) and settings <= {
        row.symbol for row in cloud_providers.load(provider).EXPORTS
    }
    assert {n for n in names if not n.startswith(f"{rules.prefix}_TYPE_")} == settings


#: The machine of a provider that takes every type of volume, where the default one does not.
TAKES_ALL = {
    "gce": ("TERRAFORM_GCE_CATEGORY_MEMORY_OPTIMIZED", "TERRAFORM_GCE_MACHINE_FAMILY_M3_MEGAMEM",
            "TERRAFORM_GCE_MACHINE_M3_MEGAMEM_128"),
}  # fmt: skip


@pytest.mark.parametrize("provider", RULES)
def test_the_ranges_of_kconfig(provider: str) -> None:
    rules = RULES[provider]
    kconf = parse_tree(ROOT)
    choose(kconf, cloud_providers.load(provider).MENU_NAMES.switch, *TAKES_ALL.get(provider, ()))
    kconf.syms[f"{rules.prefix}_COUNT"].set_value("1")
    seen = set()
    for name in visible(kconf, f"{rules.prefix}_TYPE_"):
        choose(kconf, f"{rules.prefix}_TYPE_{name}")
        chosen = value(kconf, f"{rules.prefix}_TYPE")
        limits = rules.types[chosen]
        for figure, allowed in zip(FIGURES, (limits.size, limits.iops, limits.mbps)):
            symbol = kconf.syms[f"{rules.prefix}_{figure}"]
            assert active_range(symbol) == allowed, f"{symbol.name} of {chosen}"
        seen.add(chosen)
    assert seen == set(rules.types)


def active_range(symbol: kconfiglib.Symbol) -> tuple[int, int] | None:
    """The range that holds now; None for a symbol that is not asked for."""
    if not symbol.visibility:
        return None
    ranges = ((lo, hi) for lo, hi, cond in symbol.ranges if kconfiglib.expr_value(cond))
    low, high = next(ranges)
    return int(low.str_value), int(high.str_value)


# --- vars.tf ---


def around(allowed: tuple[int, int] | None, *more: int) -> list[int | None]:
    """No figure, the ends of a range with what is next to them outside, and `more`."""
    if allowed is None:
        return [None, 100]
    low, high = allowed
    return [None, *sorted({low - 1, low, high, high + 1, *more})]


def grid(rules: VolumeRules) -> Iterator[Volumes]:
    """Each figure of each type around its limits, and around what the others make of these."""
    for name, limits in rules.types.items():
        least_iops, least_mbps = limits.iops and limits.iops[0], limits.mbps and limits.mbps[0]
        for size in around(limits.size):
            if size is not None:
                yield Volumes(1, name, size, least_iops, least_mbps)
        small, large = limits.size[0] + 40, limits.size[1]
        yield from _least(name, limits)
        for iops in around(limits.iops):
            yield Volumes(1, name, large, iops, least_mbps)
        most, least = small * (limits.iops_per_gib or 0), least_iops or 0
        for size, iops in ((small, most), (small, most + 1), (limits.size[0], least + 1)):
            yield Volumes(1, name, size, iops, least_mbps)
        quarter = least // 4
        for mbps in around(limits.mbps, quarter, quarter + 1):
            yield Volumes(1, name, large, least_iops, mbps)
        if limits.iops:
            for mbps in around(limits.mbps):
                yield Volumes(1, name, large, limits.iops[1], mbps)
    yield from (Volumes(1, "none", 100, *given) for given in ((None, None), (3000, None), (3000, 125)))


def _least(name: str, limits: VolumeLimits) -> Iterator[Volumes]:
    """Around the least IOPS of a size, and the least throughput of IOPS."""
    if limits.least_iops_per_gib and limits.iops:
        least = limits.least_iops_per_gib * 1000
        for iops in (least - 1, least, least + 1):
            yield Volumes(1, name, 1000, iops, limits.mbps and limits.mbps[0] + 40)
    if limits.iops_of_least_mbps:
        for mbps in (39, 40, 41):
            yield Volumes(1, name, 1000, limits.iops_of_least_mbps * 40, mbps)
        iops = limits.iops_of_least_mbps * 300
        yield from (Volumes(1, name, 1000, iops, mbps) for mbps in (299, 300))
    for per_tib in limits.mbps_per_tib or ():
        yield from (Volumes(1, name, 4096, None, 4 * per_tib + more) for more in (-1, 0, 1))


@needs_terraform
@pytest.mark.parametrize("provider", RULES)
def test_the_same_answers_as_terraform(provider: str, tmp_path: Path) -> None:
    """cloud-check and the module take and refuse the same volumes, by one plan over the whole grid."""
    rules = RULES[provider]
    cells = list(dict.fromkeys(grid(rules)))
    module = variables_only(provider, tmp_path / "module", environment(tmp_path / "home"))
    prefix = rules.prefix.lower().removeprefix("terraform_")
    rows = []
    for cell in cells:
        figures = (cell.size_gb, cell.iops, cell.throughput_mbps)
        given = {f"{prefix}_{name.lower()}": figure for name, figure in zip(FIGURES, figures)}
        rows.append({**good(provider), **given, f"{prefix}_count": 1, f"{prefix}_type": cell.type})
    theirs = accepted(module, rows, tmp_path / "cells")
    ours = [not volumes.problems(cell, rules) for cell in cells]
    assert [cell for cell, a, b in zip(cells, ours, theirs) if a != b] == []
    assert {True, False} == set(ours), "a grid that has both"


def good(provider: str) -> dict[str, object]:
    """Values of a module's other variables."""
    text = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "terraform" / provider).glob("*.tf"))
    kinds = dict(re.findall(r'^variable "(\w+)" \{\n(?:.*\n)*?  type += (.*)$', text, re.M))
    usual = {"string": "x", "number": 0, "bool": False, "list(string)": ["x"]}
    special = {
        "target_arch": "x86_64",
        "ssh_allowed_cidr": "10.0.0.0/8",
        "gce_zone": "x-a",
        "azure_zone": "1",
        "azure_image_plan": "none",
        "azure_max_data_volumes": 20,
        "aws_max_data_volumes": 20,
        "gce_max_data_volumes": 20,
        "gce_machine_type": "m3-megamem-128",  # takes every type of disk
        "azure_premium_disks": True,
    }
    has_default = {"account", "stamp"}
    needed = {name: kind for name, kind in kinds.items() if name not in has_default}
    return {name: special.get(name, usual[kind]) for name, kind in needed.items()}
