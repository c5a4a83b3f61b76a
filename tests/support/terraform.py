# SPDX-License-Identifier: MIT
"""The real terraform on copies of the project's modules, without a network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloud_providers import PROVIDER_NAMES
from tests.support.tree import ROOT


def _schema(name: str) -> str:
    """The last part of a module's provider: `azurerm` of hashicorp/azurerm."""
    text = (ROOT / "terraform" / name / "provider.tf").read_text(encoding="utf-8")
    (source,) = re.findall(r'^ +source += ".*/(\w+)"$', text, re.MULTILINE)
    return str(source)


#: The modules, and the schema each is held against.
MODULES = {name: _schema(name) for name in PROVIDER_NAMES}
TERRAFORM = shutil.which("terraform", path=f"{os.environ.get('PATH', '')}:/usr/local/bin")
TESTS = ROOT / "tests" / "terraform"
#: Public keys of the right form whose private halves nobody has.
KEYS = {
    "key.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1 nobody",
    "ecdsa.pub": "ecdsa-sha2-nistp256 AAAAE2VjZHNh nobody",
}

needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform on PATH")


@dataclass
class Module:
    """A copy of a module in `folder`, and the environment for terraform in it."""

    folder: Path
    env: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`terraform WORDS` in the folder."""
        assert TERRAFORM is not None
        return subprocess.run(
            [TERRAFORM, *words], check=False, cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def ok(self, *words: str) -> str:
        """The same, and a failure of it is one of the test; returns what it said."""
        done = self.run(*words)
        assert done.returncode == 0, f"terraform {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def change(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which has to be there, in a file of the copy."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def failures(self, file: str) -> list[str]:
        """Run one file of the module's tests; the names of the runs that failed, [] when all passed."""
        done = self.run("test", "-json", f"-filter={file}")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        runs = [line["test_run"] for line in lines if line["type"] == "test_run"]
        ended = {run["run"]: run["status"] for run in runs if "status" in run}
        assert ended, f"no test ran\n{done.stdout}\n{done.stderr}"
        return sorted(name for name, status in ended.items() if status != "pass")


def environment(home: Path) -> dict[str, str]:
    """What terraform sees: nothing of the person's own settings, and no way out."""
    home.mkdir(exist_ok=True)
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "TF_CLI_CONFIG_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }


def copy_module(name: str, folder: Path, env: dict[str, str]) -> Module:
    """A module with its tests and a key, for terraform to write in."""
    folder.mkdir()
    for source in [*(ROOT / "terraform" / name).glob("*.tf"), *(TESTS / name).glob("*.tftest.hcl")]:
        shutil.copy2(source, folder)
    for file, key in KEYS.items():
        (folder / file).write_text(key + "\n", encoding="utf-8")
    return Module(folder, env)


def variables_only(name: str, folder: Path, env: dict[str, str]) -> Module:
    """A folder that holds the variables of a module and nothing that would need a provider."""
    folder.mkdir()
    shutil.copy2(ROOT / "terraform" / name / "vars.tf", folder)
    return Module(folder, env)


def diagnostics(module: Module, tfvars: Path) -> list[dict[str, Any]]:
    """What terraform has to say of a variables file: errors, and warnings such as an undeclared variable."""
    done = module.run(
        "plan", "-json", "-refresh=false", "-input=false", "-lock=false", f"-var-file={tfvars}"
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(line["type"] == "version" for line in lines), done.stderr
    found = [line["diagnostic"] for line in lines if line["type"] == "diagnostic"]
    assert bool(done.returncode) == any(d["severity"] == "error" for d in found), done.stdout
    return found
