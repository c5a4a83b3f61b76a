# SPDX-License-Identifier: MIT
"""The key pair of the nodes: checked or created before terraform starts."""

from __future__ import annotations

import base64
import binascii
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.errors import CallFailed, CliMissing, CloudError
from cloudlib.settings import call_timeout

_UNTOUCHED = "everything: terraform was not started"


class KeyProblem(CloudError):
    """The key file that the configuration names cannot be used."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, unchanged=_UNTOUCHED, hint=hint)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`identity` is what ssh offers: the private key, or the public one where an agent holds the private.

    `missing` is a pair that has yet to be created.
    """

    public: Path
    identity: Path
    made: bool = False
    missing: bool = False


def ensure(pubkey_file: str, *, make: bool, alone: bool = False) -> KeyPair:
    """The key pair of TERRAFORM_SSH_CONFIG_PUBKEY_FILE, created where there is none and `make` is True.

    Raises what `locate` does.
    """
    pair = locate(pubkey_file, make=make, alone=alone)
    if not pair.missing:
        return pair
    generate(pair.identity)
    return KeyPair(pair.public, pair.identity, made=True)


def locate(pubkey_file: str, *, make: bool, alone: bool = False) -> KeyPair:
    """The same without creating it. A public key without its private one is taken if `alone` is True.

    Raises KeyProblem, or CliMissing without ssh-keygen. A private key that was named by mistake is refused:
    terraform would upload it.
    """
    setting = "TERRAFORM_SSH_CONFIG_PUBKEY_FILE"
    if not pubkey_file:
        raise KeyProblem(f"{setting} is empty", hint="name a public key file with `make menuconfig`")
    try:
        public = Path(pubkey_file).expanduser()
    except RuntimeError as error:  # ~NAME of an unknown user
        raise KeyProblem(f"{setting} is {pubkey_file!r}: {error}", hint="make menuconfig") from None
    if not public.is_absolute():
        raise KeyProblem(
            f"{setting} is {pubkey_file!r}: terraform would look for it in its own folder",
            hint="begin it with / or ~/ (`make menuconfig`)",
        )
    private = public.with_suffix("") if public.suffix == ".pub" else None
    if public.is_file():
        blob = _check(public)
        if private is not None and private.is_file():
            _check_private(private, public, blob)
            return KeyPair(public, private)
        if not alone and not _in_agent(blob):
            raise KeyProblem(
                f"the private key of {public} is neither beside it nor in an agent: you could not log in",
                hint=f"put it beside the public key{f' as {private}' if private else ''}, or ssh-add it\n"
                "FORCE=1 continues anyway",
            )
        return KeyPair(public, public)
    if not make:
        raise KeyProblem(
            f"there is no SSH key file {public}",
            hint=f"make one: ssh-keygen -t ed25519 -f {private or public}\n"
            "or let `make bringup` make it: TERRAFORM_SSH_CONFIG_GENKEY=y in `make menuconfig`",
        )
    if private is None:
        raise KeyProblem(
            f"cannot create {public}: a public key file is called NAME.pub", hint="make menuconfig"
        )
    if private.exists():
        raise KeyProblem(
            f"there is a private key {private}, and no public one beside it",
            hint=f"ssh-keygen -y -f {private} >{public}",
        )
    return KeyPair(public, private, missing=True)


def _check(public: Path) -> bytes:
    """One public key, of whatever type ssh-keygen knows; it would take a private key or a certificate too.

    Returns the key itself, decoded.
    """
    try:
        text = public.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"{public} cannot be read: {error}", hint="make menuconfig") from error
    if "PRIVATE KEY" in text:
        raise KeyProblem(
            f"{public} holds a private key; it would be uploaded", hint="name the .pub file beside it"
        )
    try:
        fingerprint = _keygen("-l", "-f", str(public)).decode("utf-8", "replace").strip()
    except CallFailed as error:
        hint = f"ssh-keygen -l -f {public} must print its fingerprint"
        raise KeyProblem(f"{public} does not hold an OpenSSH public key", hint=hint) from error
    if len(text.strip().splitlines()) != 1:
        raise KeyProblem(f"{public} must hold one line, the public key", hint="make menuconfig")
    if fingerprint.endswith("-CERT)"):
        raise KeyProblem(
            f"{public} holds a certificate, which lets no one in by itself",
            hint="name the .pub file of the key that it certifies",
        )
    return _blob(text)


def _blob(line: str) -> bytes:
    """The key of a public key's line, which ssh-keygen has read; options may stand before its type."""
    match = re.search(r"(?:^|\s)(?:ssh|ecdsa|sk)-\S+\s+([A-Za-z0-9+/=]+)", line)
    return base64.b64decode(match[1]) if match else b""


def _check_private(private: Path, public: Path, blob: bytes) -> None:
    """Raise KeyProblem for a private key that ssh would not use, or that is of another pair."""
    try:
        kind = private.stat()
        text = private.read_bytes()
    except OSError as error:
        raise KeyProblem(f"{private} cannot be read: {error.strerror}", hint="make menuconfig") from error
    if kind.st_uid == os.getuid() and kind.st_mode & 0o077:  # ssh looks at no other's
        raise KeyProblem(
            f"others can read {private} (mode {kind.st_mode & 0o777:04o}): ssh refuses to use it",
            hint=f"chmod 600 {private}",
        )
    if b"PRIVATE KEY" not in text:
        raise KeyProblem(f"{private} does not hold a private key", hint=f"ssh-keygen -y -f {private}")
    held = _public_part(private, text)
    if held and held != blob:
        raise KeyProblem(
            f"{private} and {public} are not a pair: you could not log in",
            hint=f"ssh-keygen -y -f {private} prints the public key that belongs to it",
        )


def _public_part(private: Path, text: bytes) -> bytes:
    """The public key of a private one; b"" where it cannot be told without its passphrase.

    OpenSSH's format has it unencrypted: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key.
    """
    if b"BEGIN OPENSSH" in text:
        try:
            rest = base64.b64decode(b"".join(text.split(b"-----")[2].split()))[len(b"openssh-key-v1\0") :]
            for _ in range(3):  # cipher, key derivation and its options
                rest = _string(rest)[1]
            return _string(rest[4:])[0]
        except (IndexError, binascii.Error, struct.error):
            raise KeyProblem(f"{private} is damaged", hint=f"ssh-keygen -y -f {private}") from None
    try:
        return _blob(_keygen("-y", "-P", "", "-f", str(private)).decode("utf-8", "replace"))
    except CallFailed:
        return b""


def _string(data: bytes) -> tuple[bytes, bytes]:
    (size,) = struct.unpack(">I", data[:4])
    return data[4 : 4 + size], data[4 + size :]


def _in_agent(blob: bytes) -> bool:
    """Whether the running agent, if there is one, holds the private key."""
    try:
        lines = run_bytes(["ssh-add", "-L"], log=CallLog(), timeout=call_timeout(60)).decode(
            "utf-8", "replace"
        )
    except (CallFailed, CliMissing):
        return False
    return any(_blob(line) == blob for line in lines.splitlines())


def _keygen(*words: str) -> bytes:
    try:
        return run_bytes(["ssh-keygen", *words], log=CallLog(), timeout=call_timeout(60))
    except CliMissing as error:
        raise CliMissing(error.what, hint="install OpenSSH's client", unchanged=_UNTOUCHED) from None


def generate(private: Path) -> None:
    """An ed25519 key without a passphrase: it is for machines that live a few hours."""
    try:
        private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyProblem(f"cannot create {private}: {error.strerror}", hint="make menuconfig") from error
    comment = f"made by make bringup for {private.name}"
    _keygen("-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(private))
