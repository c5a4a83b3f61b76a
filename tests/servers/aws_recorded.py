# SPDX-License-Identifier: MIT
"""AWS at full scale: moto's instance types and offerings with the regions, zones, prices and images of
the recorded facts (aws_regions.csv, aws_zones.csv, aws_prices.csv, aws_prices_2025_04.csv, aws_images.csv).

The recording account may use the regions that moto has offerings for. The other regions of the
partition are not opted in. Prices and zones of regions outside the partition are left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tests.servers.aws_data import AwsData, Region, Zone, moto_offerings, moto_regions, moto_types
from tests.servers.aws_images import images_of

Rows = list[dict[str, str]]


def load(facts: Path) -> AwsData:
    """All of it; takes about a second."""
    regions = _regions(_rows(facts / "aws_regions.csv"), set(moto_regions()))
    names = {region.name for region in regions}
    usable = [region.name for region in regions if region.usable]
    return AwsData(
        regions=regions,
        zones=tuple(
            Zone(row["zone"], row["zone_id"], row["region"])
            for row in _rows(facts / "aws_zones.csv")
            if row["region"] in names
        ),
        types=moto_types(),
        offerings={zone: types for region in usable for zone, types in moto_offerings(region).items()},
        prices={key: usd for key, usd in _prices(facts).items() if key[0] in names},
        images=images_of(_rows(facts / "aws_images.csv")),
    )


def _prices(facts: Path) -> dict[tuple[str, str], str]:
    """{(region, type): USD an hour}: karpenter's of 2026 before those of 2025 before older ones."""
    rows = _rows(facts / "aws_prices.csv")
    newest = [row for row in rows if row["source"] == "karpenter"]
    older = [row for row in rows if row["source"] != "karpenter"]
    return {
        (row["region"], row["instance_type"]): row["usd_per_hour"]
        for row in (*older, *_rows(facts / "aws_prices_2025_04.csv"), *newest)
    }


def _regions(rows: Rows, recorded: set[str]) -> tuple[Region, ...]:
    return tuple(
        Region(row["region"], row["long_name"], _opt_in(row["opt_in"], row["region"] in recorded))
        for row in rows
        if row["partition"] == "aws"
    )


def _opt_in(rule: str, recorded: bool) -> str:
    if not recorded:
        return "not-opted-in"
    return "opted-in" if rule == "opt-in-required" else rule


def _rows(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
