# SPDX-License-Identifier: MIT
"""The workflow files: what they run exists, and what they take from others is pinned."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tree import ROOT
from tests.test_project import targets

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow(path: Path) -> None:
    """Every make target exists, actions have a whole version, and no text of others stands in a script."""
    for step in steps(path):
        assert ("run" in step) != ("uses" in step)
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+\.\d+\.\d+|[0-9a-f]{40})", step["uses"])
        script = step.get("run", "")
        for words in re.findall(r"^\s*make ([^|&;\n]+)$", script, re.MULTILINE):
            assert {word for word in words.split() if "=" not in word} <= set(targets())
        expressions = re.findall(r"\$\{\{ *(.*?) *\}\}", script)
        assert all(re.fullmatch(r"steps\.\w+\.outcome", e) for e in expressions), expressions
    job_settings = load(path)["jobs"].values()
    assert all(0 < job["timeout-minutes"] <= 60 and "latest" not in job["runs-on"] for job in job_settings)


def test_the_monthly_refresh() -> None:
    """Fetch, promote, commit, in this order; a change is proposed only where there is a message for it."""
    (path,) = [path for path in WORKFLOWS if path.stem == "refresh"]
    workflow = load(path)
    when = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert re.fullmatch(r"\d+ \d+ \d+ \* \*", when["schedule"][0]["cron"]) and "workflow_dispatch" in when
    scripts = "\n".join(step.get("run", "") for step in steps(path))
    assert re.findall(r"make (cloud-\S+)", scripts) == [
        "cloud-config",
        "cloud-diff",
        "cloud-update",
        "cloud-commit",
    ]
    proposal = scripts[scripts.index("test -f .cloud-commit-msg || ") :]
    assert proposal.index("exit 0") < proposal.index("make cloud-commit") < proposal.index("gh pr create")
    assert set(workflow["permissions"]) == {"contents", "pull-requests", "id-token"}
    assert "FORCE" not in scripts and "git add" not in scripts
