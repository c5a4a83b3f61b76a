# SPDX-License-Identifier: MIT
"""The key pair of the nodes, and the ssh configuration for them, with the real ssh where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cloudlib.errors import BadReply, CliMissing, CloudError
from cloudlib.terraform import ssh_config as sshconfig
from cloudlib.terraform import ssh_keys as sshkeys
from cloudlib.terraform.ssh_config import Node
from cloudlib.terraform.ssh_keys import KeyProblem
from tests.support.terraform import PUBLIC_KEY, write_key_pair

ED25519 = PUBLIC_KEY + "\n"
#: A key on a security token: the key itself is 32 zero bytes, and of the application "ssh:".
FIDO = f"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI{'A' * 47}BHNzaDo= nobody\n"
NEEDS_KEYGEN = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
NEEDS_SSH = pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh here")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def problem(setting: str, *, make: bool = False) -> KeyProblem:
    with pytest.raises(KeyProblem) as caught:
        sshkeys.ensure(setting, make=make)
    assert caught.value.hint and "terraform was not started" in caught.value.unchanged
    return caught.value


@NEEDS_KEYGEN
def test_a_pair_that_is_there(home: Path) -> None:
    write_key_pair(home, "key")
    assert sshkeys.ensure("~/key.pub", make=True) == sshkeys.KeyPair(home / "key.pub", home / "key")


@NEEDS_KEYGEN
@pytest.mark.parametrize("key", [ED25519, FIDO])
def test_a_public_key_alone(home: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """An agent may hold the private one, and ssh takes the public one for a name. Else nobody gets in."""
    for name in ("key.pub", "id"):
        (home / name).write_text(key)
        found = problem(f"{home}/{name}")
        assert "neither beside it nor in an agent" in found.what and "FORCE=1" in found.hint
        assert sshkeys.ensure(f"{home}/{name}", make=False, alone=True).identity == home / name
    agent = home / "bin" / "ssh-add"
    agent.parent.mkdir()
    agent.write_text(f"#!/bin/sh\nprintf '%s' '{key}'\n")
    agent.chmod(0o755)
    monkeypatch.setenv("PATH", f"{agent.parent}:{os.environ['PATH']}")
    for name in ("key.pub", "id"):
        assert sshkeys.ensure(f"{home}/{name}", make=False).identity == home / name


@NEEDS_KEYGEN
def test_a_private_key_that_others_can_read(home: Path) -> None:
    write_key_pair(home, "key")
    (home / "key").chmod(0o644)
    found = problem("~/key.pub")
    assert "mode 0644" in found.what and found.hint == f"chmod 600 {home}/key"


@NEEDS_KEYGEN
@pytest.mark.parametrize("extra", [[], ["-N", "a passphrase"], ["-m", "PEM", "-t", "rsa"]])
def test_keys_that_are_not_a_pair(home: Path, extra: list[str]) -> None:
    """The real ssh-keygen's pair is taken, with a passphrase too; a public key of another one is refused."""
    given = ["-t", "ed25519", "-N", "", *extra, "-f", str(home / "key")]
    subprocess.run(["ssh-keygen", "-q", *given], check=True, input=b"", capture_output=True)
    assert sshkeys.ensure("~/key.pub", make=False).identity == home / "key"
    (home / "key.pub").write_text(ED25519)
    assert "are not a pair" in problem("~/key.pub").what


@NEEDS_KEYGEN
@pytest.mark.parametrize("text, told", [("mine", "does not hold a private key"), ("cut", "is damaged")])
def test_a_private_key_that_is_none(home: Path, text: str, told: str) -> None:
    write_key_pair(home, "key")
    path = home / "key"
    path.write_text(text if text == "mine" else path.read_text()[:60] + "\n")
    assert told in problem("~/key.pub").what


@NEEDS_KEYGEN
def test_a_pair_is_made(home: Path) -> None:
    made = sshkeys.ensure("~/new folder/a key.pub", make=True)
    assert made == sshkeys.KeyPair(home / "new folder/a key.pub", home / "new folder/a key", made=True)
    assert made.public.read_text().startswith("ssh-ed25519 ")
    assert made.identity.stat().st_mode & 0o777 == 0o600
    assert made.public.parent.stat().st_mode & 0o777 == 0o700
    assert not sshkeys.ensure("~/new folder/a key.pub", make=True).made


def test_none_is_made_unasked(home: Path) -> None:
    found = problem("~/key.pub")
    assert f"there is no SSH key file {home}/key.pub" in found.what and "ssh-keygen" in found.hint
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "setting, words", [("", "is empty"), ("keys/a.pub", "in its own folder"), ("~/key", "NAME.pub")]
)
def test_a_setting_that_cannot_be(setting: str, words: str) -> None:
    assert words in problem(setting, make=True).what


def test_somebody_s_home_that_does_not_exist() -> None:
    assert "nobody-of-that-name" in problem("~nobody-of-that-name/key.pub", make=True).what


def test_a_private_key_is_not_overwritten(home: Path) -> None:
    (home / "key").write_text("mine")
    found = problem("~/key.pub", make=True)
    assert found.hint == f"ssh-keygen -y -f {home}/key >{home}/key.pub"
    assert (home / "key").read_text() == "mine"


@NEEDS_KEYGEN
@pytest.mark.parametrize(
    "text, told",
    [
        ("-----BEGIN OPENSSH PRIV" + "ATE KEY-----\n", "holds a private key"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\n", "does not hold an OpenSSH public key"),
        ("ssh-ed25519 AAAA cut off\n", "does not hold an OpenSSH public key"),
        ("", "does not hold an OpenSSH public key"),
        (ED25519 + ED25519, "must hold one line"),
        ("# mine\n" + ED25519, "must hold one line"),
    ],
)
def test_a_file_that_is_no_public_key(home: Path, text: str, told: str) -> None:
    (home / "key.pub").write_text(text)
    assert told in problem("~/key.pub").what


@NEEDS_KEYGEN
def test_a_private_key_and_a_certificate(home: Path) -> None:
    """ssh-keygen knows both; clouds must not get the one, and cannot use the other."""
    for argv in (["-t", "ed25519", "-N", "", "-f", "key"], ["-s", "key", "-I", "me", "key.pub"]):
        subprocess.run(["ssh-keygen", "-q", *argv], check=True, cwd=home)
    assert "holds a private key" in problem("~/key").what
    assert "holds a certificate" in problem("~/key-cert.pub").what
    assert sshkeys.ensure("~/key.pub", make=False).identity == home / "key"


def test_a_folder_in_its_place(home: Path) -> None:
    (home / "file").write_text("")
    assert "cannot create" in problem("~/file/key.pub", make=True).what


def test_no_ssh_keygen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(CliMissing, match="ssh-keygen"):
        sshkeys.ensure("~/key.pub", make=True)


# --- the configuration ---


def outputs(**nodes: tuple[str | None, str | None]) -> dict[str, object]:
    rows = {n.replace("_", "-"): {"public_ip": a, "private_ip": b} for n, (a, b) in nodes.items()}
    return {"nodes": rows, "ssh_user": "kdevops"}


def test_nodes_in_natural_order() -> None:
    given = outputs(k_10=("192.0.2.10", "10.0.0.10"), k_2=(None, "10.0.0.2"), k_1=("", "fd00::1"))
    found, user = sshconfig.nodes(given)
    assert found == [Node("k-1", "fd00::1"), Node("k-2", "10.0.0.2"), Node("k-10", "192.0.2.10")]
    assert user == "kdevops"


@pytest.mark.parametrize("bad", ["a b", "-oProxyCommand=x", "a\nHost *", "a\n", "", "*", "!a", "a/b"])
def test_names_that_would_be_more_than_names(bad: str) -> None:
    with pytest.raises(BadReply):
        sshconfig.nodes({"nodes": {bad: {"public_ip": "192.0.2.1", "private_ip": ""}}, "ssh_user": "u"})
    with pytest.raises(BadReply):
        sshconfig.nodes({"nodes": {}, "ssh_user": bad})


@pytest.mark.parametrize("field", ["public_ip", "private_ip"])
@pytest.mark.parametrize(
    "bad",
    [
        "fe80::1%h\n\tProxyCommand touch x\n\t#",
        "fe80::1%eth0",
        "192.0.2.1\n",
        "192.0.2.1 ",
        "example.org",
        7,
        True,
    ],
)
def test_addresses_that_would_be_more_than_addresses(field: str, bad: object) -> None:
    """ssh would run the command of a second line: an address has no scope ID, no line break, no name."""
    with pytest.raises(BadReply):
        sshconfig.nodes({"nodes": {"a": {"public_ip": "", "private_ip": "", field: bad}}, "ssh_user": "u"})


def test_names_are_unique_to_a_folder(tmp_path: Path) -> None:
    node = Node("kdevops-1", "192.0.2.1")
    names = {sshconfig.alias(node, tmp_path / name) for name in ("a", "b")}
    assert len(names) == 2 and sshconfig.alias(node, tmp_path / "a") in names


@NEEDS_SSH
@pytest.mark.parametrize("name", ["plain", "with space", "per%cent", "quo'te", "#hash", "Schlüssel"])
def test_ssh_reads_paths_as_they_are(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    node = Node("kdevops-1", "192.0.2.1")
    text = sshconfig.render([node], "kdevops", folder / "a key", folder)
    (folder / "ssh_config").write_text(text, encoding="utf-8")
    host = sshconfig.alias(node, folder)
    told = subprocess.run(
        ["ssh", "-G", "-F", str(folder / "ssh_config"), host], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    plain = [line.replace("%%", "%").replace('"', "") for line in told]  # as ssh itself does at last
    assert "hostname 192.0.2.1" in told and f"identityfile {folder}/a key" in plain
    assert f"userknownhostsfile {folder}/known_hosts" in plain


@NEEDS_SSH
def test_all_can_be_included(tmp_path: Path) -> None:
    """Two folders, the same node names: each is found under its own name."""
    lines = []
    for number, name in enumerate(("one", "two"), 1):
        folder = tmp_path / name
        folder.mkdir()
        text = sshconfig.render([Node("kdevops-1", f"192.0.2.{number}")], "u", folder / "key", folder)
        (folder / "ssh_config").write_text(text, encoding="utf-8")
        lines += [line.partition("Include ")[2] for line in text.splitlines() if "Include " in line]
    config = tmp_path / "config"
    config.write_text("".join(f"Include {line}\n" for line in lines), encoding="utf-8")
    for number, name in enumerate(("one", "two"), 1):
        host = sshconfig.alias(Node("kdevops-1", ""), tmp_path / name)
        told = subprocess.run(
            ["ssh", "-G", "-F", str(config), host], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        assert f"hostname 192.0.2.{number}" in told


@pytest.mark.parametrize("name", ['quo"te', "dollar${HOME}", "line\nbreak", "back\\slash"])
def test_paths_that_ssh_config_cannot_express(tmp_path: Path, name: str) -> None:
    with pytest.raises(CloudError, match="ssh_config cannot express"):
        sshconfig.render([Node("a", "192.0.2.1")], "u", tmp_path / name, tmp_path)
