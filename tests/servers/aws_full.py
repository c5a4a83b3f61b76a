# SPDX-License-Identifier: MIT
"""AWS at full scale from what the project and its tests carry: moto's recording of instance types and
offerings, and the regions, zones and prices of the committed catalog. The images are the small AWS's.
"""

from __future__ import annotations

from pathlib import Path

from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Region as CatalogRegion
from cloudlib.publish import tier
from tests.servers.aws_data import AwsData, Region, Zone, moto_offerings, moto_types, small

_ROOT = Path(__file__).resolve().parent.parent.parent


def load() -> AwsData:
    """All of it; takes about a second."""
    catalog = catalogfile.load_file(tier.folder(_ROOT, "aws") / f"{catalogfile.NAME}.{tier.STATIC}")
    usable = [r.name for r in catalog.regions if r.available]
    return AwsData(
        regions=tuple(Region(r.name, r.long_name, _opt_in(r)) for r in catalog.regions),
        zones=tuple(Zone(z.name, z.zone_id, z.region) for z in catalog.zones),
        types=moto_types(),
        offerings={zone: types for region in usable for zone, types in moto_offerings(region).items()},
        prices={
            (region, kind.name): format(price.usd_per_hour, "f")
            for kind in catalog.instance_types
            for region, price in kind.prices.items()
        },
        images=small().images,
    )


def _opt_in(region: CatalogRegion) -> str:
    if not region.available:
        return "not-opted-in"
    return "opted-in" if region.opt_in else "opt-in-not-required"
