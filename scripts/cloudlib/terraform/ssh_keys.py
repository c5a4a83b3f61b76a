# SPDX-License-Identifier: MIT
"""The key pair of the nodes: there, or made, before terraform is asked for anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cloudlib.calls.run import CallLog, run_bytes
from cloudlib.errors import CliMissing, CloudError
from cloudlib.settings import call_timeout

_PUBLIC = ("ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")
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
    """The key pair of TERRAFORM_SSH_CONFIG_PUBKEY_FILE, made where `make` allows and there is none.

    Raises KeyProblem. A private key that was named by mistake is refused, as terraform would upload it.
    """
    setting = "TERRAFORM_SSH_CONFIG_PUBKEY_FILE"
    if not pubkey_file:
        raise KeyProblem(f"{setting} is empty", hint="name a public key file with `make menuconfig`")
    try:
        public = Path(pubkey_file).expanduser()
    except RuntimeError as error:  # ~somebody who does not exist
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
            f"{public} cannot be made: a public key file is called NAME.pub", hint="make menuconfig"
        )
    if private.exists():
        raise KeyProblem(
            f"there is a private key {private}, and no public one beside it",
            hint=f"ssh-keygen -y -f {private} >{public}",
        )
    _generate(private)
    return KeyPair(public, private, made=True)


def _check(public: Path) -> None:
    try:
        text = public.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"{public} cannot be read: {error}", hint="make menuconfig") from error
    if "PRIVATE KEY" in text:
        raise KeyProblem(
            f"{public} holds a private key; it would be uploaded", hint="name the .pub file beside it"
        )
    if not text.startswith(_PUBLIC):
        raise KeyProblem(
            f"{public} holds no public key in OpenSSH's form",
            hint=f"ssh-keygen -l -f {public} should know it",
        )


def _generate(private: Path) -> None:
    """An ed25519 key without a passphrase: it is for machines that live a few hours."""
    try:
        private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        comment = f"made by make bringup for {private.name}"
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(private)]
        run_bytes(argv, log=CallLog(), timeout=call_timeout(60))
    except OSError as error:
        raise KeyProblem(f"{private} cannot be made: {error.strerror}", hint="make menuconfig") from error
    except CliMissing as error:
        raise CliMissing(error.what, hint="install OpenSSH's client", unchanged=_UNTOUCHED) from None
