# SPDX-License-Identifier: MIT
"""The key pair of the nodes: checked or created before terraform starts."""

from __future__ import annotations

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
    """`identity` is what ssh offers: the private key, or the public one where an agent holds the private."""

    public: Path
    identity: Path
    made: bool = False


def ensure(pubkey_file: str, *, make: bool) -> KeyPair:
    """The key pair of TERRAFORM_SSH_CONFIG_PUBKEY_FILE, created where there is none and `make` is True.

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
        _check(public)
        return KeyPair(public, private if private is not None and private.is_file() else public)
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
    _generate(private)
    return KeyPair(public, private, made=True)


def _check(public: Path) -> None:
    """One public key, of whatever type ssh-keygen knows; it would take a private key or a certificate too."""
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


def _keygen(*words: str) -> bytes:
    try:
        return run_bytes(["ssh-keygen", *words], log=CallLog(), timeout=call_timeout(60))
    except CliMissing as error:
        raise CliMissing(error.what, hint="install OpenSSH's client", unchanged=_UNTOUCHED) from None


def _generate(private: Path) -> None:
    """An ed25519 key without a passphrase: it is for machines that live a few hours."""
    try:
        private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyProblem(f"cannot create {private}: {error.strerror}", hint="make menuconfig") from error
    comment = f"made by make bringup for {private.name}"
    _keygen("-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(private))
