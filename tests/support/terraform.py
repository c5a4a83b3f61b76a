# SPDX-License-Identifier: MIT
"""The real terraform on copies of the project's modules, without a network."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cloud_providers import PROVIDER_NAMES
from tests.support.tree import ROOT


def _schema(name: str) -> str:
    """The last part of a module's provider: `azurerm` of hashicorp/azurerm."""
    text = (ROOT / "terraform" / name / "provider.tf").read_text(encoding="utf-8")
    (source,) = re.findall(r'^ +source += ".*/(\w+)"$', text, re.MULTILINE)
    return str(source)


Test = TypeVar("Test", bound=Callable[..., object])

#: The modules, and the schema each is held against.
MODULES = {name: _schema(name) for name in PROVIDER_NAMES}
TERRAFORM = shutil.which("terraform", path=f"{os.environ.get('PATH', '')}:/usr/local/bin")
TESTS = ROOT / "tests" / "terraform"
#: A public key that ssh-keygen takes; nobody has the private key.
PUBLIC_KEY = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{'A' * 43} nobody"


def write_key_pair(folder: Path, name: str = "kdevops_terraform", public: str = PUBLIC_KEY) -> None:
    """A pair that can be told to be one; its secret part is empty.

    https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.pub").write_text(public + "\n", encoding="utf-8")
    strings = [b"none", b"none", b"", base64.b64decode(public.split()[1]), b""]
    packed = [len(text).to_bytes(4, "big") + text for text in strings]
    packed.insert(3, (1).to_bytes(4, "big"))
    text = base64.b64encode(b"openssh-key-v1\0" + b"".join(packed)).decode()
    label = "OPENSSH PRIV" + "ATE KEY"
    private = folder / name
    private.write_text(f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n", encoding="utf-8")
    private.chmod(0o600)


KEYS = {
    "key.pub": PUBLIC_KEY,
    "ecdsa.pub": "ecdsa-sha2-nistp256 AAAAE2VjZHNh nobody",
}

#: For a module of tests that start the real terraform.
REAL_TERRAFORM = [
    pytest.mark.real_terraform,
    pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform on PATH"),
]


def needs_terraform(test: Test) -> Test:
    """Marks a test that starts the real terraform."""
    for mark in REAL_TERRAFORM:
        test = mark(test)
    return test


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
            capture_output=True, text=True, timeout=600,
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
    _write_keys(folder)
    return Module(folder, env)


#: A variable's block in the files that modules share.
_SHARED_VARIABLE = re.compile(r'^variable "\w+" \{\n.*?^\}\n', re.M | re.S)


def variables_only(name: str, folder: Path, env: dict[str, str]) -> Module:
    """A folder that holds the variables of a module and nothing that would need a provider."""
    folder.mkdir()
    source = ROOT / "terraform" / name
    shutil.copy2(source / "vars.tf", folder)
    for path in [p for p in source.glob("*.tf") if p.is_symlink()]:
        blocks = _SHARED_VARIABLE.findall(path.read_text(encoding="utf-8"))
        (folder / path.name).write_text("".join(blocks), encoding="utf-8")
    return Module(folder, env)


def shared_module(folder: Path, env: dict[str, str]) -> Module:
    """The files that modules share, with their test, a key, and stand-ins for what each module adds."""
    folder.mkdir()
    for source in [*(ROOT / "terraform").glob("*.tf"), *TESTS.glob("*.tftest.hcl")]:
        shutil.copy2(source, folder)
    (folder / "module.tf").write_text(
        "locals {\n  nodes               = {}\n  root_volume_most_gb = 16384\n}\n", encoding="utf-8"
    )
    _write_keys(folder)
    return Module(folder, env)


def _write_keys(folder: Path) -> None:
    for file, key in KEYS.items():
        (folder / file).write_text(key + "\n", encoding="utf-8")


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


def accepted(module: Module, rows: Sequence[Mapping[str, Any]], folder: Path) -> list[bool]:
    """Whether the variables of a module take each of these sets of values.

    Each set is a module block in a file of its own, and one plan names the files in which something is wrong.
    An error may keep terraform from finding others, so it plans the rest again until nothing is wrong.
    """
    folder.mkdir()
    for key in module.folder.glob("*.pub"):
        shutil.copy2(key, folder)
    files = [folder / f"m{number}.tf.json" for number in range(len(rows))]
    for path, row in zip(files, rows):
        block = {path.name.partition(".")[0]: {"source": f"../{module.folder.name}", **row}}
        path.write_text(json.dumps({"module": block}), encoding="utf-8")
    root = Module(folder, module.env)
    root.ok("init")
    while any(path.exists() for path in files):
        done = root.run("plan", "-json", "-refresh=false", "-input=false", "-lock=false")
        said = [json.loads(line) for line in done.stdout.splitlines()]
        wrong = {line["diagnostic"]["range"]["filename"] for line in said if line["type"] == "diagnostic"}
        if not wrong:
            assert done.returncode == 0, done.stdout
            break
        for name in wrong:
            (folder / name).unlink()
    return [path.exists() for path in files]
