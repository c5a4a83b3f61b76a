# SPDX-License-Identifier: MIT
"""What `make verify-static` holds against a recording, and what it cannot."""

from __future__ import annotations

import pytest

import cloud_providers
import verify_static
from cloudlib.publish import refresh, tier
from tests.support.generated import publish
from tests.support.tree import Tree

PROVIDER = cloud_providers.load("lambdalabs")


def test_menus_of_a_recording(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tree: Tree
) -> None:
    assert compare_with_another(tree, monkeypatch) == 1
    assert "differ from recordings/:" in capsys.readouterr().out


def test_menus_of_a_live_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tree: Tree
) -> None:
    """They have no recording that they could be compared with."""
    publish(tree)
    refresh.promote(PROVIDER, tree.root, force=False)
    assert compare_with_another(tree, monkeypatch) == 0
    assert "come from live of 20" in capsys.readouterr().out


def test_menus_of_a_live_answer_that_were_edited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tree: Tree
) -> None:
    """The catalog beside them says what they have to be."""
    publish(tree)
    refresh.promote(PROVIDER, tree.root, force=False)
    path = tier.folder(tree.root, PROVIDER.NAME) / f"Kconfig.images.{tier.STATIC}"
    path.write_text(path.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    assert compare_with_another(tree, monkeypatch) == 1
    assert "renders to: terraform/lambdalabs/kconfigs/Kconfig.images.static\n" in capsys.readouterr().out


def compare_with_another(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code for a tree whose compute menu is not the replayed one."""
    monkeypatch.setattr(verify_static, "ROOT", tree.root)
    other = {**tier.read_tier(tree.root, PROVIDER.NAME, tier.STATIC), "Kconfig.compute": "# another\n"}
    return verify_static._compare(PROVIDER, other)
