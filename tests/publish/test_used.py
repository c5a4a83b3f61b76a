# SPDX-License-Identifier: MIT
"""The tier in use, worked out in Python: what scripts/cloud-tier answers in every state."""

from __future__ import annotations

import itertools
import os
import subprocess
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from cloudlib.publish import tier, used
from tests.support.tree import ROOT

STATES = list(itertools.product((False, True), repeat=4))
ASKED = ("", "static", "generated")


@pytest.mark.parametrize("asked", ASKED)
def test_the_same_tier_as_kconfig_reads(
    tmp_path: Path, asked: str, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> None:
    monkeypatch.setenv("CLOUD_TIER", asked)
    config = tmp_path / ".config"
    mocker.patch.object(used, "config_file", lambda: config)
    menus = tier.folder(tmp_path, "demo") / "Kconfig.compute"
    menus.parent.mkdir(parents=True)
    for static, generated, marked, off in STATES:
        for path, wanted in (
            (menus.with_name("Kconfig.compute.static"), static),
            (menus.with_name("Kconfig.compute.generated"), generated),
            (tier.marker(tmp_path, "demo"), marked),
        ):
            path.touch() if wanted else path.unlink(missing_ok=True)
        switch = "# CONFIG_TERRAFORM_DEMO_USE_DYNAMIC_CONFIG is not set"
        config.write_text(switch if off else "", encoding="utf-8")
        argv = [str(ROOT / "scripts" / "cloud-tier"), "demo"]
        env = {"PATH": os.environ["PATH"], "CLOUD_TIER": asked}
        told = subprocess.run(argv, check=True, cwd=tmp_path, env=env, capture_output=True, text=True).stdout
        assert used.used(tmp_path, "demo") == told.strip(), (asked, static, generated, marked, off)
