# SPDX-License-Identifier: MIT
"""Settings of a fetch: which regions' prices are fetched."""

from __future__ import annotations

import pytest

from cloudlib.errors import UsageError
from cloudlib.settings import price_regions, requested_prices

ASKED = ("east", "north", "south", "west")
NORTH_FIRST = ("north", "east", "south", "west")


@pytest.mark.parametrize(
    ("setting", "regions"),
    [
        (None, NORTH_FIRST),
        ("", NORTH_FIRST),
        ("all", NORTH_FIRST),
        (" all ", NORTH_FIRST),
        ("default", ("north",)),
        (" , ", ("north",)),
        ("default,west", ("north", "west")),
        ("north", ("north",)),
        ("west", ("north", "west")),
        (" west , east,west", ("north", "west", "east")),
    ],
)
def test_the_default_region_comes_first(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, regions: tuple[str, ...]
) -> None:
    if setting is None:
        monkeypatch.delenv("CLOUD_PRICE_REGIONS")
    else:
        monkeypatch.setenv("CLOUD_PRICE_REGIONS", setting)
    assert price_regions(requested_prices(), "north", ASKED) == regions


def test_a_region_that_is_not_fetched_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PRICE_REGIONS", "east,mars,moon")
    with pytest.raises(UsageError, match="mars, moon") as caught:
        price_regions(requested_prices(), "north", ASKED)
    assert caught.value.hint == "all, default, or some of: east, north, south, west"
