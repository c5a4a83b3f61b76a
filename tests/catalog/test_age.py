# SPDX-License-Identifier: MIT
"""How old the figures of a catalog are."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

import cloud_providers
from cloudlib.catalog import age
from cloudlib.catalog import file as catalogfile
from cloudlib.catalog.records import Provenance
from cloudlib.publish import tier
from tests.support.tree import ROOT

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
FETCHED = "2026-11-24T10:00:00+00:00"
NOTE = "recording: types of 2026-05, prices of 2024-08 and 2025-04; recordings/aws of 2026-11-26"


@pytest.mark.parametrize(
    ("source", "fetched", "figures", "days"),
    [
        ("live", FETCHED, "2026-11-24", 1),
        ("live", "2026-11-24T10:00:00", "2026-11-24", 1),
        ("live", "", "", None),
        ("live", "yesterday", "yesterday", None),
        (NOTE, FETCHED, "2024-08 to 2026-05", 179),
        (f"built-in, from: {NOTE}", "", "2024-08 to 2026-05", 179),
        ("recording: all of 2026-10; recordings/x", FETCHED, "2026-10", 26),
        ("recording without a month", FETCHED, "2026-11-24", 1),
        ("recording: of 2026-13 and 2026-11-20", FETCHED, "2026-11-24", 1),
    ],
)
def test_figures_are_as_old_as_the_facts(source: str, fetched: str, figures: str, days: int | None) -> None:
    provenance = Provenance(source=source, fetched_at=fetched)
    assert (age.figures_of(provenance), age.days(provenance, NOW)) == (figures, days)


@pytest.mark.parametrize("name", cloud_providers.PROVIDER_NAMES)
def test_the_committed_figures_are_older_than_their_file(name: str) -> None:
    catalog = catalogfile.load_file(tier.folder(ROOT, name) / f"{catalogfile.NAME}.{tier.STATIC}")
    assert " to 2026-" in age.figures_of(catalog.provenance)
