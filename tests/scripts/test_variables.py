# SPDX-License-Identifier: MIT
"""Variables that are typed to make, or set in the environment, and that nothing reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cloud_providers
from cloudlib import settings
from cloudlib.errors import UsageError
from tests.support.tree import ROOT, Tree

LISTS = (ROOT / "scripts" / "variables.Makefile").read_text("utf-8")


def listed(name: str) -> list[str]:
    return [word for line in re.findall(rf"^{name} \S= (.*)", LISTS, re.MULTILINE) for word in line.split()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("local CIDER=3", "there is no variable CIDER: did you mean CIDR=?"),
        ("savedefconfig name=my-box", "there is no variable name: did you mean NAME=?"),
        ("pick type=m7i.large", "there is no variable type: did you mean TYPE=?"),
        ("cloud-config RECROD=x", "there is no variable RECROD: did you mean RECORD=?"),
        ("bringup MAX_USD_PER_HUOR=1", "MAX_USD_PER_HUOR: did you mean MAX_USD_PER_HOUR=?"),
        ("help VAULT_ADDR=x", "no variable VAULT_ADDR; what is for another program goes before `make`"),
        ("help a';touch${IFS}PWNED;'=1", "there is no variable a';touchPWNED;'; what is for"),
        ("bringup NODES=4", "NODES= is for make local, make cost; not for make bringup."),
        ("NODES=4", "NODES= is for make local, make cost; not for make."),
        ("cloud-update FORMAT=x", "for make cloud-diff, make cloud-diff-%, make nodes; not for make cloud-"),
    ],
)
def test_what_nothing_reads_is_refused_before_anything_is_done(tree: Tree, words: str, said: str) -> None:
    done = tree.make(*words.split(), check=False)
    assert done.returncode == 2 and done.stdout == "" and said in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not (tree.root / "PWNED").exists()


def test_what_others_read_is_taken(tree: Tree) -> None:
    """Variables of make, kbuild, shells and vendors; and whatever a tree that calls this one was given."""
    others = ["V=1", "O=x", "Q=", "CC=clang", "KCONFIG_CONFIG=x", "https_proxy=x", "TERRAFORM=tofu"]
    others += ["HOSTCC=clang", "LLVM_IAS=1", "OBJCOPY=llvm-objcopy", "__BASH_MAKE_COMPLETION__=1"]
    vendors = [f"{start}X=y" for prefixes in settings.OWN_VARIABLES.values() for start in prefixes]
    assert len(vendors) >= len(cloud_providers.PROVIDER_NAMES)
    assert tree.make("-n", "clean", *others, *vendors).stderr == ""
    assert tree.make("-n", "cloud-diff-aws", "FORMAT=html").stderr == ""
    assert tree.make("-n", "clean", "KDEVOPS=1", "NODES=4", MAKELEVEL="1").stderr == ""


def test_every_variable_is_in_the_reference() -> None:
    """The Makefile's list is that of docs/reference.md, of `make help`, and of the module that reads them."""
    reference = (ROOT / "docs" / "reference.md").read_text("utf-8")
    table = reference.partition("## Variables")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)=", table, re.MULTILINE)) == {*listed("SETTINGS")}
    module = (ROOT / "scripts" / "cloudlib" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'(?:environ\.get|flag)\("([A-Z_]+)"', module))
    assert len(read) > 10 and read <= {*listed("SETTINGS"), *listed("ARGUMENTS")}
    assert all(re.search(rf"^FOR_{name} := ", LISTS, re.MULTILINE) for name in listed("ARGUMENTS"))
    told = reference.partition("## Variables")[0]
    assert [name for name in listed("ARGUMENTS") if f"{name}=" not in told] == []


@pytest.mark.parametrize("slip", ["MAX_USD_PER_HUOR", "CLOUD_JBOS", "CLOUD_TIE", "CLOUD_TIERR", "CLOUD-TIER"])
def test_a_slip_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch, slip: str) -> None:
    settings.refuse_misspelled()
    monkeypatch.setenv(slip, "1")
    with pytest.raises(UsageError, match=f"the environment has {slip}: "):
        settings.refuse_misspelled()


@pytest.mark.parametrize("other", ["CLOUD_SHELL", "TERRAFROM", "FORCED", "CLOUD_JOB_ID", "CLOUD_PROVIDERS"])
def test_what_may_be_of_another_program_is_left_alone(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    monkeypatch.setenv(other, "1")
    settings.refuse_misspelled()


def test_commands_that_were_copied_without_the_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUD_TIERR", "1")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    settings.refuse_misspelled()


def test_a_slip_stops_a_command(tree: Tree) -> None:
    done = tree.make("bringup", check=False, MAX_USD_PER_HUOR="1")
    said = (
        "bringup: error: the environment has MAX_USD_PER_HUOR: is MAX_USD_PER_HOUR meant?\n  next: unset MAX_"
    )
    assert said in done.stderr and tree.vendor_calls() == []


@pytest.mark.parametrize("name", ["CLOUD_JOBS", "CLOUD_CALL_TIMEOUT", "CLOUD_ANSWER_MIB"])
def test_a_wrong_number_is_refused_before_a_vendor_is_asked(tree: Tree, name: str) -> None:
    done = tree.make("cloud-config", f"{name}=0", check=False)
    assert done.stdout == "" and f"cloud-config: error: {name}='0' is not a number" in done.stderr
    assert tree.vendor_calls() == []


def test_a_message_is_of_the_target_that_was_typed(tree: Tree) -> None:
    for target in ("pick", "region"):
        assert tree.make(target, check=False).stderr.startswith(f"{target}: error: nothing was named\n")


def test_a_switch_is_on_or_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, on in (("", False), ("0", False), ("1", True)):
        monkeypatch.setenv("YES", value)
        assert settings.flag("YES") is on
    for name in ("YES", "REFRESH"):
        monkeypatch.setenv(name, "no")
        with pytest.raises(UsageError, match=f"{name}='no' is neither 1 nor 0"):
            settings.flag(name) if name == "YES" else settings.refresh_state()
