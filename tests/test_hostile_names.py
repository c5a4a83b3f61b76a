# SPDX-License-Identifier: MIT
"""Names that somebody types to make, or gives to a file, are names: none of them runs anything."""

from __future__ import annotations

import re

import pytest

from tests.support.costly import mostly_slow
from tests.support.tree import ROOT, Tree

#: Each would create a file called PWNED if a shell, or make, took it for more than a name.
HOSTILE = (
    "x;touch PWNED",
    "x`touch PWNED`",
    "x$(touch PWNED)",
    "x$$(touch PWNED)",
    "x$(shell touch PWNED)",
    "$(shell touch PWNED)",
    "x${shell touch PWNED}",
    "x&touch PWNED&",
    "x|touch PWNED",
    "x>PWNED",
    "x'; touch PWNED; '",
    'x"; touch PWNED; "',
    "x\\';touch PWNED;'",
    "x\ntouch PWNED\n",
    "x'\ntouch PWNED #",
    "x\ttouch PWNED",
    "x #touch PWNED",
    "-o PWNED",
    "--version;touch PWNED",
    "~;touch PWNED",
    "*",
    "?ws-large",
    "",
    " ",
    "x y",
    "x\x1b[2J",
)


def patterns() -> list[str]:
    """Every rule of the Makefiles for targets that a person may complete: what stands before the %."""
    rules = "\n".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "Makefile", *ROOT.glob("scripts/*.Makefile"))
    )
    return sorted(set(re.findall(r"(?:^|: )([\w-]+-)%:", rules, re.MULTILINE)))


def test_the_rules_are_seen() -> None:
    assert "defconfig-" in patterns() and "cloud-config-" in patterns() and len(patterns()) > 4


@pytest.mark.parametrize("prefix", mostly_slow(patterns(), 2))
def test_a_name_that_is_typed(tree: Tree, prefix: str) -> None:
    before = sorted(p.name for p in tree.root.iterdir())
    for name in HOSTILE:
        done = tree.make("--", f"{prefix}{name}", check=False)
        assert done.returncode == 2, (name, done)
        assert "error: there is no defconfig" in done.stderr or "No rule to make target" in done.stderr, name
        assert "Traceback" not in done.stderr and "\x1b" not in done.stderr.replace(prefix + name, "")
    after = sorted(p.name for p in tree.root.iterdir() if p.name != "__pycache__")
    assert after == before and tree.vendor_calls() == []


def test_settings_of_the_environment_are_not_expanded(tree: Tree) -> None:
    """make expands what it takes from the environment: a recipe, or an `ifeq`, must not ask it to."""
    names = re.findall(r"\b[A-Z][A-Z_]+(?==|\b)", (ROOT / "docs/reference.md").read_text("utf-8"))
    ours = {"V", "Q", "KCONFIG_CONFIG", *names} - {"PYTHON", "TERRAFORM", "SHELL", "PATH", "HOME"}  # programs
    assert {"DEBUG", "FORCE", "CLOUD_TIER", "TERRAFORM_EXTRA"} <= ours
    env = dict.fromkeys(sorted(ours), "$(shell touch PWNED)")
    for target in ("help", "cloud-status", "olddefconfig"):
        assert "Traceback" not in tree.make(target, check=False, **env).stderr
    assert not [*tree.root.rglob("PWNED")]


def test_a_configuration_of_an_odd_name(tree: Tree) -> None:
    for name in ("a\x1b[2J'b", "a\x1b[2J'b", "$(touch PWNED);touch PWNED"):
        done = tree.make("alldefconfig", KCONFIG_CONFIG=name)
        assert "onfiguration" in done.stdout and "\x1b" not in done.stdout + done.stderr
        assert (tree.root / name).is_file()
    assert not (tree.root / "PWNED").exists()


def test_a_message_says_what_a_name_may_be(tree: Tree) -> None:
    done = tree.make("defconfig-x;touch PWNED", check=False)
    said = "there is no defconfig 'x;touch PWNED': a name is made of letters, digits and . _ + -"
    assert said in done.stderr and "make defconfig-aws-small" in done.stderr
    assert "there is no defconfig 'x' in defconfigs" in tree.make("defconfig-x", check=False).stderr


def test_a_file_of_an_odd_name(tree: Tree) -> None:
    """Neither `make help` nor `make check` falls over it, and no target is offered for it."""
    text = (tree.root / "defconfigs/aws-small").read_text(encoding="utf-8")
    for name in HOSTILE:
        if name.strip() and "/" not in name:
            (tree.root / "defconfigs" / f"0{name}").write_text(text, encoding="utf-8")
    (tree.root / "defconfigs" / "folder").mkdir()
    told = tree.make("help")
    assert "PWNED" not in told.stdout and told.stderr == ""
    assert "  aws-small  " in told.stdout and "\x1b" not in told.stdout
    assert tree.python("scripts/kconfig_tools.py", "check").stdout == ""
    assert "PWNED" not in tree.make("defconfig-none", check=False).stderr
    assert not (tree.root / "PWNED").exists()
