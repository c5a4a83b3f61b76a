# SPDX-License-Identifier: MIT
"""A generated tier in a tree, made by the project's own code from a changed copy of a committed catalog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import cloud_providers
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Catalog
from cloudlib.publish import refresh, tier
from tests.support.tree import Tree


def publish(
    tree: Tree,
    change: Callable[[Catalog], Catalog] = lambda catalog: catalog,
    *,
    provider: str = "lambdalabs",
    days_ago: int = 0,
) -> Catalog:
    """Publish the provider's committed catalog, as `change` makes it, as fetched live so many days ago."""
    path = tier.folder(tree.root, provider) / f"{catalogfile.NAME}.{tier.STATIC}"
    fetched = (datetime.now(timezone.utc) - timedelta(days=days_ago, minutes=1)).isoformat(timespec="seconds")
    catalog = catalogfile.load_file(path)
    catalog = change(
        catalog.with_provenance(replace(catalog.provenance, source="live", fetched_at=fetched, notices=()))
    )
    texts = refresh.render(cloud_providers.load(provider), catalog, tier.GENERATED)
    tier.publish(tree.root, provider, tier.GENERATED, texts, mark=True)
    return catalog
