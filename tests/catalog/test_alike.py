# SPDX-License-Identifier: MIT
"""What is suggested for a name that does not exist: what it may be a slip for, or nothing."""

from __future__ import annotations

import pytest

from cloudlib.catalog.alike import alike, nearest

REGIONS = ["eu-central-1", "eu-west-3", "francesouth", "us-south1"]
TYPES = ["gpu_1x_h100_pcie", "gpu_8x_a100", "m7i.large", "p5.4xlarge", "p5.48xlarge"]


@pytest.mark.parametrize(
    ("text", "names", "meant"),
    [
        ("EU-Centrl-1", REGIONS, ["eu-central-1"]),
        ("h100", TYPES, ["gpu_1x_h100_pcie"]),
        ("p5", TYPES, ["p5.4xlarge", "p5.48xlarge"]),
        ("m7i.lagre", TYPES, ["m7i.large"]),
        ("us-esat1", ["us-west1", "us-east1"], ["us-east1", "us-west1"]),
        ("mars", REGIONS, []),
        ("Atlantis", REGIONS, []),
        ("wombat", TYPES, []),
        ("", TYPES, []),
        ("p", TYPES, []),
    ],
)
def test_a_slip_or_a_part_and_nothing_else(text: str, names: list[str], meant: list[str]) -> None:
    assert alike(text, names) == meant


def test_what_is_compared_may_be_another_name() -> None:
    assert alike("Frankfrut", {"Frankfurt": "eu-central-1", "Paris": "eu-west-3"}) == ["eu-central-1"]


def test_the_hint() -> None:
    assert nearest("p5", TYPES, "look") == "nearest: p5.4xlarge, p5.48xlarge"
    assert nearest("wombat", TYPES, "look") == "look"
